"""The tests and files that documents name exist, and requirements called met have evidence."""

import ast
import functools
import re
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCUMENTS = ("SECURITY.md", "THREATS.md", "STANDARDS.md")
_QUOTED = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(r"[\w./-]+\.(py|md|yaml|yml|json|in|txt|js)$")
_PLACE = re.compile(r"(?!\.state/|\./|/)(?:[\w.*-]+/[\w./*-]*|[\w.*-]+\.(?:py|md|yaml|yml|json|toml))")
_ROW = re.compile(r"^\| ([\d.]+) \| (?:([123]) \| )?([^|]+) \| (met|part|no|–) \| (.+) \|$", re.MULTILINE)


@functools.cache
def names_in(path):
    """The names of the tests in a file, those of a class with its name."""
    found = set()
    for node in ast.parse((ROOT / "tests" / path).read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{part.name}" for part in node.body if isinstance(part, ast.FunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


def named(text):
    """What a text names: tests as file and name, and files."""
    quoted = _QUOTED.findall(text)
    tests = [each.partition("::")[::2] for each in quoted if "::" in each]
    files = [each for each in quoted if _FILE.fullmatch(each) and "::" not in each and not each.startswith("/")]
    return tests, files


def section(heading):
    """One part of STANDARDS.md, as its rows: number, level, what is asked for, state, what shows it."""
    text = (ROOT / "STANDARDS.md").read_text()
    return _ROW.findall(text.split(f"\n## {heading}", 1)[1].split("\n## ")[0])


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_and_file_that_a_document_names_is_there(document):
    text = (ROOT / document).read_text()
    tests, files = named(text)
    gone = [
        f"{path}::{name}" for path, name in tests if not (ROOT / "tests" / path).exists() or name not in names_in(path)
    ]
    gone += [path for path in files if not (ROOT / path).exists() and not (ROOT / "tests" / path).exists()]
    gone += [path for path in re.findall(r"\]\(([\w./-]+\.md)\)", text) if not (ROOT / path).exists()]
    assert gone == []


@pytest.mark.parametrize("document", sorted(ROOT.glob("*.md")), ids=lambda path: path.name)
def test_every_link_of_a_document_leads_somewhere_in_the_repository(document):
    text = document.read_text()
    gone = []
    for link in re.findall(r"\]\((?!https?:)([^)\s]+)\)", text):
        file, _, heading = link.partition("#")
        there = ROOT / file if file else document
        if not there.exists() or (heading and heading not in headings(there.read_text())):
            gone.append(link)
    assert gone == []


def headings(text):
    """The anchors of a page's headings, as the forge and MkDocs make them."""
    found = re.findall(r"^#+ (.+)", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", each.lower()).strip().replace(" ", "-") for each in found}


@pytest.mark.parametrize("document", ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"])
def test_every_file_and_folder_that_a_newcomer_is_told_of_is_there(document):
    """By the end of its path, as `adapters/store.py`; `*` stands for any letters."""
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    there = {*files, *(str(folder) for file in files for folder in Path(file).parents)}
    text = (ROOT / document).read_text()
    named = {each for each in (*_QUOTED.findall(text), *re.findall(r"[\w/]+\.py", text)) if _PLACE.fullmatch(each)}
    named -= {"new.yaml"}  # the reader's own
    gone = [each for each in sorted(named) if not any(fnmatch(f"/{path}", f"*/{each.rstrip('/')}") for path in there)]
    assert gone == []


def test_the_version_is_that_of_the_changelog():
    versions = re.findall(r"^## (\d\S+)(?: – (\d{4}-\d\d-\d\d))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert versions[0][0] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert all(date for _, date in versions)


def test_the_readme_says_at_once_whose_passwords_a_reset_changes_h40():
    (line,) = [each for each in (ROOT / "README.md").read_text().splitlines() if each.startswith("| Passwords in |")]
    assert "its own table" in line
    for guide in ("active-directory", "openldap", "entra", "cognito"):
        assert f"docs/admin/{guide}.md" in line


def test_every_command_that_a_document_names_can_be_given():
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for document in DOCUMENTS:
        assert set(re.findall(r"`make ([a-z-]+)", (ROOT / document).read_text())) <= known, document


def test_every_line_of_a_table_of_requirements_is_read():
    """A line that is written in another way would pass unseen."""
    lines = [line for line in (ROOT / "STANDARDS.md").read_text().splitlines() if re.match(r"\| \d", line)]
    assert [line for line in lines if not _ROW.fullmatch(line)] == []


def test_every_requirement_of_asvs_stands_once_and_in_order():
    numbers = [row[0] for row in section("OWASP ASVS 5.0")]
    assert len(numbers) > 150
    assert numbers == sorted(set(numbers), key=lambda number: [int(part) for part in number.split(".")])
    assert all(row[1] for row in section("OWASP ASVS 5.0"))


@pytest.mark.parametrize("heading", ["OWASP ASVS 5.0", "NIST SP 800-63B-4", "SCIM 2.0"])
def test_what_is_met_is_shown_and_what_is_not_has_its_reason(heading):
    rows = section(heading)
    assert rows
    for number, _, _, state, shown in rows:
        tests, files = named(shown)
        if state == "met":
            assert tests or files, number
        else:
            assert len(_QUOTED.sub("", shown).split()) >= 3, number


def test_what_is_not_met_at_level_1_is_said_at_the_top():
    """The sentence about level 1 is as true as the table."""
    short = {row[0] for row in section("OWASP ASVS 5.0") if row[1] == "1" and row[3] in ("part", "no")}
    assert short == {"6.4.2"}
    assert "is met but 6.4.2" in re.sub(r"\s+", " ", (ROOT / "STANDARDS.md").read_text()).replace(
        "that apply is met", "is met"
    )


def test_every_threat_has_what_stops_it_and_a_test_that_shows_it():
    text = (ROOT / "THREATS.md").read_text().split("## Threats by boundary")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    threats = [row for row in rows if row[0] != "threat"]
    assert len(threats) >= 40
    for threat, stops, shown in threats:
        assert stops, threat
        assert named(shown)[0], threat


def test_no_document_has_the_marks_of_a_merge_that_was_not_finished():
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("translations/*.po")]
    assert len(pages) > 40
    assert [page.name for page in pages if re.search(r"<{7} |>{7} ", page.read_text())] == []
