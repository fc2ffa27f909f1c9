"""On a phone one sees what a step is about, and can do it, without scrolling (B38, F1, F15), in every language."""

import pytest
from playwright.sync_api import Page, expect

from regain.organisation.file import read
from tests.conftest import ROOT

LANGUAGES = read(ROOT / "organisation.yaml").organisation.languages
SEEN = """() => {
  const step = document.querySelector('.step:not([hidden])'), bottom = each => each.getBoundingClientRect().bottom;
  const parts = ['h2:not([hidden])', '.field input', 'button:not([type="button"])'].map(each => step.querySelector(each));
  return [...parts, ...step.querySelectorAll('.error-message')].filter(each => bottom(each) > innerHeight).map(each => each.outerHTML.slice(0, 80));
}"""
"""What of heading, first field, button and message lies below the edge of the screen."""
OUTSIDE = """() => [...document.querySelectorAll('.languages a')].filter(each => {
  const { left, right } = each.getBoundingClientRect();
  return left < 0 || right > innerWidth || !each.checkVisibility();
}).map(each => each.textContent)"""


def root(tag: str) -> str:
    return "/" if tag == "en" else f"/{tag}/"


@pytest.mark.parametrize("tag", LANGUAGES)
def test_every_language_of_the_menu_can_be_chosen_on_a_phone_f1(page: Page, tag):
    page.goto(root(tag))
    for width in (320, 360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        page.locator(".languages summary").click()
        assert page.evaluate(OUTSIDE) == [], width
        page.locator(".languages summary").click()


@pytest.mark.parametrize("tag", LANGUAGES)
def test_heading_field_and_button_are_seen_at_once_f15(page: Page, form, tag):
    """The answers are made up here: what matters is where things lie."""
    gates, method = {"required": 1, "passed": 0}, {"id": "email", "kind": "email", "label": "Email", "digits": 8}
    begun = {"flow": "x" * 43, "reference": "R-0000-0000", "gates": gates, "methods": [method], "expires_in": 900}
    wrong = {"code": "wrong-code", "title": "t", "status": 422, "attempts_left": 4}
    page.route("**/api/reset/start", lambda route: route.fulfill(status=201, json=begun))
    page.route("**/api/reset/send", lambda route: route.fulfill(status=202, json={"resend_in": 30, "digits": 8}))
    page.route("**/api/reset/verify", lambda route: route.fulfill(status=422, json=wrong))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{root(tag)}reset/")

    def submit() -> None:
        page.locator('.step:not([hidden]) button:not([type="button"])').click()

    def seen() -> None:
        assert page.evaluate(SEEN) == []

    seen()
    submit()
    expect(form.summary).to_be_focused()
    seen()
    page.locator("#user-id").fill("maria.silva@contoso.example")
    submit()
    form.at("method")
    seen()
    submit()
    form.at("code")
    seen()
    page.locator("#code").fill("12345678")
    submit()
    expect(form.summary).to_be_focused()
    seen()
    passed = {"gates": {"required": 1, "passed": 1}, "methods": []}
    page.unroute("**/api/reset/verify")
    page.route("**/api/reset/verify", lambda route: route.fulfill(status=200, json=passed))
    submit()
    form.at("password")
    seen()
