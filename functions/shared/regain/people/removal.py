"""Removes an account and all its data, permanently. Only its events stay, as long as all others."""

from dataclasses import replace

from regain.adapters import security_info
from regain.adapters.store import Write, batched, marshal
from regain.domain.account import Account
from regain.people.notifications import ImportNotifier
from regain.runtime.services import Services

_MOST = 100  # writes of a transaction
_MOST_RECORDS = 10_000


def remove(account: Account, notifier: ImportNotifier, tell: bool = True) -> None:
    """Removes an account with its password, security info, sessions, flows and limits. With `tell`, notifies its owner.

    The user ID becomes free for somebody else, who inherits nothing. Idempotent: it can be repeated after an
    interruption.

    Raises:
        Conflict: the account has changed since it was read.
    """
    services, subject = notifier.services, notifier.services.recoveries.subject(account.id)
    table, key = services.security_infos.key(subject)
    info = security_info.from_item(services.store.get(table, key))
    quoted = notifier.reference()
    decisive = [
        *services.accounts.remove_writes(account, services.now),
        Write("Delete", {"TableName": table, "Key": marshal(key)}),
        services.provisioning.forget_write(account.id),
        notifier.event("account-removed", subject, quoted),
        *(notifier.writes(account, replace(account, enabled=False), info, quoted) if tell else ()),
    ]
    # The account is deleted last, so that an interrupted removal can be repeated.
    *earlier, last = [*batched(_loose_ends(account, subject, services), _MOST - len(decisive))] or [()]
    for writes in earlier:
        services.store.commit(writes)
    services.store.commit([*decisive, *last])


def _loose_ends(account: Account, subject: str, services: Services) -> list[Write]:
    """Deletes the sessions, flows and limits, and the account's places in groups."""
    recoveries, provisioning = services.recoveries, services.provisioning
    records = services.store.query(recoveries.table, "subject", subject, limit=_MOST_RECORDS)
    return [
        *(services.sessions.delete_write(subject, each.id) for each in services.sessions.for_subject(subject)),
        *(
            Write("Delete", {"TableName": recoveries.table, "Key": marshal(recoveries.key(subject, each["record"])[1])})
            for each in records
        ),
        *(provisioning.member_delete_write(group_id, account.id) for group_id in provisioning.groups_of(account.id)),
    ]
