"""The form in a frame: only for the origins that the organisation names, and only the form."""

import contextlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from playwright.sync_api import expect

from regain.organisation.file import read
from tests.conftest import ROOT
from tests.lighthouse.server import served


@contextlib.contextmanager
def intranet(framed: str):
    """Another site, which shows a page of ours in a frame."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(
                f"<!doctype html><title>Intranet</title><iframe src='{framed}' width='600' height='900'></iframe>".encode()
            )

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Framing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(("path", "named", "shown"), [
    ("/reset/", True, True), ("/de/unlock/", True, True), ("/account/", True, False), ("/", True, False), ("/reset/", False, False),
])  # fmt: skip
def test_only_the_form_is_shown_in_a_frame_and_only_to_whom_the_organisation_names(browser, site, path, named, shown):
    page = browser.new_page()  # whose complaints of what is blocked are what is wanted
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    about = read(ROOT / "organisation.yaml").organisation
    origins = ("http://localhost:*",) if named else ()
    with served(site, replace(about, embed_from=origins)) as origin, intranet(f"{origin}{path}") as other:
        page.goto(other)
        heading = page.frame_locator("iframe").get_by_role("heading", level=1)
        page.wait_for_load_state("networkidle")
        if shown:
            expect(heading).to_be_visible()
        else:
            expect(heading).to_have_count(0)
        assert faults == []
        page.close()
