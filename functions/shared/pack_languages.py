"""What the layer keeps of an organisation's languages: what functions say, how dates are written, banned words."""

import pickle
import shutil
from collections.abc import Iterator
from pathlib import Path

from babel.core import get_global

from regain.adapters import common_passwords
from regain.domain.languages import LANGUAGES, SOURCE_LANGUAGE

TRANSLATIONS = Path(__file__).parent / "regain" / "translations"  # compiled: `python -m hooks.catalogues compile`
PARENTS = get_global("parent_exceptions")
DATES = {
    "date_formats", "day_period_rules", "day_periods", "days", "default_numbering_system", "eras", "months",
    "number_symbols", "numbering_systems", "quarters", "time_formats", "week_data",
}  # fmt: skip
"""The part of CLDR's data that `notify` formats dates with: a tenth of it."""
WORLD = {"all_currencies", "currency_fractions", "territory_currencies", "territory_languages", "windows_zone_mapping"}
"""What babel knows of the world and dates do not need."""


def keep_languages(target: Path, tags: tuple[str, ...]) -> None:
    """Keeps what functions say in the languages of the organisation, how these write dates, and their banned words."""
    made = target / "regain" / "translations"
    shutil.rmtree(made, ignore_errors=True)
    for tag in tags:
        if tag != SOURCE_LANGUAGE:
            (made / tag).mkdir(parents=True)
            shutil.copy(TRANSLATIONS / tag / "service.mo", made / tag)
    for path in (target / common_passwords.LISTS.relative_to(Path(__file__).parent)).iterdir():
        if path.stem not in (common_passwords.PHRASES, *tags):
            path.unlink()
    wanted = {"root"}
    for tag in (*tags, SOURCE_LANGUAGE):
        wanted |= set(_line_of(LANGUAGES[tag].locale))
    for path in (target / "babel" / "locale-data").glob("*.dat"):
        if path.stem not in wanted:
            path.unlink()
            continue
        data = pickle.loads(path.read_bytes())  # noqa: S301 - babel's own files, checked by their hash
        path.write_bytes(pickle.dumps({name: part for name, part in data.items() if name in DATES}, protocol=4))

    keep_of_the_world(target / "babel" / "global.dat", {tag.partition("_")[0] for tag in wanted})


def keep_of_the_world(path: Path, languages: set[str]) -> None:
    """Keeps of what babel knows of all languages and countries what the dates of some languages need."""
    known = pickle.loads(path.read_bytes())  # noqa: S301 - babel's own file, checked by its hash
    likely = {name: value for name, value in known["likely_subtags"].items() if name.partition("_")[0] in languages}
    kept = {name: value for name, value in known.items() if name not in WORLD} | {"likely_subtags": likely}
    path.write_bytes(pickle.dumps(kept, protocol=4))


def _line_of(locale: str) -> Iterator[str]:
    """A locale of CLDR and its parents."""
    while locale:
        yield locale
        locale = PARENTS.get(locale) or locale.rpartition("_")[0]
