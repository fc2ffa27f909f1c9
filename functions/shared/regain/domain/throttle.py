"""How an account stands with the limits: failed proofs and messages of the last hours.

Kept for every user ID that is asked about, whether an account has it or not, so that limits strike
alike. A generation number ends all flows that began before a change (B5).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from regain.domain.methods import UNGUESSABLE, uses_phone
from regain.domain.policy import Limits
from regain.problems import RECOVERY_CLOSED, TOO_MANY_CODES, Refused

_DAY, _HOUR = 86_400, 3_600


@dataclass(frozen=True, slots=True)
class Throttle:
    """Times are seconds since 1970; `failed` and `closed` are per kind of method."""

    failed: dict[str, tuple[int, ...]] = field(default_factory=dict)
    closed: dict[str, int] = field(default_factory=dict)
    messages: dict[str, tuple[int, ...]] = field(default_factory=dict)
    generation: int = 0
    version: int = 0

    def closed_for(self, kind: str, now: int) -> int:
        """How many seconds this kind stays closed; 0 where it is open."""
        return max(0, self.closed.get(kind, 0) - now)

    def check_open(self, kind: str, now: int) -> None:
        """Raises Refused(RECOVERY_CLOSED) while the kind is closed."""
        if seconds := self.closed_for(kind, now):
            raise Refused(RECOVERY_CLOSED, retry_after=seconds)

    def open_kinds(self, kinds: Iterable[str], now: int) -> tuple[str, ...]:
        """The kinds that may be used now.

        Raises:
            Refused: RECOVERY_CLOSED, where none is open, until the first opens again.
        """
        kinds = tuple(kinds)
        still = tuple(kind for kind in kinds if not self.closed_for(kind, now))
        if not still and kinds:
            raise Refused(RECOVERY_CLOSED, retry_after=min(self.closed_for(k, now) for k in kinds))
        return still

    def with_failure(self, kind: str, now: int, limits: Limits) -> "Throttle":
        """One more failed proof. The last that is allowed in 24 hours closes the kind, where it can be guessed."""
        if kind in UNGUESSABLE:
            return self
        times = (*_since(self.failed.get(kind, ()), now - _DAY), now)
        if len(times) < limits.failed_proofs_per_day:
            return replace(self, failed={**self.failed, kind: times})
        closed = {**self.closed, kind: now + limits.closed_hours * _HOUR}
        return replace(self, failed={**self.failed, kind: ()}, closed=closed)

    def failures_left(self, kind: str, now: int, limits: Limits) -> int:
        """How many more failed proofs of this kind are allowed."""
        return limits.failed_proofs_per_day - len(_since(self.failed.get(kind, ()), now - _DAY))

    def with_message(self, kind: str, now: int, limits: Limits) -> "Throttle":
        """One more message asked for.

        Raises:
            Refused: TOO_MANY_CODES, until the oldest of the last hour no longer counts.
        """
        group = "phone" if uses_phone(kind) else "email"
        most = limits.phone_messages_per_hour if uses_phone(kind) else limits.emails_per_hour
        times = _since(self.messages.get(group, ()), now - _HOUR)
        if len(times) >= most:
            raise Refused(TOO_MANY_CODES, retry_after=times[0] + _HOUR - now)
        return replace(self, messages={**self.messages, group: (*times, now)})

    def last_message(self, kind: str) -> int:
        """When the last message of this kind's group was asked for; 0 where none was."""
        times = self.messages.get("phone" if uses_phone(kind) else "email", ())
        return times[-1] if times else 0

    def overtaken(self) -> "Throttle":
        """Every flow that is open is dead; the counts stay."""
        return replace(self, generation=self.generation + 1)

    def cleared(self) -> "Throttle":
        """After a success: nothing counts any more, and every flow that was open is dead."""
        return Throttle(generation=self.generation + 1, version=self.version)


def _since(times: Iterable[int], start: int) -> tuple[int, ...]:
    return tuple(time for time in times if time > start)
