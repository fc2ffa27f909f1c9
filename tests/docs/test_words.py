"""One thing has one name, and people's pages are easy to read (B40)."""

import re

import pytest

from hooks.catalogues.extract import extract_template
from tests.conftest import ROOT
from tests.docs.test_site import Reader

GRADE = 6
_ROW = re.compile(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \|$", re.MULTILINE)


def glossary():
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Words\n")[1].split("\n## ")[0]
    return [(term, [] if instead == "–" else instead.split(", ")) for term, _, instead in _ROW.findall(text)]


def test_one_thing_has_one_name_b40():
    """The third column of the glossary stands in no text that people read."""
    rows = glossary()
    assert len(rows) >= 25
    texts = [
        message.id
        for message in extract_template()
        if isinstance(message.id, str) and message.id and any(
            where.startswith(("docs/theme/partials/", "functions/shared/regain/problems")) or re.match(r"docs/(methods/)?[\w-]+\.md", where)
            for where, _ in message.locations
        )
    ]  # fmt: skip
    said = [re.sub(r"`[^`]*`|\{\w+\}|\]\([^)]*\)", "", text) for text in texts if ", " not in text or "." in text]
    wrong = [
        (word, text) for _, instead in rows for word in instead for text in said
        if re.search(rf"\b{re.escape(word)}\b", text, re.IGNORECASE)
    ]  # fmt: skip
    assert len(said) > 500
    assert wrong == []


def grade(text):
    """The Flesch-Kincaid grade: US school years that a reader needs."""
    sentences = [each for each in re.split(r"[.!?:]\s|\n", text) if re.search(r"\w", each)]
    words = re.findall(r"[A-Za-z’']+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def test_the_grade_of_a_text_grows_with_its_words_and_sentences():
    assert grade("You go in. You see it. It is red. You go on.") < 1
    assert (
        grade("Organisational considerations necessitate comprehensive authentication of participating individuals.")
        > 15
    )


@pytest.mark.parametrize(
    "name",
    ["", "cannot-sign-in", "lost-phone", "no-code", "not-me", "is-it-us", "register", "password", "change-password", "contact-administrator"],
)  # fmt: skip
def test_peoples_pages_are_read_with_six_years_of_school_b40(site, name):
    html = (site / name / "index.html").read_text()
    main = html.split("<main")[1].split('<aside class="about"')[0]
    main = re.sub(r"<(template|form|nav|svg)\b.*?</\1>", "", main, flags=re.DOTALL)
    text = " ".join(Reader(re.sub(r"</(p|li|h\d|td)>", ".\n", main)).text)
    assert grade(text) <= GRADE, round(grade(text), 1)
