"""The report of what an import changes, in numbers and by name. A dry run reports the same as the import."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields

from regain.domain.account import Account, methods
from regain.domain.eligibility import eligibility
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.people.merging import FIELDS
from regain.people.rows import Person

_NAMES = ("display_name", "given_name", "surname")
_DESTINATIONS = ("mail", "other_mails", "mobile_phone", "office_phone")


_FEW, _SHARE = 10, 10


def are_too_many(number: int, of: int) -> bool:
    """Whether a change affects so many people that the file is probably wrong: more than ten, and more than a tenth."""
    return number > max(_FEW, of // _SHARE)


@dataclass(frozen=True, slots=True)
class EligibilityCheck:
    """Checks who could use self-service reset under these settings.

    `security_infos` reads the security info of up to a hundred account ids, in their order.
    """

    organisation: Organisation
    security_infos: Callable[[Sequence[str]], Sequence[SecurityInfo]]

    def capable(self, account: Account, info: SecurityInfo) -> bool:
        """Whether this person could reset their password themselves."""
        own = policies.for_account(self.organisation, account)
        return eligibility(account, info, own.recovery, own.domains).capable

    def kinds(self, account: Account, info: SecurityInfo) -> list[str]:
        """The kinds of method that this person has."""
        own = policies.for_account(self.organisation, account)
        found = methods(account, info, own.recovery, own.domains)
        return list(dict.fromkeys(method.kind for method in found))


@dataclass(slots=True)
class Changes:
    """What an import changes. Lists hold user IDs, or pairs of a user ID and a detail.

    `fields` counts people by field that changes. `moved` get another user ID. `taken_over` are user IDs that pass to
    somebody new from a person whose account is removed; `taken` are user IDs of rows refused because another person has
    them. `missing` are people whom the file does not list, and who are turned off for that. `roles` are new roles.
    `kept` are local changes that the file contradicts. `unknown` are people added as disabled because the file does not
    say whether they are enabled. `replaced` get other names and other destinations but keep their password: the user ID
    may have a new owner. Of the `people` in the file, `capable` could use self-service reset.
    """

    fields: Counter[str] = field(default_factory=Counter)
    added: list[str] = field(default_factory=list)
    moved: list[tuple[str, str]] = field(default_factory=list)
    taken_over: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    enabled: list[str] = field(default_factory=list)
    disabled: list[str] = field(default_factory=list)
    roles: list[tuple[str, str]] = field(default_factory=list)
    renamed: list[tuple[str, str]] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    methods_lost: list[tuple[str, str]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    first_passwords: int = 0
    accepted_passwords: int = 0
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

    def add(self, person: Person, old: Account | None, new: Account) -> None:
        """Counts one person in the file, with the stored account (`old`) and the one that replaces it."""
        self._add_password(person, old, new)
        if new.role != (old.role if old else ""):
            self.roles.append((new.user_id, new.role or f"no longer {old.role if old else ''}"))
        if old is None:
            self.added.append(new.user_id)
            if "enabled" in person.unspecified and not new.enabled:
                self.unknown.append(new.user_id)
            return
        if old.user_id != new.user_id:
            self.moved.append((new.user_id, f"was {old.user_id}"))
        self.kept += [(new.user_id, name) for name in _contradicted(person, old, new)]
        different = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
        self.fields.update(different)
        if "enabled" in different:
            (self.enabled if new.enabled else self.disabled).append(new.user_id)
        if any(name in _NAMES for name in different):
            self.renamed.append((new.user_id, f"{_display_name(old)} → {_display_name(new)}"))
            if old.password and any(name in _DESTINATIONS for name in different):
                self.replaced.append(new.user_id)

    def add_eligibility(self, old: Account | None, new: Account, info: SecurityInfo, check: EligibilityCheck) -> None:
        """Counts whether this person could use self-service reset, and which methods they lose."""
        self.people += 1
        self.capable += check.capable(new, info)
        if old and old != new:
            left = check.kinds(new, info)
            lost = [kind for kind in check.kinds(old, info) if kind not in left]
            if lost:
                self.methods_lost.append((new.user_id, ", ".join(lost)))

    def _add_password(self, person: Person, old: Account | None, new: Account) -> None:
        if not person.password:
            return
        if old and old.password:
            self.unused_passwords += 1
        elif new.must_change_password:
            self.first_passwords += 1
        else:
            self.accepted_passwords += 1


def _contradicted(person: Person, old: Account, new: Account) -> list[str]:
    """The local changes that are kept although the file says otherwise."""
    return [
        name
        for name in old.local_changes
        if name in new.local_changes
        and name not in person.unspecified
        and getattr(person.account, name) != getattr(new, name)
    ]


def _display_name(account: Account) -> str:
    return account.display_name or f"{account.given_name} {account.surname}".strip() or "–"
