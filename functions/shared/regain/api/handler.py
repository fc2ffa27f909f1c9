"""Powertools' resolver for HTTP APIs, with what the routes of all functions share.

A function's `app.py` maps methods and paths to steps; the types, status and problems of a route are in
`regain.api.contract`. A resolver handles one request at a time, as a Lambda environment does. It is not thread-safe.
"""

import functools
import importlib
import os
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import quote, unquote

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler.api_gateway import APIGatewayHttpResolver, Response, Route
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from botocore.exceptions import BotoCoreError, ClientError

from regain import problems
from regain.api import metrics, requests, responses, trusted_proxy
from regain.api.contract import OPERATIONS, Operation
from regain.api.redaction import error_kind, error_location
from regain.api.request_context import RequestContext
from regain.domain import device, reference
from regain.problems import Refused

_PATH_CHARACTERS = "/%-._~!$&'()*+,;=:@"
"""Characters that a path may contain unencoded (RFC 3986, 3.3), and the percent sign."""

_LONGEST_PARAMETER = 512  # bytes: half of what DynamoDB takes as a sort key

Step = TypeVar("Step", bound=Callable[..., Any])
"""A step takes the path parameters, then the body and the query if its operation has them, then the `RequestContext`.
It returns the operation's response, or raises `Refused`."""


def deferred(module: str, name: str) -> Callable[..., Any]:
    """A step whose module is imported at its first use: a cold start loads only what most first requests need."""

    def step(*given: Any) -> Any:
        return getattr(importlib.import_module(module), name)(*given)

    return step


class _Event(APIGatewayProxyEventV2):
    """A request whose headers are read once: Powertools makes a new dictionary of them whenever it is asked."""

    @functools.cached_property
    def headers(self) -> dict[str, str]:
        return super().headers

    @functools.cached_property
    def resolved_headers_field(self) -> dict[str, str]:
        return self.headers


class ContractResolver(APIGatewayHttpResolver):
    """`APIGatewayHttpResolver` for operations of the contract: `app.post("/api/reset/start")(start)`.

    Reads requests into the contract's types, turns exceptions into problems, and writes one log line and one count for
    each answer. `not_found_pages` are the site's own pages for an unknown address, by the folder of their language.
    """

    def __init__(self, not_found_pages: Mapping[str, str] | None = None) -> None:
        # Debug mode prints whole events, and an environment variable could switch it on.
        super().__init__(debug=False, json_body_deserializer=requests.loads)
        self.log = Logger(service="regain")
        self.not_found_pages = {} if not_found_pages is None else not_found_pages
        self.not_found(self._on_not_found)
        self.exception_handler(Refused)(self._on_refused)
        self.exception_handler([ClientError, BotoCoreError])(self._on_unavailable)
        self.exception_handler(Exception)(self._on_error)

    def resolve(self, event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        """The Lambda handler. API Gateway may have decoded parts of the path, as the `#` in a guest's user ID; they are
        encoded again, because Powertools matches encoded paths.
        """
        path = quote(event["rawPath"], safe=_PATH_CHARACTERS, errors="replace")
        return super().resolve({**event, "rawPath": path}, context)

    def _to_proxy_event(self, event: dict[str, Any]) -> _Event:
        return _Event(event, self._json_body_deserializer)

    def route(self, rule: str, method: Any, *options: Any, **named: Any) -> Callable[[Step], Step]:
        """Registers a step for an operation. Raises LookupError for one that the contract does not list."""
        operation = self.operation(method, rule)
        register = super().route(rule, method, *options, **named)

        def serve(step: Step) -> Step:
            register(lambda **parameters: self._answer(operation, step, parameters))
            return step

        return serve

    def operation(self, method: str, rule: str) -> Operation:
        """The operation that a route serves. Raises LookupError."""
        return _operation(method, rule)

    def problem(self, refused: Refused) -> Response[str]:
        """The response for a refusal."""
        operation = self.context.get("operation")
        if operation and operation.navigation:
            return responses.problem_page(refused, self.context["request"])
        return responses.problem(refused, self.context["request"])

    def _answer(self, operation: Operation, step: Callable[..., Any], parameters: Mapping[str, str]) -> Response[str]:
        event = self.current_event
        if not parameters and event.path != operation.path:
            raise NotFoundError  # a rule is a regular expression, in which a dot stands for any character
        context = self._begin(operation)
        self._see_viewer(context)
        if problems.CROSS_SITE_REQUEST in operation.problems:
            requests.check_origin(event, context.site, required=operation.session)
        arguments = path_arguments(parameters)
        if operation.request:
            bare = operation.optional_body and not event.body
            read = requests.form if operation.form else requests.body
            arguments.append(operation.request() if bare else read(event, operation.request))
        if operation.query:
            arguments.append(requests.query(event, operation.query))
        response = responses.success(operation.status, step(*arguments, context), context)
        self._observe("done")
        return response

    def _see_viewer(self, context: RequestContext) -> None:
        """Records the client's address and host. Raises Refused(NOT_FOUND) if it came round CloudFront."""
        event = self.current_event
        self.log.set_correlation_id(event.request_context.request_id)
        address = event.request_context.http.source_ip
        viewer = trusted_proxy.viewer(event.headers, address, os.environ.get("ORIGIN_KEYS", ""))
        context.address, context.site = viewer.address, requests.site_origin(viewer.host)

    def _begin(self, operation: Operation | None = None) -> RequestContext:
        """Creates the request's context. Powertools clears it after the response."""
        event = self.current_event
        context = RequestContext("", reference.generate(secrets.token_bytes(5)), requests.session_token(event))
        context.language = requests.language(event)
        context.browser = requests.device_cookie(event)
        if operation and operation.navigation:
            context.attempt = requests.attempt_cookie(event)
        context.device = device.name(event.headers.get("user-agent", ""))
        self.append_context(request=context, operation=operation)  # type: ignore[no-untyped-call] # Powertools'
        return context

    def _on_refused(self, refused: Refused) -> Response[str]:
        failed = refused.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        self._observe("failed" if failed else "refused", refused.problem.code, refused.reason)
        return self.problem(refused)

    def _on_unavailable(self, error: Exception) -> Response[str]:
        self.log.error("a service did not answer", extra=self._facts(error=error_kind(error)))
        return self._failed(Refused(problems.SERVICE_BUSY, retry_after=2))

    def _on_error(self, error: Exception) -> Response[str]:
        self.log.error("unexpected", extra=self._facts(error=error_kind(error), at=error_location(error)))
        return self._failed(Refused(problems.INTERNAL_ERROR))

    def _failed(self, refused: Refused) -> Response[str]:
        self._observe("failed", refused.problem.code)
        return self.problem(refused)

    def _on_not_found(self, _: NotFoundError) -> Response[str]:
        path = self.current_event.path
        if not path.startswith("/api/"):
            html = self.not_found_pages.get(path.split("/")[1]) or self.not_found_pages.get("")
            if html:
                return responses.page(html)
        allowed = sorted(operation.method for operation in operations_at(path))
        problem = problems.METHOD_NOT_ALLOWED if allowed else problems.NOT_FOUND
        response = responses.problem(Refused(problem), self._begin())
        if allowed:
            response.headers["allow"] = ", ".join(allowed)
        return response

    def _observe(self, outcome: str, code: str = "", reason: str = "") -> None:
        """Writes the response's log line and counts it as `done`, `refused` (by a rule) or `failed` (our fault)."""
        operation, context = self.context["operation"], self.context["request"]
        self.log.info("answered", extra=self._facts(outcome=outcome, code=code, reason=reason))
        metrics.count("Answers", operation=operation.path.removeprefix("/api/"), outcome=outcome)
        if context.proof:
            kind, judged = context.proof
            metrics.count("Proofs", method=kind, outcome=judged)

    def _facts(self, **facts: str) -> dict[str, str]:
        operation, context = self.context["operation"], self.context["request"]
        named = {"operation": operation.path, "reference": context.reference, "subject": context.subject, **facts}
        return {name: value for name, value in named.items() if value}


def path_arguments(parameters: Mapping[str, str]) -> list[Any]:
    """The parameters of a path, decoded. Raises Refused(NOT_FOUND) for one that is too long to be kept as a key."""
    arguments = [unquote(value) for value in parameters.values()]
    if any(len(value.encode()) > _LONGEST_PARAMETER for value in arguments):
        raise Refused(problems.NOT_FOUND)
    return arguments


def operations_at(path: str) -> list[Operation]:
    """The operations of the contract at a path, of whichever function: the service function answers for all that API
    Gateway cannot route. A fixed path wins over one with parameters (`/methods/keep` over `/methods/<id>`).
    """
    exact = [operation for operation in OPERATIONS if operation.path == path]
    return exact or [_operation(route.method, route.path) for route in _dynamic_routes() if route.rule.match(path)]


@functools.cache
def _dynamic_routes() -> tuple[Route, ...]:
    """The contract's paths with parameters, as Powertools matches them. Built at the first 404."""
    resolver = APIGatewayHttpResolver()
    for operation in OPERATIONS:
        resolver.route(operation.path.replace("{", "<").replace("}", ">"), operation.method)(_operation)
    return tuple(resolver._dynamic_routes)


def _operation(method: str, rule: str) -> Operation:
    """The operation that a route serves. Raises LookupError."""
    path = rule.replace("<", "{").replace(">", "}")
    for operation in OPERATIONS:
        if (operation.method, operation.path) == (method, path):
            return operation
    raise LookupError(f"{method} {path} is no operation of regain.api.contract")
