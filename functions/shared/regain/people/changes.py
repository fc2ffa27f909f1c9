"""What an import changes, in numbers and by name: the same before it (`--dry-run`) and after."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

from regain.domain.account import Account, methods
from regain.domain.eligibility import eligibility
from regain.domain.security_info import SecurityInfo
from regain.organisation.settings import Organisation
from regain.people.rows import FIELDS, Person

_NAMES = ("display_name", "given_name", "surname")
_PLACES = ("mail", "other_mails", "mobile_phone", "office_phone")


@dataclass(frozen=True, slots=True)
class Standing:
    """Who could get back in alone, and how: by the organisation's settings and what people have registered."""

    organisation: Organisation
    infos: Callable[[Sequence[str]], Sequence[SecurityInfo]]

    def capable(self, account: Account, info: SecurityInfo) -> bool:
        """Whether this person could reset their password alone."""
        return eligibility(account, info, self.organisation.recovery, self.organisation.domains).capable

    def kinds(self, account: Account, info: SecurityInfo) -> list[str]:
        """The kinds of method by which this person gets back in."""
        found = methods(account, info, self.organisation.recovery, self.organisation.domains)
        return list(dict.fromkeys(method.kind for method in found))


@dataclass(slots=True)
class Changes:
    """What an import changes. Lists hold user IDs, or pairs of a user ID and what about it.

    `fields` counts the people for whom a field changes. `kept` is what was decided in Regain and stays against the
    file. `unknown` are added turned off, since the file leaves blank whether they are on. `another` keep their password
    under other names and other places: perhaps somebody else now. Of `people` in the file, `capable` could get back in
    alone. `notices` go to those whom the changes concern.
    """

    fields: Counter[str] = field(default_factory=Counter)
    added: list[str] = field(default_factory=list)
    turned_on: list[str] = field(default_factory=list)
    turned_off: list[str] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    another: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    first_passwords: int = 0
    kept_passwords: int = 0
    unused_passwords: int = 0
    people: int = 0
    capable: int = 0
    notices: int = 0

    def __iadd__(self, other: "Changes") -> "Changes":
        for each in fields(self):
            mine, theirs = getattr(self, each.name), getattr(other, each.name)
            if isinstance(mine, int):
                setattr(self, each.name, mine + theirs)
            else:
                (mine.update if isinstance(mine, Counter) else mine.extend)(theirs)
        return self

    def see(self, person: Person, old: Account | None, new: Account) -> None:
        """One person of the file: the account that was there, and the one that is to be."""
        self._see_password(person, old, new)
        if old is None:
            self.added.append(new.user_id)
            if "enabled" in person.unsaid and not new.enabled:
                self.unknown.append(new.user_id)
            return
        self.kept += [(new.user_id, name) for name in kept(person, old, new)]
        different = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
        self.fields.update(different)
        if "enabled" in different:
            (self.turned_on if new.enabled else self.turned_off).append(new.user_id)
        if any(name in _NAMES for name in different):
            self.renamed.append((new.user_id, f"{_called(old)} → {_called(new)}"))
            if old.password and any(name in _PLACES for name in different):
                self.another.append(new.user_id)

    def stand(self, old: Account | None, new: Account, info: SecurityInfo, standing: Standing) -> None:
        """Whether this person could get back in alone, and whether they lose a way to."""
        self.people += 1
        self.capable += standing.capable(new, info)
        if old and old != new:
            left = standing.kinds(new, info)
            gone = [kind for kind in standing.kinds(old, info) if kind not in left]
            if gone:
                self.lost.append((new.user_id, ", ".join(gone)))

    def _see_password(self, person: Person, old: Account | None, new: Account) -> None:
        if not person.password:
            return
        if old and old.password:
            self.unused_passwords += 1
        elif new.must_change_password:
            self.first_passwords += 1
        else:
            self.kept_passwords += 1


def kept(person: Person, old: Account, new: Account) -> list[str]:
    """The fields of which the file says something else than what was decided here, and stays."""
    return [
        name
        for name in old.decided_here
        if name in new.decided_here
        and name not in person.unsaid
        and getattr(person.account, name) != getattr(new, name)
    ]


def _called(account: Account) -> str:
    return account.display_name or f"{account.given_name} {account.surname}".strip() or "–"
