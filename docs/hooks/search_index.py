"""The index of a language's search (`search.json`), and lunr with its stemmers as modules (B41).

lunr and its languages are those that MkDocs' own search plugin ships. The plugin itself reads rendered pages, which an
incremental build does not have; this reads what they are rendered from.
"""

import functools
import html
import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import mkdocs.contrib.search

from regain.organisation.language import Language
from regain.organisation.settings import Organisation
from regain.phrases import Phrase
from regain.problems import CATALOGUE, plain_text

_SHIPPED = Path(mkdocs.contrib.search.__file__).parent
_LANGUAGES = _SHIPPED / "lunr-language"
STEMMERS = {"en": "en", "es": "es", "fr": "fr", "de": "de", "pt": "pt", "it": "it", "nl": "nl", "tr": "tr", "ar": "ar"}
"""lunr's stemmer for each language that has one. Polish, Hebrew and Hindi are searched by the beginnings of words, and
Chinese, Japanese and Korean by each two letters that follow each other (`find.js`)."""

_FOREIGN_NAMES = (
    "Microsoft, Outlook, Hotmail, Windows, Xbox, Google, Gmail, YouTube, Apple, iCloud, Amazon, Netflix, PayPal, eBay, "
    "DHL, UPS, FedEx, Facebook, Instagram, WhatsApp, LinkedIn, Spotify, Yahoo, AADSTS"
)
_FOREIGN_WORDS = Phrase("bank, bank card, credit card, parcel, package delivery, incorrect account or password")
"""What only messages of others have, separated by commas."""

_BOOST = {"errors": 0.6, "methods": 0.7, "problems": 0.6, "accessibility": 0.5, "": 0.5}
"""Pages that count less than those that say what to do, by the first part of the address."""

_SUPPORT = "import { support } from './lunr-support.js';\n"
"""What each stemmer needs, once for all of them."""

_MARKUP = re.compile(
    r"\{[:%].*?\}|\{ \.[\w-]+ \}|!\[[^\]]*\]\([^)]*\)|\]\([^)]*\)|<!--.*?-->|<[^>]+>"
    r"|^\s*\|[-|: ]+$|^(!!! \w+|#+|\s*[-*]|\s*\d+\.) |[*`\[|>\"]",
    re.MULTILINE,
)
_SENTENCE = re.compile(r"(?<=[.。।؟?])\s+|(?<=。)")
_HEADING = re.compile(r"^##+ (.*?)(?: \{.*)?$", re.MULTILINE)


def entry(url: str, meta: Mapping[str, Any], text: str, language: Language) -> dict[str, Any]:
    """One page of the index. `text` is its Markdown in the language, of which some pages keep the headings only."""
    administrators = meta["audience"] != "everybody"
    only_headings = administrators or url == "problems/"  # whose table is the pages of the messages
    body = "\n".join(_HEADING.findall(text)) if only_headings else text
    return {
        "url": url,
        "title": meta["title"],
        "description": meta["description"],
        "keywords": language.gettext(keywords(meta)),
        "text": html.unescape(" ".join(_MARKUP.sub(" ", body).split())),
        "boost": 0.4 if administrators else _BOOST.get(url.partition("/")[0], 1),
    }


def keywords(meta: Mapping[str, Any]) -> str:
    """The synonyms of a page's front matter as one text, so that they are translated together."""
    return ", ".join(map(str, meta["keywords"]))


def index(
    pages: Iterable[dict[str, Any]], organisation: Organisation, language: Language, others: Iterable[Language]
) -> str:  # fmt: skip
    """The index as JSON: pages, the titles of messages in the other languages, and what names messages of others."""
    others = list(others)
    known = [{**page, **_of_problem(page["url"], language, others)} for page in pages]
    foreign = f"{_FOREIGN_NAMES}, {_FOREIGN_WORDS.text}, {language.gettext(_FOREIGN_WORDS)}".split(", ")
    own = [*organisation.organisation.services, str(language.facts["organisation"])]
    content = {"pages": known, "foreign": sorted({name.lower() for name in foreign}), "own": own}
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _of_problem(url: str, language: Language, others: list[Language]) -> dict[str, Any]:
    """What the page of a problem has beside: its titles in all languages, and as its description what happened."""
    problem = CATALOGUE.get(url.removeprefix("errors/").strip("/"))
    if not problem:
        return {}
    said = plain_text(language.translate(problem.explanation))
    titles = sorted({other.translate(problem.title) for other in others})
    return {"titles": titles, "description": _SENTENCE.split(said, maxsplit=1)[0]}


@functools.cache
def scripts() -> dict[str, str]:
    """Lunr and its stemmers as ES modules, by file name. Each is a CommonJS module."""
    made = {
        "lunr.js": f"export const lunr = {_module(_SHIPPED / 'templates' / 'search' / 'lunr.js')};\n",
        "lunr-en.js": "export {};\n",  # lunr has it
    }
    made["lunr-support.js"] = f"export const support = {_module(_LANGUAGES / 'lunr.stemmer.support.js')};\n"
    for stemmer in sorted(set(STEMMERS.values()) - {"en"}):
        pack = _module(_LANGUAGES / f"lunr.{stemmer}.js")
        made[f"lunr-{stemmer}.js"] = f"{_SUPPORT}export function extend(lunr) {{\nsupport(lunr);\n{pack}(lunr);\n}}\n"
    return made


def _module(path: Path) -> str:
    """What a CommonJS module exports, as an expression. Ours are strict, where a function alone has no `this`."""
    source = path.read_text().replace("var self = this;", "var self = this || {};")
    inner = f"((module, exports) => {{\n{source}\n}})(module, {{}});"
    return f"(module => {{\n{inner}\nreturn module.exports;\n}})({{}})"
