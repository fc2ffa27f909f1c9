"""Finds the account for each row of a file, by the row's ids in the source system, or else by the user ID.

A user ID can pass to another person, so an account with another id of the same kind is somebody else's.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from regain.directories.dynamodb import Accounts
from regain.domain.account import EXTERNAL_ID, Account
from regain.people.rows import Person

_GUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Match:
    """A row and its account.

    `account_id` is "" for somebody new. If it is set without an account (`old`), somebody who left has come back.
    `holder` is another person's account that currently has the row's user ID. `ids` are the row's ids that no other
    account has.
    """

    person: Person
    account_id: str
    old: Account | None
    holder: Account | None
    ids: tuple[str, ...]

    @property
    def takes_over(self) -> bool:
        """Whether the user ID passes from its holder, who is certainly another person, to one without an account.

        Under the same name, a source has more likely given the same person another id.
        """
        if self.old or not self.holder or _name(self.person.account) == _name(self.holder) != "":
            return False
        return _is_another(source_ids(self.person), self.holder)


def match(people: Sequence[Person], accounts: Accounts, moved: Collection[str] = ()) -> list[Match]:
    """The matches of rows, in their order. User IDs of accounts in `moved` count as free."""
    wanted = [source_ids(person) for person in people]
    user_ids = [person.account.user_id for person in people]
    leads = accounts.identifiers.find_all([*user_ids, *(each for ids in wanted for each in ids)])
    stored = accounts.get_many(leads.values())
    return [_match(person, ids, leads, stored, moved) for person, ids in zip(people, wanted, strict=True)]


def _match(
    person: Person, ids: tuple[str, ...], leads: dict[str, str], stored: dict[str, Account], moved: Collection[str]
) -> Match:
    user_id = person.account.user_id
    candidates = [leads[each] for each in ids if each in leads]
    own = next((each for each in candidates if not _is_another(ids, stored.get(each))), "")
    holder = stored.get(leads.get(user_id, ""))
    if holder and holder.id in moved:
        holder = None
    if holder and not own and (holder.id in candidates or not _is_another(ids, holder)):
        own = holder.id
    free = tuple(each for each in ids if leads.get(each, own) == own)
    return Match(person, own, stored.get(own), holder if holder and holder.id != own else None, free)


def rings(found: Sequence[Match]) -> list[list[Match]]:
    """Cycles of rows that exchange user IDs: each gets the next row's, and the last one the first's."""
    known = {each.account_id: each for each in found if each.old and each.holder}
    made: list[list[Match]] = []
    seen: set[str] = set()
    for first in known.values():
        ring: list[Match] = []
        each: Match | None = first
        while each and each.holder and each.account_id not in seen:
            seen.add(each.account_id)
            ring.append(each)
            each = known.get(each.holder.id)
        if ring and each is first:
            made.append(ring)
    return made


def source_ids(person: Person) -> tuple[str, ...]:
    """The ids of a row, in the form of an account's `identifiers`."""
    return tuple(f"{name}:{value.lower() if _GUID.fullmatch(value) else value}" for name, value in person.ids)


def with_ids(account: Account, ids: Sequence[str]) -> Account:
    """The account with these ids added to its own."""
    given = (each.removeprefix(EXTERNAL_ID) for each in ids if each.startswith(EXTERNAL_ID))
    external = next(given, account.external_id)
    others = (each for each in ids if not each.startswith(EXTERNAL_ID))
    return replace(account, external_id=external, source_ids=tuple(dict.fromkeys([*account.source_ids, *others])))


def _name(account: Account) -> str:
    return (account.display_name or f"{account.given_name} {account.surname}").strip().casefold()


def _is_another(ids: Sequence[str], account: Account | None) -> bool:
    """Whether an account belongs to somebody else, because it has another id of the same kind."""
    if account is None:
        return False
    known = dict(each.split(":", 1) for each in account.identifiers[1:])
    return any(known.get(kind, value) != value for kind, value in (each.split(":", 1) for each in ids))
