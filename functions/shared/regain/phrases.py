"""Words for people: written in English where they belong, and put into the reader's language where they are told.

The English text is also the key under which translators find it (`translations/`, GNU gettext). Facts stand in it in
braces. Nothing here knows of languages, so the rules may say what they have to say.
"""

import functools
from collections.abc import Iterable


class Phrase:
    """One text with its facts. A fact may be a phrase itself; facts of the organisation need not be given."""

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
    """Words one after the other, with the comma of the language between them."""
    first, *rest = words
    return functools.reduce(lambda said, word: Phrase("{first}, {next}", first=said, next=word), rest, first)


def join_sentences(first: object, following: object) -> Phrase:
    """Two sentences, with the space of the language between them."""
    return Phrase("{first} {next}", first=first, next=following)


class Plural(Phrase):
    """A text that is another one for another number, which it names `{n}`."""

    __slots__ = ("plural",)

    def __init__(self, singular: str, plural: str, /, n: int) -> None:
        super().__init__(singular, n=n)
        self.plural = plural
