"""Methods: the ways to prove identity, and which of them may be combined."""

import hmac
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass

from regain.domain import human_input
from regain.phrases import Phrase

LABELS = {
    "email": Phrase("Send a code to my alternate e-mail address"),
    "sms": Phrase("Text my mobile phone"),
    "call-mobile": Phrase("Call my mobile phone"),
    "call-office": Phrase("Call my office phone"),
    "authenticator": Phrase("Use a code from my authenticator app"),
    "recovery-code": Phrase("Use my saved recovery code"),
    "questions": Phrase("Answer my security questions"),
    "passkey": Phrase("Use a passkey"),
    "registration-code": Phrase("Use a registration code"),
}
UNGUESSABLE = ("recovery-code", "passkey", "registration-code")
"""Kinds that cannot be guessed: failures never block them, so nobody can lock the owner out."""

_SHORT = 3
_SENT = {"email": "email", "sms": "text", "call-mobile": "voice", "call-office": "voice"}


@dataclass(frozen=True, slots=True)
class Method:
    """One registered way to prove identity. `destination` is an address, a number in E.164, or the kind's own name."""

    id: str
    kind: str
    destination: str


def channel(kind: str) -> str:
    """The channel of a kind: `email`, `text`, `voice`, or the kind itself."""
    return _SENT.get(kind, kind)


def sends_code(kind: str) -> bool:
    """Whether a code is sent for this kind. For other kinds the person already has the proof."""
    return kind in _SENT


def uses_phone(kind: str) -> bool:
    """Whether messages of this kind count towards the limits for texts and calls."""
    return channel(kind) in ("text", "voice")


def remaining(methods: Iterable[Method], passed: Iterable[Method]) -> tuple[Method, ...]:
    """The methods that may be the next proof: with another channel and another destination (B11)."""
    passed = tuple(passed)
    channels = {channel(method.kind) for method in passed}
    places = {method.destination for method in passed}
    return tuple(m for m in methods if channel(m.kind) not in channels and m.destination not in places)


def can_pass(methods: Iterable[Method], gates: int, first: Container[str] | None = None) -> bool:
    """Whether the methods can pass this many gates in some order. If given, `first` are the kinds of a first proof."""
    methods = tuple(methods)
    begin_with = methods if first is None else [method for method in methods if method.kind in first]
    return gates == 0 or any(can_pass(remaining(methods, [method]), gates - 1) for method in begin_with)


def matches_contact(method: Method, typed: str) -> bool:
    """Whether the typed text is this method's full address or number (S43)."""
    if method.kind == "email":
        wanted, given = method.destination.lower(), human_input.read_address(typed).lower()
    else:
        wanted, given = _digits(method.destination), _digits(typed).removeprefix("00")
    return hmac.compare_digest(wanted.encode(), given.encode())


def _digits(number: str) -> str:
    return "".join(str(unicodedata.digit(letter)) for letter in number if letter.isdecimal())


def mask(method: Method) -> str:
    """The destination, masked so that only its owner recognises it; "" for kinds without one."""
    if not sends_code(method.kind):
        return ""
    if method.kind == "email":
        local, _, domain = method.destination.partition("@")
        name, _, ending = domain.rpartition(".")
        last = local[-1] if len(local) > _SHORT else ""  # tells two addresses apart
        return f"{local[:1]}•••{last}@{name[:1]}•••.{ending}"
    return f"••••••{method.destination[-2:]}"
