"""Other names by which people may type their account: their addresses, where the organisation wants that."""

from collections.abc import Collection, Iterable

from regain.domain import user_id
from regain.domain.account import Account
from regain.problems import Refused


def aliases(account: Account, kinds: Iterable[str], domains: Collection[str]) -> tuple[str, ...]:
    """The names, in the form of a user ID: addresses of these `kinds` (`mail`) in these domains, where its own must be.

    The user ID itself is none of them.
    """
    if account.user_id.rpartition("@")[2] not in domains:
        return ()
    found = []
    for kind in kinds:
        try:
            found.append(user_id.normalise(getattr(account, kind), domains))
        except Refused:  # no address, or none that can be typed as a user ID
            continue
    return tuple(each for each in found if each != account.user_id and each.rpartition("@")[2] in domains)
