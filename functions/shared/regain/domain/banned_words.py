"""Banned words: Microsoft Entra password protection's published scoring (E3), as a shortest-path sum.

A password is normalised (case and the usual substitutions). Each banned word found in it counts one
point, and so does every other character; the lowest sum over all ways to read the password is its
score. At one edit's distance from a banned word the whole password counts one point.

Beyond what Microsoft publishes: characters that only go on with a run (`aaa`, `456`) count nothing,
a block that is repeated counts once, and words of six characters or more count backwards too.
"""

from collections.abc import Iterator, Set

SHORTEST, LONGEST = 4, 16
_SHORTEST_BACKWARDS = 6
_SUBSTITUTIONS = str.maketrans("01$@", "ols" + "a")
_ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789!-._ "


def normal(password: str) -> str:
    """The password with its case and the usual substitutions undone."""
    return password.lower().translate(_SUBSTITUTIONS)


def score(password: str, words: Set[str]) -> int:
    """The points of a password; `words` are banned words in their normal form. Five are enough."""
    typed = password.lower()
    block = (typed + typed).find(typed, 1)
    typed = typed[: block or None]
    text = normal(typed)
    if any(near in words for near in _one_edit_away(text)):
        return 1
    points = [0]
    for end in range(1, len(text) + 1):
        best = points[end - 1] + (0 if _goes_on(typed, end - 1) else 1)
        for start in range(max(0, end - LONGEST), end - SHORTEST + 1):
            if points[start] + 1 < best and _is_banned(text[start:end], words):
                best = points[start] + 1
        points.append(best)
    return points[-1]


def _goes_on(text: str, at: int) -> bool:
    """Whether a character is the third or later of a run with the same step: aaa, 456, cba."""
    if at < 2:
        return False
    step = ord(text[at]) - ord(text[at - 1])
    return abs(step) <= 1 and step == ord(text[at - 1]) - ord(text[at - 2])


def _is_banned(part: str, words: Set[str]) -> bool:
    return part in words or (len(part) >= _SHORTEST_BACKWARDS and part[::-1] in words)


def _one_edit_away(text: str) -> Iterator[str]:
    if not SHORTEST - 1 <= len(text) <= LONGEST + 1:
        return
    for at in range(len(text) + 1):
        for letter in _ALPHABET:
            yield text[:at] + letter + text[at:]
            yield text[:at] + letter + text[at + 1 :]
        yield text[:at] + text[at + 1 :]
