"""Every text in every language (B15): none missing, none unused, none that does not match."""

import re
import subprocess

import pytest
from babel.messages.catalog import Catalog
from hypothesis import given
from hypothesis import strategies as st

from hooks import template_functions
from hooks.catalogues import files
from hooks.catalogues.check import faults
from hooks.catalogues.extract import extract_template
from hooks.translation_units import is_translatable, translate, units
from regain.domain.languages import LANGUAGES
from regain.organisation import file as organisation_file
from regain.organisation.language import Language
from regain.phrases import CONTEXT_END
from tests.conftest import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))


@pytest.fixture(scope="module")
def texts():
    return extract_template()


def made(*pairs, locale="de"):
    catalogue = Catalog(locale=locale)
    for text, translation in pairs:
        catalogue.add(text, translation)
    return catalogue


def wrong(text, translation, *others):
    source = made(*((each, None) for each in (text, *(name for name, _ in others))))
    return [fault.what for fault in faults(source, made((text, translation), *others))]


@pytest.mark.parametrize("tag", files.languages())
def test_translations_say_what_their_texts_say_b15(texts, tag):
    assert [str(fault) for fault in faults(texts, files.read(tag)) if not fault.missing] == []


def test_a_text_that_nobody_has_translated_yet_is_no_fault_h52(texts):
    """English stands in until the release: whoever changes a text need not speak fifteen languages."""
    catalogue = files.read("de")
    next(message for message in catalogue if message.id and message.string and not message.pluralizable).string = ""
    found = faults(texts, catalogue)
    assert found
    assert all(fault.missing for fault in found)


@pytest.mark.parametrize("tag", files.languages())
def test_a_file_is_as_the_tool_writes_it(texts, tag):
    """So that a change of a text is the only thing that a change shows."""
    written = files.path(tag).read_text()
    assert "\n#, fuzzy" not in written
    assert [message.id for message in files.read(tag) if message.id] == [m.id for m in texts if m.id]


@pytest.mark.parametrize("tag", files.languages())
def test_gettext_itself_finds_no_fault_l16(tag, tmp_path):
    """What Weblate, Crowdin and others run; and a file read and written by gettext is the same."""
    path = str(files.path(tag))

    def run(*command):
        return subprocess.run([*command, path], capture_output=True, text=True, check=False)

    checked = run("msgfmt", "--check", "-o", str(tmp_path / "x.mo"))
    assert (checked.returncode, checked.stderr) == (0, "")
    assert run("msgcat", "--no-wrap").stdout == files.path(tag).read_text()


def platform(tool, *arguments):
    """Runs a tool of translate-toolkit, which platforms for translators import and export with."""
    subprocess.run([ROOT / ".venv/scan/bin" / tool, "--progress", "none", *arguments], check=True)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Catalogues of their own, to change."""
    for tag in ("ar", "de"):
        (tmp_path / f"{tag}.po").write_bytes(files.path(tag).read_bytes())
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    return tmp_path


def test_a_file_comes_back_from_xliff_as_it_went(texts, folder):
    """All but texts that differ by their context alone: XLIFF 1.2 has none, and `make translations` lists them."""
    before = {(each.id, each.context): each.string for each in files.read("ar") if each.id}
    platform("po2xliff", files.path("ar"), folder / "ar.xlf")
    platform("xliff2po", folder / "ar.xlf", files.path("ar"))
    files.update("ar", texts)
    after = {(each.id, each.context): each.string for each in files.read("ar") if each.id}
    twice = {key for key in before if key[0] in {text for text, context in before if context}}
    assert {key for key in before if before[key] != after[key]} <= twice
    assert 0 < len(twice) < 10
    assert "#, fuzzy" not in files.path("ar").read_text()


def test_what_a_translator_got_alone_is_merged_and_nothing_else_changes(texts, folder):
    catalogue = files.read("de")
    catalogue.get("A passkey").string = ""
    files.write("de", catalogue)
    platform("pofilter", "-t", "untranslated", files.path("de"), folder / "todo.po")
    todo = (folder / "todo.po").read_text()
    assert 'msgid "A passkey"\nmsgstr ""' in todo
    (folder / "todo.po").write_text(todo.replace('"A passkey"\nmsgstr ""', '"A passkey"\nmsgstr "Ein Passkey"'))
    platform("pomerge", "--mergecomments=no", "-t", files.path("de"), folder / "todo.po", folder / "merged.po")
    (folder / "merged.po").replace(files.path("de"))
    files.update("de", texts)
    assert files.read("de").get("A passkey").string == "Ein Passkey"
    catalogue.get("A passkey").string = "Ein Passkey"
    merged = files.path("de").read_text()
    files.write("de", catalogue)
    assert merged == files.path("de").read_text()


def test_the_guides_command_checks_one_language_and_changes_nothing_l15():
    before = files.path("de").read_text()
    assert "`make translations LANGUAGE=de`" in (ROOT / "docs/admin/translate.md").read_text()
    said = subprocess.run(
        ["make", "-s", "translations", "LANGUAGE=de"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert re.search(r"\d{4} texts, 1 languages, \d+ missing, 0 faults", said.stdout)
    assert files.path("de").read_text() == before


def test_an_update_keeps_what_a_translator_has_written_l14(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "FOLDER", tmp_path)
    mine = files.read("de")
    mine.last_translator, mine.language_team = "Eva Weiß <eva@mail.example>", "Deutsch <de@mail.example>"
    mine.add("A passkey", "Ein Hauptschlüssel", flags=["fuzzy"], user_comments=["ask Ines"])
    mine.add("Gone", "Weg")
    files.write("de", mine)
    files.update("de", made(("A passkey", ""), ("New, 5 % of it", ""), locale=None))
    kept = files.path("de").read_text()
    for part in ("Eva Weiß", "de@mail.example", "# ask Ines", "#, fuzzy", 'msgstr "Ein Hauptschlüssel"'):
        assert part in kept
    assert "Gone" not in kept
    assert "python-format" not in kept
    assert [f.what for f in faults(made(("A passkey", "")), files.read("de")) if "passkey" in f.text] == ["missing"]
    files.update("de", made(("A passkey", ""), ("New, 5 % of it", ""), locale=None))
    assert files.path("de").read_text() == kept


def test_one_text_with_two_meanings_has_two_translations_l8(texts):
    assert {message.context for message in texts if message.id == "Name"} == {None, "of a passkey"}
    polish = Language("pl", organisation_file.read(ROOT / "organisation.yaml"), "shell")
    assert polish.gettext(f"of a passkey{CONTEXT_END}Name") != polish.gettext("Name")
    assert Language("en", organisation_file.read(ROOT / "organisation.yaml")).gettext(f"x{CONTEXT_END}Name") == "Name"


def test_translators_are_told_what_kind_of_text_it_is_l8(texts):
    told = {message.id: message.auto_comments for message in texts}
    assert told["{organisation}: {code} is your code to reset your password."][0].startswith("Text message: 70 letters")
    assert "Button" in told["Create a passkey"]
    assert "Heading" in told["Add a passkey"]
    assert "Title of a page" in told["Translate"]


def test_a_form_of_one_number_need_not_say_it_l12():
    text = ("{n} hour", "{n} hours")
    arabic = ("{n} x", "ساعة واحدة", "ساعتان", "{n} ساعات", "{n} ساعة", "{n} ساعة")
    assert list(faults(made((text, None)), made((text, arabic), locale="ar"))) == []
    wrong = (*arabic[:3], "ساعات", *arabic[4:])
    assert [f.what for f in faults(made((text, None)), made((text, wrong), locale="ar"))] == ["a fact differs ({n})"]


def test_texts_come_from_everywhere_that_says_something(texts):
    known = {message.id for message in texts}
    for text in (
        "That code is not right",  # the catalogue
        "Send a code to my alternate e-mail address",  # a rule
        "Your code to unlock your {organisation} account is:",  # a letter
        "Skip to content",  # a template
        "Which message do you see?",  # the navigation
        "We write about your {organisation} account only.",  # a page
        "Why a code may not have arrived, and what to do.",  # a page's front matter
        ("{n} minute", "{n} minutes"),
    ):
        assert text in known, text


@pytest.mark.parametrize(
    ("text", "translation", "what"),
    [
        ("Good for {code_time}.", "Gut für fünf Minuten.", "a fact differs ({code_time})"),
        (
            "See [this](page:reset).",
            "Siehe [das](page:unlock).",
            "where a link leads differs (page:reset, page:unlock)",
        ),
        ("Run `make test`.", "Führen Sie `make prüfe` aus.", "code differs (`make test`, `make prüfe`)"),
        ("**Now.**", "Jetzt.", "bold differs (**, **)"),
        ("Reset it{ .button }", "Zurücksetzen", "a mark differs ({ .button })"),
        ("Error: ", "Fehler:", "the space at an end differs"),
        ("One line.", "Eine\nZeile.", "a text is one line"),
        ("Text", "", "missing"),
    ],
)
def test_a_translation_that_says_something_else_is_found(text, translation, what):
    assert wrong(text, translation) == [what]


def test_a_button_is_called_in_a_guide_what_it_is_called_where_it_stands():
    button = ("Send another code", "Noch einen Code senden")
    assert wrong("Select **Send another code**.", "Wählen Sie **Noch einen Code senden**.", button) == []
    (what,) = wrong("Select **Send another code**.", "Wählen Sie **Neuen Code senden**.", button)
    assert what == "**Send another code** is called 'Noch einen Code senden' where it stands"


def test_a_text_that_nobody_uses_any_more_is_found():
    assert [fault.what for fault in faults(made(("a", None)), made(("a", "ä"), ("b", "b")))] == ["no longer used"]


def test_a_plural_needs_every_form():
    text = ("{n} minute", "{n} minutes")
    assert [f.what for f in faults(made((text, None)), made((text, ("{n} Minute", ""))))] == ["missing"]
    assert list(faults(made((text, None)), made((text, ("{n} Minute", "{n} Minuten"))))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "docs").as_posix())
def test_a_page_cut_into_pieces_and_put_together_again_is_the_same_page(path):
    import markdown

    text = re.sub(r"\A---\n.*?\n---\n", "", path.read_text(), flags=re.DOTALL)
    extensions = ["admonition", "attr_list", "def_list", "fenced_code", "md_in_html", "tables", "toc"]

    def html(source):
        source = template_functions.protect_facts(source, dict.fromkeys(re.findall(r"\{([a-z_]+)\}", source)))
        made = markdown.markdown(source, extensions=extensions, extension_configs={"toc": {"permalink": False}})
        return re.sub(r"\s+", " ", re.sub(r"\{%.*?%\}", "", made))

    assert html(translate(text, str)) == html(text)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.relative_to(ROOT / "docs").as_posix())
def test_no_statement_stands_within_a_text(path):
    """Translators see sentences, never `{% if %}`."""
    for piece in units(path.read_text()):
        assert "{%" not in piece


@given(st.text(alphabet="ab {}%|->*`!1.\n", max_size=200))
def test_cutting_never_fails_and_loses_no_letter(text):
    def letters(source):
        return [letter for letter in source if letter in "ab"]

    assert letters(translate(text, str)) == letters(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{site_url}", False),
        ("`code`", False),
        ("{{ row.means }}", False),
        ("<b>", False),
        ("R 1", True),
        ("日本", True),
    ],
)
def test_only_what_has_words_is_translated(text, expected):
    assert is_translatable(text) is expected


def test_headings_keep_their_anchors_in_every_language():
    page = translate("## Why an account locks\n\n## Why an account locks\n", lambda text: "Warum")
    assert page == "## Warum {: #why-an-account-locks }\n\n## Warum {: #why-an-account-locks_1 }\n"


def test_phrases_are_collected_because_their_texts_are_written_out():
    """`Phrase(text)` with a variable is for texts of the catalogue of problems only: they are collected there."""
    import ast

    for path in (ROOT / "functions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("Phrase", "Plural"):
                first = node.args[0]
                assert isinstance(first, ast.Constant) or "title" in ast.unparse(first), f"{path}:{node.lineno}"


def test_no_page_joins_two_facts_with_the_full_stop_of_english_l10():
    """Chinese, Japanese and Hindi have another: what stands between two facts must be a text, or a line."""
    sources = [path for kind in ("*.md", "*.html") for path in (ROOT / "docs").rglob(kind)]
    joined = re.compile(r"\}\}(\]\([^)]*\))?[.;!?] \{\{")
    assert joined.search("[{{ name }}](methods/{{ kind }}.md). {{ what }}")
    assert [path.name for path in sources if joined.search(path.read_text())] == []


def test_every_language_has_a_name_of_its_own_and_a_direction_l7():
    assert LANGUAGES["pt"].name == "Português (Portugal)"
    assert len({known.name for known in LANGUAGES.values()}) == len(LANGUAGES) == 16
    assert {tag for tag, known in LANGUAGES.items() if known.direction == "rtl"} == {"ar", "he"}
