"""People in the stand-in for Entra ID, from any people file."""

import secrets

from local.directories.entra_tenant import Tenant
from regain.people.rows import Person


def load(tenant: Tenant, people: list[Person]) -> tuple[int, list[str]]:
    """Adds the people who are not there yet, password and all, with their groups.

    Administrators get a directory role, and the last of those who could reset is one whom Active Directory would keep.
    Returns how many were added, and what to say of these.
    """
    there = {user["userPrincipalName"].lower() for user in tenant.users.values()}
    new = [person for person in people if person.account.user_id not in there]
    keys = {person.account.user_id: _add(tenant, person) for person in new}
    administrators = [person.account.user_id for person in people if person.account.role == "administrator"]
    ordinary = [each.account for each in people if each.account.enabled and each.account.other_mails]
    synchronised = [each.user_id for each in ordinary if not each.role][1:][-1:]
    for user_id in keys.keys() & set(administrators):
        tenant.join(keys[user_id], "Global Administrator", "directoryRole")
    for user_id in keys.keys() & set(synchronised):
        tenant.users[keys[user_id]]["onPremisesSyncEnabled"] = True
    tenant.save()
    return len(new), [
        *(f"{each} is an administrator of the tenant: nobody resets that password" for each in administrators),
        *(f"{each} is synchronised from Active Directory: that password is not set here" for each in synchronised),
    ]


def _add(tenant: Tenant, person: Person) -> str:
    account = person.account
    password = person.password or secrets.token_urlsafe(24)
    key = tenant.add(
        account.user_id, password, displayName=account.display_name, givenName=account.given_name or None,
        surname=account.surname or None, mail=account.mail or None, otherMails=list(account.other_mails),
        mobilePhone=account.mobile_phone or None, accountEnabled=account.enabled,
        businessPhones=[account.office_phone] if account.office_phone else [],
    )  # fmt: skip
    for group in account.groups:
        tenant.join(key, group)
    return key
