"""Translates phrases with gettext, and fills in the organisation's facts. All translation happens here."""

import functools
import gettext
import re
from collections.abc import Mapping
from pathlib import Path

from regain.domain import languages
from regain.organisation.facts import facts
from regain.organisation.settings import Organisation, current
from regain.phrases import CONTEXT_END, Phrase, Plural

_LEFT_TO_RIGHT = re.compile(r"[A-Za-z+@]")
_FIRST_STRONG, _POP = "\u2068", "\u2069"
_COMPILED = Path(__file__).parents[1] / "translations"  # built from translations/*.po


class Language:
    """Translates into one of the organisation's languages. The site adds `catalogues` to the functions' own."""

    def __init__(self, tag: str, organisation: Organisation, *catalogues: str) -> None:
        self.tag = tag
        self.info = languages.LANGUAGES[tag]
        self._catalogue = load_translations(tag, "service", *catalogues)
        self.facts: Mapping[str, object] = {}
        self.facts = self._rendered(facts(organisation, tag), {})

    def gettext(self, phrase: Phrase | str) -> str:
        """The translation of a phrase, with its facts still in braces."""
        if isinstance(phrase, Plural):
            return self._catalogue.ngettext(phrase.text, phrase.plural, int(str(phrase.facts["n"])))
        text = phrase.text if isinstance(phrase, Phrase) else phrase
        context, _, text = text.rpartition(CONTEXT_END)
        if context:
            return self._catalogue.pgettext(context, text)
        return self._catalogue.gettext(text) if text else ""  # for "", gettext returns the catalogue's header

    def translate(self, phrase: Phrase | str, **more: object) -> str:
        """The translation of a phrase or a problem's text, with its facts filled in.

        Facts that are phrases are translated too, and may use the facts in `more`.
        """
        own = phrase.facts if isinstance(phrase, Phrase) else {}
        rendered = {**self._rendered(more, {}), **self._rendered(own, more)}
        return self.gettext(phrase).format_map({**self.facts, **rendered})

    def _rendered(self, given: Mapping[str, object], more: Mapping[str, object]) -> dict[str, object]:
        """Facts ready for a text: phrases are translated, and values with Latin letters or signs are isolated."""
        return {
            name: self.translate(value, **more) if isinstance(value, Phrase) else self.isolate(value)
            for name, value in given.items()
        }

    def isolate(self, value: object) -> object:
        """Text set apart where the language reads from right to left, in the direction of its first letter (Unicode
        Bidirectional Algorithm): `+44 20` does not become `20 44+`, and an Arabic date with `GMT` stays a date.
        """
        apart = self.info.right_to_left and isinstance(value, str) and _LEFT_TO_RIGHT.search(value)
        return f"{_FIRST_STRONG}{value}{_POP}" if apart else value


def without_isolates(text: str) -> str:
    """The text for a channel that has no direction: a text message counts its letters, a voice reads them."""
    return text.replace(_FIRST_STRONG, "").replace(_POP, "")


class Languages:
    """The languages of an organisation, each loaded on first use."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._loaded: dict[str, Language] = {}

    @property
    def offered(self) -> tuple[str, ...]:
        """Their tags; the first is the organisation's default."""
        return self._organisation.organisation.languages

    def match(self, *wanted: str) -> str:
        """The first of the wanted tags that is offered, or the organisation's default."""
        found = (languages.lookup(tag, self.offered) for tag in wanted)
        return next(filter(None, found), self.offered[0])

    def get(self, *wanted: str) -> Language:
        """The language that best matches the wanted tags."""
        tag = self.match(*wanted)
        if tag not in self._loaded:
            self._loaded[tag] = Language(tag, self._organisation)
        return self._loaded[tag]

    def negotiate(self, accepted: str) -> str:
        """The offered tag that an `Accept-Language` header prefers."""
        return languages.negotiate(accepted, self.offered)


def load_translations(tag: str, *parts: str) -> gettext.NullTranslations:
    """The compiled translations of a language; null translations for the source language."""
    found = gettext.NullTranslations()
    for part in parts if tag != languages.SOURCE_LANGUAGE else ():
        with (_COMPILED / tag / f"{part}.mo").open("rb") as file:
            read = gettext.GNUTranslations(file)
        read.add_fallback(found)
        found = read
    return found


@functools.cache
def current_languages() -> Languages:
    """The languages of this process."""
    return Languages(current())
