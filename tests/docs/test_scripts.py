"""Modules are put into one file for each page (`hooks/assets.py`): what one imports is there, and no name stands twice."""

import re
from collections import Counter

import pytest

from tests.conftest import ROOT

SOURCES = ROOT / "docs" / "theme" / "assets"
_IMPORT = re.compile(r"^import \{([^}]+)\} from '\./([\w-]+\.js)';", re.MULTILINE)
_LOADED = re.compile(r"^import (?:\{[^}]+\} from )?'\./([\w-]+\.js)';", re.MULTILINE)
_EXPORT = re.compile(r"^export (?:async )?(?:const|let|function|class) (\w+)", re.MULTILINE)
_NAME = re.compile(r"^(?:export )?(?:async )?(?:const|let|function|class) (?:(\w+)|[\[{]([^\]}]*)[\]}])", re.MULTILINE)
ENTRIES = ("admin.js", "account.js", "recovery.js", "contact.js")


def modules(name: str, found: dict[str, str]) -> dict[str, str]:
    """A module and all that it loads, by their names."""
    if name not in found:
        found[name] = (SOURCES / name).read_text()
        for other in _LOADED.findall(found[name]):
            modules(other, found)
    return found


def test_what_a_module_imports_is_exported_there():
    for path in SOURCES.glob("*.js"):
        for names, other in _IMPORT.findall(path.read_text()):
            wanted = {each.strip().partition(" as ")[0] for each in names.split(",") if each.strip()}
            assert wanted <= set(_EXPORT.findall((SOURCES / other).read_text())), (path.name, other)


@pytest.mark.parametrize("entry", ENTRIES)
def test_no_two_modules_of_a_page_share_a_name(entry):
    found = Counter()
    for text in modules(entry, {}).values():
        for name, several in _NAME.findall(text):
            found.update([name] if name else re.findall(r"\w+", several))
    assert {name: number for name, number in found.items() if number > 1} == {}
