"""Accounts whose limits of today are as they are written: others differ by a quarter (design, rule 3).

One in twelve thousand is such an account. So the draw of the rarest limit is made here with nothing around it, and only
whoever passes it is judged as the functions do.
"""

import hmac
import itertools
import os
from collections.abc import Callable, Iterable

from regain.domain import limits
from regain.domain.account import make_id
from regain.domain.policy import Limits
from regain.recovery import standings
from regain.runtime.services import Services

_LIMITS = sorted(
    (
        *limits.proofs(limits.NETWORK, "email", Limits())[:2],
        *limits.messages(limits.NETWORK, "email", Limits())[:1],
        *limits.messages(limits.NETWORK, "telephone", Limits())[:1],
        *limits.sign_ins(limits.NETWORK, Limits()),
    ),
    key=lambda limit: -limit.most,
)
"""The limits that cases count to, the rarest to be plain first."""
_DAY = 86_400


def new_account_id(services: Services) -> str:
    """The id of such an account, which nobody has yet."""
    beginning, number = make_id(os.urandom(16))[:-12], int.from_bytes(os.urandom(5))
    return _first(services, (f"{beginning}{each:012x}" for each in itertools.count(number)), lambda each: each)


def nobody(services: Services, user_ids: Iterable[str]) -> str:
    """The first of these user IDs, which nobody has, that leads to an id with such limits."""
    hashed = _hash(services, "nobody")
    return _first(services, user_ids, lambda user_id: make_id(bytes.fromhex(hashed(user_id))))


def _first(services: Services, candidates: Iterable[str], account_id: Callable[[str], str]) -> str:
    subject, draw = _hash(services, "subject"), _hash(services, "draw")
    rarest, day = _LIMITS[0], services.now // _DAY
    middle, most_off = 1 << 127, (1 << 128) // rarest.most  # where rounding gives the number that is written
    low, high = f"{middle - most_off:032x}", f"{middle + most_off:032x}"
    told = f"\x1f{day}\x1f{rarest.name}"
    return next(
        each
        for each in candidates
        if low < draw(subject(account_id(each)) + told) < high and _are_plain(services, account_id(each))
    )


def _hash(services: Services, purpose: str) -> Callable[[str], str]:
    """What `Keys.digest` answers."""
    prepared = hmac.new(services.keys.derive(purpose), None, "sha256")

    def hashed(text: str) -> str:
        mac = prepared.copy()
        mac.update(text.encode())
        return mac.hexdigest()[:32]

    return hashed


def _are_plain(services: Services, account_id: str) -> bool:
    drawn = standings.draw(services, services.recoveries.subject(account_id))
    return all(limit.today(drawn) == limit.most for limit in _LIMITS)
