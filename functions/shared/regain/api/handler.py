"""HTTP API events in, JSON out: the only place that knows status codes, headers and the problem format."""

import functools
import json
import os
import re
import secrets
from base64 import b64decode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote, urlsplit

import msgspec
from aws_lambda_powertools import Logger
from aws_lambda_powertools.shared.cookies import Cookie, SameSite
from botocore.exceptions import BotoCoreError, ClientError

from regain import problems
from regain.api import metrics, trusted_proxy
from regain.api.contract import OPERATIONS, Document, Operation
from regain.api.headers import API_HEADERS, SITE_HEADERS
from regain.api.redaction import error_kind, error_location
from regain.api.request_context import RequestContext
from regain.domain import reference
from regain.organisation import settings
from regain.organisation.language import Language, current_languages
from regain.phrases import Phrase
from regain.problems import Refused

_LARGEST = 16 * 1024
_COOKIE = "__Host-session"
_MEDIA_TYPE = "application/json"
_LAPTOP = {"localhost", "127.0.0.1"}

Step = Callable[..., Any]
"""Takes the path's parameters, the decoded body, if the operation has one, and the caller; answers a type of the
contract."""


@dataclass(slots=True)
class Response:
    """What is answered, before it takes API Gateway's form."""

    status: int
    media_type: str
    text: str
    headers: dict[str, str] = field(default_factory=dict)
    cookies: list[Cookie] = field(default_factory=list)

    def event(self) -> dict[str, Any]:
        """In payload format 2.0."""
        return {
            "statusCode": self.status,
            "headers": {"content-type": self.media_type, **self.headers},
            "cookies": [str(cookie) for cookie in self.cookies],
            "body": self.text,
            "isBase64Encoded": False,
        }


class Api:
    """The routes of one function: reads, calls the step, answers.

    `pages` are the site's own pages for an address that it does not have, by the folder of their language. API Gateway
    has found the function already, so that a handful of patterns is left to try: Powertools' resolver, with those of
    seven other services, would take a fifth of a cold start.
    """

    def __init__(self, pages: Mapping[str, str] | None = None) -> None:
        self.pages = pages or {}
        self.log = Logger(service="regain")
        self._routes: list[tuple[Operation, re.Pattern[str], Step]] = []

    def serve(self, operation: Operation, step: Step) -> None:
        """Answers an operation of the contract with a step."""
        self._routes.append((operation, _pattern(operation.path), step))

    def __call__(self, event: dict[str, Any], _: Any) -> dict[str, Any]:
        """The Lambda handler."""
        headers = event.get("headers") or {}  # API Gateway writes names small, `sam local` as they were sent
        event = {**event, "headers": {name.lower(): value for name, value in headers.items()}}
        method, path = event["requestContext"]["http"]["method"], event["rawPath"]
        for operation, pattern, step in self._routes:
            if operation.method == method and (found := pattern.fullmatch(path)):
                return self._answer(event, operation, step, found.groups()).event()
        return self._not_found(path, _language(event)).event()

    def _answer(self, event: dict[str, Any], operation: Operation, step: Step, parameters: Iterable[str]) -> Response:
        context = RequestContext("", reference.generate(secrets.token_bytes(5)), _session(event))
        context.language = _language(event)
        self.log.set_correlation_id(event["requestContext"].get("requestId", ""))
        try:
            viewer = trusted_proxy.viewer(event, os.environ.get("ORIGIN_KEYS", ""))
            context.address, context.site = viewer.address, _site(viewer.host)
            if operation.session and operation.method != "GET":
                _check_origin(event, context.site)
            body = [_body(event, operation.request)] if operation.request else []
            body += [_query(event, operation.query)] if operation.query else []
            answer = step(*(unquote(each) for each in parameters), *body, context)
        except Refused as refused:
            outcome = "failed" if refused.problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR else "refused"
            self._note(operation, context, outcome, refused.problem.code, refused.reason)
            return _problem(refused, context)
        except (ClientError, BotoCoreError) as error:
            self.log.error("a service did not answer", extra=_extra(operation, context, error=error_kind(error)))
            self._note(operation, context, "failed", problems.SERVICE_BUSY.code)
            return _problem(Refused(problems.SERVICE_BUSY, retry_after=2), context)
        except Exception as error:
            self.log.error(
                "unexpected", extra=_extra(operation, context, error=error_kind(error), at=error_location(error))
            )
            self._note(operation, context, "failed", problems.INTERNAL_ERROR.code)
            return _problem(Refused(problems.INTERNAL_ERROR), context)
        self._note(operation, context, "done")
        if isinstance(answer, Document):
            saved = {"content-disposition": f'attachment; filename="{answer.name}"'}
            return Response(operation.status, answer.media_type, answer.text, headers={**API_HEADERS, **saved})
        if isinstance(answer, str):  # JSON already
            return Response(operation.status, _MEDIA_TYPE, answer, headers=API_HEADERS)
        moved = {"location": context.location} if context.location else {}
        return _response(operation.status, _MEDIA_TYPE, _said(answer, context), moved, _cookies(context))

    def _note(
        self, operation: Operation, context: RequestContext, outcome: str, code: str = "", reason: str = ""
    ) -> None:
        """A line of the log and the counts: `done`, `refused` (by a rule) or `failed` (our fault)."""
        self.log.info("answered", extra=_extra(operation, context, outcome=outcome, code=code, reason=reason))
        metrics.count("Answers", operation=operation.path.removeprefix("/api/"), outcome=outcome)
        if context.proof:
            kind, judged = context.proof
            metrics.count("Proofs", method=kind, outcome=judged)

    def _not_found(self, path: str, language: str) -> Response:
        page = self.pages.get(path.split("/")[1]) or self.pages.get("")
        if page and not path.startswith("/api/"):
            return Response(404, "text/html; charset=utf-8", page, {**SITE_HEADERS, "cache-control": "no-cache"})
        exact = [op for op in OPERATIONS if op.path == path]  # `keep` is no id
        allowed = sorted(op.method for op in exact or OPERATIONS if _pattern(op.path).fullmatch(path))
        context = RequestContext("", reference.generate(secrets.token_bytes(5)), language=language)
        answer = _problem(Refused(problems.METHOD_NOT_ALLOWED if allowed else problems.NOT_FOUND), context)
        if allowed:
            answer.headers["allow"] = ", ".join(allowed)
        return answer


def _body(event: dict[str, Any], kind: type) -> Any:
    """The request body as the type it must be.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE, CONTENT_TOO_LARGE or BAD_REQUEST, which names the field and never its value.
    """
    media_type = event.get("headers", {}).get("content-type", "").partition(";")[0].strip().lower()
    if media_type != _MEDIA_TYPE:
        raise Refused(problems.UNSUPPORTED_MEDIA_TYPE)
    body = event.get("body") or ""
    if len(body) > _LARGEST * 2:
        raise Refused(problems.CONTENT_TOO_LARGE)
    try:
        raw = b64decode(body) if event.get("isBase64Encoded") else body.encode()
        if len(raw) > _LARGEST:
            raise Refused(problems.CONTENT_TOO_LARGE)
        content = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
        json.dumps(content, ensure_ascii=False).encode()  # a lone surrogate is no text
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise Refused(problems.BAD_REQUEST, wrong=_wrong(str(error))) from None
    except (ValueError, RecursionError):
        raise Refused(problems.BAD_REQUEST) from None


def _query(event: dict[str, Any], kind: type) -> Any:
    """What stands behind the `?`. Raises Refused(BAD_REQUEST)."""
    try:
        return msgspec.convert(event.get("queryStringParameters") or {}, kind)
    except msgspec.ValidationError as error:
        raise Refused(problems.BAD_REQUEST, wrong=_wrong(str(error))) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, unless a key stands in it twice: two readers could take either."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a key stands twice")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _wrong(message: str) -> str:
    """Msgspec's message, which names places and types; a field's name that was sent is left out."""
    return "The object has a field that is not known." if "unknown field" in message else message


def problem_body(refused: Refused, reference: str, language: str = "") -> dict[str, Any]:
    """RFC 9457: the type is the address of the page of guidance."""
    problem, reader = refused.problem, current_languages().get(language)
    return {
        "type": f"/errors/{problem.code}/",
        "title": reader.translate(problem.title),
        "status": problem.status,
        "detail": problems.plain_text(reader.translate(problem.explanation)),
        "code": problem.code,
        "reference": reference,
        **_in_words(refused.facts, reader),
    }


def _said(answer: Any, context: RequestContext) -> Any:
    """An answer as plain JSON, its phrases in the caller's language."""
    return _in_words(answer, current_languages().get(context.language))


def _in_words(content: Any, reader: Language) -> Any:
    def put(value: Any) -> str:
        if isinstance(value, Phrase):
            return reader.translate(value)
        raise NotImplementedError(type(value).__name__)

    return msgspec.to_builtins(content, enc_hook=put)


def _language(event: dict[str, Any]) -> str:
    """The offered language that the request asks for (RFC 9110, 12.5.4): our pages ask for their own."""
    return current_languages().negotiate(event["headers"].get("accept-language", ""))


def _problem(refused: Refused, context: RequestContext) -> Response:
    wait = refused.facts.get("retry_after")
    headers = {"retry-after": str(wait)} if wait is not None else {}
    body = problem_body(refused, context.reference, context.language)
    return _response(refused.problem.status, "application/problem+json", body, headers)


def _response(
    status: int, media_type: str, body: Any, headers: dict[str, str] | None = None, cookies: list[Cookie] | None = None
) -> Response:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(status, media_type, text, headers={**API_HEADERS, **(headers or {})}, cookies=cookies or [])


def _session(event: dict[str, Any]) -> str:
    """The session's token from the cookies, or nothing."""
    shown = [cookie.partition("=") for cookie in event.get("cookies", [])]
    return next((value for name, _, value in shown if name.strip() == _COOKIE), "")


def _cookies(context: RequestContext) -> list[Cookie]:
    """The cookie that gives or takes the session: for this host only, never for scripts, never from elsewhere."""
    if context.new_session is None:
        return []
    most = settings.current().limits.session_hours * 3_600 if context.new_session else 0
    return [
        Cookie(
            _COOKIE,
            context.new_session,
            path="/",
            secure=True,
            http_only=True,
            max_age=most,
            same_site=SameSite.STRICT_MODE,
        )
    ]


def _site(host: str) -> str:
    """The origin of our own pages: the organisation's, or where it names none, the host that was asked.

    On a laptop its name and its number are the same place; passkeys work under the name only.
    """
    own = urlsplit(settings.current().organisation.site_url)
    if not own.netloc:
        return f"https://{_place(f'//{host}')}"
    beside = own.hostname in _LAPTOP and host in {own.netloc.replace(own.hostname, name) for name in _LAPTOP}
    return f"{own.scheme}://{host if beside else own.netloc}"


def _place(address: str) -> str:
    """The host and port of an address; "" for what is none, as `http://[`."""
    try:
        return urlsplit(address).netloc
    except ValueError:
        return ""


def _check_origin(event: dict[str, Any], site: str) -> None:
    """Raises Refused(CROSS_SITE_REQUEST) unless a browser says that our own page asks (CSRF): scheme, host and port."""
    if event.get("headers", {}).get("origin", "") != site or not _place(site):
        raise Refused(problems.CROSS_SITE_REQUEST)


@functools.cache
def _pattern(path: str) -> re.Pattern[str]:
    """A path of the contract, in which a part in braces stands for any."""
    return re.compile(re.sub(r"\\{\w+\\}", "([^/]+)", re.escape(path)))


def _extra(operation: Operation, context: RequestContext, **facts: str) -> dict[str, str]:
    noted = {"operation": operation.path, "reference": context.reference, "subject": context.subject, **facts}
    return {name: value for name, value in noted.items() if value}
