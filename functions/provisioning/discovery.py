"""Discovery: configuration, resource types and schemas (RFC 7644, 4)."""

from typing import Any

from regain.api.scim import Call, Reply
from regain.people.scim import discovery, responses
from regain.problems import NOT_FOUND, SCIM_NOT_SUPPORTED, Refused


def service_provider_config(call: Call) -> Reply:
    """The service provider configuration."""
    return Reply(discovery.service_provider_config(call.base))


def list_resource_types(call: Call) -> Reply:
    """Every resource type."""
    return _all(discovery.resource_types(call.base))


def resource_type(name: str, call: Call) -> Reply:
    """One resource type."""
    return _one(name, discovery.resource_types(call.base))


def list_schemas(call: Call) -> Reply:
    """Every schema."""
    return _all(discovery.schemas(call.base))


def schema(urn: str, call: Call) -> Reply:
    """One schema."""
    return _one(urn, discovery.schemas(call.base))


def not_supported(_: Call) -> Reply:
    """Answers operations that this service does not support. Raises Refused(SCIM_NOT_SUPPORTED)."""
    raise Refused(SCIM_NOT_SUPPORTED)


def _all(found: list[dict[str, Any]]) -> Reply:
    return Reply(responses.list_response(found, len(found)))


def _one(wanted: str, found: list[dict[str, Any]]) -> Reply:
    for each in found:
        if each["id"] == wanted:
            return Reply(each)
    raise Refused(NOT_FOUND, detail="There is no resource with this id.")
