"""Writes answers: JSON in the reader's language, problems (RFC 9457), downloads, and the session cookie."""

import functools
from typing import Any

import msgspec
from aws_lambda_powertools.event_handler.api_gateway import Response
from aws_lambda_powertools.shared.cookies import Cookie, SameSite

from regain import problems
from regain.api.contract import Attachment
from regain.api.headers import API_HEADERS, SITE_HEADERS
from regain.api.request_context import RequestContext
from regain.api.requests import ATTEMPT_COOKIE, DEVICE_COOKIE, SESSION_COOKIE
from regain.domain import device_cookie
from regain.domain.provider import ATTEMPT_SECONDS
from regain.organisation import settings
from regain.organisation.language import Language, current_languages
from regain.phrases import Phrase
from regain.problems import Refused


def success(status: int, answer: Any, context: RequestContext) -> Response[str]:
    """What a step returned, as a response: a type of the contract, or text that is JSON already."""
    headers, media_type = dict(API_HEADERS), "application/json"
    if isinstance(answer, Attachment):
        text, media_type = answer.text, answer.media_type
        headers["content-disposition"] = f'attachment; filename="{answer.name}"'
    elif isinstance(answer, str):
        text = answer
    else:
        reader = current_languages().get(context.language)
        text = msgspec.json.encode(answer, enc_hook=functools.partial(_phrase, reader)).decode()
    if context.location:
        headers["location"] = context.location
    return Response(status, media_type, text, headers, _cookies(context))


def problem(refused: Refused, context: RequestContext) -> Response[str]:
    """A refusal as `application/problem+json`; a time to wait is also the header `Retry-After`."""
    document = problem_document(refused, context.reference, context.language)
    headers, wait = dict(API_HEADERS), refused.facts.get("retry_after")
    if wait is not None:
        headers["retry-after"] = str(wait)
    text = msgspec.json.encode(document).decode()
    return Response(refused.problem.status, "application/problem+json", text, headers)


def problem_page(refused: Refused, context: RequestContext) -> Response[str]:
    """A refusal for a browser that navigates to an address: a redirect to the problem's page."""
    headers = {**API_HEADERS, "location": f"/errors/{refused.problem.code}/#{context.reference}"}
    context.new_session = None  # what was to begin it may not have been stored
    return Response(303, "application/json", "{}", headers, _cookies(context))


def page(html: str) -> Response[str]:
    """The site's own page for an address that it does not have."""
    return Response(404, "text/html; charset=utf-8", html, {**SITE_HEADERS, "cache-control": "no-cache"})


def problem_document(refused: Refused, reference: str, language: str = "") -> dict[str, Any]:
    """RFC 9457, 3.1: `type` is the address of the page of guidance."""
    entry, reader = refused.problem, current_languages().get(language)
    return {
        "type": f"/errors/{entry.code}/",
        "title": reader.translate(entry.title),
        "status": entry.status,
        "detail": problems.plain_text(reader.translate(entry.explanation)),
        "code": entry.code,
        "reference": reference,
        **msgspec.to_builtins(refused.facts, enc_hook=functools.partial(_phrase, reader)),
    }


def _phrase(reader: Language, value: Any) -> str:
    """A phrase in the reader's language: the one thing in an answer that is no builtin type."""
    if isinstance(value, Phrase):
        return reader.translate(value)
    raise NotImplementedError(type(value).__name__)


def _cookies(context: RequestContext) -> list[Cookie]:
    """The cookies that begin or end a session or a sign-in, and that make this browser known or unknown."""
    hours = settings.current().limits.session_hours
    given = (
        (SESSION_COOKIE, context.new_session, hours * 3_600, SameSite.STRICT_MODE),
        (DEVICE_COOKIE, context.new_browser, device_cookie.GOOD_FOR, SameSite.STRICT_MODE),
        (ATTEMPT_COOKIE, context.new_attempt, ATTEMPT_SECONDS, SameSite.LAX_MODE),  # it comes back from another site
    )
    return [_cookie(name, value, age, site) for name, value, age, site in given if value is not None]


def _cookie(name: str, value: str, max_age: int, same_site: SameSite) -> Cookie:
    """A cookie for this host, over TLS, never for scripts; an empty value removes it."""
    return Cookie(
        name,
        value,
        path="/",
        secure=True,
        http_only=True,
        max_age=max_age if value else 0,
        same_site=same_site,
    )
