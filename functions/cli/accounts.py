"""Everybody who has an account, page by page, with what they have registered."""

from collections.abc import Iterator

from regain.adapters.security_info import from_item
from regain.adapters.store import batched, to_dataclass, unmarshal
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo
from regain.runtime.services import Services


def accounts(services: Services) -> Iterator[Account]:
    """Every account, as they come."""
    pages = services.store.client.get_paginator("scan").paginate(TableName=services.accounts.table)
    for page in pages:
        for found in page["Items"]:
            yield to_dataclass(unmarshal(found), Account)


def everybody(services: Services) -> Iterator[tuple[Account, SecurityInfo]]:
    """Every account with its security info, read a hundred at a time."""
    for part in batched(accounts(services), 100):
        subjects = [services.recoveries.subject(account.user_id) for account in part]
        infos = services.store.batch_get([services.security_infos.key(subject) for subject in subjects])
        yield from zip(part, (from_item(found) for found in infos), strict=True)
