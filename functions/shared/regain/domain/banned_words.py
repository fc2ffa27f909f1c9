"""Banned words: Microsoft Entra password protection's published scoring (E3), as a shortest-path sum.

A password is normalised (case, accents and the usual substitutions). Each banned word found in it scores one point, and
so does every other character; the password's score is the lowest sum over all ways to split it. A password within an
edit distance of one from a banned word scores one point as a whole.

Beyond what Microsoft publishes:

- A pattern scores one point: a run (`aaaa`, `456`, `cba`) or a keyboard walk. Further patterns score nothing.
- Repetition scores nothing: a banned word or any four characters a second time, or a block immediately after itself.
- Separators between equal blocks, or between two patterns, score nothing.
- Words of six characters or more also match backwards, and with separators inside (`p-a-s-s-w-o-r-d`, phrases).
"""

import functools
import unicodedata
from collections.abc import Iterator, Sequence, Set

from regain.domain import keyboards

SHORTEST, LONGEST = 2, 40
_SHORTEST_RUN, _SHORTEST_BLOCK, _SHORTEST_REPEAT = 3, 2, 4
_SHORTEST_BACKWARDS = _SHORTEST_SPACED = 6
_SHORTEST_EDITED, _LONGEST_EDITED = 4, 16
_MOST_SEPARATORS = 3
_SUBSTITUTIONS = str.maketrans("01$@", "ols" + "a")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789!-._ "


def normal(password: str) -> str:
    """The password without case, accents and the usual substitutions, as long as its lower-case form."""
    lower = password.lower()
    plain = lower if lower.isascii() else "".join(map(_without_accent, lower))
    return plain.translate(_SUBSTITUTIONS)


def parts(text: str) -> tuple[str, ...]:
    """The words of a text, split at spaces and punctuation. Combining marks stay with their letter."""
    return tuple("".join(letter if _in_word(letter) else " " for letter in unicodedata.normalize("NFKC", text)).split())


def joined(text: str) -> str:
    """A text without spaces and punctuation."""
    return "".join(parts(text))


def _in_word(letter: str) -> bool:
    return unicodedata.category(letter)[0] in "LMN"


@functools.lru_cache(maxsize=4096)
def _without_accent(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter))
    return base if all(map(unicodedata.combining, marks)) else letter


def score(password: str, *words: Set[str]) -> int:
    """The score of a password. Five points are enough.

    `words` are sets of banned words in normal form. They are not merged, which would copy 30,000 words per password.
    """
    typed = password.lower()
    text = normal(typed)
    if any(near in banned for near in _one_edit_away(text) for banned in words):
        return 1
    return _Reading(typed, text, words).points()


class _Reading:
    """The cheapest way to read one password: `typed` in lower case, `text` in normal form, of equal length."""

    def __init__(self, typed: str, text: str, words: Sequence[Set[str]]):
        self.typed, self.text, self.words = typed, text, words
        self.patterns = list(self._patterns())

    def points(self) -> int:
        """The lowest sum from the first character to the last."""
        steps = sorted((*self._repeats(), *self._priced_patterns(), *self._words(), *self._separators()))
        points = list(range(len(self.text) + 1))
        taken = 0
        for start in range(len(self.text)):
            points[start + 1] = min(points[start + 1], points[start] + 1)
            while taken < len(steps) and steps[taken][0] == start:
                _, end, price = steps[taken]
                points[end] = min(points[end], points[start] + price)
                taken += 1
        return points[-1]

    def _patterns(self) -> Iterator[tuple[int, int]]:
        """The start and end of each run and keyboard walk."""
        typed, walks = self.typed, keyboards.walks()
        for start in range(len(typed)):
            end = start + 2
            while end < len(typed) and _goes_on(typed, end):
                end += 1
                if end - start >= _SHORTEST_RUN:
                    yield start, end
            for end in range(start + _SHORTEST_RUN, min(start + keyboards.LONGEST, len(typed)) + 1):
                if typed[start:end] in walks:
                    yield start, end

    def _priced_patterns(self) -> Iterator[tuple[int, int, int]]:
        first = min((end for _, end in self.patterns), default=0)
        for start, end in self.patterns:
            yield start, end, 0 if start >= first else 1

    def _words(self) -> Iterator[tuple[int, int, int]]:
        yield from self._words_at(range(len(self.text)), SHORTEST)
        letters = [at for at, letter in enumerate(self.text) if _in_word(letter)]
        if len(letters) < len(self.text):
            yield from self._words_at(letters, _SHORTEST_SPACED)

    def _words_at(self, places: Sequence[int], shortest: int) -> Iterator[tuple[int, int, int]]:
        """The banned words that start at these positions."""
        text = "".join(self.text[at] for at in places)
        found = [
            (start, end, text[start:end])
            for start in range(len(text))
            for end in range(start + shortest, min(start + LONGEST, len(text)) + 1)
        ]
        read = {part for _, _, part in found} | {p[::-1] for _, _, p in found if len(p) >= _SHORTEST_BACKWARDS}
        banned = {word for words in self.words for word in words & read}
        for start, end, part in found if banned else ():
            if part in banned or (end - start >= _SHORTEST_BACKWARDS and part[::-1] in banned):
                yield places[start], places[end - 1] + 1, 0 if part in text[:start] else 1

    def _repeats(self) -> Iterator[tuple[int, int, int]]:
        """Repeated blocks: of four characters anywhere, or of any size in a row."""
        text = self.text
        for start in range(1, len(text)):
            for size in range(_SHORTEST_BLOCK, min(start, len(text) - start) + 1):
                part = text[start : start + size]
                if text[start - size : start] == part or (size >= _SHORTEST_REPEAT and part in text[:start]):
                    yield start, start + size, 0

    def _separators(self) -> Iterator[tuple[int, int, int]]:
        """Separators between equal blocks and between patterns."""
        ends, starts = {end for _, end in self.patterns}, {start for start, _ in self.patterns}
        for start in range(1, len(self.text)):
            for end in range(start + 1, min(start + _MOST_SEPARATORS, len(self.text)) + 1):
                if _in_word(self.text[end - 1]):
                    break
                if (start in ends and end in starts) or self._equal_around(start, end):
                    yield start, end, 0

    def _equal_around(self, start: int, end: int) -> bool:
        text = self.text
        longest = min(start, len(text) - end)
        return any(text[start - size : start] == text[end : end + size] for size in range(_SHORTEST_BLOCK, longest + 1))


def _goes_on(text: str, at: int) -> bool:
    """Whether a character continues a run of three or more, such as aaa, 456 or cba."""
    step = ord(text[at]) - ord(text[at - 1])
    return abs(step) <= 1 and step == ord(text[at - 1]) - ord(text[at - 2])


def _one_edit_away(text: str) -> Iterator[str]:
    if not _SHORTEST_EDITED - 1 <= len(text) <= _LONGEST_EDITED + 1:
        return
    for at in range(len(text) + 1):
        for letter in _ALPHABET:
            yield text[:at] + letter + text[at:]
            yield text[:at] + letter + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
