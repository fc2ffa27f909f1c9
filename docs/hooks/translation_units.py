"""A page of Markdown as the pieces that translators see: headings, sentences, items and cells, one by one.

The same cut is made when texts are collected for translators and when a page is built in their language, so that a
piece cannot be found in one and missed in the other. Lines of Jinja statements, code and tags stay as they are, and
part the text before them from the text behind.
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

Say = Callable[[str], str]


def translated(markdown: str, say: Say) -> str:
    """The page with each of its pieces as `say` puts it. Headings keep the anchors of the source in every language."""
    return "\n".join(_lines(markdown, say)) + "\n"


def pieces(markdown: str) -> list[str]:
    """What there is to translate on a page, in order."""
    found: list[str] = []
    translated(_FRONT_MATTER.sub("", markdown), lambda text: found.append(text) or text)
    return found


def in_words(text: str) -> bool:
    """Whether there is anything to translate: letters outside of code, names and addresses."""
    return any(letter.isalpha() for letter in _NOT_WORDS.sub("", text))


def _lines(markdown: str, say: Say) -> Iterator[str]:
    paragraph: list[str] = []
    anchors: set[str] = set()
    code = fenced = noted = listed = False
    blank = True

    def spoken() -> Iterator[str]:
        if paragraph:
            lead, text = paragraph[0], " ".join(paragraph[1:])
            paragraph.clear()
            yield lead + _said(text, say)

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
            yield f"{heading[1]}{_said(heading[2], say)} {{: #{unique(_slug(heading[2]), anchors)} }}"
        elif note := _NOTE.fullmatch(line):
            yield from spoken()
            yield f'{note[1]}"{_said(note[2], say)}"'
        elif row := _ROW.fullmatch(line):
            yield from spoken()
            yield f"{row[1]}| {' | '.join(_said(cell.strip(), say) for cell in row[2].split(' | '))} |"
        else:
            led = _LED.fullmatch(line)
            begins = not paragraph or (bool(led[1].strip()) and not (led[1].strip() == ">" and paragraph[0] == led[1]))
            if begins:
                yield from spoken()
                paragraph.append(led[1])
            paragraph.append(led[2].strip())
        noted = bool(_NOTE.fullmatch(line)) or (noted and (line.startswith("    ") or not line.strip()))
        listed = bool(_ITEM.match(line)) or (listed and (line.startswith(" ") or not line.strip()))
        blank = not line.strip()
    yield from spoken()


def _said(text: str, say: Say) -> str:
    return say(text) if in_words(text) else text


def _slug(heading: str) -> str:
    return slugify(re.sub(r"[{}]", "", heading), "-")
