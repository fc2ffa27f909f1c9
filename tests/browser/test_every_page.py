"""Every page: axe, and what axe does not check: target sizes, zoom, text spacing (WCAG 2.2)."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, EVERY_RULE, OF_LOOKS, PHONE, SMALL, found
from tests.order import some

ONE_OF_A_KIND = [
    "/", "/reset/", "/unlock/", "/cannot-sign-in/", "/change-password/", "/register/", "/problems/", "/contact-administrator/",
    "/contact-support/", "/account/", "/accessibility/", "/admin/", "/admin/quickstart/", "/admin/observe/", "/errors/wrong-code/",
    "/nothing/",
]  # fmt: skip
PAGES = [
    *ONE_OF_A_KIND, "/lost-phone/", "/password/", "/no-code/", "/not-me/", "/is-it-us/", "/admin/turn-on/", "/admin/scale/", "/admin/deploy/",
    "/admin/back-up/", "/admin/reset-a-password/", "/errors/too-many-wrong-codes/",
]  # fmt: skip

SPACED = "* {line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important} p {margin-bottom: 2em !important}"


@pytest.fixture(scope="module")
def tab(browser, browser_context_args):
    context = browser.new_context(**browser_context_args, reduced_motion="reduce")
    yield context.new_page()
    context.close()


@pytest.fixture(scope="module", params=some(PAGES, *ONE_OF_A_KIND))
def page(tab, request):
    tab.goto(request.param)
    return tab


@pytest.mark.parametrize(
    ("size", "scheme", "rules"),
    [(DESKTOP, "light", OF_LOOKS), (PHONE, "dark", EVERY_RULE)],
    ids=["1280-light", "320-dark"],
)
def test_a_page_is_accessible_and_fits_b14(page: Page, size, scheme, rules):
    page.set_viewport_size(size)
    page.emulate_media(color_scheme=scheme)
    assert found(page, rules) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("h1:visible").count() == 1


def test_targets_are_large_enough_for_a_thumb_2_5_5_aaa(page: Page):
    page.set_viewport_size(PHONE)
    assert page.evaluate(SMALL) == []


def test_at_400_percent_one_scrolls_in_one_direction_only_1_4_10(page: Page):
    page.set_viewport_size({"width": 320, "height": 256})
    assert page.evaluate("document.documentElement.scrollWidth <= 320")
    fixed = "[...document.querySelectorAll('*')].filter(e => ['fixed', 'sticky'].includes(getComputedStyle(e).position)).length"
    assert page.evaluate(fixed) == 0  # nothing covers what little is seen


def test_text_may_be_spaced_as_a_reader_needs_it_1_4_12(page: Page):
    page.set_viewport_size(PHONE)
    page.evaluate(
        "rules => { const own = new CSSStyleSheet(); own.replaceSync(rules); document.adoptedStyleSheets = [own]; }",
        SPACED,
    )
    assert page.evaluate("getComputedStyle(document.querySelector('h1')).letterSpacing") != "normal"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cut = """[...document.querySelectorAll('button, label, .button, summary')].filter(e => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).length"""
    assert page.evaluate(cut) == 0
    page.evaluate("document.adoptedStyleSheets = []")
