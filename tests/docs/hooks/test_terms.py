"""Each language calls one thing by one name (L13): `translations/terms.csv` against its texts."""

import re
from statistics import mean

import pytest

from hooks.catalogues import files, terms
from tests.docs.test_words import glossary

_NOT_WORDS = re.compile(r"`[^`]*`|\{\w+\}|\]\([^)]*\)")
_INFLECTED = {"turned off": r"\bturn(ed|s)? (\w+ )?off\b"}


def translated(tag):
    """The texts of a language: English and translation."""
    for message in files.read(tag):
        if message.id and files.is_translated(message):
            text, said = message.id, message.string
            yield (text if isinstance(text, str) else text[1]), (said if isinstance(said, str) else said[-1])


@pytest.mark.parametrize("tag", files.languages())
def test_every_term_of_the_glossary_has_its_name(tag):
    *rows, address = terms.of(tag)
    assert [each.term for each in rows] == [term for term, _ in glossary()]
    assert all(each.translation and each.microsoft and each.google for each in rows)
    assert all(re.search(each.pattern, each.translation, re.IGNORECASE) for each in rows)
    assert address.term == terms.FORM_OF_ADDRESS
    assert address.translation


@pytest.mark.parametrize("tag", files.languages())
def test_texts_call_a_thing_by_its_name(tag):
    """Not each one, because a text may say it in other words, but most; and of all terms together, six of seven."""
    texts, shares = [(_NOT_WORDS.sub("", text), said) for text, said in translated(tag)], {}
    for row in terms.of(tag)[:-1]:
        english = re.compile(_INFLECTED.get(row.term, rf"\b{re.escape(row.term)}(s|es)?\b"), re.IGNORECASE)
        told = [bool(re.search(row.pattern, said, re.IGNORECASE)) for text, said in texts if english.search(text)]
        assert len(told) > 1, row.term
        shares[row.term] = mean(told)
    assert {term: share for term, share in shares.items() if share < 0.5} == {}
    assert mean(shares.values()) > 0.85, shares
