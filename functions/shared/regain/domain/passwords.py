"""The rules for a new password, in words: what to choose, shown before typing, and what to change, shown after."""

import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass

from regain.domain import banned_words
from regain.domain.policy import Passwords
from regain.phrases import Phrase

_CLASSES = Phrase("Use three of these four: lower case, upper case, digits, other characters.")
_SHORTEST_NAME = 4  # Microsoft Entra matches names of four characters and more (E3)


@dataclass(frozen=True, slots=True)
class Failure:
    """A rule that a password breaks, and what to change. Never contains the password."""

    rule: str
    message: Phrase


def normal(password: str) -> str:
    """The normal form of a password, which is what is judged and hashed: NFKC (NIST SP 800-63B-4 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def help_text(policy: Passwords, change: bool = False) -> tuple[Phrase, ...]:
    """The rules as they are shown before typing (B7), for a reset or for a `change` of a known password."""
    return (
        Phrase("Use at least {least} characters, and at most {most}.", least=policy.least, most=policy.maximum),
        *((_CLASSES,) if policy.profile == "entra" else ()),
        Phrase("Do not use your own name, or words that are easy to guess."),
        *((Phrase("Do not use the password that you have now."),) if change else ()),
    )


def failures(
    password: str, policy: Passwords, words: Set[str], names: Iterable[str], current: str | None = None
) -> tuple[Failure, ...]:
    """Everything that is wrong with a password, at once (B7).

    Passwords and banned `words` are in their normal forms. `current` is the password in use, if it was typed too.
    """
    checks = (
        _length(password, policy),
        _characters(password),
        _classes(password) if policy.profile == "entra" else None,
        _names(password, names),
        _guessable(password, policy, words),
        _CURRENT if password == current else None,
    )
    return tuple(filter(None, checks))


_CURRENT = Failure("current", Phrase("This is the password that you have now. Choose another one."))


def _length(password: str, policy: Passwords) -> Failure | None:
    if len(password) < policy.least:
        short = policy.least - len(password)
        return Failure(
            "too-short", Phrase("Use at least {least} characters. Missing: {n}.", least=policy.least, n=short)
        )
    if len(password) > policy.maximum:
        return Failure("too-long", Phrase("Use at most {most} characters.", most=policy.maximum))
    return None


def _characters(password: str) -> Failure | None:
    if any(unicodedata.category(letter) in ("Cc", "Cs", "Cn") for letter in password):
        return Failure("characters", Phrase("Use characters that can be typed: one of these cannot."))
    return None


def _classes(password: str) -> Failure | None:
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdecimal() else "other" for c in password
    }
    if len(kinds) < 3:
        return Failure("classes", _CLASSES)
    return None


def _names(password: str, names: Iterable[str]) -> Failure | None:
    text = banned_words.normal(password)
    for name in names:
        if len(name) >= _SHORTEST_NAME and banned_words.normal(name) in text:
            return Failure("own-name", Phrase("Leave out your own name and your user ID."))
    return None


def _guessable(password: str, policy: Passwords, words: Set[str]) -> Failure | None:
    if len(password) > policy.maximum:
        return None
    points = banned_words.score(password, words)
    if points >= policy.points:
        return None
    return Failure(
        "easy-to-guess",
        Phrase(
            "It has words or patterns that are easy to guess. Each common word counts one point and every other "
            "character one point. Points of yours: {points}, needed: {needed}. Add unrelated words or characters.",
            points=points, needed=policy.points,
        ),
    )  # fmt: skip
