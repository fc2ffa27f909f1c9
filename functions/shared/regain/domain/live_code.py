"""The live code of a method in a flow. A resend repeats it, so it does not matter which message arrives first."""

from dataclasses import dataclass, replace

from regain import problems
from regain.domain.policy import Recovery
from regain.problems import Refused

_LIVES = 2
"""A resent code lives at most this many times its lifetime (NIST SP 800-63B-4 3.1.3.2: 10 minutes)."""
_TOO_SHORT = 120  # seconds: with less left, what is sent again is another code


@dataclass(frozen=True, slots=True)
class LiveCode:
    """Times are seconds since 1970. `sequence` counts the codes of a method, and is what a code is derived from.

    `sent`: it went out at least once. A code that never did opens nothing (X14).
    """

    sequence: int
    digits: int
    first_at: int
    last_at: int
    until: int
    sent: bool = False


def issue(live: LiveCode | None, digits: int, now: int, ends: int, recovery: Recovery) -> LiveCode:
    """The code to send now: the one that is good, for a while longer, or the next one. None outlives its flow (`ends`).

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
    """The code, if what was typed may be compared with it. Nothing else counts as a try.

    Raises:
        Refused: ASK_FOR_A_CODE where none was asked for; CODE_EXPIRED where its time is over, or where by
            now only codes of more digits are judged.
    """
    if live is None:
        raise Refused(problems.ASK_FOR_A_CODE)
    if now >= live.until:
        raise Refused(problems.CODE_EXPIRED)
    if live.digits < digits:
        raise Refused(problems.CODE_EXPIRED, reason="longer by now")
    return live
