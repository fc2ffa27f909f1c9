"""People whom a file no longer lists."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.people.changes import are_too_many
from regain.people.notifications import ImportNotifier


class TooManyError(Exception):
    """So many people are missing that the file is more likely cut off, or that of a part of the organisation."""


def find(everybody: Iterable[Account], listed: Collection[str], at_most: int | None = None) -> list[Account]:
    """The accounts to turn off: those whose user IDs are not `listed`.

    Whoever was granted a role in Regain stays on: a file does not undo what was decided here.

    Raises:
        TooManyError: they are more than `at_most`, or without it more than ten and than a tenth of those who are on.
    """
    found, on = [], 0
    for account in everybody:
        on += account.enabled
        granted = bool(account.role) and "role" in account.local_changes
        if account.enabled and account.user_id not in listed and not granted:
            found.append(account)
    if are_too_many(len(found), on) if at_most is None else len(found) > at_most:
        raise TooManyError(f"{len(found)} of {on} people are not in the file")
    return found


def turn_off(
    leaving: Iterable[Account],
    notifier: ImportNotifier,
    security_infos: Callable[[Sequence[str]], Sequence[SecurityInfo]],
) -> None:
    """Turns these accounts off, and tells whom it concerns.

    Raises:
        Conflict: an account was changed at the same time; run the import again.
    """
    for account in leaving:
        off = replace(account, enabled=False, generation=account.generation + 1)
        (info,) = security_infos([account.id])
        told = notifier.writes(account, off, info, notifier.reference())
        notifier.services.store.commit([*notifier.services.accounts.replace_writes(account, off), *told])
