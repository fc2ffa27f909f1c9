"""What the origin does around the site's files: check the host, redirect, add headers, answer 404 with a page."""

import functools
from http import HTTPStatus
from pathlib import Path
from typing import Any

import brotli
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Message, Receive, Scope, Send

from regain.api.headers import cache_control, site_headers
from regain.domain.page_redirect import COOKIE, redirect
from regain.organisation.settings import About

_TEXT = (b"text/", b"application/javascript", b"image/svg", b"application/json")
_LEAST = 1_000  # bytes: what CloudFront compresses has as many
_HOSTS = ("localhost", "127.0.0.1", "[::1]")


class HostCheck:
    """Middleware that answers only requests for this machine's own host names, at the port it listens on.

    Without it a foreign page could read the outbox with its own host name pointed at 127.0.0.1 (DNS rebinding).
    """

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request or a WebSocket on, or refuses it."""
        app = self.app
        if scope["type"] in ("http", "websocket"):
            port = scope["server"][1]
            hosts = [f"{host}:{port}" for host in _HOSTS] + list(_HOSTS if port == 80 else ())
            if [host.lower() for host in Headers(scope=scope).getlist("host")] not in [[host] for host in hosts]:
                text = f"This stack answers only for http://localhost:{port}/. Open it by that address.\n"
                app = PlainTextResponse(text, HTTPStatus.MISDIRECTED_REQUEST)
        await app(scope, receive, send)


class PageRedirects:
    """Middleware that redirects to the page's address and the browser's language, as CloudFront's `PageOfAddress`."""

    def __init__(self, app: Any, offered: tuple[str, ...]) -> None:
        self.app, self.offered = app, offered

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, or redirects it."""
        app = self.app
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            request = Request(scope)
            path = scope["raw_path"].partition(b"?")[0].decode("latin-1")  # as CloudFront sees it: not decoded
            requested, cookie = request.query_params.get("language", ""), request.cookies.get(COOKIE, "")
            accepted = request.headers.get("accept-language", "")
            if made := redirect(path, requested, cookie, accepted, self.offered):
                headers = {"cache-control": "no-store", "vary": "Accept-Language, Cookie"}
                app = RedirectResponse(made.location, made.status, headers)
                if made.chosen:
                    app.set_cookie(COOKIE, made.chosen, max_age=31_536_000, secure=True, samesite="lax")
        await app(scope, receive, send)


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


@functools.lru_cache(maxsize=1_024)
def _small(body: bytes) -> bytes:
    return bytes(brotli.compress(body))


class Compressed:
    """Middleware that answers in brotli what is text and has 1,000 bytes or more, as CloudFront does for the site."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and its answer when it is whole."""
        if scope["type"] != "http" or "br" not in Headers(scope=scope).get("accept-encoding", ""):
            await self.app(scope, receive, send)
            return
        started: list[Message] = []
        body = bytearray()

        async def whole(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            body.extend(message.get("body", b""))
            if not message.get("more_body"):
                await send({**started[0], "headers": _compressed(started[0]["headers"], body)})
                await send({"type": "http.response.body", "body": bytes(body)})

        await self.app(scope, receive, whole)


def _compressed(headers: list[tuple[bytes, bytes]], body: bytearray) -> list[tuple[bytes, bytes]]:
    """The headers of an answer whose body is compressed in place, if it is worth it."""
    told = dict(headers)
    if told.get(b"content-type", b"").startswith(_TEXT) and len(body) >= _LEAST:
        body[:] = _small(bytes(body))
        told |= {b"content-encoding": b"br", b"vary": b"Accept-Encoding", b"content-length": str(len(body)).encode()}
        if b"etag" in told:
            told[b"etag"] = b"W/" + told[b"etag"].removeprefix(b"W/")  # the same page, in other bytes
    return list(told.items())


class StaticSite(StaticFiles):
    """The built site, with its 404 page in each language; files with a fingerprint are cached for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A file, or the 404 page of the path's language. Never a redirect: those are `PageRedirects`'s."""
        response = await super().get_response(path, scope)
        if response.status_code != HTTPStatus.NOT_FOUND and not isinstance(response, RedirectResponse):
            return response
        translated, _ = self.lookup_path(f"{path.split('/', maxsplit=1)[0]}/404.html")
        page = translated or self.lookup_path("404.html")[0]
        return self.file_response(page, Path(page).stat(), scope, status_code=HTTPStatus.NOT_FOUND)

    def file_response(self, full_path: Any, *arguments: Any, **named: Any) -> Response:
        """A file with its cache-control header."""
        response = super().file_response(full_path, *arguments, **named)
        fingerprinted = "assets" in Path(full_path).parts  # assets/<fingerprint>/<name>
        # Pages are shown as they are built.
        response.headers["cache-control"] = cache_control("assets/") if fingerprinted else "no-cache"
        return response
