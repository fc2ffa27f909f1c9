"""Pages: by keyboard, in forced colours, without JavaScript, and how they link."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE


@pytest.mark.parametrize("path", ["/", "/reset/", "/problems/"])
def test_every_stop_of_the_tab_key_can_be_seen(page: Page, path):
    page.set_viewport_size(PHONE)
    page.goto(path)
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        box = page.evaluate(
            "(() => { const e = document.activeElement; if (e === document.body) return null; const r = e.getBoundingClientRect();"
            " return [e.tagName, r.left, r.right, r.width, r.height] })()"
        )
        if box is None:
            break
        seen.append(box[0])
        assert box[3] > 0
        assert box[4] > 0
        assert box[1] >= -1
        assert box[2] <= PHONE["width"] + 1
    assert len(seen) > 10


def test_the_first_stop_skips_to_the_content(page: Page):
    page.goto("/reset/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_forced_colours_and_reduced_motion_lose_nothing(page: Page, axe):
    page.emulate_media(forced_colors="active", reduced_motion="reduce")
    page.goto("/reset/")
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".error-summary")).to_be_focused()
    axe()


@pytest.fixture
def without_scripts(browser, base_url):
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("path", ["/reset/", "/unlock/"])
def test_without_javascript_the_page_says_whom_to_ask_and_shows_no_form_s6_b14(without_scripts: Page, path):
    without_scripts.goto(path)
    # Chromium under automation still parses <noscript> as if scripts ran, so its text is read from the source.
    shown = re.search("<noscript>(.*?)</noscript>", without_scripts.request.get(path).text(), re.DOTALL)[1]
    assert "This form needs JavaScript" in shown
    assert 'href="mailto:it@contoso.example?subject=' in shown
    assert 'href="tel:+442079460000"' in shown  # a number that can be called (F42)
    expect(without_scripts.locator(".card")).to_be_hidden()  # no form that looks usable (F47)


def test_guidance_reads_without_javascript_b14(without_scripts: Page):
    without_scripts.goto("/errors/wrong-code/")
    expect(without_scripts.get_by_role("heading", name="What to do")).to_be_visible()


def test_an_unknown_address_has_a_page_of_its_own(page: Page):
    answer = page.goto("/nothing/")
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text("Page not found")
    page.get_by_role("link", name="Go to the first page").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What happened?")


def test_a_message_leads_to_its_page_s63(page: Page):
    page.goto("/problems/#wrong-code")
    page.get_by_role("link", name="That code is not right").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That code is not right")
    for part in ("What happened", "What to do", "If this did not help"):
        expect(page.get_by_role("heading", name=part)).to_be_visible()


def test_the_outbox_is_accessible_too(page: Page, axe):
    page.goto("/local/outbox")
    axe()
