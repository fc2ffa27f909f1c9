"""The rules for a new password, in words: what is required, shown before typing, and what to change, shown after."""

import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass

from regain.domain import banned_words, own_words
from regain.domain.own_words import Owner
from regain.domain.policy import Passwords
from regain.domain.reason import Reason
from regain.phrases import Phrase, Plural

_CLASSES = Phrase("Use three of these four: lower case, upper case, digits, other characters.")


def normal(password: str) -> str:
    """The normal form of a password, which is judged and hashed: NFKC (NIST SP 800-63B-4 3.1.1.2).

    Invisible characters at its ends (U+200B, direction marks) are removed, because nobody could type them again.
    """
    letters = unicodedata.normalize("NFKC", password)
    visible = [at for at, letter in enumerate(letters) if unicodedata.category(letter) != "Cf"]
    return letters[visible[0] : visible[-1] + 1] if visible else ""


def unsendable(typed: str) -> tuple[Reason, ...]:
    """Why a password cannot be set in a directory, which compares it as typed: its normal form differs.

    Windows, for example, does not accept `2` for `²`, so a password set in its normal form would not work.
    """
    if unicodedata.normalize("NFKC", typed) == unicodedata.normalize("NFC", typed):
        return ()
    return (Reason("characters", Phrase("Use plain letters and digits: one of these characters stands for others.")),)


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule in words. By its `name`, a page checks `length` (from `least` to `most` characters), `classes` and
    `current` during typing. Only the service can judge `guessable`, and only the directory `history` and `age`.
    """

    name: str
    text: Phrase
    least: int = 0
    most: int = 0


def rules(
    policy: Passwords, change: bool = False, least: int = 0, classes: bool = False, history: int = 0, hours: int = 0
) -> tuple[Rule, ...]:
    """The rules to show before typing (B7), for a reset or for a `change` of a known password.

    The other arguments are what the password's directory requires: `least` characters, three character `classes`, none
    of the last `history` passwords, and `hours` between changes.
    """
    least, most = max(policy.minimum_length, least), policy.maximum
    length = Phrase("Use at least {least} characters, and at most {most}.", least=least, most=most)
    guessable = Phrase("Do not use your own name or telephone number, or words that are easy to guess.")
    return (
        Rule("length", length, least, most),
        *((Rule("classes", _CLASSES),) if classes or policy.profile == "entra" else ()),
        Rule("guessable", guessable),
        *((Rule("history", _earlier(history)),) if history else ()),
        *((Rule("age", _wait(hours)),) if hours else ()),
        *((Rule("current", Phrase("Do not use the password that you have now.")),) if change else ()),
    )


def _earlier(history: int) -> Phrase:
    return Plural("Do not use your last password.", "Do not use one of your last {n} passwords.", history)


def _wait(hours: int) -> Phrase:
    return Plural("It can be changed again in {n} hour.", "It can be changed again in {n} hours.", hours)


def failures(
    password: str, policy: Passwords, words: Set[str], owner: Owner, current: str | None = None
) -> tuple[Reason, ...]:
    """Every rule that a password breaks, all at once (B7).

    Passwords and banned `words` are in normal form. `current` is the current password, if it was typed too.
    """
    own = own_words.words(owner.names)
    checks = (
        _length(password, policy),
        _characters(password),
        _classes(password) if policy.profile == "entra" else None,
        _names(password, own),
        _numbers(password, owner.numbers),
        _guessable(password, policy, words, own),
        _CURRENT if password == current else None,
    )
    return tuple(filter(None, checks))


_CURRENT = Reason("current", Phrase("This is the password that you have now. Choose another one."))


def _length(password: str, policy: Passwords) -> Reason | None:
    least = policy.minimum_length
    if len(password) < least:
        short = Phrase("Use at least {least} characters: {n} more to go.", least=least, n=least - len(password))
        return Reason("too-short", short)
    if len(password) > policy.maximum:
        return Reason("too-long", Phrase("Use at most {most} characters.", most=policy.maximum))
    return None


def _characters(password: str) -> Reason | None:
    if any(unicodedata.category(letter) in ("Cc", "Cs") or _is_no_character(letter) for letter in password):
        return Reason("characters", Phrase("Use characters that can be typed: one of these cannot."))
    return None


def _is_no_character(letter: str) -> bool:
    """Whether Unicode permanently reserves a code point as a noncharacter. Unassigned ones may be new emoji (P17)."""
    return ord(letter) & 0xFFFE == 0xFFFE or "\ufdd0" <= letter <= "\ufdef"


def _classes(password: str) -> Reason | None:
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdecimal() else "other" for c in password
    }
    if len(kinds) < 3:
        return Reason("classes", _CLASSES)
    return None


def _names(password: str, own: Set[str]) -> Reason | None:
    name = own_words.first_in(password, own)
    if name:
        return Reason("own-name", Phrase("Leave out “{name}”, which is part of your name or user ID.", name=name))
    return None


def _numbers(password: str, numbers: Iterable[str]) -> Reason | None:
    if own_words.has_number(password, numbers):
        return Reason("own-number", Phrase("Leave out your own telephone number."))
    return None


def _guessable(password: str, policy: Passwords, words: Set[str], own: Set[str]) -> Reason | None:
    if len(password) > policy.maximum:
        return None
    points = banned_words.score(password, words, own)
    if points >= policy.points:
        return None
    return Reason(
        "easy-to-guess",
        Phrase(
            "It has words or patterns that are easy to guess: {points} of {needed} points. "
            "Add unrelated words or characters.",
            points=points, needed=policy.points,
        ),
    )  # fmt: skip
