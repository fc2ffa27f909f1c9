"""`make serve` while somebody works on the pages: they are built when they are asked for, and browsers reload (H51).

A change marks pages as stale. A stale page is built, alone and in one language, when a browser asks for it. Styles
and scripts are made anew at once, in a folder with a name of their own, as in a build.
"""

import asyncio
import os
import re
import sys
import time
from collections.abc import Iterable, Mapping
from html import escape
from http import HTTPStatus
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import Scope
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

from local.site import StaticSite

ROOT = Path(__file__).parents[2]
_WATCHED = ("docs", "translations", "functions/shared/regain/problems")
_CHANGES = ("created", "modified", "moved", "deleted")
_ASSETS = "docs/theme/assets/"
_PATIENCE = 60  # seconds
_SCRIPT = """let seen;
const look = async () => {
  if (document.visibilityState !== 'visible') return;
  try {
    const { changes } = await (await fetch('/local/live.json')).json();
    if (seen !== undefined && changes !== seen) location.reload();
    seen = changes;
  } catch { /* the stack is being started anew */ }
};
setInterval(look, 500);
look();
"""


class LivePages:
    """Which pages are stale, and the builder of one page."""

    def __init__(self, site: Path, languages: tuple[str, ...], environment: Mapping[str, str]) -> None:
        self._site, self._languages, self._environment = site, languages, {**os.environ, **environment}
        self._started = time.time()
        self._changed_all = 0.0
        self._changed: dict[str, float] = {}
        self._built: dict[Path, float] = {}
        self._one_at_a_time = asyncio.Lock()
        self.changes = 0
        self.assets = ""
        """The folder of style sheets and scripts that have changed since the build; "" if none has."""

    def routes(self) -> list[Route]:
        """What the script in each page asks, and the script."""
        return [
            Route("/local/live.json", self._answer),
            Route("/local/live.js", lambda _: Response(_SCRIPT, media_type="text/javascript")),
        ]

    async def _answer(self, _: Request) -> Response:
        return JSONResponse({"changes": self.changes}, headers={"cache-control": "no-store"})

    async def run(self) -> None:
        """Watches the sources until cancelled."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        observer, handler = Observer(), _Handler(asyncio.get_running_loop(), queue)
        for folder in _WATCHED:
            observer.schedule(handler, str(ROOT / folder), recursive=True)
        observer.start()
        try:
            while True:
                paths = {await queue.get()}
                await asyncio.sleep(0.1)  # an editor writes a file in several steps
                while not queue.empty():
                    paths.add(queue.get_nowait())
                await self._note(paths)
        finally:
            observer.stop()

    async def _note(self, paths: Iterable[str]) -> None:
        """Marks what these changed sources make stale."""
        now, names = time.time(), {os.path.relpath(path, ROOT) for path in paths}
        pages = {name for name in names if re.fullmatch(r"docs/[\w/-]+\.md", name)}
        assets = {name for name in names if name.startswith(_ASSETS)}
        self._changed |= {name.removeprefix("docs/").removesuffix(".md"): now for name in pages}
        if names - pages - assets:
            self._changed_all = now
        if assets:
            said = await self._hooks("--assets")
            self.assets = said.strip() or self.assets
        self.changes += 1
        print(f"changed: {', '.join(sorted(names))}", flush=True)

    async def refresh(self, file: Path) -> str:
        """Builds a page of the site if it is stale. Returns what went wrong; "" if nothing did."""
        folder = file.parent.relative_to(self._site).as_posix()
        first, _, rest = folder.partition("/")
        language, name = (first, rest) if first in self._languages[1:] else (self._languages[0], folder)
        name = "index" if name in ("", ".") else name
        changed = max(self._changed_all, self._changed.get(name, 0.0), self._changed.get(f"{name}/index", 0.0))
        if self._built.get(file, self._started) >= changed:
            return ""
        async with self._one_at_a_time:
            began, before = time.time(), time.monotonic()
            said = await self._hooks("--language", language, "--page", name)
            if not said:
                self._built[file] = began
                print(f"built /{folder.strip('.')}/ in {time.monotonic() - before:.1f} s", flush=True)
            return said

    async def _hooks(self, *arguments: str) -> str:
        """Runs the site's builder. Returns its output; of a page, only what went wrong."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hooks.build", "--site-dir", str(self._site), *arguments, env=self._environment,
            cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(process.communicate(), _PATIENCE)
        text = said.decode(errors="replace")
        if process.returncode:
            print(text, file=sys.stderr, flush=True)
        return text if process.returncode or "--assets" in arguments else ""


class _Handler(FileSystemEventHandler):
    """Hands the paths of changed files from the watching thread to the event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[str]) -> None:
        self._loop, self._queue = loop, queue

    def on_any_event(self, event: FileSystemEvent) -> None:
        """One change."""
        path = os.fsdecode(event.dest_path or event.src_path)
        temporary = path.endswith(("~", ".swp", ".pyc")) or "__pycache__" in path
        if event.event_type in _CHANGES and not event.is_directory and not temporary:
            self._loop.call_soon_threadsafe(self._queue.put_nowait, path)


class LiveSite(StaticSite):
    """The site, whose pages are built when they are stale, and reload themselves."""

    def __init__(self, live: LivePages, **options: Any) -> None:
        super().__init__(**options)
        self._live = live

    async def get_response(self, path: str, scope: Scope) -> Response:
        """A page as its sources are now, or why it cannot be built; any other file as it is."""
        file = self.lookup_path(path.rstrip("/") or ".")[0]
        page = Path(file, "index.html") if file and Path(file).is_dir() else Path(file)
        if file and page.name == "index.html" and page.exists():
            if wrong := await self._live.refresh(page):
                text = f"<!doctype html><title>Not built</title><pre>{escape(wrong)}</pre>"
                return HTMLResponse(text + _TAG, HTTPStatus.INTERNAL_SERVER_ERROR)
            return HTMLResponse(self._shown(page.read_text()), headers={"cache-control": "no-store"})
        return await super().get_response(path, scope)

    def _shown(self, html: str) -> str:
        if self._live.assets:
            html = re.sub(r"assets/[0-9a-f]{8}/", f"{self._live.assets}/", html)
        return html + _TAG


_TAG = '<script src="/local/live.js" defer></script>'
