"""People whom a file no longer lists."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.people.changes import are_too_many
from regain.people.notifications import ImportNotifier


class TooManyError(Exception):
    """So many people are missing that the file is probably truncated, or covers only part of the organisation."""


def find(
    everybody: Iterable[Account], listed: Collection[str], at_most: int | None = None, provisioned: Collection[str] = ()
) -> tuple[list[Account], Counter[str]]:
    """The accounts to turn off, whose user IDs are not `listed`; and how many others stay on, by reason.

    People who were granted a role in Regain stay on, because a file does not undo what was decided here. So do people
    from other sources: those whose ids are `provisioned` and, unless `at_most` is given, those in domains of which the
    file lists nobody.

    Raises:
        TooManyError: there are more than `at_most`, or, without it, more than ten and a tenth of the enabled accounts.
    """
    found, kept, on = [], Counter[str](), 0
    domains = {each.rpartition("@")[2] for each in listed}
    for account in everybody:
        if not account.enabled:
            continue
        granted, domain = bool(account.role) and "role" in account.local_changes, account.user_id.rpartition("@")[2]
        if account.user_id in listed or granted:
            on += 1
        elif account.id in provisioned:
            kept["provisioning (SCIM) keeps them"] += 1
        elif domain not in domains and at_most is None:
            kept[f"the file lists nobody of {domain}"] += 1
        else:
            on += 1
            found.append(account)
    if are_too_many(len(found), on) if at_most is None else len(found) > at_most:
        raise TooManyError(f"{len(found)} of {on} people are not in the file")
    return found, kept


def turn_off(
    leaving: Iterable[Account],
    notifier: ImportNotifier,
    security_infos: Callable[[Sequence[str]], Sequence[SecurityInfo]],
) -> None:
    """Turns these accounts off, and sends the notices about it.

    Raises:
        Conflict: an account was changed at the same time; run the import again.
    """
    for account in leaving:
        off = replace(account, enabled=False, generation=account.generation + 1)
        (info,) = security_infos([account.id])
        told = notifier.writes(account, off, info, notifier.reference())
        notifier.services.store.commit([*notifier.services.accounts.replace_writes(account, off), *told])
