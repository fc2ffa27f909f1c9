"""Generates the OpenAPI 3.1 document from the contract, so that it cannot disagree with what functions accept."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import msgspec

from regain import problems
from regain.api.contract import BODY_PROBLEMS, COMMON_PROBLEMS, OPERATIONS, Operation
from regain.api.requests import FORM
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
        "attempts_left": {
            "type": "integer",
            "minimum": 0,
            "description": "Wrong proofs, or refused passwords, before the flow ends.",
        },
        "retry_after": {"type": "integer", "minimum": 0, "description": "Seconds; also the header."},
        "times": {"type": "integer", "minimum": 1, "description": "How often the basic work is asked for."},
        "challenge": {"type": "object", "description": "An ALTCHA challenge to solve; send the request again with it."},
        "help_url": {"type": "string"},
        "domains": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The domains of the organisation, one of which belongs behind the name that was typed.",
        },
        "wrong": {"type": "string", "description": "The part of the request that could not be read."},
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


_SESSION = {
    "type": "apiKey",
    "in": "cookie",
    "name": "__Host-session",
    "description": "Set by sign-in.",
}
_ORIGIN = {
    "name": "Origin",
    "in": "header",
    "required": True,
    "description": "The site's own origin, as browsers send it. Changes are refused without it (CSRF).",
    "schema": {"type": "string"},
}
_WAIT = {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 0}}


def document() -> dict[str, Any]:
    """The OpenAPI document."""
    types = {kind for op in OPERATIONS for kind in (op.request, op.response, op.query) if kind}
    ordered = sorted(types, key=lambda kind: kind.__name__)
    _, schemas = msgspec.json.schema_components(ordered, ref_template="#/components/schemas/{name}")
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation, schemas)
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
        "components": {"schemas": {**schemas, "Problem": _PROBLEM}, "securitySchemes": {"session": _SESSION}},
    }


def _operation(operation: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": _name(operation),
        "summary": operation.summary,
        "responses": {str(operation.status): _success(operation), **_problems(operation)},
    }
    if parameters := list(_parameters(operation, schemas)):
        made["parameters"] = parameters
    if operation.request:
        media_type = FORM if operation.form else "application/json"
        made["requestBody"] = {"required": True, "content": {media_type: {"schema": _ref(operation.request)}}}
    if operation.session:
        needed = problems.SIGN_IN_NEEDED in operation.problems
        made["security"] = [{"session": []}] if needed else [{"session": []}, {}]
    return made


def _success(operation: Operation) -> dict[str, Any]:
    schema = _ref(operation.response) if operation.response else {"type": "object"}
    content = {"application/json": {"schema": schema}}
    if operation.query and "format" in _fields(operation.query):
        content |= {kind: {"schema": {"type": "string"}} for kind in ("text/csv", "application/jsonl")}
    done: dict[str, Any] = {"description": "Done", "content": content}
    if operation.status in (HTTPStatus.FOUND, HTTPStatus.SEE_OTHER):
        done["headers"] = {"Location": {"description": "Where.", "schema": {"type": "string"}}}
    if links := _links(operation):
        done["links"] = links
    return done


def _fields(kind: type | None) -> tuple[str, ...]:
    return getattr(kind, "__struct_fields__", ())


def _links(operation: Operation) -> dict[str, Any]:
    """Links to the operations that take the `flow` which this one returns."""
    if "flow" not in _fields(operation.response):
        return {}
    beside = operation.path.rpartition("/")[0]
    steps = [each for each in OPERATIONS if each.path.rpartition("/")[0] == beside and each.request]
    return {
        step.path.rpartition("/")[2]: {"operationId": _name(step), "requestBody": {"flow": "$response.body#/flow"}}
        for step in steps
        if "flow" in _fields(step.request)
    }


def _problems(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    refusals = (*operation.problems, *COMMON_PROBLEMS, *(BODY_PROBLEMS if operation.request else ()))
    for problem in sorted(refusals, key=lambda problem: problem.status):
        entry = responses.setdefault(
            str(problem.status),
            {
                "description": "",
                "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
            },
        )
        entry["description"] = f"{entry['description']}; `{problem.code}`".removeprefix("; ")
        if problem.status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            entry["headers"] = {"Retry-After": _WAIT}
    return responses


def _parameters(operation: Operation, schemas: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", operation.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    if operation.query:
        for name, schema in schemas[operation.query.__name__]["properties"].items():
            yield {"name": name, "in": "query", "schema": schema}
    if operation.session and operation.method != "GET":
        yield _ORIGIN


def _name(operation: Operation) -> str:
    """A unique `operationId`; it contains the method where a path has several."""
    several = len([each for each in OPERATIONS if each.path == operation.path]) > 1 or operation.method == "DELETE"
    name = re.sub(r"[^a-z]+", "-", operation.path.removeprefix("/api/")).strip("-")
    return f"{operation.method.lower()}-{name}" if several else name


def _ref(kind: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
