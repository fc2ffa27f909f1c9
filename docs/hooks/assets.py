"""The assets of pages: bundled and minified scripts, style sheets, the social card and the organisation's logo.

Each script of a page is one bundle, so that a slow phone makes one request. PyPI has no bundler and the build needs no
Node.js; concatenation is enough, because our modules only import names from each other.
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
ENTRY_POINTS = (
    "recovery", "account", "security-info", "contact", "not-me", "admin", "problem-finder", "offline",
    "unsupported-browser", "passkey", "solve",
)  # fmt: skip
"""The scripts that pages load, or that another script imports on demand."""

_IMPORT = re.compile(r"^import \{ [\w, ]+ \} from '\./([\w-]+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|async|class) )", re.MULTILINE)


@functools.cache
def files(colour: str, logo: brand.Logo | None) -> dict[str, bytes]:
    """The content of every file, by name."""
    css = {path.name: path.read_text() for path in SOURCES.glob("*.css")}
    css["site.css"] = brand.apply_colour(css["site.css"], colour)
    made = {name: rcssmin.cssmin(text).encode() for name, text in css.items()}
    made |= {f"{name}.js": rjsmin.jsmin(bundle(name)).encode() for name in ENTRY_POINTS}
    made |= {path.name: path.read_bytes() for path in SOURCES.glob("*.svg")}
    made["card.png"] = brand.card((THEME / "card.png").read_bytes(), colour)
    return {**made, **({logo.name: logo.content} if logo else {})}


def bundle(name: str) -> str:
    """A module, preceded by the modules it imports, each once. Only its own exports remain."""
    parts = {part: _IMPORT.sub("", text) for part, text in _modules(name)}
    return "\n".join(text if part == name else _EXPORT.sub("", text) for part, text in parts.items())


def _modules(name: str) -> Iterator[tuple[str, str]]:
    text = (SOURCES / f"{name}.js").read_text()
    for needed in _IMPORT.findall(text):
        yield from _modules(needed)
    yield name, text
