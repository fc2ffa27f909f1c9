"""Security info: the methods that a person has registered (S74)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

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
"""Display names of what can be registered."""

_NEAR, _MOST_BURNED = 60, 20  # the range of kept time steps, and their number
_MAXIMUM = {"email": 3, "mobile": 2, "passkey": 5}


@dataclass(frozen=True, slots=True)
class Contact:
    """An address or number (E.164), confirmed with a code. `kind` is `email` or `mobile`."""

    id: str
    kind: str
    destination: str
    since: int


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An authenticator app (TOTP, RFC 6238). Its secret is derived from `nonce` and never stored.

    `last_step` is the time step of the last accepted code. Codes of that step and earlier ones are refused as replays,
    and so are those of `burned` steps: codes from other times that were recognised (X9).
    `generation`, here and in the classes below, is that of the key that the secret or hash is derived from.
    """

    nonce: str
    since: int
    last_step: int
    generation: int = 1
    burned: tuple[int, ...] = ()

    def burning(self, step: int) -> "Authenticator":
        """The authenticator with a recognised time step marked as used. Only steps near it are kept."""
        kept = tuple(each for each in self.burned if abs(each - step) <= _NEAR)
        return replace(self, burned=(*kept[-_MOST_BURNED:], step))


@dataclass(frozen=True, slots=True)
class RecoveryCode:
    """A saved recovery code, as a keyed hash."""

    digest: str
    since: int
    generation: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A security question (the id of a predefined one, or its text) and the hash of its answer (a PHC string)."""

    question: str
    answer: str
    since: int
    generation: int = 1


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
class RegistrationCode:
    """A one-time code in the format of a recovery code, with which its owner may register methods before `until`.

    Methods registered with one from the `deployer` count as second factors at once.
    """

    code: RecoveryCode
    until: int
    deployer: bool = False


@dataclass(frozen=True, slots=True)
class SetAside:
    """A method that a repudiation disabled, kept for administrators to see."""

    kind: str
    place: str
    since: int


@dataclass(frozen=True, slots=True)
class SecurityInfo:
    """Everything that one person has registered. Times are seconds since 1970.

    `confirmed_at`: when its owner last confirmed it. `remind_at`: when to ask again after "later".
    `required`: an administrator has required confirmation, so it cannot be postponed.
    `agreed` names the methods that an administrator or the deployer lets count as second factors at once.
    `replaced` is the former authenticator, which counts for somebody with a role until the new one does.
    `suspended`: a repudiation was made, and no method works until an administrator has reviewed them.
    `places_lost_at`: addresses and numbers that IT entered before then are lost, and prove nothing.
    `provider_subject` is a hash of the owner's `sub` at the identity provider: no other subject signs in here.
    """

    contacts: tuple[Contact, ...] = ()
    authenticator: Authenticator | None = None
    recovery_code: RecoveryCode | None = None
    answers: tuple[Answer, ...] = ()
    passkeys: tuple[Passkey, ...] = ()
    confirmed_at: int = 0
    remind_at: int = 0
    required: bool = False
    registration_code: RegistrationCode | None = None
    agreed: tuple[str, ...] = ()
    replaced: Authenticator | None = None
    suspended: bool = False
    set_aside: tuple[SetAside, ...] = ()
    places_lost_at: int = 0
    provider_subject: str = ""
    version: int = 0

    def destinations(self, kind: str) -> tuple[str, ...]:
        """The registered addresses (kind `email`) or numbers (kind `mobile`)."""
        return tuple(contact.destination for contact in self.contacts if contact.kind == kind)

    def has(self, kind: str) -> bool:
        """Whether a kind without a destination (`authenticator`, `passkey` and so on) is registered."""
        held = {
            "authenticator": self.authenticator,
            "recovery-code": self.recovery_code,
            "questions": self.answers,
            "passkey": self.passkeys,
        }
        return bool(held[kind])

    def has_capacity(self, kind: str) -> bool:
        """Whether another of this kind (`email`, `mobile` or `passkey`) may be registered."""
        registered = self.passkeys if kind == "passkey" else self.destinations(kind)
        return len(registered) < _MAXIMUM[kind]

    def without(self, method_id: str) -> "SecurityInfo | None":
        """The security info without the method with this id, or None if there is no such method."""
        left = replace(
            self,
            contacts=tuple(each for each in self.contacts if each.id != method_id),
            passkeys=tuple(each for each in self.passkeys if each.id != method_id),
            authenticator=None if method_id == "authenticator" else self.authenticator,
            recovery_code=None if method_id == "recovery-code" else self.recovery_code,
            answers=() if method_id == "questions" else self.answers,
            replaced=None if method_id == "authenticator" else self.replaced,
            agreed=tuple(each for each in self.agreed if each != method_id),
        )
        return None if left == self else left

    def confirmed(self, now: int) -> "SecurityInfo":
        """The security info as confirmed by its owner now."""
        return replace(self, confirmed_at=now, remind_at=0, required=False)

    def postponed(self, now: int, days: int) -> "SecurityInfo":
        """The security info with its confirmation postponed by some days."""
        return replace(self, remind_at=now + days * _DAY)


State = Literal["complete", "incomplete", "confirm"]


def state(info: SecurityInfo, enough: bool, entered_at: int, reconfirm_days: int, now: int) -> State:
    """`complete`, `incomplete`, or `confirm` if it is time to confirm it again (S74).

    `entered_at` is when an administrator last entered an address or number for the account.
    """
    if not enough:
        return "incomplete"
    if info.required:
        return "confirm"
    confirmed_at = max(info.confirmed_at, entered_at)
    return "confirm" if reconfirm_days and now >= confirmed_at + reconfirm_days * _DAY else "complete"


def draw_questions(registered: Iterable[str], order: list[int], proved: bool) -> tuple[str, ...]:
    """The questions to ask, sampled by `order` (one random number for each question); none if too few are registered.

    Before any proof (`proved`) only predefined questions are asked: custom ones would reveal the account (B1).
    """
    known = [question for question in registered if proved or not security_questions.is_custom(question)]
    drawn = sorted(zip(order, known, strict=False))
    return (
        tuple(question for _, question in drawn[: security_questions.NUMBER_ASKED])
        if len(known) >= security_questions.NUMBER_ASKED
        else ()
    )
