"""Findings of `doctor` from a sample of the people below the base: at most `MOST` are read."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from regain.directories.base import Finding, Person
from regain.directories.ldap.messages import Entry
from regain.directories.ldap.names import first_value
from regain.domain.ldap import Ldap

MOST = 500
"""Every server returns at least this many by default, and they are usually enough to show what is wrong."""
_NAMED = 3


def findings(
    settings: Ldap, entries: Sequence[Entry], people: Sequence[Person], capable: Callable[[Person], bool] | None
) -> Iterator[Finding]:
    """How many people there are, how they are found, and how many of them can reset and may be reset."""
    size = len(entries)
    if not size:
        yield Finding("wrong", "There is nobody below the base.", "Name the unit in which people are.")
        return
    more = f"People below the base: {size} or more. So many were looked at."
    yield Finding("ok", more if size >= MOST else f"People below the base: {size}.")
    yield from _user_ids(settings, entries)
    yield from _shared(settings, entries)
    if unknown := sum(not person.key for person in people):
        key = "objectGUID" if settings.kind == "active-directory" else "entryUUID"
        what = f"Without {key}: {unknown} of {size} people. Nobody finds them."
        yield Finding("wrong", what, "Let the service account read it: it tells people apart.")
    protected = sum(person.protected for person in people)
    if protected:
        yield Finding("ok", f"Protected: {protected} of {size}. They are told whom to ask, and nothing is changed.")
    if capable:
        yield _capable(sum(map(capable, people)), size)


def _user_ids(settings: Ldap, entries: Sequence[Entry]) -> Iterator[Finding]:
    names, size = " or ".join(settings.user_id), len(entries)
    without = sum(not any(entry.one(name) for name in settings.user_id) for entry in entries)
    if without == size:
        to_do = f"Name the attribute that holds what they type: none of {size} has one of these."
        yield Finding("wrong", f"People have no {names}.", to_do)
    elif without:
        to_do = "Give them one, or name another attribute in `user_id`."
        yield Finding("warning", f"Without {names}: {without} of {size} people. Nobody finds them.", to_do)


def _shared(settings: Ldap, entries: Sequence[Entry]) -> Iterator[Finding]:
    """Finds user IDs that several people share. Regain cannot find people by such a user ID."""
    for name in settings.user_id:
        whose: dict[str, list[str]] = defaultdict(list)
        for entry in entries:
            for value in {each.casefold() for each in entry.all(name)}:
                whose[value].append(first_value(entry.dn))
        shared = [people for people in whose.values() if len(people) > 1]
        if shared:
            some = ", ".join(sorted({person for people in shared for person in people})[:_NAMED])
            what = f"Shared {name}: {sum(map(len, shared))} people ({some}…). Whoever shares one is not found by it."
            yield Finding("warning", what, f"Give each a {name} of their own.")


def _capable(able: int, size: int) -> Finding:
    what = f"Able to reset by what the directory says of them: {able} of {size} people."
    to_do = (
        "The others register methods first, or have otherMailbox or mobile filled in. A mail in one of your own "
        "domains proves nothing: the lost password opens it."
    )
    return Finding("ok" if able == size else "warning", what, "" if able == size else to_do)
