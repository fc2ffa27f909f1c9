"""Checks translations: missing, unused, or not matching their text."""

import gettext
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel.messages.catalog import Catalog, Message

from hooks.catalogues.files import is_translated

_KEPT = {
    "a fact": re.compile(r"\{\{.*?\}\}|\{\w+\}"),
    "where a link leads": re.compile(r"\]\(([^)]*)\)"),
    "code": re.compile(r"`[^`]*`"),
    "a mark": re.compile(r"\{ ?[:.][^}]*\}|<[^>]*>"),
    "bold": re.compile(r"\*\*"),
    "an address": re.compile(r"https?://[^\s)`]+"),
}
"""What must occur as often in a translation as in its text."""

_MISSING = "missing"
_NAMED = re.compile(r"\*\*([^*]+)\*\*")


@dataclass(frozen=True)
class Fault:
    """A fault of one translation."""

    text: str
    what: str

    @property
    def missing(self) -> bool:
        """Whether there is no translation yet: pages then show the English text."""
        return self.what == _MISSING

    def __str__(self) -> str:
        return f"{self.what}: {self.text!r}"


def faults(template: Catalog, catalogue: Catalog) -> Iterator[Fault]:
    """The faults of the translations into one language."""
    wanted = {(message.id, message.context): message for message in template if message.id}
    known = {(message.id, message.context): message for message in catalogue if message.id}
    for text, _ in known.keys() - wanted.keys():
        yield Fault(_first(text), "no longer used")
    for text, context in wanted:
        found = known.get((text, context))
        if found is None or not is_translated(found) or found.fuzzy:
            yield Fault(_first(text), _MISSING)
            continue
        forms = found.string if isinstance(found.string, tuple) else (found.string,)
        sources = text if isinstance(text, tuple) else (text,)
        for number, form in enumerate(forms):
            silent = len(forms) > 1 and "{n}" not in str(form) and _is_of_one_number(catalogue.plural_expr, number)
            source = str(sources[-1])
            yield from _differs(source.replace("{n}", "").strip() if silent else source, str(form))
        if isinstance(text, str) and isinstance(found.string, str):
            yield from _wrong_names(text, found.string, known)


def _is_of_one_number(plural_expression: str, form: int) -> bool:
    """Whether a plural form stands for one number only, as Arabic's for two: then it need not say the number (L12)."""
    choose = gettext.c2py(plural_expression)
    return sum(choose(number) == form for number in range(1_000)) == 1


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


def _wrong_names(text: str, translation: str, known: Mapping[Any, Message]) -> Iterator[Fault]:
    """Guidance must call a button, which it names in bold, by the translation that the button has."""
    for name in _NAMED.findall(text):
        there = known.get((name, None)) or known.get((name.replace("'", "’"), None))
        if there and there.string and f"**{there.string}**" not in translation:
            yield Fault(text, f"**{name}** is called {there.string!r} where it stands")


def _first(text: str | Sequence[str]) -> str:
    return text if isinstance(text, str) else text[0]
