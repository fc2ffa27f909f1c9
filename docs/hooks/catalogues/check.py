"""What is wrong with a translation: missing, unused, or saying something else than the text that it stands for."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from babel.messages.catalog import Catalog

from hooks.catalogues.files import translated

_KEPT = {
    "a fact": re.compile(r"\{\{.*?\}\}|\{\w+\}"),
    "where a link leads": re.compile(r"\]\(([^)]*)\)"),
    "code": re.compile(r"`[^`]*`"),
    "a mark": re.compile(r"\{ ?[:.][^}]*\}|<[^>]*>"),
    "bold": re.compile(r"\*\*"),
    "an address": re.compile(r"https?://[^\s)`]+"),
}
"""What a translation has as often as the text has it."""

_MISSING = "missing"
_NAMED = re.compile(r"\*\*([^*]+)\*\*")


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with one text."""

    text: str
    what: str

    @property
    def missing(self) -> bool:
        """Whether there is no translation yet: pages then show the English text."""
        return self.what == _MISSING

    def __str__(self) -> str:
        return f"{self.what}: {self.text!r}"


def faults(template: Catalog, catalogue: Catalog) -> Iterator[Fault]:
    """Everything that is wrong with the translations into one language."""
    wanted = {message.id: message for message in template if message.id}
    known = {message.id: message for message in catalogue if message.id}
    for text in known.keys() - wanted.keys():
        yield Fault(_first(text), "used no more")
    for text in wanted:
        found = known.get(text)
        if found is None or not translated(found) or found.fuzzy:
            yield Fault(_first(text), _MISSING)
            continue
        forms = found.string if isinstance(found.string, tuple) else (found.string,)
        sources = text if isinstance(text, tuple) else (text,)
        for form in forms:
            yield from _differs(sources[-1], form)
        if isinstance(found.string, str):
            yield from _calls_it_otherwise(found.id, found.string, known)


def _differs(text: str, translation: str) -> Iterator[Fault]:
    for what, pattern in _KEPT.items():
        asked, given = Counter(pattern.findall(text)), Counter(pattern.findall(translation))
        if asked != given:
            odd = [*(asked - given).elements(), *(given - asked).elements()]
            yield Fault(text, f"{what} differs ({', '.join(odd)})")
    if (text[:1].isspace(), text[-1:].isspace()) != (translation[:1].isspace(), translation[-1:].isspace()):
        yield Fault(text, "the space at an end differs")
    if "\n" in translation:
        yield Fault(text, "a text is one line")


def _calls_it_otherwise(text: str, translation: str, known: dict) -> Iterator[Fault]:
    """What guidance names in bold, such as a button, must be called as it is called where it stands."""
    for name in _NAMED.findall(text):
        there = known.get(name)
        if there and there.string and f"**{there.string}**" not in translation:
            yield Fault(text, f"**{name}** is called {there.string!r} where it stands")


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]
