"""The attributes of users and groups that are stored, and how requests may write their values.

Names are case-insensitive (RFC 7643, 2.1). Attributes that are not stored, such as `title`, are accepted and ignored,
because the default mappings of identity providers send them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regain.domain.human_input import has_controls
from regain.people.scim.refusals import refused

USER, GROUP = "urn:ietf:params:scim:schemas:core:2.0:User", "urn:ietf:params:scim:schemas:core:2.0:Group"
LONGEST = 256
"""The maximum length of a string, in characters."""
_MOST = 5_000  # values of an attribute
_TRUE, _FALSE = ("true", "1"), ("false", "0")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute. `parts` are its sub-attributes, by their names in lower case."""

    name: str
    kind: str = "string"  # or boolean
    many: bool = False
    parts: Mapping[str, "Attribute"] = field(default_factory=dict)


def _of(*attributes: Attribute) -> dict[str, Attribute]:
    return {attribute.name.lower(): attribute for attribute in attributes}


_PLACE = _of(Attribute("value"), Attribute("type"), Attribute("primary", "boolean"))
KEPT: dict[str, dict[str, Attribute]] = {
    USER: _of(
        Attribute("userName"),
        Attribute("externalId"),
        Attribute("displayName"),
        Attribute("preferredLanguage"),
        Attribute("active", "boolean"),
        Attribute("name", parts=_of(Attribute("givenName"), Attribute("familyName"))),
        Attribute("emails", many=True, parts=_PLACE),
        Attribute("phoneNumbers", many=True, parts=_PLACE),
    ),
    GROUP: _of(
        Attribute("displayName"),
        Attribute("externalId"),
        Attribute("members", many=True, parts=_of(Attribute("value"), Attribute("type"))),
    ),
}
"""The stored attributes by schema, and by name in lower case."""
READ_ONLY = ("id", "meta", "groups")


def read(document: Mapping[str, Any], schema: str) -> dict[str, Any]:
    """The stored attributes of a resource in a POST or PUT, under their canonical names. Null is None."""
    found = {}
    for name, value in document.items():
        attribute = KEPT[schema].get(without_urn(name, schema).lower())
        if attribute:
            found[attribute.name] = value_of(attribute, value)
    return found


def without_urn(name: str, schema: str) -> str:
    """A name without its schema's URN."""
    return name[len(schema) + 1 :] if name.lower().startswith(schema.lower() + ":") else name


def value_of(attribute: Attribute, value: Any) -> Any:
    """A value of the attribute, converted to its type; None if it is null or empty.

    Raises:
        Refused: SCIM_REQUEST_NOT_ACCEPTED, invalidValue.
    """
    if attribute.many:
        values = value if isinstance(value, list) else [] if value is None else [value]
        if len(values) > _MOST:
            raise refused("invalidValue", f"{attribute.name}: at most {_MOST} values at once.")
        return [item for each in values if (item := item_of(attribute, each))] or None
    if attribute.parts:
        return None if value is None else _parts(attribute, value) or None
    return simple_of(attribute, value)


def item_of(attribute: Attribute, value: Any) -> dict[str, Any]:
    """One value of a multi-valued attribute: an object, or a string that stands for its `value`."""
    item = _parts(attribute, {"value": value} if isinstance(value, str) else value)
    return {name: part for name, part in item.items() if part is not None} if item.get("value") else {}


def simple_of(attribute: Attribute, value: Any) -> str | bool | None:
    """A trimmed string, or a boolean, which some clients send as a string; None for null or an empty string."""
    if value is None:
        return None
    if attribute.kind == "boolean":
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in (*_TRUE, *_FALSE):
            return value.strip().lower() in _TRUE
        raise refused("invalidValue", f"{attribute.name}: write true or false.")
    if not isinstance(value, str) or len(value) > LONGEST or has_controls(value.replace("\t", " ")):
        raise refused("invalidValue", f"{attribute.name}: write a text of at most {LONGEST} characters on one line.")
    return value.strip() or None


def _parts(attribute: Attribute, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise refused("invalidValue", f"{attribute.name}: write an object.")
    return {
        part.name: simple_of(part, each) for name, each in value.items() if (part := attribute.parts.get(name.lower()))
    }
