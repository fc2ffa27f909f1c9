"""AWS clients, from botocore: importing boto3 would add S3's transfer manager to every cold start.

A third of the cost of a call is botocore's validation of parameters and parsing of responses. Services validate
parameters themselves, and tests cover every call; responses of DynamoDB can be used as they are.
"""

import functools
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.parsers import JSONParser, ResponseParserFactory

from regain.adapters import short_way

_DEFAULT_CONFIG = Config(
    connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 3}, parameter_validation=False
)
"""Functions time out after ten seconds, so calls time out earlier, in time to answer "try again"."""
SEND_CONFIG = Config(connect_timeout=5, read_timeout=60, retries={"mode": "standard", "total_max_attempts": 1})
"""For sending messages: a minute, without automatic retries, because a request that was accepted slowly would be sent
twice. The outbox retries, and knows what was sent."""


@functools.cache
def client(service: str, config: Config = _DEFAULT_CONFIG, region: str = "") -> Any:
    """The client of a service in a region ("": the function's own), one per process. Creating it does not connect."""
    return _session().create_client(service, config=config, region_name=region or None)


@functools.cache
def _session() -> Any:
    session = botocore.session.get_session()
    session.register_component("response_parser_factory", _Parsers())
    for service, way in (("dynamodb", short_way.ToDynamoDB), ("sesv2", short_way.ToSes)):
        session.register(f"creating-client-class.{service}", functools.partial(short_way.mix_in, way))
    return session


class _Parser(JSONParser):  # type: ignore[misc]
    """Parses the JSON protocol, but leaves DynamoDB's items unparsed unless they contain binary values."""

    def _handle_map(self, shape: Any, value: dict[str, Any]) -> Any:
        as_it_is = shape.value.name == "AttributeValue" and not any(map(_is_binary, value.values()))
        return value if as_it_is else super()._handle_map(shape, value)


class _Parsers(ResponseParserFactory):  # type: ignore[misc]
    def create_parser(self, protocol_name: str) -> Any:
        return _Parser() if protocol_name == "json" else super().create_parser(protocol_name)


def _is_binary(value: dict[str, Any]) -> bool:
    """Whether an attribute value, or a part of it, must be decoded."""
    ((kind, content),) = value.items()
    if kind in ("M", "L"):
        return any(map(_is_binary, content.values() if kind == "M" else content))
    return kind in ("B", "BS")
