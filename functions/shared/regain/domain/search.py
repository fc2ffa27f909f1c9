"""Finding people: the terms by which an account is indexed, and how a query matches them.

Words match by prefix, in any order, ignoring case and accents. Numbers match by their last digits; if the searcher may
not see numbers, only four or nine digits count. Addresses match by prefix, or, for such a searcher, only as a whole.
Shared by the index (`report`) and the search (`admin`), so that they cannot differ.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from regain.domain.account import Account
from regain.domain.security_info import SecurityInfo

STATES = ("not-registered", "not-capable", "off", "invited", "locked", "closed")
"""The states that people can be listed by. The last two expire, so they are judged on reading."""

LAST_DIGITS = 4
"""The fewest digits that are matched with the end of a telephone number."""

_LONGEST = 64  # characters of a word that are indexed
_MOST_WORDS, _MOST_TERMS, _MOST_GROUPS = 16, 8, 25
_KEPT_DIGITS, _NATIONAL = 12, 7
_WHOLE = 9  # digits: too many to be found by trial and error
_FEWEST = {"w": 1, "u": 3, "a": 3, "t": LAST_DIGITS}  # characters of a query: word, user ID, address, end of a number
_LIKE = str.maketrans({"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
_SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_INSIDE = re.compile(r"(?<=[^\W\d_])['\u2018\u2019\u02bc\u2010-](?=[^\W\d_])")
_LAST = "\U0010ffff"
_SEPARATOR = "\x1f"

Key = tuple[str, str]
"""The partition key and sort key of an index entry."""
Range = tuple[str, str, str]
"""A partition key, and the first and last sort key."""


@dataclass(frozen=True, slots=True)
class Names:
    """What an account is found by. `numbers` are digits only."""

    words: tuple[str, ...]
    user_id: str
    addresses: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a query: a `word`, an `address`, or the end of a `number`, which may be a word too."""

    kind: str
    text: str
    digits: str = ""


def fold(text: str) -> str:
    """The text without case, accents and vowel marks."""
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_LIKE))
    return "".join(letter for letter in decomposed if unicodedata.category(letter) != "Mn")


def names(account: Account, info: SecurityInfo) -> Names:
    """What an account is found by: its names, user ID, and all addresses and numbers."""
    said = (account.display_name, account.given_name, account.surname, account.user_id.partition("@")[0])
    told = [*said, *map(_spelt_out, said), *map(_together, said)]
    words = dict.fromkeys(word for text in told for word in _words(text))
    user_id = _whole(account.user_id)
    addresses = {_whole(each) for each in (account.mail, *account.other_mails, *info.destinations("email")) if each}
    numbers = {_digits(each) for each in (account.mobile_phone, account.office_phone, *info.destinations("mobile"))}
    return Names(
        tuple(words)[:_MOST_WORDS], user_id, tuple(sorted(addresses - {user_id})), tuple(sorted(numbers - {""}))
    )


def _spelt_out(text: str) -> str:
    """Müller as Mueller, as people without umlauts on their keyboards type it."""
    return unicodedata.normalize("NFC", text.casefold()).translate(_SPELT_OUT)


def _together(text: str) -> str:
    """O'Brien as OBrien, and Anne-Marie as AnneMarie."""
    return _INSIDE.sub("", text)


def terms(typed: str) -> tuple[Term, ...]:
    """The terms of a query. Words are separated by anything but letters and digits."""
    typed = typed.replace("(0)", "")  # +44 (0)7700 900123
    if re.fullmatch(r"[\d\s()+./-]+", typed) and len(_digits(typed)) >= LAST_DIGITS:
        return (Term("number", _whole(typed) if typed.strip().isdecimal() else "", _number(typed)),)
    found: dict[Term, None] = {}
    for chunk in typed.split():
        if "@" in chunk.strip("@"):
            found[Term("address", _whole(chunk))] = None
            continue
        for word in _words(chunk):
            number = word.isascii() and word.isdigit() and len(word) >= LAST_DIGITS
            found[Term("number", word, _number(word)) if number else Term("word", word)] = None
    return tuple(found)[:_MOST_TERMS]


def matches(person: Names, wanted: Iterable[Term], sees_places: bool) -> bool:
    """Whether an account matches all the terms.

    Prefixes of addresses, and more than the last four digits of a number, match only for those who may see them
    (`sees_places`): others could otherwise find out the rest character by character.
    """
    return all(_matches(person, term, sees_places) for term in wanted)


def _matches(person: Names, term: Term, sees_places: bool) -> bool:
    if term.kind == "address":
        known = person.addresses if sees_places else ()
        return term.text in person.addresses or any(each.startswith(term.text) for each in (person.user_id, *known))
    by_word = bool(term.text) and any(word.startswith(term.text) for word in person.words)
    digits = _looked_for(term, sees_places)
    return by_word or (bool(digits) and any(_ends(number, digits) for number in person.numbers))


def keys(person: Names, states: Collection[str], groups: Collection[str], account_id: str) -> set[Key]:
    """The keys of all index entries of an account: for its names, and for the lists that contain it."""
    tokens = [("w", word) for word in person.words]
    tokens += [("u", person.user_id)]
    tokens += [("a", address) for address in person.addresses[:_MOST_WORDS]]
    tokens += [("t", _turned(number)) for number in person.numbers]
    name = " ".join(person.words[:2])[:_LONGEST]
    lists = [*(f"s#{state}" for state in states), *(f"g#{group}" for group in sorted(groups)[:_MOST_GROUPS])]
    places = [*((_part(kind, token), token) for kind, token in tokens), *((each, name) for each in lists)]
    return {(part, f"{token}{_SEPARATOR}{account_id}") for part, token in places}


def head_of(wanted: Iterable[Term]) -> Term:
    """The most selective term: the index is read for it, and the other terms are filters."""
    return max(wanted, key=lambda term: (term.kind == "address", bool(term.digits), len(term.text)))


def ranges(head: Term, sees_places: bool) -> list[Range]:
    """The ranges of the index to read for a term."""
    found: list[Range] = []
    if head.kind == "address":
        whole = (_part("a", head.text), f"{head.text}{_SEPARATOR}", f"{head.text}{_SEPARATOR}{_LAST}")
        found = [_range("u", head.text), _range("a", head.text) if sees_places else whole]
    if head.digits:
        found.append(_range("t", _turned(_looked_for(head, sees_places))))
    if head.kind != "address" and head.text:
        found.append(_range("w", head.text))
    return found


def listing(name: str) -> Range:
    """The range of the index to read for a list, `s#<state>` or `g#<group>`."""
    return name, "", _LAST


def _range(kind: str, text: str) -> Range:
    return _part(kind, text), text, f"{text}{_LAST}"


def _part(kind: str, text: str) -> str:
    """The partition key of an entry, with as much of its prefix as every query has, so that partitions are small."""
    return kind + text[: _FEWEST[kind]]


def _words(text: str) -> list[str]:
    return [word[:_LONGEST] for word in re.findall(r"[^\W_]+", fold(text))]


def _whole(text: str) -> str:
    return fold(text.strip())[: 2 * _LONGEST]


def _digits(text: str) -> str:
    return "".join(str(unicodedata.digit(letter)) for letter in text if letter.isdecimal())


def _number(typed: str) -> str:
    """The digits of a number, without the leading zero of a national number, which E.164 lacks."""
    digits = _digits(typed)
    return digits.lstrip("0") if len(digits.lstrip("0")) >= _NATIONAL else digits


def _looked_for(term: Term, sees_places: bool) -> str:
    """The digits of a term to match."""
    return term.digits if sees_places or len(term.digits) >= _WHOLE else term.digits[-LAST_DIGITS:]


def _turned(digits: str) -> str:
    return digits[::-1][:_KEPT_DIGITS]


def _ends(number: str, digits: str) -> bool:
    return number.endswith(digits[-_KEPT_DIGITS:])
