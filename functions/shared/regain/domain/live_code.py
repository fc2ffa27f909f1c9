"""The live code of a method in a flow. A resend repeats it, so the order in which messages arrive does not matter."""

from dataclasses import dataclass, replace

from regain import problems
from regain.domain.policy import Recovery
from regain.problems import Refused

_LIVES = 2
"""A resent code is valid for at most this many lifetimes (NIST SP 800-63B-4 3.1.3.2: 10 minutes)."""
_TOO_SHORT = 120  # seconds: with less left, a resend issues a new code


@dataclass(frozen=True, slots=True)
class LiveCode:
    """A method's current code, derived from `sequence`, which counts its codes. Times are seconds since 1970.

    `sent`: it was sent at least once. A code that was never sent is never accepted (X14).
    """

    sequence: int
    digits: int
    first_at: int
    last_at: int
    until: int
    sent: bool = False


def issue(live: LiveCode | None, digits: int, now: int, ends: int, recovery: Recovery) -> LiveCode:
    """The code to send now: the live one with a longer life, or a new one. No code outlives its flow (`ends`).

    Raises:
        Refused: WAIT_BEFORE_RESEND (B8).
    """
    if live and now < live.last_at + recovery.resend_seconds:
        raise Refused(problems.WAIT_BEFORE_RESEND, retry_after=live.last_at + recovery.resend_seconds - now)
    life = recovery.code_minutes * 60
    if live and now < live.until and live.digits >= digits and live.first_at + _LIVES * life >= now + _TOO_SHORT:
        return replace(live, last_at=now, until=min(now + life, live.first_at + _LIVES * life, ends))
    return LiveCode(live.sequence + 1 if live else 1, digits, now, now, min(now + life, ends))


def check_judged(live: LiveCode | None, digits: int, now: int) -> LiveCode:
    """The code, if an entry may be compared with it. Otherwise the entry does not count as an attempt.

    Raises:
        Refused: ASK_FOR_A_CODE if none was requested; CODE_EXPIRED if it has expired, or if codes must have more
            digits by now.
    """
    if live is None:
        raise Refused(problems.ASK_FOR_A_CODE)
    if now >= live.until:
        raise Refused(problems.CODE_EXPIRED)
    if live.digits < digits:
        raise Refused(problems.CODE_EXPIRED, reason="longer by now")
    return live
