"""Serves the built site by the gateway, as CloudFront does: headers, compression, caching of fingerprinted files."""

import contextlib
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from local.gateway import application
from local.site import StaticSite
from regain.organisation.settings import About
from tests.conftest import free_port


@contextlib.contextmanager
def served(site: Path, about: About) -> Iterator[str]:
    """The origin at which a built site is served meanwhile."""

    @contextlib.asynccontextmanager
    async def nothing(_: object):
        yield

    port = free_port()
    app = application(about, StaticSite(directory=site, html=True), [], [], nothing)
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
