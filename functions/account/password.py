"""Verifies a typed password: an attempt is counted before its result is known, also for unknown user IDs."""

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
    """Verifies passwords typed for one account, or for a user ID that nobody has, from one network."""

    services: Services
    subject: str
    context: RequestContext

    @property
    def keys(self) -> list[tuple[str, dict[str, str]]]:
        """The keys to read with the account: its failed sign-ins, and those of the network."""
        services = self.services
        network = services.rate_limits.failures_key(self.context.address, services.now, self._window)
        return [services.recoveries.key(self.subject, "sign-ins"), network]

    def judge(self, typed: str, account: Account | None, found: list[Any], wrong: Problem) -> SignIns:
        """The account's sign-ins, if the password is right. `found` are the items of `keys`.

        Raises:
            Refused: SIGN_IN_LOCKED or TOO_MANY_REQUESTS; `wrong` once the failure has been counted.
            Conflict: another request was counted in between; read and judge again.
        """
        services, now = self.services, self.services.now
        limits = services.organisation.limits
        sign_ins = recoveries.sign_ins(found[0])
        services.rate_limits.check_failures(found[1], now, limits.failures_per_network, self._window)
        sign_ins.check_open(now)
        password = passwords.normal(typed)
        fits = len(password) <= services.organisation.passwords.maximum  # nothing longer is ever hashed
        stored = account.password if account else ""
        if fits and password_hash.verify(stored, password, services.keys) and account:
            return sign_ins
        fingerprint = services.keys.digest("fingerprint", f"{self.subject}\x1f{password}")
        self._count(sign_ins.with_failure(fingerprint, now, limits))
        raise Refused(wrong)

    def success_write(self, sign_ins: SignIns) -> Write:
        """Clears earlier failures."""
        return self.services.recoveries.sign_ins_write(self.subject, sign_ins.cleared(), self.services.now)

    def event(self, kind: str) -> Write:
        """An event about this account."""
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
