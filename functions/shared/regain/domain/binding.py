"""Binding: registering, replacing and removing methods needs a proof as strong as what they open (B27, X1).

A stolen password alone binds nothing where a method is there, where two proofs are asked for, or where there is a role.
"""

from collections.abc import Container
from dataclasses import dataclass, replace

from regain.domain.account import Account, can_prove, methods
from regain.domain.methods import Method
from regain.domain.policy import Limits, Recovery
from regain.domain.security_info import Authenticator, SecurityInfo, SetAside
from regain.domain.session import Session
from regain.problems import METHOD_STILL_NEEDED, PROVE_IT_IS_YOU, REGISTRATION_CODE_NEEDED, Refused

SECOND_FACTORS = ("passkey", "authenticator", "sms", "call-mobile")
"""Beside a password. A mailbox is none (NIST SP 800-63B-4 3.1.3.1), nor is an office phone that anybody can answer."""

REGISTRATION_CODE = Method("registration-code", "registration-code", "registration-code")
ENTERED = "entered"
"""The name of the places that IT entered."""

_DAY = 86_400
_SET_ASIDE = 7 * _DAY  # before the change that was repudiated


@dataclass(frozen=True, slots=True)
class Holder:
    """An account, what it has registered, and the settings and the time that decide what this is worth."""

    account: Account
    info: SecurityInfo
    recovery: Recovery
    domains: Container[str]
    now: int

    @property
    def methods(self) -> tuple[Method, ...]:
        """Every method of the account."""
        return methods(self.account, self.info, self.recovery, self.domains)

    def counts_from(self, since: int, name: str) -> int:
        """When a method counts as a second factor: at once, or for a role a day after it, or the role, was given.

        `name` is the method's id, or `ENTERED`; `since` is when it was confirmed or entered.
        """
        account = self.account
        if not account.role or agreement(name, since) in self.info.agreed:
            return 0
        came_with_it = name == ENTERED and since == account.created_at
        latest = max(0 if came_with_it else since, account.role_since)
        return latest + _DAY if latest else 0

    def counting(self) -> SecurityInfo:
        """The security info without the methods that do not count as a second factor yet."""
        info, account = self.info, self.account
        app = info.authenticator
        if app and not self._counts(app.since, "authenticator"):
            app = info.replaced
        entered = self._counts(account.security_info_at, ENTERED)
        return replace(
            info,
            contacts=tuple(each for each in info.contacts if self._counts(each.since, each.id)),
            passkeys=tuple(each for each in info.passkeys if self._counts(each.since, each.id)),
            authenticator=app,
            places_lost_at=info.places_lost_at if entered else max(info.places_lost_at, account.security_info_at),
        )

    def second_factors(self) -> tuple[Method, ...]:
        """The methods that count as a second factor now."""
        known = methods(self.account, self.counting(), self.recovery, self.domains)
        return tuple(method for method in known if method.kind in SECOND_FACTORS)

    def provable(self) -> SecurityInfo:
        """The security info that a step-up before binding is judged by: with a role, what counts as a second factor."""
        return self.counting() if self._has_second_factor else self.info

    def proofs(self) -> tuple[Method, ...]:
        """The methods of which one is proved before binding, a registration code among them."""
        code = self.info.registration_code
        given = (REGISTRATION_CODE,) if code and self.now < code.until else ()
        if self._has_second_factor:
            return (*self.second_factors(), *given)
        return (*(method for method in self.methods if method.kind != "questions"), *given)

    def check_may_bind(self, session: Session, limits: Limits) -> None:
        """Whether the session may register, replace and remove methods.

        Raises:
            Refused: PROVE_IT_IS_YOU, where there is a method; SIGN_IN_AGAIN; REGISTRATION_CODE_NEEDED, where there is
                none and a password alone is not enough.
        """
        if session.stepped_up(self.now, limits):
            return
        if self.proofs():
            raise Refused(PROVE_IT_IS_YOU)
        alone = session.began == "temporary-password" or not (self.account.role or self.recovery.gates > 1)
        if not alone:
            raise Refused(REGISTRATION_CODE_NEEDED)
        session.check_fresh(self.now, limits)

    def check_may_choose_password(self, session: Session, limits: Limits, temporary: bool = False) -> None:
        """A temporary password works together with a method of the account (X15). Raises Refused(PROVE_IT_IS_YOU).

        `temporary`: where a directory says so, which knows no end of one.
        """
        if (self.account.temporary_until or temporary) and self.proofs() and not session.stepped_up(self.now, limits):
            raise Refused(PROVE_IT_IS_YOU)

    def check_may_remove(self, left: SecurityInfo) -> None:
        """What the gates need is replaced, not removed. Raises Refused(METHOD_STILL_NEEDED)."""
        after = replace(self, info=left)
        if self._can_prove and not after._can_prove:
            raise Refused(METHOD_STILL_NEEDED)
        if self.account.role and self.second_factors() and not after.second_factors():
            raise Refused(METHOD_STILL_NEEDED)

    @property
    def _can_prove(self) -> bool:
        return can_prove(self.account, self.methods, self.recovery)

    @property
    def _has_second_factor(self) -> bool:
        return bool(self.account.role) and bool(self.second_factors())

    def _counts(self, since: int, name: str) -> bool:
        return self.now >= self.counts_from(since, name)


def restored(info: SecurityInfo, used: SecurityInfo) -> SecurityInfo:
    """The whole security info, after a proof was judged by a part of it: what the proof used up is taken over."""
    renewed = {each.id: each for each in used.passkeys}
    app = used.authenticator

    def latest(old: Authenticator | None) -> Authenticator | None:
        return app if app and old and old.nonce == app.nonce else old

    return replace(
        info,
        passkeys=tuple(renewed.get(each.id, each) for each in info.passkeys),
        authenticator=latest(info.authenticator),
        replaced=latest(info.replaced),
        recovery_code=used.recovery_code,
        registration_code=used.registration_code,
    )


def agreement(name: str, since: int) -> str:
    """What `SecurityInfo.agreed` has of a method. Of what IT entered it is as good as that: once changed, it waits."""
    return f"{ENTERED}@{since}" if name == ENTERED else name


def agreed(info: SecurityInfo, name: str) -> SecurityInfo:
    """The security info in which this method counts as a second factor at once."""
    return replace(info, agreed=tuple(dict.fromkeys((*info.agreed, name))))


def without_methods(info: SecurityInfo) -> SecurityInfo:
    """The security info without anything that its owner has registered."""
    return replace(
        info, contacts=(), authenticator=None, replaced=None, recovery_code=None, answers=(), passkeys=(), agreed=(),
        registration_code=None, remind_at=0, provider_subject="",
    )  # fmt: skip


def lost(info: SecurityInfo, now: int) -> SecurityInfo:
    """The security info after an administrator has marked its owner's methods as lost."""
    return replace(without_methods(info), suspended=False, set_aside=(), places_lost_at=now)


def repudiated(info: SecurityInfo, changed_at: int) -> SecurityInfo:
    """After a repudiation of a change made then (B29): no method works, and what may be an intruder's is set aside.

    That is whatever was registered since the change and in the seven days before.
    """
    since = changed_at - _SET_ASIDE
    aside = [SetAside(each.kind, each.destination, each.since) for each in info.contacts if each.since >= since]
    aside += [SetAside("passkey", each.name, each.since) for each in info.passkeys if each.since >= since]
    left = replace(
        info,
        contacts=tuple(each for each in info.contacts if each.since < since),
        passkeys=tuple(each for each in info.passkeys if each.since < since),
        replaced=None, registration_code=None, agreed=(), suspended=True,
    )  # fmt: skip
    answer = info.answers[0] if info.answers else None
    for kind, held in (("authenticator", info.authenticator), ("recovery-code", info.recovery_code),
                       ("questions", answer)):  # fmt: skip
        if held and held.since >= since:
            aside.append(SetAside(kind, "", held.since))
            left = left.without(kind) or left
    if info.replaced and info.authenticator and info.authenticator.since >= since > info.replaced.since:
        left = replace(left, authenticator=info.replaced)
    return replace(left, set_aside=(*info.set_aside, *aside))


def reviewed(info: SecurityInfo, keep: Container[str], now: int) -> SecurityInfo:
    """After an administrator has gone through the methods: those whose ids are in `keep` work again, no others do.

    `ENTERED` stands for the places that IT entered.
    """
    left = replace(
        info,
        contacts=tuple(each for each in info.contacts if each.id in keep),
        passkeys=tuple(each for each in info.passkeys if each.id in keep),
        authenticator=info.authenticator if "authenticator" in keep else None,
        recovery_code=info.recovery_code if "recovery-code" in keep else None,
        answers=info.answers if "questions" in keep else (),
    )
    return replace(left, suspended=False, set_aside=(), places_lost_at=info.places_lost_at if ENTERED in keep else now)


def with_authenticator(holder: Holder, made: SecurityInfo) -> SecurityInfo:
    """The security info with a new authenticator. With a role, the old one counts until the new one does."""
    former = holder.counting().authenticator if holder.account.role else None
    return replace(made, replaced=former, agreed=tuple(name for name in made.agreed if name != "authenticator"))
