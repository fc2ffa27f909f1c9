"""The `.po` files: read, kept up to date with the texts, and compiled for those who read them at work."""

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
PARTS = ("service", "shell", "pages")
"""What functions say, what every page of the site says, and the pages themselves: read apart, so compiled apart."""

_BEGUN = datetime(2026, 11, 24, tzinfo=UTC)  # the same in every file, so that only texts make a difference
_HEADER = """\
Regain in LANGUAGE. The page "Translate" of the site says how to change it. Licence: as the whole project's."""


def languages() -> tuple[str, ...]:
    """Every language that there are translations into."""
    return tuple(tag for tag in LANGUAGES if tag != SOURCE_LANGUAGE)


def path(tag: str) -> Path:
    """The file of a language."""
    return FOLDER / f"{tag}.po"


def read(tag: str) -> Catalog:
    """The translations into a language; none yet where there is no file."""
    if not path(tag).exists():
        return Catalog(locale=tag.replace("-", "_"))
    with path(tag).open("rb") as file:
        return read_po(file, locale=tag.replace("-", "_"))


def write(tag: str, catalogue: Catalog) -> None:
    """Puts translations in their file, in the order of the places where the texts stand."""
    catalogue.creation_date = catalogue.revision_date = _BEGUN
    catalogue.project, catalogue.version, catalogue.fuzzy = "Regain", "", False
    catalogue.header_comment = "\n".join(
        f"# {line}" for line in _HEADER.replace("LANGUAGE", LANGUAGES[tag].name).split("\n")
    )
    made = io.BytesIO()
    write_po(made, catalogue, width=0, ignore_obsolete=True, include_lineno=False)
    _put(path(tag), made.getvalue())


def update(tag: str, template: Catalog) -> None:
    """New texts in, without a guess at their translation; texts that are used no more out."""
    known = read(tag)
    catalogue = Catalog(locale=tag.replace("-", "_"))
    for message in _texts(template):
        before = known.get(message.id)
        catalogue.add(message.id, before.string if before else None, locations=message.locations)
    write(tag, catalogue)


def part(message: Message) -> str:
    """Which part of the product says a text; a function comes before the shell of pages, and this before a page."""
    places = [place for place, _ in message.locations]
    if any(place.startswith("functions/") for place in places):
        return "service"
    return "shell" if any(place.startswith(("docs/theme", "docs/hooks")) for place in places) else "pages"


def compile_stale(tags: Iterable[str] = ()) -> list[str]:
    """Compiles the languages whose file is newer than what was made of it; says which."""
    done = []
    for tag in tags or languages():
        made = [COMPILED / tag / f"{name}.mo" for name in PARTS]
        if path(tag).exists() and _older(made, path(tag)):
            compile_parts(read(tag), COMPILED / tag)
            done.append(tag)
    return done


def compile_parts(catalogue: Catalog, folder: Path) -> None:
    """One file for each part. A text without a translation stays out, and is said in English."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PARTS:
        mine = Catalog(locale=catalogue.locale, creation_date=_BEGUN, revision_date=_BEGUN)
        for message in _texts(catalogue):
            if part(message) == name and translated(message):
                mine.add(message.id, message.string)
        made = io.BytesIO()
        write_mo(made, mine)
        _put(folder / f"{name}.mo", made.getvalue())


def translated(message: Message) -> bool:
    """Whether every form of a text has a translation."""
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


def _texts(catalogue: Catalog) -> Iterator[Message]:
    return (message for message in catalogue if message.id)


def _older(made: list[Path], source: Path) -> bool:
    """Whether something is older than its source, or than this file, which says how it is made."""
    since = max(source.stat().st_mtime_ns, Path(__file__).stat().st_mtime_ns)
    return not all(file.exists() and file.stat().st_mtime_ns >= since for file in made)


def _put(file: Path, content: bytes) -> None:
    """At once or not at all: two builds may run side by side."""
    half = file.with_suffix(f".{os.getpid()}")
    half.write_bytes(content)
    half.replace(file)
