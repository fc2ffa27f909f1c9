"""The assets of pages: bundled and minified scripts, style sheets, the social card and the organisation's logo.

Each page has one script and one style sheet, so that a slow phone makes few requests. PyPI has no bundler and the build
needs no Node.js; concatenation is enough, because our modules only import names from each other.
"""

import functools
import re
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

import rcssmin
import rjsmin

from hooks import brand, search_index

THEME = Path(__file__).parents[1] / "theme"
SOURCES = THEME / "assets"
ENTRY_POINTS = (
    "recovery", "account", "contact", "not-me", "admin", "search", "search-field", "find", "offline", "passkey",
    "solve", "attempt", "framed", "security-info", "unsupported-browser",
)  # fmt: skip
"""The scripts that pages load, or that another script imports on demand."""
_LATER = {"attempt": "recovery", "framed": "recovery", "security-info": "account"}
"""What a page's script imports on demand: the modules that both need are the script's own, so that each runs once."""

_SHEETS = {
    "guidance": ("site", "ways", "guidance"),
    "forms": ("site", "forms"),
    "recovery": ("site", "forms", "recovery"),
    "account": ("site", "forms", "ways", "account"),
}
"""A page has one of these style sheets, made of these files."""
_MORE_SHEETS = ("admin", "desk", "poster")
"""What some pages add, by their front matter."""

_IMPORT = re.compile(r"^import (?:\{ (?P<names>[\w, ]+) \} from )?'\./(?P<module>[\w-]+)\.js';\n", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|async|class) )", re.MULTILINE)


@functools.cache
def files(colour: str, logo: brand.Logo | None) -> dict[str, bytes]:
    """The content of every file, by name."""
    css = {path.stem: path.read_text() for path in SOURCES.glob("*.css")}
    css["site"] = brand.apply_colour(css["site"], colour)
    sheets = {name: "".join(css[part] for part in parts) for name, parts in _SHEETS.items()}
    sheets |= {name: css[name] for name in _MORE_SHEETS}
    made = {f"{name}.css": rcssmin.cssmin(text).encode() for name, text in sheets.items()}
    made |= {f"{name}.js": rjsmin.jsmin(bundle(name)).encode() for name in ENTRY_POINTS}
    made |= {name: rjsmin.jsmin(text).encode() for name, text in search_index.scripts().items()}
    made |= {path.name: path.read_bytes() for path in SOURCES.glob("*.svg")}
    made["card.png"] = brand.card((THEME / "card.png").read_bytes(), colour)
    return {**made, **({logo.name: logo.content} if logo else {})}


def bundle(name: str) -> str:
    """A module, preceded by the modules it imports, each once. What is loaded later imports what the page has."""
    parts = dict(_modules(name))
    if len(parts) == 1:
        return parts[name]
    script = _LATER.get(name, "")
    shared = dict(_modules(script)) if script else {}
    own = {module: text for module, text in parts.items() if module not in shared}
    imported = [f"import {{ {', '.join(_names(own, shared))} }} from './{script}.js';\n"] if script else []
    kept = [_IMPORT.sub("", text) for text in own.values()]
    exported = kept if name in _LATER.values() else [_EXPORT.sub("", text) for text in kept[:-1]] + kept[-1:]
    return "\n".join(imported + exported)


def _names(texts: Mapping[str, str], modules: Container[str]) -> list[str]:
    """The names that the texts import from any of the modules, each once."""
    found = [match for text in texts.values() for match in _IMPORT.finditer(text) if match["module"] in modules]
    return sorted({name for match in found for name in (match["names"] or "").split(", ") if name})


def _modules(name: str) -> Iterator[tuple[str, str]]:
    text = (SOURCES / f"{name}.js").read_text()
    for match in _IMPORT.finditer(text):
        if match["module"] not in _LATER.values():  # what runs before this one
            yield from _modules(match["module"])
    yield name, text
