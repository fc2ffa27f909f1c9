"""The files that pages load: scripts joined and small, and the style sheet, the card and the logo of the organisation.

Each script of a page is one file of the modules that it imports, so that a slow phone asks once. There is no bundler on
PyPI, and the build needs no Node.js: joining is what our modules allow, which import names from each other and no more.
"""

import functools
import re
from collections.abc import Iterator
from pathlib import Path

import rcssmin
import rjsmin

from hooks import brand

THEME = Path(__file__).parents[1] / "theme"
SOURCES = THEME / "assets"
LOADED = ("recovery", "account", "contact", "not-me", "admin", "finder", "offline", "old", "passkey")
"""The scripts that pages load, or that another loads when it is needed."""

_IMPORT = re.compile(r"^import \{ [\w, ]+ \} from '\./([\w-]+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|async|class) )", re.MULTILINE)


@functools.cache
def files(colour: str, logo: brand.Logo | None) -> dict[str, bytes]:
    """Every file, by its name."""
    css = {path.name: path.read_text() for path in SOURCES.glob("*.css")}
    css["site.css"] = brand.style(css["site.css"], colour)
    made = {name: rcssmin.cssmin(text).encode() for name, text in css.items()}
    made |= {f"{name}.js": rjsmin.jsmin(joined(name)).encode() for name in LOADED}
    made |= {path.name: path.read_bytes() for path in SOURCES.glob("*.svg")}
    made["card.png"] = brand.card((THEME / "card.png").read_bytes(), colour)
    return {**made, **({logo.name: logo.content} if logo else {})}


def joined(name: str) -> str:
    """A module with those that it imports before it, each once."""
    parts = dict(_parts(name))
    if len(parts) == 1:
        return parts[name]
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in parts.values())


def _parts(name: str) -> Iterator[tuple[str, str]]:
    text = (SOURCES / f"{name}.js").read_text()
    for needed in _IMPORT.findall(text):
        yield from _parts(needed)
    yield name, text
