"""Sessions: they end after an idle timeout, after a maximum lifetime, and when the password changes."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from regain.domain.account import ROLES, Account
from regain.domain.policy import Limits
from regain.problems import SIGN_IN_AGAIN, SIGN_IN_NEEDED, Refused

MOST = 20
"""The most sessions of one account. The next sign-in ends the oldest."""

_TOUCH_INTERVAL = 60  # seconds: `seen_at` is written at most this often


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser. `id` is a hash of the token in its cookie; times are seconds since 1970.

    `proved_at` is when a second factor was last given, `stepped_up_at` when any other step-up proof was; `deployer`:
    that proof was a code from the deployer. `began` is how the session started: with the person's own password (""),
    with a `temporary-password`, or with the identity `provider`. Then `role` and `groups` are what the ID token adds
    for this session alone, and `provider_session` is a hash of the provider's session. `device` names the browser and
    operating system. `password_mark` identifies the last password change in the person's directory, if they have one.
    """

    id: str
    account_id: str
    generation: int
    started_at: int
    seen_at: int
    proved_at: int = 0
    stepped_up_at: int = 0
    deployer: bool = False
    began: str = ""
    role: str = ""
    groups: tuple[str, ...] = ()
    provider_session: str = ""
    device: str = ""
    password_mark: str = ""
    version: int = 0

    def is_active(self, now: int, generation: int, limits: Limits) -> bool:
        """Whether the session may be used by an account at this `generation`."""
        used = now < self.seen_at + limits.session_idle_minutes * 60
        young = now < self.started_at + limits.session_hours * 3_600
        return used and young and self.generation == generation

    def check_active(self, now: int, generation: int, limits: Limits) -> None:
        """Raises Refused(SIGN_IN_NEEDED) if the session is not active."""
        if not self.is_active(now, generation, limits):
            raise Refused(SIGN_IN_NEEDED, reason="session over")

    def check_fresh(self, now: int, limits: Limits) -> None:
        """Raises Refused(SIGN_IN_AGAIN) if the sign-in is not recent enough to change security info."""
        if now >= self.started_at + limits.session_fresh_minutes * 60:
            raise Refused(SIGN_IN_AGAIN)

    def stepped_up(self, now: int, limits: Limits) -> bool:
        """Whether a step-up authentication is recent enough."""
        return now < max(self.proved_at, self.stepped_up_at) + limits.session_fresh_minutes * 60

    def vouched_for(self, now: int, limits: Limits) -> bool:
        """Whether the last proof was a registration code from the deployer."""
        return self.deployer and now < self.stepped_up_at + limits.session_fresh_minutes * 60

    def touched(self, now: int) -> "Session | None":
        """The session with `seen_at` updated, or None if it was updated a moment ago."""
        return replace(self, seen_at=now) if now >= self.seen_at + _TOUCH_INTERVAL else None


def with_claims(account: Account, session: Session) -> Account:
    """The account with the role and groups of the session's ID token in addition to its own. Never stored."""
    groups = tuple(dict.fromkeys((*account.groups, *session.groups)))
    return replace(account, role=max(account.role, session.role, key=ROLES.index), groups=groups)


def surplus(sessions: Iterable[Session]) -> list[Session]:
    """The oldest sessions, which must end so that one more fits."""
    by_age = sorted(sessions, key=lambda session: (session.started_at, session.id), reverse=True)
    return by_age[MOST - 1 :]
