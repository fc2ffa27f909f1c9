"""PATCH (RFC 7644, 3.5.2), including what Entra and Okta send in practice: `Add` for `add`, paths as keys, filters in
paths, and values without a path.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from regain.people.scim import filters
from regain.people.scim.attributes import KEPT, READ_ONLY, USER, Attribute, item_of, simple_of, value_of, without_urn
from regain.people.scim.filters import Condition
from regain.people.scim.refusals import refused
from regain.problems import Refused

_LONGEST, _MOST = 2_000, 1_000
_PATH = re.compile(r"([A-Za-z$][\w$-]*)\s*(?:\[(.*)\])?(?:\.([A-Za-z$][\w$-]*))?", re.ASCII | re.DOTALL)
_VERBS = ("add", "replace", "remove")


@dataclass(frozen=True, slots=True)
class _Target:
    """The target of a path: an attribute, conditions on its values, and a sub-attribute."""

    attribute: Attribute
    conditions: tuple[Condition, ...] = ()
    part: Attribute | None = None


def apply(resource: Mapping[str, Any], body: Any, schema: str) -> dict[str, Any]:
    """The resource after a PATCH. Removed attributes are None.

    Raises:
        Refused: SCIM_REQUEST_NOT_ACCEPTED, with the `scimType` of RFC 7644, table 9.
    """
    made = deepcopy(dict(resource))
    for operation in _operations(body):
        named = {name.lower(): value for name, value in operation.items()}
        verb, path, value = named.get("op"), named.get("path"), named.get("value")
        if not isinstance(verb, str) or verb.lower() not in _VERBS:
            raise refused("invalidSyntax", "Each operation has an `op`: add, replace or remove.")
        if path is None or path == "":
            _apply_without_path(made, verb.lower(), value, schema)
        elif isinstance(path, str):
            _apply(made, verb.lower(), path, value, schema)
        else:
            raise refused("invalidPath", "A path is a text.")
    return made


def turns_off(body: Mapping[str, Any]) -> bool:
    """Whether a PUT or PATCH of a user says last that `active` is false, whatever else in it cannot be read."""
    named = {name.lower(): value for name, value in body.items()}
    try:
        operations = _operations(body) if "operations" in named else [{"op": "replace", "value": named}]
        said = [each for operation in operations for each in _active(operation)]
        return bool(said) and simple_of(KEPT[USER]["active"], said[-1]) is False
    except Refused:
        return False


def _active(operation: Mapping[str, Any]) -> list[Any]:
    """The values of `active` in an operation."""
    named = {name.lower(): value for name, value in operation.items()}
    path, value = named.get("path"), named.get("value")
    if str(named.get("op")).lower() not in ("add", "replace"):
        return []
    stated = {path: value} if isinstance(path, str) and path else value if isinstance(value, dict) else {}
    inside = [each for name, each in stated.items() if name.lower() == USER.lower() and isinstance(each, dict)]
    pairs = [pair for each in (stated, *inside) for pair in each.items()]
    return [each for name, each in pairs if without_urn(name.strip(), USER).lower() == "active"]


def _operations(body: Any) -> list[dict[str, Any]]:
    named = {name.lower(): value for name, value in body.items()} if isinstance(body, dict) else {}
    operations = named.get("operations")
    operations = [operations] if isinstance(operations, dict) else operations
    if not isinstance(operations, list) or not operations or not all(isinstance(each, dict) for each in operations):
        raise refused("invalidSyntax", "The body of a PATCH has `Operations`: a list of objects.")
    if len(operations) > _MOST:
        raise refused("tooMany", f"At most {_MOST} operations in one request.")
    return operations


def _apply_without_path(made: dict[str, Any], verb: str, value: Any, schema: str, inside: bool = False) -> None:
    """Each key of the value is a path: `active`, `name.givenName`, even `emails[type eq "work"].value`."""
    if verb == "remove":
        raise refused("noTarget", "`remove` needs a path.")
    if not isinstance(value, dict):
        raise refused("invalidValue", "Without a path the value is an object.")
    for name, each in value.items():
        if name.lower() == schema.lower() and not inside:
            _apply_without_path(made, verb, each, schema, inside=True)
        elif name.lower() not in (*READ_ONLY, "schemas"):  # Okta repeats the id
            _apply(made, verb, name, each, schema)


def _apply(made: dict[str, Any], verb: str, path: str, value: Any, schema: str) -> None:
    target = _target(path, schema)
    if target is None:
        return
    attribute = target.attribute
    if attribute.many:
        values = [dict(each) for each in made.get(attribute.name) or ()]
        made[attribute.name] = _many(values, verb, target, value) or None
    elif target.part:
        parts = dict(made.get(attribute.name) or {})
        parts[target.part.name] = None if verb == "remove" else simple_of(target.part, value)
        made[attribute.name] = parts
    elif verb == "remove":
        made[attribute.name] = None
    elif attribute.parts and value is not None:
        made[attribute.name] = {**(made.get(attribute.name) or {}), **(value_of(attribute, value) or {})}
    else:
        made[attribute.name] = value_of(attribute, value)


def _target(path: str, schema: str) -> _Target | None:
    """The target of a path; None if its attribute is not stored.

    Raises:
        Refused: invalidPath, invalidFilter, or mutability for an attribute that cannot be written.
    """
    path = without_urn(path.strip(), schema)
    if path.lower().startswith("urn:") and len(path) <= _LONGEST:
        return None  # an extension's attribute; none of those is stored
    match = _PATH.fullmatch(path) if len(path) <= _LONGEST else None
    if not match:
        raise refused("invalidPath", "The path cannot be read.")
    name, filtered, part = match.groups()
    if name.lower() in READ_ONLY:
        raise refused("mutability", f"{name} cannot be changed.")
    conditions = filters.parse(filtered) if filtered is not None else ()
    attribute = KEPT[schema].get(name.lower())
    if attribute is None:
        return None
    if (conditions and not attribute.many) or (part and not attribute.parts):
        raise refused("invalidPath", f"{attribute.name} has no such part.")
    found = attribute.parts.get(part.lower()) if part else None
    if part and found is None:
        return None
    return _Target(attribute, conditions, found)


def _many(values: list[dict[str, Any]], verb: str, target: _Target, value: Any) -> list[dict[str, Any]]:
    """The values of a multi-valued attribute after one operation."""
    if target.conditions or target.part:
        return _selected(values, verb, target, value)
    given = value_of(target.attribute, value) or []
    if verb == "replace":
        return given
    same = {each["value"].casefold() for each in given}
    if verb == "remove":
        return [] if value is None else [each for each in values if each["value"].casefold() not in same]
    if any(each.get("primary") for each in given):
        values = [{**each, "primary": False} for each in values]
    return [each for each in values if each["value"].casefold() not in same] + given


def _selected(values: list[dict[str, Any]], verb: str, target: _Target, value: Any) -> list[dict[str, Any]]:
    """The values after an operation on those that the path selects, or on a sub-attribute of them."""
    chosen = [each for each in values if _matches(each, target.conditions)]
    others = [each for each in values if each not in chosen]
    part = target.part
    if verb == "remove":
        if part is None or part.name == "value":
            return others
        return [{k: v for k, v in each.items() if each in others or k != part.name} for each in values]
    written = {part.name: simple_of(part, value)} if part else item_of(target.attribute, value)
    if not chosen:  # Entra replaces values that do not exist yet
        made = {**_said(target), **written}
        return [*values, made] if made.get("value") else values
    changed = [{**each, **written} if each in chosen else each for each in values]
    if written.get("primary"):
        changed = [{**each, "primary": each in [{**one, **written} for one in chosen]} for each in changed]
    return [{k: v for k, v in each.items() if v is not None} for each in changed if each.get("value")]


def _said(target: _Target) -> dict[str, Any]:
    """A new value that satisfies the conditions, such as `type eq "work"`."""
    parts = target.attribute.parts
    return {
        parts[each.attribute].name: simple_of(parts[each.attribute], each.value)
        for each in target.conditions
        if each.attribute in parts
    }


def _matches(item: Mapping[str, Any], conditions: tuple[Condition, ...]) -> bool:
    named = {name.lower(): value for name, value in item.items()}
    return all(filters.equal(named.get(each.attribute), each.value) for each in conditions)
