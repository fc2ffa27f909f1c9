"""Reads `translations/terms.csv`: what the terms of the glossary (CONTRIBUTING.md) are called in each language."""

import csv
import functools
from dataclasses import dataclass

from hooks.catalogues.files import FOLDER

FORM_OF_ADDRESS = "form of address"
"""The row of a language that says how it speaks to its readers."""


@dataclass(frozen=True)
class Term:
    """A term in one language. `pattern` is a regular expression for its inflected forms; "" for the form of address.

    `microsoft` and `google` are the words of their products in this language, "–" where they have none.
    """

    term: str
    translation: str
    pattern: str
    microsoft: str
    google: str


@functools.cache
def _all() -> dict[str, tuple[Term, ...]]:
    found: dict[str, tuple[Term, ...]] = {}
    with (FOLDER / "terms.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            tag = row.pop("language")
            found[tag] = (*found.get(tag, ()), Term(**row))
    return found


def of(tag: str) -> tuple[Term, ...]:
    """The terms of a language, in the order of the glossary; none for English."""
    return _all().get(tag, ())
