"""Clients of AWS, from botocore's session: boto3's brings S3's transfer manager and process pools into each start."""

import functools
from typing import Any

import botocore.session
from botocore.config import Config

_PATIENCE = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""A function has ten seconds: better a problem that says "try again" than a connection that is waited for."""
SEND_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1})
"""For what sends: a minute, and no second try by itself, for what was taken slowly would be sent twice. The outbox
tries again, and knows what was sent."""


@functools.cache
def client(service: str, config: Config = _PATIENCE) -> Any:
    """The client of a service, one for each process. Making it opens no connection."""
    return _session().create_client(service, config=config)


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()
