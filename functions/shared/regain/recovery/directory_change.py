"""Sets a password in a directory, which cannot take part in a transaction: write the intent, act, record the result.

The rules are in `domain.directory_change`.
"""

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from regain.adapters import recoveries
from regain.adapters.outbox import Message
from regain.adapters.store import Conflict, Write, retry_on_conflict
from regain.directories import dynamodb as account_items
from regain.directories.base import (
    PROOF_OF_PASSWORD,
    Directory,
    NotAccepted,
    NotAllowed,
    Outcome,
    Person,
    PolicyRule,
    Stopped,
    Unanswered,
    WrongPassword,
)
from regain.domain.account import Account
from regain.domain.directory_change import Change
from regain.domain.reason import Reason, feedback
from regain.domain.security_info import SecurityInfo
from regain.phrases import Phrase
from regain.problems import OUTCOME_UNKNOWN, PASSWORD_NOT_ACCEPTED, SESSION_ENDED, Refused
from regain.recovery import in_directory, repudiation
from regain.recovery.notices import notices
from regain.runtime.services import Services

T = TypeVar("T")

_BROKEN: dict[PolicyRule, Phrase] = {
    "history": Phrase("You have had this password before. Choose one that you have not had yet."),
    "age": Phrase(
        "Your password was changed only a short while ago, and your organisation does not let it be changed again so "
        "soon. Try again tomorrow, or contact your administrator."
    ),
    "length": Phrase("It is too short for your organisation. Make it longer."),
    "quality": Phrase(
        "Use three of these four: lower case, upper case, digits, other characters. Leave out every part of your name."
    ),
    "classes": Phrase("Use all four of these: lower case, upper case, digits, other characters."),
    "long": Phrase("It is too long for your organisation. Make it shorter."),
    "spaces": Phrase("Leave out the spaces: your organisation does not take them in a password."),
    "unknown": Phrase(
        "Your organisation does not accept it. Choose a longer one that you have not had yet, with three of these "
        "four: lower case, upper case, digits, other characters."
    ),
}


def refused_by_policy(outcome: NotAccepted) -> Refused:
    """The problem for a password that the directory's policy rejects, in the same form as for Regain's own rules."""
    broken = Reason(f"directory-{outcome.rule}", _BROKEN[outcome.rule])
    return Refused(PASSWORD_NOT_ACCEPTED, reason=broken.rule, feedback=feedback([broken]))


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Setting:
    """One attempt to set one password. `change` is the intent as stored, `kind` the event of a success.

    `before` is the state that earlier attempts left.
    """

    services: Services
    account: Account
    person: Person
    info: SecurityInfo
    subject: str
    reference: str
    language: str
    kind: str
    password: str
    change: Change
    before: Change = field(default_factory=Change)

    def intend(self, also: Iterable[Write] = ()) -> "Setting":
        """Writes the intent, together with `also`, before the directory is asked. Returns the attempt to go on with.

        Raises:
            Refused: BEING_SET while another attempt is in progress.
            Conflict: the state has changed; read it again.
        """
        mark = self.services.keys.digest("directory-change", f"{self.subject}\x1f{self.password}")
        notice = tuple(map(self.services.outbox.kept, self._notices("password-in-doubt")))
        change = self.change.intended(mark, self.person.server, self.services.now, notice)
        self.services.store.commit([self._change_write(change), self._event("directory-asked"), *also])
        person = replace(self.person, server=change.server)
        return replace(self, before=self.change, change=change.written(), person=person)

    def act(self, action: Callable[[Directory, Person], None]) -> None:
        """Performs `action` in the directory, and returns once the password is set. A failure is recorded before it is
        raised.

        Raises:
            NotAccepted, WrongPassword: nothing was changed.
            Refused: nothing was changed, because of DIRECTORY_REFUSED, DIRECTORY_DID_NOT_ANSWER, or a rule against
                changing this account; or OUTCOME_UNKNOWN, which the next attempt resolves.
        """
        try:
            self._carry_out(action)
        except (NotAccepted, WrongPassword):
            self._settle()
            raise
        except Stopped as outcome:
            self._settle("directory-stopped", outcome.reason)
            raise in_directory.stopped(outcome) from None
        except NotAllowed as outcome:
            self._settle("directory-refused", outcome.code)
            raise in_directory.unavailable(outcome) from None
        except Unanswered as outcome:
            if outcome.known:
                self._settle("directory-unanswered", outcome.why)
                raise in_directory.unavailable(outcome) from None
            self._doubt(outcome.why)
            wait = max(1, self.change.until - self.services.now)
            raise Refused(OUTCOME_UNKNOWN, reason=f"directory: {outcome.why}", retry_after=wait) from None

    def record(self, step: Callable[[], T]) -> T:
        """Runs `step`, which commits `recorded_write` together with the other consequences of the new password.

        If the flow has ended in the meantime, the change is recorded without it.
        """
        try:
            return retry_on_conflict(step)
        except Refused as refused:
            if refused.problem is SESSION_ENDED:
                retry_on_conflict(self._record_alone)
            raise

    def _record_alone(self) -> None:
        """Records a password whose flow has ended meanwhile: ends sessions and flows, and notifies the owner."""
        services, now, subject = self.services, self.services.now, self.subject
        card, throttle, change = services.store.batch_get(
            [
                services.accounts.key(self.account.id),
                services.recoveries.key(subject, "throttle"),
                services.recoveries.key(subject, "change"),
            ]
        )
        known = account_items.from_item(card)
        owner = in_directory.account(known, self.person, self.account.id, self.account.user_id)
        services.store.commit(
            [
                services.accounts.directory_password_write(owner, now),
                services.recoveries.throttle_write(subject, recoveries.throttle(throttle).distrusting(), now),
                self.recorded_write(recoveries.change(change)),
                self._event(self.kind),
                repudiation.issue_write(services, subject, owner, self.reference, now),
                *(services.outbox.write(message, now) for message in self._notices(self.kind)),
            ]
        )

    def recorded_write(self, seen: Change) -> Write:
        """The write that ends the attempt. Raises Refused(OUTCOME_UNKNOWN) if `seen`, the current state, is not its."""
        if seen.mark != self.change.mark:
            raise Refused(OUTCOME_UNKNOWN, reason="overtaken", retry_after=max(1, seen.until - self.services.now))
        return self._change_write(seen.recorded())

    @property
    def _directory(self) -> Directory:
        return self.services.directory_of(self.account.user_id)

    def _carry_out(self, action: Callable[[Directory, Person], None]) -> None:
        if self.change.repeated and self._is_set():
            return
        try:
            action(self._directory, self.person)
        except NotAccepted:
            if self.change.repeated and self._is_set():
                return
            raise
        try:
            if self.change.overtakable and not self._is_set():  # an earlier attempt has taken effect late
                action(self._directory, self.person)
        except Outcome as outcome:  # this password was set, but may have been overwritten
            raise Unanswered(known=False, why=str(outcome)) from outcome

    def _is_set(self) -> bool:
        """Whether the new password signs in. False also if that cannot be told: a lockout, or no sign-in at all."""
        if "sign-in" not in self._directory.offers:
            return False
        try:
            self._directory.verify(self.person, self.person.user_id, self.password)
        except WrongPassword:
            return False
        except Stopped as outcome:
            return outcome.reason in PROOF_OF_PASSWORD
        return True

    def _settle(self, kind: str = "", reason: str = "") -> None:
        """Records that certainly nothing was changed."""
        events = [self._event(kind, reason=reason)] if kind else []
        self._commit(self._change_write(self.change.given_up(self.before)), *events)

    def _doubt(self, why: str) -> None:
        """Keeps the intent, and notifies the owner once that the password may have been changed."""
        notice, outbox = () if self.change.doubted else self.change.notice, self.services.outbox
        told = [outbox.kept_write(each, self.services.now) for each in notice]
        self._commit(self._event("password-in-doubt", reason=why), *told)

    def _commit(self, *writes: Write) -> None:
        with contextlib.suppress(Conflict):  # another attempt has taken over after the lease
            self.services.store.commit(writes)

    def _change_write(self, change: Change) -> Write:
        return self.services.recoveries.change_write(self.subject, change, self.services.now)

    def _event(self, kind: str, **facts: object) -> Write:
        services = self.services
        return services.events.write(
            kind, self.subject, self.reference, services.clock(), services.randomness(4), **facts
        )

    def _notices(self, kind: str) -> list[Message]:
        services = self.services
        if not services.organisation.notify.person:
            return []
        return notices(
            services, services.now, self.account, kind, self.subject, self.reference, self.info, self.language
        )
