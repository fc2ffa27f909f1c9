"""Pages while somebody works on them: built when they are asked for, and shown by themselves (H51)."""

import asyncio
import os
import time

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from local import live_pages
from local.live_pages import LivePages, LiveSite
from tests.conftest import ROOT
from tests.local.test_sandbox import in_a_loop

PATHS = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared", "docs", "."))
SURROUNDINGS = {"PYTHONPATH": PATHS, "NO_MKDOCS_2_WARNING": "1", "ORGANISATION": str(ROOT / "organisation.yaml")}
RESET = ROOT / "docs" / "reset.md"


@pytest.fixture
def pages(tmp_path):
    """A site whose two pages have been built once, as they then were."""
    for name in ("reset", "unlock", "de/reset"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "index.html").write_text('<link href="../assets/00000000/guidance.css"><p>as-it-was</p>')
    return LivePages(tmp_path, ("en", "de"), SURROUNDINGS)


def built(pages, *names):
    """What the pages say once they have been asked for."""
    files = [pages._site / name / "index.html" for name in names]
    faults = [in_a_loop(pages.refresh(file)) for file in files]
    return faults, ["as-it-was" not in file.read_text() for file in files]


def test_only_the_page_that_has_changed_is_built_again_in_the_language_that_is_asked_for(pages):
    assert built(pages, "reset") == ([""], [False])
    in_a_loop(pages._note({str(RESET)}))
    assert built(pages, "unlock", "de/reset") == (["", ""], [False, True])
    assert "as-it-was" in (pages._site / "reset" / "index.html").read_text()
    once = (pages._site / "de" / "reset" / "index.html").stat().st_mtime_ns
    built(pages, "de/reset")
    assert (pages._site / "de" / "reset" / "index.html").stat().st_mtime_ns == once, "it was fresh"


def test_a_page_that_cannot_be_built_says_why_and_is_tried_again(pages, tmp_path):
    broken = tmp_path / "broken.yaml"
    broken.write_text("organisation: {}\n")
    pages._environment["ORGANISATION"] = str(broken)
    in_a_loop(pages._note({str(RESET)}))
    client = TestClient(Starlette(routes=[Mount("/", LiveSite(pages, directory=pages._site, html=True))]))
    answer = client.get("/reset/")
    assert answer.status_code == 500
    assert "broken.yaml" in answer.text
    pages._environment["ORGANISATION"] = SURROUNDINGS["ORGANISATION"]
    answer = client.get("/reset/")
    assert (answer.status_code, "<h1" in answer.text) == (200, True)
    assert answer.text.endswith('<script src="/local/live.js" defer></script>')


def test_styles_and_scripts_are_made_at_once_and_every_page_names_the_new_ones(pages):
    in_a_loop(pages._note({str(ROOT / "docs/theme/assets/site.css")}))
    assert (pages._site / pages.assets / "guidance.css").exists()
    client = TestClient(Starlette(routes=[Mount("/", LiveSite(pages, directory=pages._site, html=True))]))
    assert f'href="../{pages.assets}/guidance.css"' in client.get("/unlock/").text


def test_a_change_is_noticed_and_a_browser_that_asks_is_told(pages, tmp_path, monkeypatch):
    sources = tmp_path / "sources"
    sources.mkdir()
    monkeypatch.setattr(live_pages, "_WATCHED", (str(sources),))
    client = TestClient(Starlette(routes=pages.routes()))
    assert client.get("/local/live.json").json() == {"changes": 0}

    async def story():
        watching = asyncio.create_task(pages.run())
        until = time.monotonic() + 20
        while not pages.changes:
            assert time.monotonic() < until
            (sources / "page.html").write_text(str(time.monotonic()))
            await asyncio.sleep(0.2)
        watching.cancel()

    in_a_loop(story())
    assert client.get("/local/live.json").json()["changes"] > 0
    assert "location.reload()" in client.get("/local/live.js").text
