"""Methods: the ways in which a person can prove who they are, and which may follow which."""

import hmac
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from regain.phrases import Phrase

LABELS = {
    "email": Phrase("Email my alternate email"),
    "sms": Phrase("Text my mobile phone"),
    "call-mobile": Phrase("Call my mobile phone"),
    "call-office": Phrase("Call my office phone"),
    "authenticator": Phrase("Use a code of my authenticator app"),
    "recovery-code": Phrase("Use my saved recovery code"),
    "questions": Phrase("Answer my security questions"),
    "passkey": Phrase("Use a passkey"),
}
UNGUESSABLE = ("recovery-code", "passkey")
"""Kinds that no number of tries can guess: failures never close them, so nobody can lock their owner out."""

_SHORT = 3
_SENT = {"email": "email", "sms": "text", "call-mobile": "voice", "call-office": "voice"}


@dataclass(frozen=True, slots=True)
class Method:
    """One registered way to prove identity. `destination` is an address, a number in E.164, or the kind's own name."""

    id: str
    kind: str
    destination: str


def channel(kind: str) -> str:
    """How a proof of this kind travels: `email`, `text`, `voice`, or a channel of its own."""
    return _SENT.get(kind, kind)


def sends_code(kind: str) -> bool:
    """Whether a code is sent for this kind. For the others the person has what is needed."""
    return kind in _SENT


def uses_phone(kind: str) -> bool:
    """Whether messages of this kind count as texts and calls in the limits."""
    return channel(kind) in ("text", "voice")


def remaining(methods: Iterable[Method], passed: Iterable[Method]) -> tuple[Method, ...]:
    """The methods that may give the next proof: of another channel and to another destination (B11)."""
    passed = tuple(passed)
    channels = {channel(method.kind) for method in passed}
    places = {method.destination for method in passed}
    return tuple(m for m in methods if channel(m.kind) not in channels and m.destination not in places)


def can_pass(methods: Iterable[Method], gates: int) -> bool:
    """Whether the methods can pass that many gates, in some order."""
    methods = tuple(methods)
    return gates == 0 or any(can_pass(remaining(methods, [m]), gates - 1) for m in methods)


def matches_contact(method: Method, typed: str) -> bool:
    """Whether what was typed is the whole of this method's address or number (S43)."""
    if method.kind == "email":
        wanted, given = method.destination.lower(), unicodedata.normalize("NFKC", typed).strip().lower()
    else:
        wanted, given = _digits(method.destination), _digits(typed).removeprefix("00")
    return hmac.compare_digest(wanted.encode(), given.encode())


def _digits(number: str) -> str:
    return "".join(str(unicodedata.digit(letter)) for letter in number if letter.isdecimal())


def mask(method: Method) -> str:
    """The destination as its owner recognises it and nobody else learns it; nothing where there is none."""
    if not sends_code(method.kind):
        return ""
    if method.kind == "email":
        local, _, domain = method.destination.partition("@")
        name, _, ending = domain.rpartition(".")
        last = local[-1] if len(local) > _SHORT else ""  # tells two addresses apart
        return f"{local[:1]}•••{last}@{name[:1]}•••.{ending}"
    return f"••••••{method.destination[-2:]}"
