"""People whom a file no longer lists."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace

from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.people.notifications import ImportNotifier


def turn_off(
    everybody: Iterable[Account], listed: Collection[str], notifier: ImportNotifier,
    security_infos: Callable[[Sequence[str]], Sequence[SecurityInfo]], dry_run: bool,
) -> list[str]:  # fmt: skip
    """Turns off the accounts whose user IDs are not `listed`, and answers these.

    Whoever was granted a role in Regain stays on: a file does not undo what was decided here.

    Raises:
        Conflict: an account was changed at the same time; run the import again.
    """
    turned_off = []
    for account in everybody:
        granted = bool(account.role) and "role" in account.local_changes
        if account.user_id in listed or not account.enabled or granted:
            continue
        turned_off.append(account.user_id)
        if not dry_run:
            off = replace(account, enabled=False, generation=account.generation + 1)
            (info,) = security_infos([account.id])
            told = notifier.writes(account, off, info, notifier.reference())
            notifier.services.store.commit([*notifier.services.accounts.replace_writes(account, off), *told])
    return turned_off
