"""Puts phrases into a language, with the facts of the organisation: the one place where English becomes another."""

import functools
import gettext
import re
from collections.abc import Mapping
from pathlib import Path

from regain.domain import languages
from regain.organisation.settings import Organisation, current, facts
from regain.phrases import Phrase, Plural

_LEFT_TO_RIGHT = re.compile(r"[A-Za-z+@]")
_COMPILED = Path(__file__).parents[1] / "translations"  # made from translations/*.po at the top of the project


class Language:
    """Translates into one of the organisation's languages. The site adds `catalogues` to the functions' own."""

    def __init__(self, tag: str, organisation: Organisation, *catalogues: str) -> None:
        self.tag = tag
        self.info = languages.LANGUAGES[tag]
        self._catalogue = load_translations(tag, "service", *catalogues)
        self.facts: Mapping[str, object] = {}
        self.facts = self._told(facts(organisation, tag), {})

    def gettext(self, phrase: Phrase | str) -> str:
        """The text of a phrase in this language, its facts still in braces."""
        if isinstance(phrase, Plural):
            return self._catalogue.ngettext(phrase.text, phrase.plural, int(str(phrase.facts["n"])))
        text = phrase.text if isinstance(phrase, Phrase) else phrase
        return self._catalogue.gettext(text) if text else ""  # of nothing, gettext answers the catalogue's header

    def translate(self, phrase: Phrase | str, **more: object) -> str:
        """A phrase, or a text of the catalogue of problems, in this language and with its facts.

        Phrases among these know what else is given.
        """
        own = phrase.facts if isinstance(phrase, Phrase) else {}
        told = {**self._told(more, {}), **self._told(own, more)}
        return self.gettext(phrase).format_map({**self.facts, **told})

    def _told(self, given: Mapping[str, object], more: Mapping[str, object]) -> dict[str, object]:
        """Facts as they stand in a text: phrases in words, and where that runs from right to left, what is written from
        left to right kept together (Unicode Bidirectional Algorithm, isolates): `+44 20` must not become `20 44+`.
        """
        return {
            name: self.translate(value, **more) if isinstance(value, Phrase) else self._kept(value)
            for name, value in given.items()
        }

    def _kept(self, value: object) -> object:
        left_to_right = self.info.right_to_left and isinstance(value, str) and _LEFT_TO_RIGHT.search(value)
        return f"\u2066{value}\u2069" if left_to_right else value


class Languages:
    """The languages of an organisation, each made when it is first asked for."""

    def __init__(self, organisation: Organisation) -> None:
        self._organisation = organisation
        self._made: dict[str, Language] = {}

    @property
    def offered(self) -> tuple[str, ...]:
        """Their tags, the organisation's own language first."""
        return self._organisation.organisation.languages

    def match(self, *wanted: str) -> str:
        """The first of these that is offered; the organisation's own where none is."""
        found = (languages.lookup(tag, self.offered) for tag in wanted)
        return next(filter(None, found), self.offered[0])

    def get(self, *wanted: str) -> Language:
        """The language of `tag`."""
        tag = self.match(*wanted)
        if tag not in self._made:
            self._made[tag] = Language(tag, self._organisation)
        return self._made[tag]

    def negotiate(self, accepted: str) -> str:
        """The tag that an `Accept-Language` wants most."""
        return languages.negotiate(accepted, self.offered)


def load_translations(tag: str, *parts: str) -> gettext.NullTranslations:
    """The compiled translations of a language; none for the one that texts are written in."""
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
