"""SCIM users: accounts as an identity provider sees them."""

from collections.abc import Callable, Collection
from dataclasses import replace as with_
from typing import Any

from provisioning.people import People
from regain.adapters.store import retry_on_conflict
from regain.api.scim import Call, Reply
from regain.domain.account import Account
from regain.people.merging import merge
from regain.people.scim import attributes, filters, responses
from regain.people.scim import patch as patches
from regain.people.scim import users as resources
from regain.people.scim.attributes import USER
from regain.people.scim.refusals import refused, taken
from regain.problems import NOT_FOUND, Refused
from regain.runtime.services import services

_FOUND_BY = ("username", "externalid", "id")
_COMPARED = ("displayname", "preferredlanguage", "active")


def search(call: Call) -> Reply:
    """The users that match a filter, or all, page by page."""
    people, (start, count) = _people(call), responses.page(call.query)
    if not call.query.get("filter"):
        ids = services().provisioning.account_ids()
        some = people.get_many(ids[start - 1 : start - 1 + count])
        return Reply(responses.list_response([_shown(each, call) for each in some], len(ids), start))
    conditions = filters.parse(call.query["filter"])
    found = retry_on_conflict(lambda: _first(conditions, people))
    there = [_shown(found, call)] if found and count and start == 1 else []
    return Reply(responses.list_response(there, 1 if found else 0, start))


def create(call: Call) -> Reply:
    """Creates an account."""
    resource = attributes.read(call.body, USER)
    account = retry_on_conflict(lambda: _create(resource, call))
    shown = _shown(account, call)
    return Reply(shown, shown["meta"]["location"])


def show(account_id: str, call: Call) -> Reply:
    """One user."""
    return Reply(_shown(_get(account_id, call), call))


def replace(account_id: str, call: Call) -> Reply:
    """Replaces the attributes in the body. Others stay (RFC 7644, 3.5.1, leaves that to the service)."""
    return Reply(_shown(retry_on_conflict(lambda: _change(_get(account_id, call), _put, call)), call))


def patch(account_id: str, call: Call) -> Reply:
    """Changes attributes of a user."""
    return Reply(_shown(retry_on_conflict(lambda: _change(_get(account_id, call), _patch, call)), call))


def delete(account_id: str, call: Call) -> Reply:
    """Deletes the account and everything about it, except its events."""
    retry_on_conflict(lambda: _people(call).remove(_get(account_id, call)))
    return Reply()


def _first(conditions: tuple[filters.Condition, ...], people: People) -> Account | None:
    """The user that matches all conditions."""
    first = next((each for each in conditions if each.attribute in _FOUND_BY), None)
    if first is None:
        raise refused("invalidFilter", "Users are found by userName, externalId or id.")
    if any(each.attribute not in (*_FOUND_BY, *_COMPARED) for each in conditions):
        raise refused("invalidFilter", "Besides, displayName, preferredLanguage and active are compared.")
    if not isinstance(first.value, str) or not 0 < len(first.value) <= attributes.LONGEST:
        return None
    account = _find(first.attribute, first.value, people)
    if account is None:
        return None
    shown = {name.lower(): value for name, value in resources.to_resource(account).items()}
    others = [each for each in conditions if each is not first]
    return account if all(filters.equal(shown.get(each.attribute), each.value) for each in others) else None


def _find(attribute: str, value: str, people: People) -> Account | None:
    if attribute == "id":
        return people.get(value)
    if attribute == "externalid":
        return people.by_external_id(value)
    try:
        return people.by_user_id(resources.name_of({"userName": value}, services().organisation))
    except Refused:
        return None  # no account could have this name


def _create(resource: dict[str, Any], call: Call) -> Account:
    people, organisation, now = _people(call), services().organisation, services().now
    stated, _ = resources.stated(resource, resource, organisation)
    if people.by_user_id(stated.user_id):
        raise taken("userName")
    merged = merge(stated, (), None, now)
    external_id = resource.get("externalId") or ""
    account = people.named(with_(merged, id=people.id_for(external_id), external_id=external_id))
    _check_external(account, people)
    people.add(account)
    return account


def _put(account: Account, call: Call) -> Account:
    resource = attributes.read(call.body, USER)
    return _apply(account, resource, resource, call)


def _patch(account: Account, call: Call) -> Account:
    before = resources.to_resource(account)
    after = patches.apply(before, call.body, USER)
    said = {name for name in {**before, **after} if before.get(name) != after.get(name)}
    return _apply(account, after, said, call)


def _change(account: Account, change: Callable[[Account, Call], Account], call: Call) -> Account:
    """Changes an account. Nothing prevents a request from turning a person off: if anything else in it is refused, such
    as a user name that somebody has or a name that cannot be read, it does only that.
    """
    try:
        return change(account, call)
    except Refused:
        if not patches.turns_off(call.body):
            raise
        off = merge(with_(account, enabled=False), (), account, services().now)
        return _store(account, off, _people(call))


def _apply(account: Account, resource: dict[str, Any], said: Collection[str], call: Call) -> Account:
    people, organisation = _people(call), services().organisation
    stated, unspecified = resources.stated(resource, said, organisation)
    changed = merge(stated, unspecified, account, services().now)
    if "externalId" in said:
        changed = with_(changed, external_id=resource.get("externalId") or "")
    changed = people.named(changed)
    if changed.user_id != account.user_id and people.by_user_id(changed.user_id):
        raise taken("userName")
    _check_external(changed, people)
    return _store(account, changed, people)


def _store(account: Account, changed: Account, people: People) -> Account:
    if changed != account:
        people.change(account, changed)
    return changed


def _check_external(account: Account, people: People) -> None:
    other = people.by_external_id(account.external_id) if account.external_id else None
    if other and (other.id != account.id or not account.version):
        raise taken("externalId")


def _get(account_id: str, call: Call) -> Account:
    account = _people(call).get(account_id)
    if account is None:
        raise Refused(NOT_FOUND, detail="There is no user with this id.")
    call.context.about(services().recoveries.subject(account.id))
    return account


def _people(call: Call) -> People:
    return People(services(), f"scim {call.source}")


def _shown(account: Account, call: Call) -> dict[str, Any]:
    meta = {"resourceType": "User", "location": f"{call.base}/Users/{account.id}"}
    return responses.shown({**resources.to_resource(account), "meta": meta}, call.query)
