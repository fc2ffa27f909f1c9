"""Aliases: e-mail addresses that people may type instead of their user ID, if the organisation allows it."""

from collections.abc import Collection, Iterable

from regain.domain import user_id
from regain.domain.account import Account
from regain.problems import Refused


def aliases(account: Account, kinds: Iterable[str], domains: Collection[str]) -> tuple[str, ...]:
    """The account's aliases, normalised like user IDs: its addresses of these `kinds` (`mail`) in these `domains`.

    The user ID itself is not an alias. An account whose user ID is in none of the domains has no aliases.
    """
    if account.user_id.rpartition("@")[2] not in domains:
        return ()
    found = []
    for kind in kinds:
        try:
            found.append(user_id.normalise(getattr(account, kind), domains))
        except Refused:  # not an address, or not valid as a user ID
            continue
    return tuple(each for each in found if each != account.user_id and each.rpartition("@")[2] in domains)
