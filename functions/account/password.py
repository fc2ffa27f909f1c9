"""Judging a password that somebody types: counted first, and the same for user IDs that nobody has."""

from dataclasses import dataclass
from typing import Any

from regain.adapters import password_hash, recoveries
from regain.adapters.store import Write
from regain.api.request_context import RequestContext
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.lockout import SignIns
from regain.problems import Problem, Refused
from regain.runtime.services import Services


@dataclass(frozen=True, slots=True)
class Judge:
    """What is needed to judge a password typed for one subject from one network."""

    services: Services
    subject: str
    context: RequestContext

    @property
    def keys(self) -> list[tuple[str, dict[str, str]]]:
        """What to read beside the account: its failures, and the network's."""
        services = self.services
        network = services.rate_limits.failures_key(self.context.address, services.now, self._window)
        return [services.recoveries.key(self.subject, "sign-ins"), network]

    def judge(self, typed: str, account: Account | None, found: list[Any], wrong: Problem) -> SignIns:
        """The sign-ins, where the password is right.

        Raises:
            Refused: SIGN_IN_LOCKED or TOO_MANY_REQUESTS; or `wrong`, once that has been counted.
            Conflict: somebody else was faster; read again.
        """
        services, now = self.services, self.services.now
        limits = services.organisation.limits
        sign_ins = recoveries.sign_ins(found[0])
        services.rate_limits.check_failures(found[1], now, limits.failures_per_network, self._window)
        sign_ins.check_open(now)
        password = passwords.normal(typed)
        fits = len(password) <= services.organisation.passwords.maximum  # nothing longer is ever hashed
        if fits and password_hash.matches(account.password if account else "", password) and account:
            return sign_ins
        fingerprint = services.keys.digest("fingerprint", f"{self.subject}\x1f{password}")
        self._count(sign_ins.with_failure(fingerprint, now, limits))
        raise Refused(wrong)

    def success_write(self, sign_ins: SignIns) -> Write:
        """Earlier failures do not count any more."""
        return self.services.recoveries.sign_ins_write(self.subject, sign_ins.cleared(), self.services.now)

    def event(self, kind: str) -> Write:
        """One event about this subject."""
        services = self.services
        nonce = services.randomness(4)
        return services.events.write(kind, self.subject, self.context.reference, services.clock(), nonce)

    def _count(self, failed: SignIns) -> None:
        services, now = self.services, self.services.now
        most = services.organisation.limits.failures_per_network
        writes = [
            services.recoveries.sign_ins_write(self.subject, failed, now),
            services.rate_limits.failure_write(self.context.address, now, most, self._window),
        ]
        if failed.locked_until > now:
            writes.append(self.event("sign-in-locked"))
        services.store.commit(writes)

    @property
    def _window(self) -> int:
        return self.services.organisation.limits.network_window_minutes * 60
