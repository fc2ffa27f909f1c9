"""Powertools' resolver for SCIM (RFC 7644): its media type, its errors, and bearer tokens.

SCIM is a contract of its own, so that its routes are not in `regain.api.contract`, nor in the OpenAPI document.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from regain import problems
from regain.api import requests, responses
from regain.api.contract import Operation
from regain.api.handler import ContractResolver, path_arguments
from regain.api.headers import API_HEADERS
from regain.api.request_context import RequestContext
from regain.problems import Refused

PREFIX = "/api/scim/v2"
MEDIA_TYPE = "application/scim+json"
MAX_BODY_BYTES = 256 * 1024
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_WITH_BODY = ("POST", "PUT", "PATCH")


@dataclass(frozen=True, slots=True)
class Call:
    """A request: the name of its token, its query parameters and its body."""

    context: RequestContext
    source: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def base(self) -> str:
        """The URL of the service, without a trailing slash."""
        return self.context.site + PREFIX


@dataclass(frozen=True, slots=True)
class Reply:
    """A response. With `location`, a resource was created (201); without a `body`, one was deleted (204)."""

    body: dict[str, Any] | None = None
    location: str = ""

    @property
    def status(self) -> int:
        """The HTTP status."""
        if self.body is None:
            return 204
        return 201 if self.location else 200


class ScimResolver(ContractResolver):
    """Steps take the path parameters, then the `Call`, and return a `Reply`, or raise `Refused`.

    `authorise` takes the `Authorization` header and the context, and returns the token's name, or raises `Refused`.
    """

    def __init__(self, authorise: Callable[[str, RequestContext], str]) -> None:
        super().__init__()
        self.authorise = authorise

    def operation(self, method: str, rule: str) -> Operation:
        """An operation for the log and the metrics."""
        return Operation(method, PREFIX + rule.removeprefix(PREFIX).partition("<")[0].rstrip("/"), "", None)

    def problem(self, refused: Refused) -> Response[str]:
        """RFC 7644, 3.12: strict clients take nothing beside its members. So `detail` ends with the reference, and a
        link leads to the page of guidance (RFC 8288), whose address has the problem's code.
        """
        context, status = self.context["request"], refused.problem.status
        document = responses.problem_document(refused, context.reference)
        error = {
            "schemas": [ERROR],
            "status": str(status),
            **({"scimType": refused.facts["scim_type"]} if "scim_type" in refused.facts else {}),
            "detail": f"{refused.facts.get('detail') or document['detail']} ({context.reference})",
        }
        headers = {**API_HEADERS, "link": f'<{document["type"]}>; rel="help"'}
        if "retry_after" in refused.facts:
            headers["retry-after"] = str(refused.facts["retry_after"])
        if refused.problem is problems.SCIM_TOKEN_NOT_ACCEPTED:
            headers["www-authenticate"] = "Bearer"
        return Response(status, MEDIA_TYPE, _json(error), headers)

    def _answer(self, operation: Operation, step: Callable[..., Any], parameters: Mapping[str, str]) -> Response[str]:
        event = self.current_event
        context = self._begin(operation)
        self._see_viewer(context)
        source = self.authorise(event.headers.get("authorization", ""), context)
        query = dict(parse_qsl(event.raw_query_string or "", keep_blank_values=True, errors="replace"))
        body = self._body() if event.http_method in _WITH_BODY else None
        reply = step(*path_arguments(parameters), Call(context, source, query, body))
        headers = {**API_HEADERS, **({"location": reply.location} if reply.location else {})}
        self._observe("done")
        media_type = MEDIA_TYPE if reply.body is not None else None
        return Response(reply.status, media_type, _json(reply.body) if reply.body is not None else "", headers)

    def _body(self) -> dict[str, Any]:
        try:
            body = requests.json_body(self.current_event, (MEDIA_TYPE, "application/json"), MAX_BODY_BYTES)
        except Refused as refused:
            raise Refused(refused.problem, detail=_SAID.get(refused.problem)) from None
        if not isinstance(body, dict):
            raise Refused(problems.BAD_REQUEST, scim_type="invalidSyntax", detail="The body is a JSON object.")
        return body

    def _on_not_found(self, _: NotFoundError) -> Response[str]:
        path = self.current_event.path
        there = [*self._static_routes, *self._dynamic_routes]
        allowed = sorted({route.method for route in there if route.rule.match(path)})
        self._begin(self.operation("", ""))
        response = self.problem(Refused(problems.METHOD_NOT_ALLOWED if allowed else problems.NOT_FOUND))
        if allowed:
            response.headers["allow"] = ", ".join(allowed)
        return response


_SAID = {
    problems.UNSUPPORTED_MEDIA_TYPE: f"Send `Content-Type: {MEDIA_TYPE}` or `application/json`.",
    problems.CONTENT_TOO_LARGE: f"A request may be at most {MAX_BODY_BYTES // 1024} KiB.",
    problems.BAD_REQUEST: "The body is not JSON in UTF-8 with unique keys.",
}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
