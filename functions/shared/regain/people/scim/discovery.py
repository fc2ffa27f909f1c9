"""Discovery documents (RFC 7643, sections 5 to 7; RFC 7644, section 4)."""

from typing import Any

from regain.people.scim.attributes import GROUP, USER
from regain.people.scim.responses import MOST_RESULTS

_CORE = "urn:ietf:params:scim:schemas:core:2.0:"
CONFIG, TYPE, SCHEMA = _CORE + "ServiceProviderConfig", _CORE + "ResourceType", _CORE + "Schema"


def _attribute(name: str, description: str, kind: str = "string", **more: Any) -> dict[str, Any]:
    made = {
        "name": name,
        "type": kind,
        "multiValued": False,
        "description": description,
        "required": False,
        "mutability": "readWrite",
        "returned": "default",
    }
    if kind not in ("boolean", "complex", "integer"):
        made |= {"caseExact": False, "uniqueness": "none"}
    return {**made, **more}


def _places(what: str, *types: str) -> list[dict[str, Any]]:
    return [
        _attribute("value", f"The {what}."),
        _attribute("type", f"Which {what} it is.", canonicalValues=list(types)),
        _attribute("primary", "Whether it is the first one.", "boolean"),
    ]


_USER = [
    _attribute("userName", "The user ID. A name without a domain gets the organisation's.", required=True,
               uniqueness="server"),
    _attribute("displayName", "The person's name as it is shown."),
    _attribute("name", "The person's name.", "complex", subAttributes=[
        _attribute("givenName", "The given name."), _attribute("familyName", "The family name.")]),
    _attribute("preferredLanguage", "The language of messages; a language that the person has chosen stays."),
    _attribute("active", "Whether the account is on; an account that was turned off in Regain stays off.", "boolean",
               required=True),
    _attribute("emails", "Addresses that codes and notices go to.", "complex", multiValued=True,
               subAttributes=_places("address", "work", "home")),
    _attribute("phoneNumbers", "Numbers that codes go to.", "complex", multiValued=True,
               subAttributes=_places("number", "work", "mobile")),
]  # fmt: skip
_GROUP = [
    _attribute("displayName", "The group's name, as settings name it.", required=True, uniqueness="server"),
    _attribute("members", "The people in the group.", "complex", multiValued=True, subAttributes=[
        _attribute("value", "The user's id.", mutability="immutable", caseExact=True),
        _attribute("type", "What it is.", canonicalValues=["User"], mutability="immutable"),
        _attribute("$ref", "Where the user is.", "reference", referenceTypes=["User"], mutability="immutable",
                   caseExact=True)]),
]  # fmt: skip


def _read_only(name: str, kind: str = "string", parts: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    inside = {"subAttributes": list(parts)} if parts else {}
    return _attribute(name, f"See RFC 7643: {name}.", kind, mutability="readOnly", **inside, **more)


_SUPPORTED = _read_only("supported", "boolean", required=True)
_CONFIG = [
    _read_only("documentationUri", "reference", referenceTypes=["external"]),
    *(_read_only(name, "complex", (_SUPPORTED,), required=True)
      for name in ("patch", "changePassword", "sort", "etag")),
    _read_only("bulk", "complex", (_SUPPORTED, _read_only("maxOperations", "integer", required=True),
                                   _read_only("maxPayloadSize", "integer", required=True)), required=True),
    _read_only("filter", "complex", (_SUPPORTED, _read_only("maxResults", "integer", required=True)), required=True),
    _read_only("authenticationSchemes", "complex", tuple(
        _read_only(name, required=True) for name in ("type", "name", "description")), multiValued=True, required=True),
]  # fmt: skip
_TYPE = [
    *(_read_only(name, required=name != "id") for name in ("id", "name")),
    _read_only("description"),
    *(_read_only(name, "reference", required=True, referenceTypes=["uri"]) for name in ("endpoint", "schema")),
    _read_only("schemaExtensions", "complex", (_read_only("schema", "reference", required=True, referenceTypes=["uri"]),
                                               _read_only("required", "boolean", required=True)), multiValued=True),
]  # fmt: skip
_FACETS = (
    *(_read_only(name, required=name in ("name", "type")) for name in ("name", "type", "description")),
    *(_read_only(name, "boolean") for name in ("multiValued", "required", "caseExact")),
    *(_read_only(name, multiValued=True) for name in ("canonicalValues", "referenceTypes")),
    *(_read_only(name) for name in ("mutability", "returned", "uniqueness")),
)
_SCHEMA = [
    *(_read_only(name, required=name != "description") for name in ("name", "description")),
    _read_only("attributes", "complex", (*_FACETS, _read_only("subAttributes", "complex", _FACETS, multiValued=True)),
               multiValued=True, required=True),
]  # fmt: skip

_SCHEMAS = (
    (USER, "User", "A person with an account", _USER),
    (GROUP, "Group", "A group of people", _GROUP),
    (CONFIG, "ServiceProviderConfig", "What the service supports", _CONFIG),
    (TYPE, "ResourceType", "A type of resource", _TYPE),
    (SCHEMA, "Schema", "A schema", _SCHEMA),
)
_TYPES = (("User", "/Users", USER), ("Group", "/Groups", GROUP))


def schemas(base: str) -> list[dict[str, Any]]:
    """The schemas. `base` is the URL of the service, without a trailing slash."""
    return [
        {
            "schemas": [SCHEMA],
            "id": urn,
            "name": name,
            "description": description,
            "attributes": attributes,
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{urn}"},
        }
        for urn, name, description, attributes in _SCHEMAS
    ]


def resource_types(base: str) -> list[dict[str, Any]]:
    """The types of resources: users and groups."""
    return [
        {
            "schemas": [TYPE],
            "id": name,
            "name": name,
            "endpoint": endpoint,
            "schema": urn,
            "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
        }
        for name, endpoint, urn in _TYPES
    ]


def service_provider_config(base: str) -> dict[str, Any]:
    """The service provider configuration: PATCH and filters, but no bulk, sorting, ETags or passwords."""
    no = {"supported": False}
    scheme = {
        "type": "oauthbearertoken",
        "name": "Bearer token",
        "description": "A token that `./regain scim token create` has made (RFC 6750).",
    }
    return {
        "schemas": [CONFIG],
        "patch": {"supported": True},
        "bulk": {**no, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": no,
        "sort": no,
        "etag": no,
        "authenticationSchemes": [scheme],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }
