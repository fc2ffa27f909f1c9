"""One thing has one name (F54), and people's pages are easy to read (B40)."""

import re

import pytest

from hooks.catalogues.extract import extract_template
from tests.conftest import ROOT
from tests.docs.test_site import Reader

GRADE = 6
OLD = ROOT / "tests" / "docs" / "old_sentences.tsv"
_ROW = re.compile(r"^\| \*\*(.+?)\*\* \| (.+?) \| (.+?) \|$", re.MULTILINE)


def glossary():
    text = (ROOT / "CONTRIBUTING.md").read_text().split("## Words\n")[1].split("\n## ")[0]
    return [(term, [] if instead == "–" else instead.split(", ")) for term, _, instead in _ROW.findall(text)]


def test_one_thing_has_one_name_b40_f54():
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


def test_no_sentence_that_was_rewritten_is_said_any_more_f101_to_f191():
    said = "".join(
        path.read_text()
        for folder, kinds in (("docs", "*.md"), ("docs/theme/partials", "*.html"), ("functions", "*.py"))
        for path in (ROOT / folder).rglob(kinds)
    )
    said = re.sub(r"\s+", " ", re.sub(r'"\s*\n\s*f?"', "", said))
    lines = [line for line in OLD.read_text().splitlines() if not line.startswith("#")]
    rows = [line.split("\t") for line in lines]
    assert {int(number[1:]) for number, _ in rows} == set(range(101, 192))
    assert [number for number, old in rows if old in said] == []


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
