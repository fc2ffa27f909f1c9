"""The OpenAPI document (3.1), made from the contract's types: it cannot say anything else than they do."""

import re
from typing import Any

import msgspec

from regain.contract import ANY_BODY, ANY_ROUTE, OPERATIONS, Operation
from regain.problems import CATALOGUE

_PROBLEM = {
    "type": "object",
    "description": "RFC 9457. `type` is the address of the page of guidance.",
    "required": ["type", "title", "status", "detail", "code", "reference"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "enum": sorted(CATALOGUE)},
        "reference": {"type": "string", "pattern": "^R-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"},
        "attempts_left": {"type": "integer", "minimum": 0},
        "retry_after": {"type": "integer", "minimum": 0, "description": "Seconds; also the header."},
        "help_url": {"type": "string"},
        "wrong": {"type": "string", "description": "Which part of the request could not be read."},
        "feedback": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["rule", "message"],
                "properties": {"rule": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def document() -> dict[str, Any]:
    """The whole document."""
    types = {kind for op in OPERATIONS for kind in (op.request, op.answer) if kind}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Regain",
            "version": "1",
            "description": "Self-service password reset. Errors are problems (RFC 9457); each `type` is a page.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {"schemas": {**schemas, "Problem": _PROBLEM}},
    }


def _operation(operation: Operation) -> dict[str, Any]:
    schema = _ref(operation.answer) if operation.answer else {"type": "object"}
    responses = {str(operation.status): {"description": "Done", "content": {"application/json": {"schema": schema}}}}
    refusals = (*operation.problems, *ANY_ROUTE, *(ANY_BODY if operation.request else ()))
    for problem in sorted(refusals, key=lambda problem: problem.status):
        entry = responses.setdefault(
            str(problem.status),
            {
                "description": "",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        entry["description"] = f"{entry['description']}; `{problem.code}`".removeprefix("; ")
    made: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "responses": responses,
    }
    if named := re.findall(r"\{(\w+)\}", operation.path):
        made["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in named
        ]
    if operation.request:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": _ref(operation.request)}}}
    return made


def _name(operation: Operation) -> str:
    """A name that no other operation has: the method is part of it where a path has several."""
    several = len([each for each in OPERATIONS if each.path == operation.path]) > 1 or operation.method == "DELETE"
    name = re.sub(r"[^a-z]+", "-", operation.path.removeprefix("/api/")).strip("-")
    return f"{operation.method.lower()}-{name}" if several else name


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
