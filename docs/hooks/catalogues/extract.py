"""Extracts every text that people read from code, templates and pages."""

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
from regain.problems import CATALOGUE

ROOT = Path(__file__).parents[3]
_CODE = {"Phrase": None, "Plural": (1, 2)}
_TEMPLATES = ("t", "t_attr", "t_script")
_SPOKEN = ("title", "description", "owner")
"""The parts of the front matter that pages show."""

_FACT = re.compile(r"\{\w+\}")
"""A text that is nothing but a fact."""

Found = Iterator[tuple[str, str | tuple[str, ...]]]


def extract_template() -> Catalog:
    """The gettext template: each text once, with the files in which it occurs."""
    catalogue = Catalog()
    for where, text in (*_in_code(), *_in_problems(), *_in_navigation(), *_in_templates(), *_in_pages()):
        if not (isinstance(text, str) and _FACT.fullmatch(text)):
            catalogue.add(text, locations=[(where, 0)])
    return catalogue


def _in_code() -> Found:
    for path in sorted([*ROOT.glob("functions/**/*.py"), *ROOT.glob("docs/hooks/**/*.py")]):
        for _, text, _, _ in extract_from_file("python", path, keywords=_CODE):
            yield _name(path), text


def _in_problems() -> Found:
    for problem in CATALOGUE.values():
        for text in (problem.title, problem.explanation, *problem.steps):
            yield "functions/shared/regain/problems", text


def _in_navigation() -> Found:
    def titles(entries: list[dict[str, Any]]) -> Iterator[str]:
        for entry in entries:
            for title, inner in entry.items():
                yield title
                if isinstance(inner, list):
                    yield from titles(inner)

    for title in titles(yaml.safe_load((ROOT / "mkdocs.yml").read_text())["nav"]):
        yield "docs/theme (navigation)", title


def _in_templates() -> Found:
    for path in sorted((ROOT / "docs" / "theme").rglob("*.html")):
        with path.open("rb") as file:
            for _, _, said, _ in babel_extract(file, _TEMPLATES, [], {"silent": "false"}):
                text = said[0] if isinstance(said, tuple) else said  # beside a text stand its facts
                if text:  # what a variable holds is collected where it comes from
                    yield _name(path), text


def _in_pages() -> Found:
    for path in sorted((ROOT / "docs").rglob("*.md")):
        markdown = path.read_text()
        meta = yaml.safe_load(markdown.split("---\n")[1])
        sought = [keywords(meta)] if meta["audience"] == "everybody" else []  # synonyms, for the search
        for text in (*(meta[name] for name in _SPOKEN), *sought, *units(markdown)):
            yield _name(path), text


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
