"""Reads, updates and compiles the `.po` files."""

import io
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from regain.domain.languages import LANGUAGES, SOURCE_LANGUAGE

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "translations"
COMPILED = ROOT / "functions" / "shared" / "regain" / "translations"
DOMAINS = ("service", "shell", "pages")
"""Text domains, compiled separately because they are loaded separately: functions, the shell of pages, and pages."""

_CREATED = datetime(2026, 11, 24, tzinfo=UTC)  # constant, so that only texts change a file
_HEADER = """\
# Regain in {language}. The page "Translate" of the site says how to change it.
# This file is distributed under the licence of the project."""
_WRONG_FLAGS = {"python-format"}  # Babel takes "5 % of" for a placeholder, and `msgfmt --check` would then ask for it


def languages() -> tuple[str, ...]:
    """Every language that texts are translated into."""
    return tuple(tag for tag in LANGUAGES if tag != SOURCE_LANGUAGE)


def path(tag: str) -> Path:
    """The path of a language's file."""
    return FOLDER / f"{tag}.po"


def read(tag: str) -> Catalog:
    """The translations into a language; empty, with a header to fill in, if there is no file."""
    if not path(tag).exists():
        return _new(tag)
    with path(tag).open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def _new(tag: str) -> Catalog:
    header = _HEADER.format(language=LANGUAGES[tag].name)
    return Catalog(
        locale=tag.replace("-", "_"), header_comment=header, project="Regain", version="next", creation_date=_CREATED,
        revision_date=_CREATED, last_translator="", language_team=tag, msgid_bugs_address="", fuzzy=False,
    )  # fmt: skip


def write(tag: str, catalogue: Catalog) -> None:
    """Writes translations to their file in the order in which the texts occur, each on a line (`msgcat --no-wrap`)."""
    for message in catalogue:
        message.flags -= _WRONG_FLAGS
    catalogue.fuzzy = False  # a header that XLIFF went through is marked, though it is nobody's translation
    made = io.BytesIO()
    write_po(made, catalogue, width=0, ignore_obsolete=True, include_lineno=False)
    _replace(path(tag), made.getvalue().rstrip() + b"\n")


def update(tag: str, template: Catalog) -> None:
    """Adds new texts untranslated, and drops those that are no longer used.

    What translators have written stays: translations, their comments, what they marked as fuzzy, and the header.
    """
    catalogue = read(tag)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    write(tag, catalogue)


def domain_of(message: Message) -> str:
    """The text domain of a message that occurs in several: functions, then the shell, then pages."""
    places = [place for place, _ in message.locations]
    if any(place.startswith("functions/") for place in places):
        return "service"
    return "shell" if any(place.startswith(("docs/theme", "docs/hooks", "mkdocs.yml")) for place in places) else "pages"


def compile_stale(tags: Iterable[str] = ()) -> list[str]:
    """Compiles the languages whose file has changed since. Returns their tags."""
    done = []
    for tag in tags or languages():
        made = [COMPILED / tag / f"{name}.mo" for name in DOMAINS]
        if path(tag).exists() and _stale(made, path(tag)):
            compile_domains(read(tag), COMPILED / tag)
            done.append(tag)
    return done


def compile_domains(catalogue: Catalog, folder: Path) -> None:
    """Writes one file for each domain. Untranslated texts are left out, and appear in English."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in DOMAINS:
        mine = Catalog(locale=catalogue.locale, creation_date=_CREATED, revision_date=_CREATED)
        for message in _messages(catalogue):
            if domain_of(message) == name and is_translated(message):
                mine.add(message.id, message.string, context=message.context)
        made = io.BytesIO()
        write_mo(made, mine)
        _replace(folder / f"{name}.mo", made.getvalue())


def is_translated(message: Message) -> bool:
    """Whether every form of a text has a translation."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


def _messages(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _stale(made: list[Path], source: Path) -> bool:
    """Whether something is older than its source, or than this file, which says how it is made."""
    since = max(source.stat().st_mtime_ns, Path(__file__).stat().st_mtime_ns)
    return not all(file.exists() and file.stat().st_mtime_ns >= since for file in made)


def _replace(file: Path, content: bytes) -> None:
    """Replaces a file atomically, because two builds may run at once."""
    half = file.with_suffix(f".{os.getpid()}")
    half.write_bytes(content)
    half.replace(file)
