"""Loads a YAML file for people: its content, the line of every value, and syntax errors in plain words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from regain.organisation.file_errors import FileError, InvalidFile

Place = tuple[str | int, ...]
"""The path of a value: keys, and indexes of lists."""
_Written = tuple[str, ...]  # a place as it is written: a key 12 is the text 12

_SYNTAX = (
    (r"character '\\t'", "a tab stands where only spaces may", "indent with spaces"),
    ("mapping values are not allowed", "there is one colon too many", 'put the text in quotes: "Contoso: the company"'),
    ("unexpected end of stream", "a quotation mark is opened and never closed", 'put the text in quotes: "Contoso\'s"'),
    ("expected <block end>", "this line does not follow from those above", "check its indentation and its quotes"),
    ("could not find expected ':'", "a key without its colon", "write `key: value`"),
    (
        "expected .,. or|expected the node content",
        "a list or group in brackets does not end",
        "close it; quote text with signs",
    ),
    (
        "that cannot start any token|undefined alias|alphabetic or numeric",
        "the text begins with a sign that YAML keeps for itself",
        "put the text in quotes",
    ),
    (
        "expected a single document",
        "a second document begins here",
        "keep one: delete the line `---` or `...` and what belongs to the other",
    ),
    (
        "could not determine a constructor|undefined tag|unhashable key|for the tag",
        "there is a tag such as `!Ref`, or a key that is not a word",
        "put the text in quotes",
    ),
    ("special characters are not allowed", "there is a character that no text may hold", "delete it"),
)  # fmt: skip
"""PyYAML's message, what it means, and what would be right."""


class _Loader(yaml.SafeLoader):
    """YAML 1.2's core: `reset: off`, Norway's `NO`, `8:30`, `2026-11-26` and `0044…` are the words they look like."""


_TAG = "tag:yaml.org,2002:"
_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in known if tag in (f"{_TAG}null", f"{_TAG}merge")]
    for letter, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Loader.yaml_constructors = {
    tag: constructor
    for tag, constructor in yaml.SafeLoader.yaml_constructors.items()
    if tag is None or tag.removeprefix(_TAG) in ("null", "bool", "int", "float", "str", "seq", "map")
}
for _name, _pattern, _first in (
    ("bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), "tTfF"),
    ("int", re.compile(r"^[-+]?(?:0|[1-9][0-9]*)$"), "-+0123456789"),  # 012 is 12 to some and 10 to others
    ("float", re.compile(r"^[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)$"), "-+.0123456789"),
):
    _Loader.add_implicit_resolver(_TAG + _name, _pattern, list(_first))


def _text_value(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
    """Text, in which JSON, which is YAML too, writes a letter beyond the first 65,536 as two halves."""
    text = str(loader.construct_scalar(node))
    try:
        return text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        what = "special characters are not allowed"
        raise yaml.constructor.ConstructorError(None, None, what, node.start_mark) from None


_Loader.add_constructor("tag:yaml.org,2002:str", _text_value)


def _group(loader: yaml.SafeLoader, node: yaml.MappingNode) -> Iterator[dict[Any, Any]]:
    """A group, whose keys are words: 2026 is a name, of a year of students or of a service."""
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.tag != f"{_TAG}merge":
            key.tag = f"{_TAG}str"
    yield from loader.construct_yaml_map(node)


_Loader.add_constructor(f"{_TAG}map", _group)


@dataclass(frozen=True)
class YamlFile:
    """The content of a file. `lines` (from 1) and `scalars`, as they stand in the file, are by place."""

    content: Any
    lines: dict[_Written, int]
    scalars: dict[_Written, str]
    text: list[str]

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest group above it that is in the file."""
        at = tuple(map(str, place))
        while at and at not in self.lines:
            at = at[:-1]
        return self.lines.get(at, 1)

    def written(self, place: Place) -> str:
        """A scalar as it is written in the file; "" for a group or a list."""
        return self.scalars.get(tuple(map(str, place)), "")


def load(path: Path) -> YamlFile:
    """The content of a file, in UTF-8.

    Raises:
        InvalidFile: it is not there, not UTF-8, not YAML, too deeply nested, has a value that cannot be read, or says a
            key twice.
    """
    if not path.exists():
        raise InvalidFile([FileError(str(path), 0, "there is no such file")])
    text = _text(path)
    try:
        root = yaml.compose(text, Loader=_Loader)
        twice = list(_twice(root, str(path)))
        content = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader
        places = list(_places(root, ()))
    except yaml.YAMLError as error:
        raise InvalidFile([_syntax_error(error, str(path), text)]) from None
    except ValueError:
        what = "a value in it is a number that is too long, or not what its tag (!!) says"
        raise InvalidFile([FileError(str(path), 0, what)]) from None
    except RecursionError:
        raise InvalidFile([FileError(str(path), 0, "this is nested too deeply, or contains itself")]) from None
    if twice:
        raise InvalidFile(twice)
    lines = {place: line for place, line, _ in places}
    scalars = {place: node.value for place, _, node in places if isinstance(node, yaml.ScalarNode)}
    return YamlFile(content, lines, scalars, text.splitlines())


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidFile([FileError(str(path), 0, f"the file cannot be read: {error.strerror}")]) from None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise InvalidFile([FileError(str(path), line, "this is not UTF-8 text", "save the file as UTF-8")]) from None


def _syntax_error(error: yaml.YAMLError, file: str, text: str) -> FileError:
    said = str(error)
    opened = "context_mark" if "end of stream" in said else "problem_mark"
    mark = getattr(error, opened, None)
    line = mark.line + 1 if mark else 0
    if mark and "mapping values" in said and text.splitlines()[mark.line].count(":") == 1:
        said = "expected <block end>"  # the colon is right, and its key stands further in than its neighbours
    for pattern, what, instead in _SYNTAX:
        if re.search(pattern, said):
            return FileError(file, line, what, instead)
    return FileError(file, line, "this is not YAML", "check quotes, colons and indentation, here and in the line above")


def _twice(node: yaml.Node | None, file: str) -> Iterator[FileError]:
    """Duplicate keys. YAML would silently use the last one."""
    if isinstance(node, yaml.MappingNode):
        first: dict[str, int] = {}
        for key, value in node.value:
            name, line = str(key.value), key.start_mark.line + 1
            if name in first:
                yield FileError(file, line, f"`{name}` stands in line {first[name]} already", "keep one of the two")
            first.setdefault(name, line)
            yield from _twice(value, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _twice(item, file)


def _places(node: yaml.Node | None, place: _Written) -> Iterator[tuple[_Written, int, yaml.Node]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            yield here, key.start_mark.line + 1, value
            yield from _places(value, here)
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            here = (*place, str(index))
            yield here, item.start_mark.line + 1, item
            yield from _places(item, here)
