"""Addresses and numbers that many accounts share, which prove nobody's identity.

Examples are a switchboard, a team's mailbox, or a dummy number. If more than five accounts have it, it is no method.
"""

from collections import Counter
from collections.abc import Container, Iterable

from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo

MOST = 5
"""The most accounts that may share an address or number as a method."""


def places(account: Account, info: SecurityInfo | None = None) -> tuple[str, ...]:
    """Every address and number of an account, entered or registered, each once."""
    entered = (account.mail, *account.other_mails, account.mobile_phone, account.office_phone)
    registered = [each.destination for each in info.contacts] if info else []
    return tuple(dict.fromkeys(filter(None, (*entered, *registered))))


def shared(everybody: Iterable[tuple[str, ...]]) -> dict[str, int]:
    """The places that more than `MOST` accounts have, with the number of accounts. `everybody` has each account's."""
    counted = Counter(place for own in everybody for place in own)
    return {place: number for place, number in counted.items() if number > MOST}


def of(own: Iterable[str], found: Container[str]) -> tuple[str, ...]:
    """Those of an account's own places that are among the shared ones."""
    return tuple(sorted(place for place in own if place in found))
