"""SCIM responses: lists (RFC 7644, 3.4.2), errors (3.12), and attribute selection (3.9)."""

from collections.abc import Iterable, Mapping
from typing import Any

from regain.people.scim import filters
from regain.people.scim.refusals import refused

MOST_RESULTS = 200
_FEW = 100
_LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
_ALWAYS = ("schemas", "id")


def page(query: Mapping[str, str]) -> tuple[int, int]:
    """`startIndex` (from 1) and `count` of a query (RFC 7644, 3.4.2.4). Raises Refused, invalidValue."""
    found = {}
    for name, default in (("startIndex", 1), ("count", _FEW)):
        text = query.get(name, "")
        try:
            found[name] = int(text) if text else default
        except ValueError:
            raise refused("invalidValue", f"{name} is a whole number.") from None
    return max(1, found["startIndex"]), min(max(0, found["count"]), MOST_RESULTS)


def list_response(resources: list[dict[str, Any]], total: int, start: int = 1) -> dict[str, Any]:
    """One page of `total` resources, from `start` on."""
    return {
        "schemas": [_LIST],
        "totalResults": total,
        "startIndex": start,
        "itemsPerPage": len(resources),
        "Resources": resources,
    }


def shown(resource: Mapping[str, Any], query: Mapping[str, str]) -> dict[str, Any]:
    """A resource with only the `attributes` of a query, or without its `excludedAttributes`; id and schemas stay."""
    only, without = names(query.get("attributes", "")), names(query.get("excludedAttributes", ""))
    found = {}
    for name, value in resource.items():
        if name in _ALWAYS:
            found[name] = value
        elif not only or name.lower() in only:
            if name.lower() not in without:
                found[name] = _without(value, name, without)
        elif parts := {each.partition(".")[2] for each in only if each.startswith(f"{name.lower()}.")}:
            found[name] = _only(value, parts)
    return found


def names(listed: str) -> set[str]:
    """The names in a comma-separated list, in lower case and without the schema's URN."""
    return {filters.bare(name.strip()).lower() for name in listed.split(",") if name.strip()}


def _only(value: Any, parts: set[str]) -> Any:
    if isinstance(value, list):
        return [_only(each, parts) for each in value]
    return {name: each for name, each in value.items() if name.lower() in parts} if isinstance(value, dict) else value


def _without(value: Any, name: str, without: Iterable[str]) -> Any:
    parts = {each.partition(".")[2] for each in without if each.startswith(f"{name.lower()}.")}
    if not parts:
        return value
    if isinstance(value, list):
        return [_without(each, name, without) for each in value]
    if not isinstance(value, dict):
        return value
    return {part: each for part, each in value.items() if part.lower() not in parts}
