"""Collects every text that people read, from where it is written: functions, templates and pages."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from jinja2.ext import babel_extract

from hooks.translation_units import pieces
from regain.problems import CATALOGUE

ROOT = Path(__file__).parents[3]
_CODE = {"Phrase": None, "Plural": (1, 2)}
_TEMPLATES = ("t", "say", "words")
_SPOKEN = ("title", "description", "owner")
"""What of a page's front matter is shown."""

_FACT = re.compile(r"\{\w+\}")
"""A text that is one fact and no word."""

Found = Iterator[tuple[str, str | tuple[str, ...]]]


def template() -> Catalog:
    """Everything there is to translate, each text once, with the files that it stands in."""
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
    def titles(entries: list) -> Iterator[str]:
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
        for text in (*(meta[name] for name in _SPOKEN), *pieces(markdown)):
            yield _name(path), text


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()
