"""Splits a Markdown page into translation units: headings, paragraphs, list items and table cells.

Extraction and translation split a page with the same code, so that a unit cannot be found by one and missed by the
other. Lines of Jinja statements, code and HTML tags are left as they are and separate the units around them.
"""

import re
from collections.abc import Callable, Iterator

from markdown.extensions.toc import slugify, unique

_FENCE = re.compile(r"\s*(```|~~~)")
_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_AS_IT_IS = re.compile(r"\s*(\{%.*%\}|\{:.*\}|<[^>]*>|<!--.*-->|(\|\s*:?-+:?\s*)+\|)?\s*")
_HEADING = re.compile(r"(#+ )(.*)")
_NOTE = re.compile(r'(\s*!!! \w+ )"(.*)"')
_ITEM = re.compile(r"([-*]|\d+\.) ")
_ROW = re.compile(r"(\s*)\| (.*) \|\s*")
_LED = re.compile(r"(\s*(?:> ?)?(?:[-*] |\d+\. |> ?)?(?:!\[\]\(icon:[\w-]+\) )?)(.*)")
_NOT_WORDS = re.compile(r"\{\{.*?\}\}|\{[%:].*?%?\}|\{\w+\}|<[^>]*>|`[^`]*`|\]\([^)]*\)|https?://\S+")

Translate = Callable[[str], str]


def translate(markdown: str, translate_unit: Translate) -> str:
    """The page with each unit translated by `translate_unit`. Headings keep the anchors of the source language."""
    return "\n".join(_lines(markdown, translate_unit)) + "\n"


def units(markdown: str) -> list[str]:
    """The translation units of a page, in order."""
    found: list[str] = []

    def collect(text: str) -> str:
        found.append(text)
        return text

    translate(_FRONT_MATTER.sub("", markdown), collect)
    return found


def is_translatable(text: str) -> bool:
    """Whether a text has letters outside of code, facts, tags and URLs."""
    return any(letter.isalpha() for letter in _NOT_WORDS.sub("", text))


def _lines(markdown: str, translate_unit: Translate) -> Iterator[str]:
    paragraph: list[str] = []
    anchors: set[str] = set()
    code = fenced = noted = listed = False
    blank = True

    def spoken() -> Iterator[str]:
        if paragraph:
            lead, text = paragraph[0], " ".join(paragraph[1:])
            paragraph.clear()
            yield lead + _translated(text, translate_unit)

    for line in markdown.splitlines():
        indented = line.startswith(" " * (8 if noted or listed else 4))
        code = (indented and (code or (blank and not paragraph))) or (code and not line.strip())
        if fence := _FENCE.match(line):
            fenced = not fenced
        if fence or fenced or code or _AS_IT_IS.fullmatch(line):
            yield from spoken()
            yield line
        elif heading := _HEADING.fullmatch(line):
            yield from spoken()
            yield f"{heading[1]}{_translated(heading[2], translate_unit)} {{: #{unique(_slug(heading[2]), anchors)} }}"
        elif note := _NOTE.fullmatch(line):
            yield from spoken()
            yield f'{note[1]}"{_translated(note[2], translate_unit)}"'
        elif row := _ROW.fullmatch(line):
            yield from spoken()
            yield f"{row[1]}| {' | '.join(_translated(cell.strip(), translate_unit) for cell in row[2].split(' | '))} |"
        else:
            mark, text = _LED.findall(line)[0]  # it matches every line
            begins = not paragraph or (bool(mark.strip()) and not (mark.strip() == ">" and paragraph[0] == mark))
            if begins:
                yield from spoken()
                paragraph.append(mark)
            paragraph.append(text.strip())
        noted = bool(_NOTE.fullmatch(line)) or (noted and (line.startswith("    ") or not line.strip()))
        listed = bool(_ITEM.match(line)) or (listed and (line.startswith(" ") or not line.strip()))
        blank = not line.strip()
    yield from spoken()


def _translated(text: str, translate_unit: Translate) -> str:
    return translate_unit(text) if is_translatable(text) else text


def _slug(heading: str) -> str:
    return str(slugify(re.sub(r"[{}]", "", heading), "-"))
