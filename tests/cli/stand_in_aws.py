#!/usr/bin/env python3
"""In the place of the AWS CLI: takes what the AWS CLI would take, by botocore's own descriptions, and does nothing.

Ends with 2 where a service, an operation, a parameter, a required parameter or a key of a structure does not exist.
"""

import difflib
import json
import re
import sys
from typing import Any

import botocore.session
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

_GLOBAL = {"region", "query", "output", "profile", "no-cli-pager", "endpoint-url"}
_OWN = {
    ("s3", "ls"): {"recursive"},
    ("s3", "cp"): {"recursive"},
    ("s3", "rm"): {"recursive"},
    ("s3", "sync"): set(),
    ("logs", "tail"): {"since", "filter-pattern", "follow", "format"},
    ("sso", "login"): set(),
}
"""What the AWS CLI has and no API: a command, and its options."""


class Wrong(Exception):
    """The AWS CLI would refuse this."""


def judge(arguments: list[str]) -> None:
    """Raises Wrong."""
    service, operation, *rest = arguments
    if service == "configure":
        return
    if (service, operation) in _OWN:
        unknown = {word[2:] for word in rest if word.startswith("--")} - _OWN[service, operation] - _GLOBAL
        if unknown:
            raise Wrong(f"aws {service} {operation} has no {unknown}")
        return
    model = _model("s3" if service == "s3api" else service)
    if operation == "wait":
        _waits(service, rest[0])
        return
    names = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in names:
        raise Wrong(f"aws {service} has no {operation}: {difflib.get_close_matches(operation, names)}")
    if rest:  # else a sentence names it
        _call(f"aws {service} {operation}", model.operation_model(names[operation]).input_shape, dict(_options(rest)))


def _call(called: str, shape: Any, given: dict[str, str]) -> None:
    known = {xform_name(name, "-"): member for name, member in (shape.members if shape else {}).items()}
    for name, value in given.items():
        positive = name.removeprefix("no-")
        if name in _GLOBAL:
            continue
        if name not in known and positive not in known:
            raise Wrong(f"{called} has no --{name}: {difflib.get_close_matches(name, known)}")
        _fits(name, value, known.get(name, known.get(positive)))
    missing = {xform_name(each, "-") for each in (shape.required_members if shape else ())}
    missing -= {*given, *(name.removeprefix("no-") for name in given)}
    if missing:
        raise Wrong(f"{called} needs {', '.join(sorted(missing))}")


def _model(service: str) -> Any:
    try:
        return botocore.session.get_session().get_service_model(service)
    except UnknownServiceError as error:
        raise Wrong(str(error)) from None


def _waits(service: str, name: str) -> None:
    known = botocore.session.get_session().get_waiter_model(service).waiter_names
    if name not in {xform_name(each, "-") for each in known}:
        raise Wrong(f"aws {service} wait has no {name}")


def _options(words: list[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, list[str]]] = []
    for word in words:
        if word.startswith("--"):
            found.append((word[2:], []))
        elif found:
            found[-1][1].append(word)
        else:
            raise Wrong(f"{word} belongs to nothing")
    return [(name, " ".join(values)) for name, values in found]


def _fits(name: str, value: str, member: Any) -> None:
    """Whether the keys of a structure are its own, in JSON and in the short form `A=b,C={D=e}`."""
    if member is None or member.type_name == "boolean":
        return
    if not value:
        raise Wrong(f"--{name} has no value")
    if member.type_name == "integer" and not re.fullmatch(r"\d+", value):
        raise Wrong(f"--{name} takes a number")
    if getattr(member, "enum", None) and value not in member.enum:
        raise Wrong(f"--{name} takes one of {member.enum}")
    shape = member.member if member.type_name == "list" else member
    if shape.type_name != "structure":
        return
    if value[0] in "{[":
        content = json.loads(value)
        keys = set(content[0] if isinstance(content, list) else content)
    else:
        outside = value
        while re.search(r"[{\[][^{}\[\]]*[}\]]", outside):
            outside = re.sub(r"[{\[][^{}\[\]]*[}\]]", "", outside)
        keys = set(re.findall(r"(?:^|,)(\w+)=", outside))
    if unknown := keys - set(shape.members):
        raise Wrong(f"--{name} has no {unknown}: {list(shape.members)}")
    if missing := set(shape.required_members) - keys:
        raise Wrong(f"--{name} needs {missing}")


def main() -> int:
    """Answers the exit status."""
    try:
        judge(sys.argv[1:])
    except Wrong as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write("stand-in\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
