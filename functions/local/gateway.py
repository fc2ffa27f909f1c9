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
from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from local.sandbox import Pool, SandboxError
from local.site import Compressed, HostCheck, PageRedirects, SiteHeaders, StaticSite
from regain.api.headers import API_HEADERS
from regain.api.responses import problem_document
from regain.domain import reference
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
        self._greedy.sort(key=lambda route: -len(route[1]))  # the most specific first

    @property
    def outside_api(self) -> list[str]:
        """The template's routes that are not under `/api`."""
        return list(dict.fromkeys(path for _, path in self._exact if not path.startswith("/api/")))

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


def application(
    about: About,
    site: StaticSite,
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
        Mount("/", Compressed(site)),
    ]
    served = Starlette(routes=everything, exception_handlers={405: _method_not_allowed}, lifespan=lifespan)
    served.router.redirect_slashes = False  # only PageRedirects redirects
    return HostCheck(SiteHeaders(PageRedirects(served, about.languages), about))


async def _method_not_allowed(request: Request, error: Exception) -> Response:
    """405; a problem if the path is the API's."""
    refused = cast(HTTPException, error)
    if request.url.path.startswith("/api/"):
        response = _problem(METHOD_NOT_ALLOWED)
        response.headers.update(refused.headers or {})
        return response
    return Response(refused.detail, refused.status_code, refused.headers, "text/plain")


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
