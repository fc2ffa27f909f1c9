"""Security info: what a person has registered to prove who they are (S74)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from regain.domain import security_questions
from regain.phrases import Phrase

_DAY = 86_400
NAMES = {
    "email": Phrase("E-mail address"),
    "mobile": Phrase("Mobile phone"),
    "office": Phrase("Office phone"),
    "authenticator": Phrase("Authenticator app"),
    "recovery-code": Phrase("Recovery code"),
    "questions": Phrase("Security questions"),
    "passkey": Phrase("Passkey"),
}
"""What each thing is called that can be registered."""

_ROOM = {"email": 3, "mobile": 2, "passkey": 5}


@dataclass(frozen=True, slots=True)
class Contact:
    """An address or a number (E.164) that a code has reached. `kind` is `email` or `mobile`."""

    id: str
    kind: str
    destination: str
    since: int


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An app with one-time codes (TOTP, RFC 6238). Its secret is derived from `nonce` and never stored.

    `last_step` is the step of the last code that was accepted: none of it or before counts again.
    """

    nonce: str
    since: int
    last_step: int


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A code that was saved, as a keyed hash."""

    digest: str
    since: int


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, as an id or in own words, and the hash of its answer (a PHC string)."""

    question: str
    answer: str
    since: int


@dataclass(frozen=True, slots=True)
class Passkey:
    """A WebAuthn credential; `credential` and `public_key` are base64url."""

    id: str
    credential: str
    public_key: str
    sign_count: int
    name: str
    since: int


@dataclass(frozen=True, slots=True)
class SecurityInfo:
    """Everything that one person has registered. Times are seconds since 1970.

    `confirmed_at`: when its owner last said that it is right. `remind_at`: until when that was put off.
    `required`: an administrator has asked for it, so it cannot be put off.
    """

    contacts: tuple[Contact, ...] = ()
    authenticator: Authenticator | None = None
    recovery_code: RecoveryCode | None = None
    answers: tuple[Answer, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    confirmed_at: int = 0
    remind_at: int = 0
    required: bool = False
    version: int = 0

    def destinations(self, kind: str) -> tuple[str, ...]:
        """The registered addresses (`email`) or numbers (`mobile`)."""
        return tuple(contact.destination for contact in self.contacts if contact.kind == kind)

    def has(self, kind: str) -> bool:
        """Whether something without a destination is registered: `authenticator`, `passkey` and so on."""
        held = {
            "authenticator": self.authenticator,
            "recovery-code": self.recovery_code,
            "questions": self.answers,
            "passkey": self.passkeys,
        }
        return bool(held[kind])

    def has_capacity(self, kind: str) -> bool:
        """Whether one more of this kind (`email`, `mobile` or `passkey`) fits."""
        there = self.passkeys if kind == "passkey" else self.destinations(kind)
        return len(there) < _ROOM[kind]

    def without(self, method_id: str) -> "SecurityInfo | None":
        """The rest, once the thing with this id is removed; None where there is no such thing."""
        left = replace(
            self,
            contacts=tuple(each for each in self.contacts if each.id != method_id),
            passkeys=tuple(each for each in self.passkeys if each.id != method_id),
            authenticator=None if method_id == "authenticator" else self.authenticator,
            recovery_code=None if method_id == "recovery-code" else self.recovery_code,
            answers=() if method_id == "questions" else self.answers,
        )
        return None if left == self else left

    def confirmed(self, now: int) -> "SecurityInfo":
        """Looked through by its owner."""
        return replace(self, confirmed_at=now, remind_at=0, required=False)

    def postponed(self, now: int, days: int) -> "SecurityInfo":
        """To be reminded of in some days."""
        return replace(self, remind_at=now + days * _DAY)


def state(info: SecurityInfo, enough: bool, given_at: int, reconfirm_days: int, now: int) -> str:
    """`complete`, `incomplete`, or `confirm` where nobody has looked through it for too long (S74).

    `given_at` is when an administrator last entered something for the account.
    """
    if not enough:
        return "incomplete"
    if info.required:
        return "confirm"
    looked_at = max(info.confirmed_at, given_at)
    return "confirm" if reconfirm_days and now >= looked_at + reconfirm_days * _DAY else "complete"


def draw_questions(registered: Iterable[str], order: list[int], proved: bool) -> tuple[str, ...]:
    """The questions to answer, drawn by `order` (numbers at random, one a question).

    Before any proof only given ones are asked: one's own words would show that the account exists (B1).
    """
    known = [question for question in registered if proved or not security_questions.is_custom(question)]
    drawn = sorted(zip(order, known, strict=False))
    return (
        tuple(question for _, question in drawn[: security_questions.NUMBER_ASKED])
        if len(known) >= security_questions.NUMBER_ASKED
        else ()
    )
