"""Serves the built site as CloudFront does: headers, compression, caching of fingerprinted files."""

import contextlib
import functools
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import brotli
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local.gateway import application
from local.site import StaticSite
from regain.organisation.settings import About
from tests.conftest import free_port

_TEXT = (b"text/", b"application/javascript", b"image/svg", b"application/json")


@functools.lru_cache(maxsize=512)
def _small(body: bytes) -> bytes:
    return brotli.compress(body)


class Compressed:
    """Answers in brotli what is text."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes a request on, and its answer when it is whole."""
        if b"br" not in dict(scope.get("headers", [])).get(b"accept-encoding", b""):
            return await self.app(scope, receive, send)
        started: list[Message] = []
        body = bytearray()

        async def whole(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
                return
            body.extend(message.get("body", b""))
            if message.get("more_body"):
                return
            headers = dict(started[0]["headers"])
            content = bytes(body)
            if headers.get(b"content-type", b"").startswith(_TEXT) and content:
                content = _small(content)
                headers |= {b"content-encoding": b"br", b"vary": b"Accept-Encoding"}
            headers[b"content-length"] = str(len(content)).encode()
            await send({**started[0], "headers": list(headers.items())})
            await send({"type": "http.response.body", "body": content})

        return await self.app(scope, receive, whole)


@contextlib.contextmanager
def served(site: Path, about: About) -> Iterator[str]:
    """The origin at which a built site is served meanwhile."""

    @contextlib.asynccontextmanager
    async def nothing(_: object):
        yield

    port = free_port()
    app = Compressed(application(about, StaticSite(directory=site, html=True), [], [], nothing))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning", server_header=False))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()
