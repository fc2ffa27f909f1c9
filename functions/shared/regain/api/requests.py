"""Reads an HTTP API request strictly: what it does not understand it refuses, before anything is looked up."""

import json
import math
from collections.abc import Collection
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

import msgspec
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from regain import problems
from regain.organisation import settings
from regain.organisation.language import current_languages
from regain.problems import Refused

MAX_BODY_BYTES = 16 * 1024
SESSION_COOKIE, DEVICE_COOKIE, ATTEMPT_COOKIE = "__Host-session", "__Host-browser", "__Host-sign-in"
_MEDIA_TYPE = "application/json"
FORM = "application/x-www-form-urlencoded"
_LOOPBACK = {"localhost", "127.0.0.1"}

Model = TypeVar("Model")


def loads(text: str) -> Any:
    """JSON as RFC 8259 recommends it: unique keys, no NaN or Infinity, no lone surrogates. Raises ValueError."""
    content = json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant, parse_float=_finite)
    json.dumps(content, ensure_ascii=False).encode()  # fails on a lone surrogate
    return content


def body(event: APIGatewayProxyEventV2, model: type[Model]) -> Model:
    """The JSON body as a type of the contract.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE, CONTENT_TOO_LARGE, or BAD_REQUEST, which names the field and never its value.
    """
    content = json_body(event)
    try:
        return _convert(content, model)
    except (ValueError, RecursionError):
        raise Refused(problems.BAD_REQUEST) from None


def json_body(
    event: APIGatewayProxyEventV2, media_types: Collection[str] = (_MEDIA_TYPE,), most: int = MAX_BODY_BYTES
) -> Any:
    """The JSON in a body of one of these media types and of at most `most` bytes.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE, CONTENT_TOO_LARGE or BAD_REQUEST.
    """
    media_type, *parameters = (part.strip().lower() for part in event.headers.get("content-type", "").split(";"))
    charsets = {each.partition("=")[2].strip('"') for each in parameters if each.startswith("charset=")}
    if media_type not in media_types or not charsets <= {"utf-8"}:
        raise Refused(problems.UNSUPPORTED_MEDIA_TYPE)
    if len(event.body or "") > most * 2:  # base64 takes a third more: not worth decoding
        raise Refused(problems.CONTENT_TOO_LARGE)
    try:
        if len((event.decoded_body or "").encode()) > most:
            raise Refused(problems.CONTENT_TOO_LARGE)
        return event.json_body
    except (ValueError, RecursionError):
        raise Refused(problems.BAD_REQUEST) from None


def form(event: APIGatewayProxyEventV2, model: type[Model]) -> Model:
    """The fields of a form that another server sends, as a type of the contract.

    Raises:
        Refused: UNSUPPORTED_MEDIA_TYPE, CONTENT_TOO_LARGE or BAD_REQUEST.
    """
    if event.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise Refused(problems.UNSUPPORTED_MEDIA_TYPE)
    if len(event.body or "") > MAX_BODY_BYTES * 2:
        raise Refused(problems.CONTENT_TOO_LARGE)
    try:
        fields = parse_qsl(event.decoded_body or "", keep_blank_values=True, strict_parsing=True, max_num_fields=20)
        return _convert(_unique_keys(fields), model)
    except ValueError:
        raise Refused(problems.BAD_REQUEST) from None


def query(event: APIGatewayProxyEventV2, model: type[Model]) -> Model:
    """The query string as a type of the contract. Raises Refused(BAD_REQUEST)."""
    return _convert(event.query_string_parameters, model)


def _convert(content: Any, model: type[Model]) -> Model:
    try:
        return msgspec.convert(content, model)
    except msgspec.ValidationError as error:
        message = str(error)  # names places and types, no values, except for an unknown field's name
        wrong = "The object has a field that is not known." if "unknown field" in message else message
        raise Refused(problems.BAD_REQUEST, wrong=wrong) from None


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuses duplicate keys, of which two parsers may take different ones."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate key")
    return made


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    """Refuses `1e999`, which Python reads as infinity."""
    number = float(text)
    if math.isinf(number):
        raise ValueError("too large a number")
    return number


def language(event: APIGatewayProxyEventV2) -> str:
    """The offered language that `Accept-Language` prefers (RFC 9110, 12.5.4); our pages send their own."""
    return current_languages().negotiate(event.headers.get("accept-language", ""))


def session_token(event: APIGatewayProxyEventV2) -> str:
    """The token in the session cookie, or ""."""
    return event.resolved_cookies_field.get(SESSION_COOKIE, "")


def device_cookie(event: APIGatewayProxyEventV2) -> str:
    """The device cookie, or ""."""
    return event.resolved_cookies_field.get(DEVICE_COOKIE, "")


def attempt_cookie(event: APIGatewayProxyEventV2) -> str:
    """The cookie of a sign-in by the identity provider, or ""."""
    return event.resolved_cookies_field.get(ATTEMPT_COOKIE, "")


def site_origin(host: str) -> str:
    """The origin of our pages: the organisation's `site_url`, or the host of the request where it names none.

    On loopback, name and number are one site; passkeys work under the name only.
    """
    own = urlsplit(settings.current().organisation.site_url)
    if not own.netloc:
        return f"https://{_netloc(f'//{host}')}"
    alias = own.hostname in _LOOPBACK and host in {own.netloc.replace(own.hostname, name) for name in _LOOPBACK}
    return f"{own.scheme}://{host if alias else own.netloc}"


def check_origin(event: APIGatewayProxyEventV2, site: str, required: bool) -> None:
    """Refuses a request of another site's page (CSRF): scheme, host and port are compared.

    `required`: the request rides on a cookie, so it needs an Origin. Otherwise one that is sent must be ours.

    Raises:
        Refused: CROSS_SITE_REQUEST.
    """
    if not required and "origin" not in event.headers:
        return
    if event.headers.get("origin", "") != site or not _netloc(site):
        raise Refused(problems.CROSS_SITE_REQUEST)


def _netloc(url: str) -> str:
    """Host and port of a URL; "" where it cannot be parsed, as with `http://[`."""
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""
