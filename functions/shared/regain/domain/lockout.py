"""Sign-in lockout: ten failures, then 60 seconds, doubling. The same for user IDs nobody has."""

from dataclasses import dataclass, replace

from regain.domain.policy import Limits
from regain.problems import SIGN_IN_LOCKED, Refused

_REMEMBERED = 3  # Microsoft Entra smart lockout keeps the last three wrong passwords


@dataclass(frozen=True, slots=True)
class SignIns:
    """Failures since the last success. `recent` are keyed fingerprints of wrong passwords."""

    failures: int = 0
    locked_until: int = 0
    recent: tuple[str, ...] = ()
    version: int = 0

    def check_open(self, now: int) -> None:
        """Raises Refused(SIGN_IN_LOCKED) while locked."""
        if self.locked_until > now:
            raise Refused(SIGN_IN_LOCKED, retry_after=self.locked_until - now)

    def with_failure(self, fingerprint: str, now: int, limits: Limits) -> "SignIns":
        """One more wrong password. The same one again does not count: it is a device, not a guesser."""
        if fingerprint in self.recent:
            return self
        failures = self.failures + 1
        over = failures - limits.sign_in_failures
        most = limits.sign_in_lock_most_hours * 3_600
        wait = 0 if over < 0 else min(limits.sign_in_lock_seconds * 2 ** min(over, 20), most)
        recent = (fingerprint, *self.recent)[:_REMEMBERED]
        return replace(self, failures=failures, recent=recent, locked_until=now + wait)

    def cleared(self) -> "SignIns":
        """After a success, a reset or an unlock."""
        return SignIns(version=self.version)
