"""Iterates over all accounts, page by page, with their security info."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NoReturn

import typer

from cli.terminal import fail
from regain.adapters.identifiers import ALIAS
from regain.adapters.security_info import from_item
from regain.adapters.store import READ_SIZE, batched, marshal, to_dataclass, unmarshal
from regain.domain import user_id
from regain.domain.account import Account, is_id
from regain.domain.security_info import SecurityInfo
from regain.recovery import in_directory
from regain.runtime.services import Services

BY = "The command line"
"""Who did what a command does, as events say it."""


def accounts(services: Services) -> Iterator[Account]:
    """Every account, in no particular order."""
    pages = services.store.client.get_paginator("scan").paginate(TableName=services.accounts.table)
    for page in pages:
        for found in page["Items"]:
            yield to_dataclass(unmarshal(found), Account)


def ids_by_user_id(services: Services) -> Iterator[tuple[str, str]]:
    """The user ID and the id of every account, in no particular order: reads little else."""
    pages = services.store.client.get_paginator("scan").paginate(
        TableName=services.accounts.table, ProjectionExpression="user_id, id"
    )
    return ((item["user_id"]["S"], item["id"]["S"]) for page in pages for item in page["Items"])


def find_id(typed: str, services: Services) -> str:
    """The account id that is typed, or that a user ID leads to.

    Raises:
        Refused: INVALID_USER_ID; DIRECTORY_REFUSED or DIRECTORY_DID_NOT_ANSWER, where a directory knows whom it means.
    """
    if is_id(typed):
        return typed
    who = user_id.normalise(typed, services.organisation.domains, services.organisation.default_domain)
    if directory := services.directory(who):
        return in_directory.account_id(services, who, in_directory.find(directory, who))
    return services.identifiers.find(who)


def find(who: str, services: Services) -> tuple[Account, Account] | None:
    """The account of a user ID as it is stored, and with what its directory says; of a person there it may be new."""
    directory = services.directory(who)
    if not directory:
        found = services.accounts.by_user_id(who)
        return (found, found) if found else None
    person = in_directory.find(directory, who)
    if person is None:
        return None
    identity = in_directory.account_id(services, who, person)
    card = services.accounts.get(identity) or Account(who, id=identity)
    return card, in_directory.account(card, person, identity, who)


def refuse_unknown(user: str) -> NoReturn:
    """Ends the command, because nobody has the user ID or id."""
    fail(f"There is no account {user}.")
    raise typer.Exit(1)


def accounts_with_security_info(
    services: Services, people: Iterable[Account] | None = None
) -> Iterator[tuple[Account, SecurityInfo]]:  # fmt: skip
    """Every account, or each of `people`, with its security info, read a hundred at a time."""
    for part in batched(accounts(services) if people is None else people, READ_SIZE):
        yield from zip(part, security_infos([account.id for account in part], services), strict=True)


def security_infos(account_ids: Sequence[str], services: Services) -> list[SecurityInfo]:
    """What up to a hundred people have registered, in their order."""
    subjects = [services.recoveries.subject(account_id) for account_id in account_ids]
    found = services.store.batch_get([services.security_infos.key(subject) for subject in subjects])
    return [from_item(each) for each in found]


def shared_aliases(services: Services) -> Iterator[str]:
    """The aliases that several accounts have, so that they lead to none. Reads the whole table."""
    pages = services.store.client.get_paginator("scan").paginate(
        TableName=services.identifiers.table, FilterExpression="size(account_ids) > :one",
        ProjectionExpression="identifier", ExpressionAttributeValues=marshal({":one": 1}),
    )  # fmt: skip
    return (item["identifier"]["S"].removeprefix(ALIAS) for page in pages for item in page["Items"])
