"""Sessions: signed in here, until it is not used for a while, for some hours at most, or the password changes."""

from dataclasses import dataclass, replace

from regain.domain.policy import Limits
from regain.problems import SIGN_IN_AGAIN, SIGN_IN_NEEDED, Refused

_TOUCH_EVERY = 60  # seconds: a session's use is noted at most so often


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `id` is a hash of the secret in its cookie; times are seconds since 1970.

    `proved_at`: when a second factor was given last.
    """

    id: str
    user_id: str
    generation: int
    started_at: int
    seen_at: int
    proved_at: int = 0
    version: int = 0

    def is_active(self, now: int, generation: int, limits: Limits) -> bool:
        """Whether it still counts, for an account whose passwords have come to `generation`."""
        used = now < self.seen_at + limits.session_idle_minutes * 60
        young = now < self.started_at + limits.session_hours * 3_600
        return used and young and self.generation == generation

    def check_active(self, now: int, generation: int, limits: Limits) -> None:
        """Raises Refused(SIGN_IN_NEEDED) where it does not."""
        if not self.is_active(now, generation, limits):
            raise Refused(SIGN_IN_NEEDED, reason="session over")

    def check_fresh(self, now: int, limits: Limits) -> None:
        """Raises Refused(SIGN_IN_AGAIN) where the password was typed too long ago to change what proves identity."""
        if now >= self.started_at + limits.session_fresh_minutes * 60:
            raise Refused(SIGN_IN_AGAIN)

    def touched(self, now: int) -> "Session | None":
        """The session as used now, or None where that was noted a moment ago."""
        return replace(self, seen_at=now) if now >= self.seen_at + _TOUCH_EVERY else None
