"""Erases a person: deletes everything that links their events to them. Scans whole tables, as no function may."""

from typing import Any

from regain.adapters import invitations as stored
from regain.adapters.store import marshal
from regain.people.notifications import ImportNotifier
from regain.people.removal import remove
from regain.runtime.services import Services


def is_known(account_id: str, services: Services) -> bool:
    """Whether anything still links an account id to a person: an identifier, or the account's last counted state."""
    subject = services.recoveries.subject(account_id)
    counted = services.store.get(*services.counters.person_key(subject))
    return counted is not None or bool(_identifiers(account_id, services))


def erase(account_id: str, notifier: ImportNotifier) -> None:
    """Removes an account and everything that links its events to the person. The events stay, under a pseudonym.

    Can be run again after an interruption, and works for an account that has already been removed.

    Raises:
        Conflict: the account has changed since it was read.
    """
    services = notifier.services
    subject = services.recoveries.subject(account_id)
    account = services.accounts.get(account_id)
    if account:
        remove(account, notifier, tell=False)
    for key in _find(services, services.outbox.table, "id", "subject", subject):
        services.store.client.delete_item(TableName=services.outbox.table, Key=key)
    counted = services.counters.person(services.store.get(*services.counters.person_key(subject)))
    if counted:
        services.store.commit(services.counters.forget_writes(subject, counted))
    invitee = stored.invitee(services.store.get(*services.invitations.invitee_key(account_id)))
    services.store.commit(services.invitations.forget_writes(account_id, invitee))
    erased = notifier.event("account-erased", subject, notifier.reference())
    identifiers = _identifiers(account_id, services)
    # The identifiers are deleted last: an interrupted erasure needs them to find the person again.
    services.store.commit([erased, *(services.identifiers.release_write(each, account_id) for each in identifiers)])


def _identifiers(account_id: str, services: Services) -> list[str]:
    found = _find(services, services.identifiers.table, "identifier", "account_id", account_id)
    return [key["identifier"]["S"] for key in found]


def _find(services: Services, table: str, key: str, attribute: str, value: str) -> list[dict[str, Any]]:
    """The keys of the items whose attribute has a value. Scans the table, which has no index on the attribute."""
    pages = services.store.client.get_paginator("scan").paginate(
        TableName=table, ConsistentRead=True, FilterExpression="#attribute = :value",
        ExpressionAttributeNames={"#attribute": attribute, "#key": key},
        ExpressionAttributeValues=marshal({":value": value}), ProjectionExpression="#key",
    )  # fmt: skip
    return [item for page in pages for item in page["Items"]]
