"""What a password must not contain: its owner's names, user ID and telephone numbers."""

import itertools
import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass

from regain.domain import banned_words
from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo

_SHORTEST_NAME = 4  # Microsoft Entra matches names of four characters and more (E3)
_SHORTEST_UNSPACED = 2
_UNSPACED = ("CJK UNIFIED", "HIRAGANA", "KATAKANA", "HANGUL", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts without spaces between words: names in them are shorter, and match inside other words."""

_SHORTEST_NUMBER = 7  # a subscriber's number without its area code


@dataclass(frozen=True, slots=True)
class Owner:
    """The names and telephone numbers (E.164) of a password's owner."""

    names: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @classmethod
    def of(cls, account: Account, info: SecurityInfo) -> "Owner":
        """The owner's names and numbers, from the account and its security info."""
        return cls(account.names, (account.mobile_phone, account.office_phone, *info.destinations("mobile")))


def words(names: Iterable[str]) -> frozenset[str]:
    """The words of a person's names in normal form: `O'Brien-Silva` gives `obriensilva`, `brien` and `silva`."""
    written = [word for name in names for word in name.split()]
    parts = (part for word in written for part in (banned_words.joined(word), *banned_words.parts(word)))
    return frozenset(part for part in map(banned_words.normal, parts) if len(part) >= _shortest(part))


def first_in(password: str, own: Set[str]) -> str:
    """The first of the owner's words that a password contains as a separate word, in normal form, or "".

    `bandana` does not contain `dana`; `Kettle-Dana` and `KettleDana41` do, and so does `danasilva` if both are names.
    """
    text = banned_words.normal(password)
    found = sorted((at, -len(word), word) for word in own for at in _places(word, text))
    starts = {at for at, _, _ in found}
    ends = {at - length for at, length, _ in found}
    for at, length, word in found:
        end = at - length
        alone = _edge(password, text, at) or at in ends, _edge(password, text, end) or end in starts
        if _is_unspaced(word) or all(alone):
            return word
    return ""


def has_number(password: str, numbers: Iterable[str]) -> bool:
    """Whether a password contains one of the owner's numbers (E.164), with or without its country code."""
    typed = "".join(str(unicodedata.decimal(letter)) for letter in password if letter.isdecimal())
    return any(number[-_SHORTEST_NUMBER:] in typed for number in numbers if len(number) > _SHORTEST_NUMBER)


def _places(word: str, text: str) -> Iterator[int]:
    at = text.find(word)
    while at >= 0:
        yield at
        at = text.find(word, at + 1)


def _edge(password: str, text: str, at: int) -> bool:
    """Whether a word may begin or end here: next to a non-letter, or where lower case changes to upper case."""
    if not 0 < at < len(text):
        return True
    if len(password) != len(text):  # a capital whose lower case is longer: ignore case changes
        password = text
    before, after = password[at - 1], password[at]
    return not (before.isalpha() and after.isalpha()) or (before.islower() and after.isupper())


def _shortest(word: str) -> int:
    return _SHORTEST_UNSPACED if _is_unspaced(word) else _SHORTEST_NAME


def _is_unspaced(word: str) -> bool:
    return all(unicodedata.name(letter, "").startswith(_UNSPACED) for letter in itertools.islice(word, 2))
