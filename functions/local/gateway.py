"""One origin for the site, the API (routes become HTTP API v2 events), and the local-only pages under `/local/`."""

import asyncio
import base64
import contextlib
import json
import re
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from local.sandbox import Pool, SandboxError
from regain.api.headers import API_HEADERS, cache_control, site_headers
from regain.api.responses import problem_document
from regain.domain import reference
from regain.domain.language_redirect import COOKIE, redirect
from regain.organisation.settings import About
from regain.problems import CONTENT_TOO_LARGE, INTERNAL_ERROR, METHOD_NOT_ALLOWED, NOT_FOUND, Problem, Refused

_MAX_BODY = 10 * 1024 * 1024  # API Gateway's limit
_METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
Upstream = Callable[[Request, bytes], Response]
_TEXT = ("application/json", "application/problem+json", "application/x-www-form-urlencoded", "text/")


class Routes:
    """Finds the function of a request as API Gateway does: exact paths first, then paths with parameters, then greedy
    ones; a route of the request's method before one of ANY.
    """

    def __init__(self, pools: Iterable[Pool]) -> None:
        self._exact: dict[tuple[str, str], Pool] = {}
        self._open: list[tuple[str, str, re.Pattern[str], Pool]] = []
        self._greedy: list[tuple[str, str, Pool]] = []
        for pool in pools:
            for method, path in pool.function.routes:
                if path.endswith("{proxy+}"):
                    self._greedy.append((method, path.removesuffix("{proxy+}"), pool))
                elif "{" in path:
                    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path.replace(".", r"\."))
                    self._open.append((method, path, re.compile(pattern), pool))
                else:
                    self._exact[method, path] = pool

    @property
    def outside_api(self) -> list[str]:
        """The template's routes that are not under `/api`."""
        return [path for _, path in self._exact if not path.startswith("/api/")]

    def find(self, method: str, path: str) -> tuple[Pool, str, dict[str, str]] | None:
        """The pool, the route key and the path parameters; None if there is no route."""
        for key in ((method, path), ("ANY", path)):
            if key in self._exact:
                return self._exact[key], " ".join(key), {}
        for wanted, shape, pattern, pool in self._open:
            if wanted in (method, "ANY") and (match := pattern.fullmatch(path)):
                return pool, f"{wanted} {shape}", match.groupdict()
        for wanted, prefix, pool in self._greedy:
            if wanted in (method, "ANY") and path.startswith(prefix) and path != prefix:
                return pool, f"{wanted} {prefix}{{proxy+}}", {"proxy": path.removeprefix(prefix)}
        return None


class StaticSite(StaticFiles):
    """The built site, with its 404 page in each language; files with a fingerprint are cached for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the 404 page of the path's language."""
        response = await super().get_response(path, scope)
        own, _ = self.lookup_path(f"{path.split('/', maxsplit=1)[0]}/404.html")
        if response.status_code == HTTPStatus.NOT_FOUND and own:
            return self.file_response(own, Path(own).stat(), scope, status_code=HTTPStatus.NOT_FOUND)
        return response

    def file_response(self, full_path: Any, *arguments: Any, **named: Any) -> Response:
        """A file with its cache-control header."""
        response = super().file_response(full_path, *arguments, **named)
        fingerprinted = "assets" in Path(full_path).parts  # assets/<fingerprint>/<name>
        # Pages are shown as they are built.
        response.headers["cache-control"] = cache_control("assets/") if fingerprinted else "no-cache"
        return response


class SiteHeaders:
    """Middleware that adds the site's headers to every response that is not the API's."""

    def __init__(self, app: Any, about: About) -> None:
        self.app, self.about = app, about

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                present = {name for name, _ in message["headers"]}
                wanted = site_headers(scope["path"], self.about.embed_from)
                extra = [(k.encode(), v.encode()) for k, v in wanted.items() if k.encode() not in present]
                message["headers"] = [*message["headers"], *extra]
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)


class LanguageRedirect:
    """Middleware that redirects to the page in the browser's language, as CloudFront does (`PageOfAddress`)."""

    def __init__(self, app: Any, offered: tuple[str, ...]) -> None:
        self.app, self.offered = app, offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or redirects it."""
        app = self.app
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            request = Request(scope)
            asked, cookie = request.query_params.get("language", ""), request.cookies.get(COOKIE, "")
            accepted = request.headers.get("accept-language", "")
            if there := redirect(scope["path"], asked, cookie, accepted, self.offered):
                app = RedirectResponse(
                    there.location, 302, {"cache-control": "no-store", "vary": "Accept-Language, Cookie"}
                )
                if there.chosen:
                    app.set_cookie(COOKIE, there.chosen, max_age=31_536_000, secure=True, samesite="lax")
        await app(scope, receive, send)


def application(
    about: About,
    site: Path,
    pools: Iterable[Pool],
    local: list[Route],
    lifespan: Any,
    upstream: Upstream | None = None,
) -> Any:
    """The ASGI application of the origin. `upstream`, if given, answers the API's requests instead of the pools."""
    routes = Routes(pools)

    async def api(request: Request) -> Response:
        return await (_forward(upstream, request) if upstream else _api(routes, request))

    async def outside(request: Request) -> Response:
        return _problem(NOT_FOUND if request.method in ("GET", "HEAD") else METHOD_NOT_ALLOWED)

    everything = [
        Route("/api/{path:path}", api, methods=_METHODS),
        *(Route(path, api) for path in routes.outside_api),
        *local,
        Route("/local/{path:path}", outside, methods=_METHODS),
        Mount("/", StaticSite(directory=site, html=True)),
    ]
    served = Starlette(routes=everything, exception_handlers={405: _method_not_allowed}, lifespan=lifespan)
    return SiteHeaders(LanguageRedirect(served, about.languages), about)


async def _method_not_allowed(request: Request, error: HTTPException) -> Response:
    """405; a problem if the path is the API's."""
    if request.url.path.startswith("/api/"):
        response = _problem(METHOD_NOT_ALLOWED)
        response.headers.update(error.headers or {})
        return response
    return Response(error.detail, error.status_code, error.headers, "text/plain")


async def _api(routes: Routes, request: Request) -> Response:
    path = request.scope["raw_path"].partition(b"?")[0].decode("latin-1")
    found = routes.find(request.method, path)
    if not found:
        return _problem(NOT_FOUND)
    pool, route_key, parameters = found
    body = await _body(request)
    if body is None:
        return _problem(CONTENT_TOO_LARGE)
    try:
        answer = await pool.call(event(request, path, route_key, parameters, body))
    except SandboxError:
        return _problem(INTERNAL_ERROR)
    return _response(answer)


async def _forward(upstream: Upstream, request: Request) -> Response:
    body = await _body(request)
    if body is None:
        return _problem(CONTENT_TOO_LARGE)
    try:
        return await asyncio.to_thread(upstream, request, body)
    except OSError:
        return _problem(INTERNAL_ERROR)


async def _body(request: Request) -> bytes | None:
    """The request's body; None if it is too large or the client has disconnected."""
    body = bytearray()
    with contextlib.suppress(ClientDisconnect):
        async for chunk in request.stream():
            body += chunk
            if len(body) > _MAX_BODY:
                return None
        return bytes(body)
    return None


def event(request: Request, path: str, route_key: str, parameters: Mapping[str, str], body: bytes) -> dict[str, Any]:
    """The HTTP API event, payload format 2.0. `sourceIp` is the connection's address, whatever headers say."""
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]},{value}" if name in headers else value
    cookies = headers.pop("cookie", "")
    text = headers.get("content-type", "text/").startswith(_TEXT)
    decoded = _decode(body) if text else None
    now = time.time()
    made = {
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": path,
        "rawQueryString": request.url.query,
        "headers": headers,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": headers.get("host", ""),
            "http": {
                "method": request.method,
                "path": path,
                "protocol": f"HTTP/{request.scope['http_version']}",
                "sourceIp": request.client.host if request.client else "127.0.0.1",
                "userAgent": headers.get("user-agent", ""),
            },
            "requestId": str(uuid.uuid4()),
            "routeKey": route_key,
            "stage": "$default",
            "time": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
            "timeEpoch": int(now * 1000),
        },
        "isBase64Encoded": bool(body) and decoded is None,
    }
    if body:
        made["body"] = base64.b64encode(body).decode() if decoded is None else decoded
    if cookies:
        made["cookies"] = [part.strip() for part in cookies.split(";")]
    if parameters:
        made["pathParameters"] = dict(parameters)
    if request.url.query:
        made["queryStringParameters"] = _query(request)
    return made


def _query(request: Request) -> dict[str, str]:
    joined: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        joined.setdefault(name, []).append(value)
    return {name: ",".join(values) for name, values in joined.items()}


def _decode(body: bytes) -> str | None:
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _response(answer: Mapping[str, Any]) -> Response:
    body = answer.get("body", "")
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(content, answer["statusCode"], answer.get("headers", {}))
    for cookie in answer.get("cookies", []):
        response.headers.append("set-cookie", cookie)
    return response


def _problem(problem: Problem) -> Response:
    body = problem_document(Refused(problem), reference.generate(uuid.uuid4().bytes))
    return JSONResponse(body, problem.status, API_HEADERS, "application/problem+json")


def json_response(content: Any) -> Response:
    """Indented JSON."""
    return Response(
        json.dumps(content, ensure_ascii=False, indent=2), 200, {"cache-control": "no-store"}, "application/json"
    )
