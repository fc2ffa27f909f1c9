"""The form in a frame: only for the origins that the organisation names, and only the form."""

import contextlib
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from regain.organisation.file import read
from tests.browser.conftest import NEW, Form
from tests.conftest import ROOT, variant
from tests.lighthouse.server import served


@contextlib.contextmanager
def intranet(shown: list[str]):
    """Another site, and what its page shows: known once the site that it frames is served."""

    class Framing(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(f"<!doctype html><title>Intranet</title><h1>Intranet</h1>{shown[0]}".encode())

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
    with (
        served(site, replace(about, embed_from=origins)) as origin,
        intranet([f"<iframe src='{origin}{path}' width='600' height='900'></iframe>"]) as other,
    ):
        page.goto(other)
        heading = page.frame_locator("iframe").locator('[aria-level="1"]')
        page.wait_for_load_state("networkidle")
        if shown:
            expect(heading).to_be_visible()
        else:
            expect(heading).to_have_count(0)
        assert faults == []
        page.close()


def play(context, frame, tester, form: Form) -> None:
    """A whole reset in the frame; what leads out of it opens outside."""
    press = '.step:not([hidden]) button:not([type="button"])'
    frame.get_by_label("User ID").fill(tester.user_id)
    frame.locator(press).click()
    frame.get_by_label("Send a code to my alternate e-mail address").check()
    frame.locator(press).click()
    frame.get_by_label("Code", exact=True).fill("00000x")
    frame.locator(press).click()
    with context.expect_page() as opened:
        frame.get_by_role("link", name="What this means and what to do").click()
    assert opened.value.url.endswith("/errors/wrong-code/")
    with context.expect_page() as asked:
        frame.locator("[data-late]").get_by_role("link", name="Contact your administrator").click()
    expect(asked.value.get_by_label("User ID")).to_have_value(
        tester.user_id
    )  # though the frame's storage is another one
    expect(asked.value.locator("[data-stuck]")).to_contain_text("R-")
    assert "#" not in asked.value.url
    frame.get_by_label("Code", exact=True).fill(form.code(tester.mail))
    frame.locator(press).click()
    frame.get_by_label("New password", exact=True).fill(NEW)
    frame.get_by_label("Confirm the new password").fill(NEW)
    frame.locator(press).click()
    expect(frame.get_by_role("heading", name="Your password has been reset")).to_be_visible()
    link = frame.get_by_role("link", name="Sign in")
    link.evaluate("link => link.addEventListener('click', event => event.preventDefault())")
    link.click()
    expect(link).to_have_attribute("target", "_top")


def test_a_whole_reset_in_a_frame_of_another_site_f16_b37(browser, stack, tester, tmp_path):
    """One line pasted into another site's page, as the guide says: the card alone, as high as it is; what leaves it opens
    outside; the frame has no cookies of ours, and a whole reset works. The API is the stack's.
    """
    context = browser.new_context(service_workers="block", viewport={"width": 640, "height": 900})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    cookies: list[str] = []

    def api(route) -> None:
        cookies.append(route.request.all_headers().get("cookie", ""))
        route.fulfill(response=route.fetch(url=stack.origin + urlsplit(route.request.url).path))

    page.route("**/api/**", api)
    shown: list[str] = []
    with intranet(shown) as other:
        built = variant(tmp_path, organisation={"embed_from": [other]})
        with served(built, read(tmp_path / "organisation.yaml").organisation) as origin:
            shown.append(f"<script src='{origin}/embed.js'></script>")
            page.goto(other)
            element = page.locator("iframe")
            expect(element).to_have_attribute("title", "Get back into your account")
            expect(element).to_have_attribute("allow", f"publickey-credentials-get {origin}")
            frame = page.frame_locator("iframe")
            card = frame.locator(".card")
            expect(frame.get_by_label("User ID")).to_be_visible()
            page.wait_for_function("document.querySelector('iframe').style.height.endsWith('px')")
            assert abs(element.bounding_box()["height"] - card.bounding_box()["height"]) < 60
            for part in (".top", ".foot", ".side", ".about"):
                expect(frame.locator(part)).to_be_hidden()
            play(context, frame, tester, Form(page, stack))
    assert not any("__Host-" in each for each in cookies), "a frame of another site has no cookie of ours"
    assert faults == []
    context.close()


def test_an_address_can_ask_for_the_card_alone_and_name_the_user_id_f43_b37(page, form, tester):
    """`?embed` for a window that is no frame, as in an app; `#user=` from a sign-in page, which leaves the address at once."""
    page.goto(f"/reset/?embed#user={tester.user_id}")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    assert page.url.endswith("/reset/?embed")
    form.next()
    form.at("method")
    page.reload()
    form.at("method")
