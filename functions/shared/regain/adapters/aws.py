"""AWS clients, from botocore: importing boto3 would add S3's transfer manager to every cold start."""

import functools
from typing import Any

import botocore.session
from botocore.config import Config

_DEFAULT_CONFIG = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3})
"""A function has ten seconds, so time out early and answer "try again"."""
SEND_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1})
"""For sending: a minute, and no automatic retries, because a request that was accepted slowly would be sent twice. The
outbox retries, and knows what was sent."""


@functools.cache
def client(service: str, config: Config = _DEFAULT_CONFIG, region: str = "") -> Any:
    """The client of a service in a region ("": our own), one per process. Creating it opens no connection."""
    return _session().create_client(service, config=config, region_name=region or None)


@functools.cache
def _session() -> Any:
    return botocore.session.get_session()
