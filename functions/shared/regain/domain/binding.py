"""Binding: registering, replacing or removing a method needs a proof as strong as the access it gives (B27, X1).

A stolen password alone is not enough if the account has a method or a role, or if resets need two proofs.
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
"""Kinds that are a second factor besides a password. A mailbox is not (NIST SP 800-63B-4 3.1.3.1), nor is an office
phone, which anybody may answer."""

REGISTRATION_CODE = Method("registration-code", "registration-code", "registration-code")
ENTERED = "entered"
"""The name for all addresses and numbers that IT entered."""

_DAY = 86_400
_SET_ASIDE = 7 * _DAY  # before the repudiated change


@dataclass(frozen=True, slots=True)
class Holder:
    """An account with its security info, and the settings and time by which its methods are judged."""

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
        """The time from which a method counts as a second factor, in seconds since 1970.

        With a role, that is a day after the method was confirmed or the role granted, whichever is later; otherwise at
        once. `name` is the method's id, or `ENTERED`; `since` is when it was confirmed or entered.
        """
        account = self.account
        if not account.role or agreement(name, since) in self.info.agreed:
            return 0
        came_with_it = name == ENTERED and since == account.created_at
        latest = max(0 if came_with_it else since, account.role_since)
        return latest + _DAY if latest else 0

    def counting(self) -> SecurityInfo:
        """The security info without methods that do not yet count as a second factor."""
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
        """The security info that a step-up before binding is judged by.

        For an account with a role and a second factor, that is `counting()`.
        """
        return self.counting() if self._has_second_factor else self.info

    def proofs(self) -> tuple[Method, ...]:
        """The methods, including a registration code, of which one must be proved before binding."""
        code = self.info.registration_code
        given = (REGISTRATION_CODE,) if code and self.now < code.until else ()
        if self._has_second_factor:
            return (*self.second_factors(), *given)
        return (*(method for method in self.methods if method.kind != "questions"), *given)

    def check_may_bind(self, session: Session, limits: Limits) -> None:
        """Checks that the session may register, replace and remove methods.

        Raises:
            Refused: PROVE_IT_IS_YOU if the account has a method to prove; REGISTRATION_CODE_NEEDED if it has none and
                a password alone is not enough; SIGN_IN_AGAIN if the sign-in is too long ago.
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
        """Checks that the session may set a password: after a temporary one, with a proof by a method (X15).

        `temporary`: the directory says that the password is temporary; directories do not tell when it expires.

        Raises:
            Refused: PROVE_IT_IS_YOU.
        """
        if (self.account.temporary_until or temporary) and self.proofs() and not session.stepped_up(self.now, limits):
            raise Refused(PROVE_IT_IS_YOU)

    def check_may_remove(self, left: SecurityInfo) -> None:
        """Checks that the account keeps the methods it needs if only `left` remains.

        Raises:
            Refused: METHOD_STILL_NEEDED. Such a method can be replaced, but not removed.
        """
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
    """The complete security info with the changes that a proof made to `used`, the part it was judged by."""
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
    """The entry of a method in `SecurityInfo.agreed`. For `ENTERED` it holds the time, so a change invalidates it."""
    return f"{ENTERED}@{since}" if name == ENTERED else name


def agreed(info: SecurityInfo, name: str) -> SecurityInfo:
    """The security info with this method counting as a second factor at once."""
    return replace(info, agreed=tuple(dict.fromkeys((*info.agreed, name))))


def without_methods(info: SecurityInfo) -> SecurityInfo:
    """The security info without anything that its owner registered."""
    return replace(
        info, contacts=(), authenticator=None, replaced=None, recovery_code=None, answers=(), passkeys=(), agreed=(),
        registration_code=None, remind_at=0, provider_subject="",
    )  # fmt: skip


def lost(info: SecurityInfo, now: int) -> SecurityInfo:
    """The security info after an administrator has marked its owner's methods as lost."""
    return replace(without_methods(info), suspended=False, set_aside=(), places_lost_at=now)


def repudiated(info: SecurityInfo, changed_at: int) -> SecurityInfo:
    """The security info after its owner repudiated a change made at `changed_at` (B29).

    No method works until an administrator has reviewed them. Those that may be an intruder's are set aside: all that
    were registered after the change, or in the seven days before it.
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
    """The security info after an administrator reviewed it: methods whose ids are in `keep` work again, no others.

    `ENTERED` stands for all addresses and numbers that IT entered.
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
    """The security info with its new authenticator. With a role, the old one counts until the new one does."""
    former = holder.counting().authenticator if holder.account.role else None
    return replace(made, replaced=former, agreed=tuple(name for name in made.agreed if name != "authenticator"))
