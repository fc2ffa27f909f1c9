"""Maps accounts to SCIM users and back."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from regain.domain import user_id
from regain.domain.account import Account
from regain.domain.human_input import read_line
from regain.organisation.settings import Organisation
from regain.people import contacts
from regain.people.merging import FIELDS
from regain.people.scim.attributes import USER
from regain.people.scim.refusals import refused
from regain.problems import Refused

_MOST_PLACES = 20
_FIELDS_OF = {
    "userName": (),
    "displayName": ("display_name",),
    "preferredLanguage": ("language",),
    "active": ("enabled",),
    "name": ("given_name", "surname"),
    "emails": ("mail", "other_mails"),
    "phoneNumbers": ("mobile_phone", "office_phone"),
}
"""The account's fields that each attribute maps to."""


def to_resource(account: Account) -> dict[str, Any]:
    """The account as a SCIM user, without `meta` and without empty attributes."""
    name = {"givenName": account.given_name, "familyName": account.surname}
    resource = {
        "schemas": [USER],
        "id": account.id,
        "externalId": account.external_id,
        "userName": account.user_id,
        "displayName": account.display_name,
        "name": {part: value for part, value in name.items() if value},
        "preferredLanguage": account.language,
        "emails": _places([("work", account.mail), *(("home", each) for each in account.other_mails)]),
        "phoneNumbers": _places([("work", account.office_phone), ("mobile", account.mobile_phone)]),
    }
    return {**{name: value for name, value in resource.items() if value}, "active": account.enabled}


def _places(places: Iterable[tuple[str, str]]) -> list[dict[str, Any]]:
    """Addresses or numbers as a multi-valued attribute. The first is primary."""
    there = [{"value": value, "type": kind} for kind, value in places if value]
    return [{**each, "primary": number == 0} for number, each in enumerate(there)]


def stated(
    resource: Mapping[str, Any], said: Collection[str], organisation: Organisation
) -> tuple[Account, tuple[str, ...]]:
    """What a resource states about an account, and the fields that it leaves unspecified: those of attributes that are
    not in `said`.

    Nothing prevents a request from turning a person off: it then ignores addresses and numbers that cannot be parsed.

    Raises:
        Refused: SCIM_REQUEST_NOT_ACCEPTED, invalidValue, with the attribute's name.
    """
    active = resource.get("active")
    if active is None and "active" in said:
        raise refused("invalidValue", "active: write true or false.")
    name, strict = resource.get("name") or {}, active is not False
    fields: dict[str, Any] = {
        "display_name": read_line(resource.get("displayName") or ""),
        "given_name": read_line(name.get("givenName") or ""),
        "surname": read_line(name.get("familyName") or ""),
        "language": resource.get("preferredLanguage") or "",
        "enabled": active is not False,
    }
    if "emails" in said:
        fields["mail"], fields["other_mails"] = _addresses(resource.get("emails") or (), strict)
    if "phoneNumbers" in said:
        numbers = _numbers(resource.get("phoneNumbers") or (), organisation.recovery.phone_countries, strict)
        fields["mobile_phone"], fields["office_phone"] = numbers
    spoken = {field for attribute in said for field in _FIELDS_OF.get(attribute, ())}
    unspecified = tuple(field for field in FIELDS if field not in spoken)
    return Account(user_id=name_of(resource, organisation), **fields), unspecified


def name_of(resource: Mapping[str, Any], organisation: Organisation) -> str:
    """The normalised user ID in `userName`.

    Raises:
        Refused: SCIM_REQUEST_NOT_ACCEPTED, invalidValue.
    """
    typed = resource.get("userName")
    if not typed:
        raise refused("invalidValue", "userName is required.")
    try:
        found = user_id.normalise(typed, organisation.domains, organisation.default_domain)
    except Refused:
        raise refused("invalidValue", "userName: this is not a user ID, such as maria.silva@domain.") from None
    if found.rpartition("@")[2] not in organisation.domains:
        domains = ", ".join(organisation.domains)
        raise refused("invalidValue", f"userName: the domain is none of the organisation's: {domains}.")
    if organisation.domains[found.rpartition("@")[2]].has_directory:
        raise refused(
            "invalidValue", "userName: people of this domain are found in its directory. Leave them out here."
        )
    return found


def _addresses(values: Collection[Mapping[str, Any]], strict: bool) -> tuple[str, tuple[str, ...]]:
    """The work address (the primary or first one of that type or without a type), and all others."""
    if len(values) > _MOST_PLACES:
        raise refused("invalidValue", f"emails: at most {_MOST_PLACES} addresses.")
    work, others = "", []
    for each in sorted(values, key=_is_secondary):
        try:
            address = contacts.parse_email(each["value"])
        except Refused:
            if strict:
                raise refused("invalidValue", "emails: a value is not an e-mail address.") from None
            continue
        if not work and (each.get("type") or "work").lower() == "work":
            work = address
        elif not contacts.is_undeliverable(
            address
        ):  # an undeliverable one is not a method, but not an error in the request either
            others.append(address)
    return work, tuple(dict.fromkeys(each for each in others if each != work))


def _numbers(values: Collection[Mapping[str, Any]], countries: tuple[str, ...], strict: bool) -> tuple[str, str]:
    """The mobile number (also one without a type) and the work number: of several, the primary or first one."""
    found: dict[str, str] = {}
    for each in sorted(values, key=_is_secondary)[:_MOST_PLACES]:
        kind = (each.get("type") or "mobile").lower()
        if kind not in ("mobile", "work") or kind in found:
            continue
        try:
            number = contacts.parse_phone_number(each["value"], countries)
            if number.in_use or not contacts.is_extension(each["value"]):
                found[kind] = number.e164
        except Refused:
            if strict and not contacts.is_extension(each["value"]):
                what = f'phoneNumbers[type eq "{kind}"]: the value is not a telephone number that codes may go to.'
                raise refused("invalidValue", f"{what} Write it with its country code.") from None
    return found.get("mobile", ""), found.get("work", "")


def _is_secondary(value: Mapping[str, Any]) -> bool:
    """A key that sorts the primary value before all others, which keep their order."""
    return not value.get("primary")
