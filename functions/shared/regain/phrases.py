"""Translatable texts, after gettext's lazy strings: written where they are used, translated where they are shown.

The English text is also the msgid in `translations/*.po`; facts stand in braces. Nothing here depends on a language, so
the rules can return texts without knowing who will read them.
"""

import functools
from collections.abc import Iterable

CONTEXT_END = "\x04"
"""Ends the context of a text that has another meaning elsewhere (gettext's `msgctxt`)."""


class Phrase:
    """A text and the facts for its braces. A fact may itself be a phrase; the organisation's facts are added later."""

    __slots__ = ("facts", "text")

    def __init__(self, text: str, /, **facts: object) -> None:
        self.text = text
        self.facts = facts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.text, self.facts) == (other.text, other.facts)

    def __hash__(self) -> int:
        return hash(self.text)

    def __repr__(self) -> str:
        return f"Phrase({self.text!r}, {self.facts!r})"


def format_list(words: Iterable[object]) -> object:
    """The words as a list, separated by the language's own comma."""
    first, *rest = words
    return functools.reduce(lambda joined, word: Phrase("{first}, {next}", first=joined, next=word), rest, first)


def join_sentences(first: object, following: object) -> Phrase:
    """Two sentences, separated by the language's own space."""
    return Phrase("{first} {next}", first=first, next=following)


class Plural(Phrase):
    """A text with a singular and a plural form (ngettext), chosen by the number `{n}`."""

    __slots__ = ("plural",)

    def __init__(self, singular: str, plural: str, /, n: int) -> None:
        super().__init__(singular, n=n)
        self.plural = plural
