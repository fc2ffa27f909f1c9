"""Builds the site in every language of the organisation: `python -m hooks.build --site-dir site`.

The organisation's first language is built at the root, the others in a folder each: in parallel, and only the pages
that have changed. `--strict` fails on a warning and on a translation that does not match its text; `--complete` also on
a missing translation. `--page` builds one page in one language, and `--assets` the style sheets and scripts alone:
`make serve` does so when one of them has changed.
"""

import argparse
import json
import logging
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path
from typing import TypeVar

from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort

from hooks.build_cache import digest, read
from hooks.catalogues import files
from hooks.catalogues.check import faults
from hooks.catalogues.extract import extract_template
from regain.domain.languages import SOURCE_LANGUAGE
from regain.organisation import file as organisation_file
from regain.organisation.file_errors import InvalidFile

ROOT = Path(__file__).parents[2]
T = TypeVar("T")
_SHARED_SOURCES = ("docs/theme/**/*", "docs/hooks/*.py", "mkdocs.yml", "functions/shared/regain/**/*.py")
"""The sources of every page."""
_SOURCES = (*_SHARED_SOURCES, "docs/**/*", "translations/*.po", "requirements/dev.txt")
_WHOLE = "whole"


def main() -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m hooks.build", description=__doc__)
    parser.add_argument("--site-dir", type=Path, default=ROOT / "site")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument("--complete", action="store_true")
    parser.add_argument("--page", default="", help="build only this one: its path without `.md`, as in `methods/sms`")
    parser.add_argument("--language", default="", help="of that page; without, the organisation's first")
    parser.add_argument("--assets", action="store_true", help="make only the style sheets and scripts, in a folder")
    arguments = parser.parse_args()
    site = arguments.site_dir.resolve()
    path = Path(os.environ.get("ORGANISATION", ROOT / "organisation.yaml"))
    try:
        languages = organisation_file.read(path).organisation.languages
    except InvalidFile as error:
        print(error, file=sys.stderr)
        return 1
    if arguments.assets:
        return _make_assets(site)
    files.compile_stale([tag for tag in languages if tag != SOURCE_LANGUAGE])
    if arguments.page:
        return _build_page(site, languages, arguments.language or languages[0], arguments.page)
    if (arguments.strict or arguments.complete) and not _check_translations(languages, arguments.complete):
        return 1
    return _build(site, path, languages, arguments.strict)


def _build(site: Path, organisation: Path, languages: tuple[str, ...], strict: bool) -> int:
    cache = site.with_name(f"{site.name}.built.json")
    known, sources = read(cache) if site.exists() else {}, _sources_digest(organisation, languages, strict)
    if known.get(_WHOLE) == {"sources": sources, "files": _count(site)}:
        return 0  # as the last build has left it
    if not known:
        print(f"building the site in {len(languages)} languages: the first time takes a minute", file=sys.stderr)
    cache.unlink(missing_ok=True)  # so that an interrupted build leaves none
    shared = {tag: _shared_digest(organisation, languages, tag) for tag in languages}
    work = [(site if n == 0 else site / tag, tag, known.get(tag, {}), shared[tag], strict)
            for n, tag in enumerate(languages)]  # fmt: skip
    try:
        with ProcessPoolExecutor(min(len(work), os.cpu_count() or 1)) as pool:
            made = dict(zip(languages, _counted(pool.map(_build_language, work), languages), strict=True))
    except Abort as error:
        print(error, file=sys.stderr)
        return 1
    _remove_stale(site, made, languages)
    cache.write_text(json.dumps({**made, _WHOLE: {"sources": sources, "files": _count(site)}}))
    return 0


def _counted(results: Iterable[T], languages: tuple[str, ...]) -> Iterator[T]:
    """Says how far the build is: on a terminal in one line, elsewhere nothing."""
    for number, each in enumerate(results, start=1):
        if sys.stderr.isatty():
            end = "\n" if number == len(languages) else ""
            print(f"\rbuilding the site: {number} of {len(languages)} languages", end=end, file=sys.stderr, flush=True)
        yield each


def _build_page(site: Path, languages: tuple[str, ...], tag: str, page: str) -> int:
    """Builds one page. The cache is not told: the next whole build looks at the page again."""
    folder = site if tag == languages[0] else site / tag
    _quiet(tag)
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), extra={"language": tag, "only": page})
    try:
        build(config, dirty=True)
    except Abort as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _make_assets(site: Path) -> int:
    """Writes style sheets and scripts into their folder, and prints its path in the site."""
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(site))
    config = config.plugins.on_config(config)
    folder = site / config.extra["folder"]
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in config.extra["assets"].items():
        (folder / name).write_bytes(content)
    print(config.extra["folder"])
    return 0


def _quiet(tag: str) -> None:
    logging.basicConfig(level=logging.WARNING, format=f"{tag}: %(levelname)s %(message)s")
    logging.getLogger("mkdocs.commands.build").addFilter(lambda record: "'dirty' build" not in record.getMessage())


def _build_language(work: tuple[Path, str, dict[str, str], str, bool]) -> dict[str, str]:
    """Builds one language. Returns its cache entries."""
    folder, tag, known, shared, strict = work
    _quiet(tag)
    extra = {"language": tag, "known": known, "shared": shared}
    config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(folder), strict=strict, extra=extra)
    build(config, dirty=True)
    made: dict[str, str] = config.extra["cache"].made
    return made | {"written": "\n".join(config.extra["written"])}


def _check_translations(languages: tuple[str, ...], complete: bool) -> bool:
    """Whether translations match their texts (B15) and, if required, are `complete`. Prints what they are not."""
    translated = [tag for tag in languages if tag != SOURCE_LANGUAGE]
    if not translated:
        return True
    texts, valid = extract_template(), True
    for tag in translated:
        found = list(faults(texts, files.read(tag)))
        wrong = [fault for fault in found if complete or not fault.missing]
        if missing := len(found) - len(wrong):
            print(f"translations/{tag}.po: {missing} texts are missing (`make translations LANGUAGE={tag}` lists them)")
        for fault in wrong:
            print(f"translations/{tag}.po: {fault}", file=sys.stderr)
            valid = False
    return valid


def _sources_digest(organisation: Path, languages: tuple[str, ...], strict: bool) -> str:
    """Of all that a site is made of; and of the day, for some of it ends."""
    found = {path for pattern in _SOURCES for path in ROOT.glob(pattern) if path.is_file()}
    paths = sorted(path for path in found if path.suffix != ".pyc")
    served = [os.environ.get(name, "") for name in ("DIRECTORY", "SIGN_IN")]
    told = json.dumps([languages, strict, served, date.today().isoformat()]).encode()
    logo = organisation.parent / organisation_file.read(organisation).organisation.logo
    own = [organisation, *([logo] if logo.is_file() else [])]
    return digest([told, *(path.read_bytes() for path in (*own, *paths))])


def _count(site: Path) -> str:
    """How many files a site has."""
    return str(sum(len(files) for _, _, files in os.walk(site)))


def _shared_digest(organisation: Path, languages: tuple[str, ...], tag: str) -> str:
    paths = sorted(path for pattern in _SHARED_SOURCES for path in ROOT.glob(pattern) if path.is_file())
    compiled = [files.COMPILED / tag / f"{part}.mo" for part in ("service", "shell")]
    own = [organisation, *(path for path in compiled if path.exists())]
    served = f"{os.environ.get('DIRECTORY', '')} {os.environ.get('SIGN_IN', '')}"
    return digest([" ".join((*languages, served)).encode(), *(path.read_bytes() for path in (*paths, *own))])


def _remove_stale(site: Path, made: dict[str, dict[str, str]], languages: tuple[str, ...]) -> None:
    """Removes what an earlier build has left: deleted pages, old assets, languages that were turned off."""
    wanted = set()
    for number, tag in enumerate(languages):
        folder = site if number == 0 else site / tag
        wanted |= {folder / name for name in made[tag].pop("written").split("\n")}
    for path in sorted(site.rglob("*"), reverse=True):
        if path.is_file() and path not in wanted:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            shutil.rmtree(path)


if __name__ == "__main__":
    sys.exit(main())
