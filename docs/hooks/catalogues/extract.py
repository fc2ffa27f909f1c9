"""Extracts every text that people read from code, templates and pages."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from hooks.search_index import keywords
from hooks.translation_units import units
from regain.phrases import CONTEXT_END
from regain.problems import CATALOGUE

ROOT = Path(__file__).parents[3]
_CODE = {"Phrase": None, "Plural": (1, 2)}
_TEMPLATES = ("t", "t_in", "t_attr", "t_script")
_FACT = re.compile(r"\{\w+\}")
"""A text that is nothing but a fact."""

_TAG = re.compile(r"<(\w+)")
_ELEMENTS = {
    "a": "Link", "button": "Button", "h1": "Heading", "h2": "Heading", "h3": "Heading", "label": "Label of a field",
    "legend": "Label of a group of fields", "option": "Choice", "summary": "Heading that opens",
    "th": "Heading of a table",
}  # fmt: skip
_SHORT_TEXT = "{organisation}: {code}"

Text = str | tuple[str, ...]
Found = Iterator[tuple[str, Text, str]]
"""Where a text occurs, the text, and what kind of text it is: a comment for translators, or ""."""


def extract_template() -> Catalog:
    """The gettext template: each text once, with the files in which it occurs."""
    catalogue = Catalog()
    for where, text, kind in (*_in_code(), *_in_problems(), *_in_navigation(), *_in_templates(), *_in_pages()):
        context, _, said = text.rpartition(CONTEXT_END) if isinstance(text, str) else ("", "", text)
        if not (isinstance(said, str) and _FACT.fullmatch(said)):
            catalogue.add(said, locations=[(where, 0)], auto_comments=[kind] if kind else [], context=context or None)
    return catalogue


def _in_code() -> Found:
    for path in sorted([*ROOT.glob("functions/**/*.py"), *ROOT.glob("docs/hooks/**/*.py")]):
        for _, text, _, _ in extract_from_file("python", path, keywords=_CODE):
            yield _name(path), text, _kind_in_code(path, text)


def _kind_in_code(path: Path, text: Text) -> str:
    if str(text).startswith(_SHORT_TEXT):
        return "Text message: 70 letters, or 160 of the GSM alphabet, with the name and the code"
    return "E-mail" if path.parent.name == "notify" else ""


def _in_problems() -> Found:
    for problem in CATALOGUE.values():
        where = "functions/shared/regain/problems"
        yield where, problem.title, "Title of a message of the form, and of its page"
        for text in (problem.explanation, *problem.steps):
            yield where, text, "Message of the form: what happened, or what to do"


def _in_navigation() -> Found:
    def titles(entries: list[dict[str, Any]]) -> Iterator[str]:
        for entry in entries:
            for title, inner in entry.items():
                yield title
                if isinstance(inner, list):
                    yield from titles(inner)

    for title in titles(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]):
        yield "mkdocs.yml", title, "Menu: short"


def _in_templates() -> Found:
    for path in sorted((ROOT / "docs" / "theme").rglob("*.html")):
        source = path.read_text()
        with path.open("rb") as file:
            for _, function, said, _ in babel_extract(file, _TEMPLATES, [], {"silent": "false"}):
                given = said if isinstance(said, tuple) else (said,)  # beside a text stand its facts
                text = given[1] if function == "t_in" else given[0]
                if text:  # what a variable holds is collected where it comes from
                    context = f"{given[0]}{CONTEXT_END}" if function == "t_in" else ""
                    yield _name(path), f"{context}{text}", _kind_in_template(source, text)


def _kind_in_template(source: str, text: str) -> str:
    """The element that the text is first found in."""
    before = source[: max(source.find(json.dumps(text, ensure_ascii=False)), 0)]
    return _ELEMENTS.get((_TAG.findall(before) or [""])[-1], "")


def _in_pages() -> Found:
    for path in sorted((ROOT / "docs").rglob("*.md")):
        markdown = path.read_text()
        meta = yaml.safe_load(markdown.split("---\n")[1])
        sought = [keywords(meta)] if meta["audience"] == "everybody" else []  # synonyms, for the search
        yield _name(path), meta["title"], "Title of a page"
        yield _name(path), meta["description"], "Description of a page, for search engines: at most 160 letters"
        for text in (meta["owner"], *sought, *units(markdown)):
            yield _name(path), text, "Heading" if f"# {text}\n" in markdown else ""


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
