"""The JSON Schema of `organisation.yaml`, made from the types, and what in a file does not fit it, in plain words."""

import difflib
import functools
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from jsonschema import Draft202012Validator, ValidationError, validators

from regain.organisation.settings import Organisation
from regain.organisation.yaml_file import Place, YamlFile

Finding = tuple[Place, str, str]
"""A place, what is wrong there, and what would be right."""

_GROUP = "a group of settings"
_KINDS = {dict: _GROUP, list: "a list", str: "text", bool: "true or false", int: "a number", float: "a number"}
_WANTED = {
    "string": "text", "integer": "a whole number", "number": "a number", "boolean": "true or false",
    "array": "a list", "object": _GROUP,
}  # fmt: skip


def _is_one_of(_: Any, known: list[Any], value: object, __: Any) -> Iterator[ValidationError]:
    if not any(type(each) is type(value) and each == value for each in known):
        yield ValidationError("not one of these")


_Validator = validators.extend(
    Draft202012Validator,
    {"enum": _is_one_of},
    # 100.000 and 2.0 are no whole numbers: who writes them may mean a hundred thousand
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine(
        "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
    ),
)


def schema() -> dict[str, Any]:
    """The JSON Schema that editors complete and check `organisation.yaml` with."""
    whole = msgspec.json.schema(Organisation)
    for part in whole["$defs"].values():
        part["additionalProperties"] = part.get("additionalProperties", False)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **whole}


def below(place: Place, found: Iterable[Finding]) -> Iterator[Finding]:
    """What was found in a part of a file, with the place of the part in the whole."""
    return (((*place, *at), what, instead) for at, what, instead in found)


def violations(file: YamlFile) -> Iterator[Finding]:
    """Everything in a file that the schema does not allow. An empty group has its defaults."""
    validator = _validator()
    for error in list(validator.iter_errors(file.content)):
        if error.instance is None and error.validator_value == "object" and error.absolute_path:
            _fill(file.content, list(error.absolute_path))
    for error in validator.iter_errors(file.content):
        yield from _explained(error, file)


@functools.cache
def _validator() -> Draft202012Validator:
    return _Validator(schema())


def _fill(content: Any, place: list[str | int]) -> None:
    for key in place[:-1]:
        content = content[key]
    content[place[-1]] = {}


def _explained(error: ValidationError, file: YamlFile) -> Iterator[Finding]:
    place: Place = tuple(error.absolute_path)
    if error.validator == "anyOf":
        yield from _alternatives(error, file)
    elif error.validator == "additionalProperties":
        for key in set(error.instance) - set(error.schema.get("properties", {})):
            yield (*place, key), f"`{key}` is not a setting", _near(str(key), error.schema.get("properties", {}))
    elif error.validator == "required":
        for key in set(error.validator_value) - set(error.instance):
            yield place, f"`{key}` is missing", f"add `{key}:`"
    elif error.validator == "enum" and error.instance is None:
        yield place, f"{_name(place)} is empty", _one_of("", error.validator_value)
    elif error.validator == "enum":
        instead = _unquoted(error.instance, error.validator_value) or _one_of(error.instance, error.validator_value)
        yield place, f"{_name(place)} cannot be {_shown(error.instance, place, file)}", instead
    else:
        yield place, *_wrong_type(error, place, file)


def _alternatives(error: ValidationError, file: YamlFile) -> Iterator[Finding]:
    """The errors of the alternative that fits the value's type, or of the simplest one."""
    found = list(error.context or ())
    group = isinstance(error.instance, dict | list)
    fitting = [
        each
        for each in found
        if each.path
        or (each.validator == "enum" and not group)
        or each.validator in ("required", "additionalProperties")
    ]
    simplest = [each for each in found if each.validator_value == "string"]
    for each in fitting or simplest or found[:1]:
        yield from _explained(each, file)


def _wrong_type(error: ValidationError, place: Place, file: YamlFile) -> tuple[str, str]:
    value, wanted, name = error.instance, error.validator_value, _name(place)
    written = file.written(place)
    if value is None:
        line = file.text[file.line(place) - 1] if file.text else ""
        if wanted == "string" and "#" in line:
            comment = line[line.index("#") :].split()[0]
            return f"{name} is empty: a # without quotes begins a comment", f'put it in quotes: "{comment}"'
        return f"{name} is empty", "give it a value" + (", or leave it out" if "default" in error.schema else "")
    if wanted == "string" and not isinstance(value, dict | list):
        return f"{name} must be text, and is {_kind(value)}", f'put it in quotes: "{written}"'
    given = _shown(value, place, file) if written and wanted != "array" else _kind(value)
    known = [True, False] if wanted == "boolean" else [int(written)] if wanted == "integer" and _is_int(written) else []
    return f"{name} must be {_WANTED[wanted]}, and is {given}", _unquoted(value, known) or _example(error, written)


def _is_int(written: str) -> bool:
    return written.isascii() and written.isdigit() and not written.startswith("0")


def _shown(value: object, place: Place, file: YamlFile) -> str:
    """A value as it is written, with its quotes where another type looks the same."""
    written = file.written(place) or str(value)
    quoted = isinstance(value, str) and (_is_int(written) or written.lower() in ("true", "false"))
    return f'`"{written}"`' if quoted else f"`{written}`"


def _unquoted(value: object, known: list[Any]) -> str:
    """The value to write without quotes, if that is all that is wrong; else ""."""
    same = [each for each in known if isinstance(value, str) and str(each).lower() == value.lower() and each != value]
    return f"write it without quotes: {str(same[0]).lower()}" if same else ""


def _kind(value: object) -> str:
    return _KINDS[type(value)]


def _example(error: ValidationError, written: str) -> str:
    wanted, part = error.validator_value, error.schema
    if wanted == "object":
        return (
            f"its settings: {', '.join(part['properties'])}"
            if part.get("properties")
            else "write `key: value` below it"
        )
    if wanted == "array" and written:
        return f"for example [{written}]"
    if wanted == "string":
        return "write one text, without brackets"
    if wanted == "boolean":
        return "write true or false"
    default = part.get("default")
    return f"for example {default}" if default else ""


def _one_of(value: object, known: list[Any]) -> str:
    near = difflib.get_close_matches(str(value), map(str, known), 1)
    asked = f"did you mean `{near[0]}`? " if near else ""
    return f"{asked}one of: {', '.join(map(str, known))}"


def _near(key: str, known: dict[str, Any]) -> str:
    near = difflib.get_close_matches(key, known, 1)
    return f"did you mean `{near[0]}`?" if near else f"known: {', '.join(known)}"


def _name(place: Place) -> str:
    """The name of a value in messages: its key, or its list's."""
    keys = [part for part in place if isinstance(part, str)]
    name = f"`{keys[-1]}`" if keys else "the file"
    return f"an entry of {name}" if place and isinstance(place[-1], int) else name
