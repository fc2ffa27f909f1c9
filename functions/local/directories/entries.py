"""People as entries of a directory on this machine, from any people file."""

from collections import defaultdict
from collections.abc import Iterable

import argon2

from local.directories import ldif
from local.directories.running import Running
from regain.people.rows import Person

_DISABLED, _NORMAL = 0x202, 0x200


def load(running: Running, people: Iterable[Person]) -> tuple[int, dict[str, str]]:
    """Adds the people who are not there yet, password and all, and their groups.

    Returns how many were added, and the distinguished name of each by user ID.
    """
    everybody = list(people)
    names = {person.account.user_id: _name(running, person) for person in everybody}
    there = ldif.names(running)
    new = [person for person in everybody if names[person.account.user_id].casefold() not in there]
    make = _in_active_directory if running.kind == "active-directory" else _in_openldap
    ldif.apply(running, [ldif.record(names[person.account.user_id], make(person)) for person in new])
    off = [names[person.account.user_id] for person in new if not person.account.enabled]
    if running.kind == "openldap" and off:
        ldif.apply(
            running, [ldif.replacement(each, "pwdAccountLockedTime", "000001010000Z") for each in off], relax=True
        )
    ldif.apply(running, _groups(running, new, names, there))
    return len(new), names


def _name(running: Running, person: Person) -> str:
    own = person.account.user_id.rpartition("@")[0]
    return f"{'CN' if running.kind == 'active-directory' else 'uid'}={ldif.escaped(own)},{running.base}"


def _in_openldap(person: Person) -> dict[str, ldif.Values]:
    account = person.account
    password = {"userPassword": hashed(person.password)} if person.password else {}
    return {
        "objectClass": "inetOrgPerson", "cn": account.display_name or account.user_id, **password,
        "sn": account.surname or account.display_name or account.user_id, **_contacts(person),
        "mail": [*filter(None, (account.mail,)), *account.other_mails],
    }  # fmt: skip


def hashed(password: str) -> str:
    """A password as OpenLDAP stores it: it takes a clear one as it is, and keeps it so."""
    return "{ARGON2}" + argon2.PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1).hash(password)


def _in_active_directory(person: Person) -> dict[str, ldif.Values]:
    account = person.account
    password = {"unicodePwd": f'"{person.password}"'.encode("utf-16-le")} if person.password else {}
    control = _NORMAL if account.enabled and person.password else _DISABLED
    surname = {"sn": account.surname} if account.surname else {}
    return {
        "objectClass": "user", "userPrincipalName": account.user_id, "userAccountControl": str(control), **password,
        **surname, **_contacts(person), "mail": [*filter(None, (account.mail,))], "otherMailbox": account.other_mails,
    }  # fmt: skip


def _contacts(person: Person) -> dict[str, ldif.Values]:
    account = person.account
    given = {
        "displayName": account.display_name, "givenName": account.given_name, "mobile": account.mobile_phone,
        "telephoneNumber": account.office_phone,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value}


def _groups(running: Running, people: list[Person], names: dict[str, str], there: frozenset[str]) -> list[str]:
    members: dict[str, list[str]] = defaultdict(list)
    for person in people:
        for group in person.account.groups:
            members[group].append(names[person.account.user_id])
    kind, records = "group" if running.kind == "active-directory" else "groupOfNames", []
    for group, dns in members.items():
        dn = f"CN={ldif.escaped(group)},{running.base}"
        if dn.casefold() in there:
            records.append(ldif.replacement(dn, "member", dns, "add"))
        else:
            records.append(ldif.record(dn, {"objectClass": kind, "cn": group, "member": dns}))
    return records
