"""SCIM groups. Each member's account carries the group's name."""

from collections.abc import Iterable
from dataclasses import replace as with_
from functools import partial
from typing import Any

from provisioning.people import People
from regain.adapters.store import Conflict, Write, batched, retry_on_conflict
from regain.api.scim import Call, Reply
from regain.domain.account import Account
from regain.domain.group import Group
from regain.people.scim import attributes, filters, responses
from regain.people.scim import patch as patches
from regain.people.scim.attributes import GROUP
from regain.people.scim.refusals import refused, taken
from regain.problems import NOT_FOUND, Refused
from regain.runtime.services import services

_BATCH = 40  # accounts in one transaction, with two writes each


def search(call: Call) -> Reply:
    """The groups that match a filter, or all, page by page."""
    start, count = responses.page(call.query)
    conditions = filters.parse(call.query["filter"]) if call.query.get("filter") else ()
    found = [group for group in services().provisioning.groups() if _fits(group, conditions)]
    some = [_shown(group, call) for group in found[start - 1 : start - 1 + count]]
    return Reply(responses.list_response(some, len(found), start))


def create(call: Call) -> Reply:
    """Creates a group with its members."""
    resource = attributes.read(call.body, GROUP)
    people = _people(call)
    group = _stated(Group(people.new_id(), ""), resource)
    members = _members(resource, people)
    _store(None, group)
    _change_members(group.id, members, people, add=group.display_name)
    shown = _shown(group, call)
    return Reply(shown, shown["meta"]["location"])


def show(group_id: str, call: Call) -> Reply:
    """One group."""
    return Reply(_shown(_get(group_id), call))


def replace(group_id: str, call: Call) -> Reply:
    """Replaces the attributes in the body. Without `members`, the members stay."""
    return _changed(_get(group_id), attributes.read(call.body, GROUP), call)


def patch(group_id: str, call: Call) -> Reply:
    """Changes the name or the members of a group."""
    group = _get(group_id)
    members = _listed(group, "")
    before = {"displayName": group.display_name, "externalId": group.external_id or None, "members": members}
    after = patches.apply(before, call.body, GROUP)
    there = [each["value"] for each in members or ()]
    return _changed(group, {name: after[name] for name in after if after[name] != before[name]}, call, there)


def delete(group_id: str, call: Call) -> Reply:
    """Deletes a group, but not its members' accounts."""
    group, provisioning = _get(group_id), services().provisioning
    _change_members(group_id, provisioning.members(group_id), _people(call), remove=group.display_name)
    services().store.commit(provisioning.group_delete_writes(group))
    return Reply()


def _changed(group: Group, resource: dict[str, Any], call: Call, there: list[str] | None = None) -> Reply:
    """Applies a change. Members are changed first, so that repeating an interrupted request completes it.

    `there` are the members that the change was worked out from: others, whom a request at the same time adds, stay.
    """
    people, provisioning = _people(call), services().provisioning
    new = _stated(group, {"displayName": group.display_name, **resource})
    if there is None or "members" not in resource:
        renamed = new.display_name != group.display_name
        there = provisioning.members(group.id) if "members" in resource or renamed else []
    wanted = _members(resource, people, there) if "members" in resource else there
    _check_name(new)
    kept = set(wanted)
    _change_members(group.id, [each for each in there if each not in kept], people, remove=group.display_name)
    if new.display_name != group.display_name:
        _change_members(group.id, wanted, people, add=new.display_name, remove=group.display_name)
    else:
        had = set(there)
        _change_members(group.id, [each for each in wanted if each not in had], people, add=new.display_name)
    if new != group:
        _store(group, new)
    return Reply(_shown(new, call))


def _stated(group: Group, resource: dict[str, Any]) -> Group:
    name = resource.get("displayName")
    if not name:
        raise refused("invalidValue", "displayName is required.")
    external = resource.get("externalId", group.external_id)
    return with_(group, display_name=name, external_id=external or "")


def _check_name(group: Group) -> None:
    name = group.display_name.casefold()
    if any(each.display_name.casefold() == name and each.id != group.id for each in services().provisioning.groups()):
        raise taken("displayName")


def _store(old: Group | None, new: Group) -> None:
    _check_name(new)
    try:
        services().store.commit(services().provisioning.group_writes(old, new))
    except Conflict:
        raise taken("displayName") from None


def _members(resource: dict[str, Any], people: People, there: Iterable[str] = ()) -> list[str]:
    """The distinct ids of a resource's members. Raises Refused if one is not a user's, unless it is `there` already: an
    account may have been removed while it was added.
    """
    said = resource.get("members") or []
    if any((each.get("type") or "User").lower() != "user" for each in said):
        raise refused("invalidValue", "members: only users can be in a group.")
    wanted = list(dict.fromkeys(each["value"] for each in said))
    known = set(there)
    new = [each for each in wanted if each not in known]
    if len(people.get_many(new)) != len(new):
        raise refused("invalidValue", "members: a value is no id of a user.")
    return wanted


def _change_members(ids_of: str, account_ids: Iterable[str], people: People, add: str = "", remove: str = "") -> None:
    """Adds accounts to a group or removes them, several per transaction."""
    for some in batched(account_ids, _BATCH):
        retry_on_conflict(partial(_change_some, ids_of, list(some), people, add, remove))


def _change_some(group_id: str, account_ids: list[str], people: People, add: str, remove: str) -> None:
    provisioning = services().provisioning
    writes: list[Write] = []
    accounts = people.get_many(account_ids)
    for account in accounts:
        groups = _groups(account, add, remove)
        writes += [people.put_groups(account, groups)] if groups != account.groups else []
    if add:
        writes += [provisioning.member_write(group_id, account.id) for account in accounts]
    else:
        writes += [provisioning.member_delete_write(group_id, each) for each in account_ids]
    services().store.commit(writes)


def _groups(account: Account, add: str, remove: str) -> tuple[str, ...]:
    left = [name for name in account.groups if name != remove]
    return tuple(dict.fromkeys([*left, add] if add else left))


def _fits(group: Group, conditions: tuple[filters.Condition, ...]) -> bool:
    known = {"displayname": group.display_name, "externalid": group.external_id, "id": group.id}
    for each in conditions:
        if each.attribute in ("members", "members.value"):
            if each.value not in services().provisioning.members(group.id):
                return False
        elif each.attribute not in known:
            raise refused("invalidFilter", "Groups are found by displayName, externalId, id or members.")
        elif not filters.equal(known[each.attribute], each.value):
            return False
    return True


def _get(group_id: str) -> Group:
    group = services().provisioning.group(group_id)
    if group is None:
        raise Refused(NOT_FOUND, detail="There is no group with this id.")
    return group


def _people(call: Call) -> People:
    return People(services(), f"scim {call.source}")


def _listed(group: Group, base: str) -> list[dict[str, Any]] | None:
    """The values of `members`; with a `base`, each has its `$ref`."""
    found = [{"value": each, "type": "User"} for each in services().provisioning.members(group.id)]
    return [{**each, "$ref": f"{base}/Users/{each['value']}"} if base else each for each in found] or None


def _shown(group: Group, call: Call) -> dict[str, Any]:
    resource: dict[str, Any] = {"schemas": [GROUP], "id": group.id, "displayName": group.display_name}
    if group.external_id:
        resource["externalId"] = group.external_id
    only, without = (responses.names(call.query.get(name, "")) for name in ("attributes", "excludedAttributes"))
    if "members" not in without and (not only or any(name.startswith("members") for name in only)):
        resource["members"] = _listed(group, call.base) or []
    resource["meta"] = {"resourceType": "Group", "location": f"{call.base}/Groups/{group.id}"}
    return responses.shown(resource, call.query)
