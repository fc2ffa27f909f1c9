"""The site in other languages: the browser's preference, the person's choice, right-to-left (B15)."""

import re

import pytest
from playwright.sync_api import Page, expect

from regain.domain import user_id
from regain.domain.methods import LABELS
from regain.organisation.file import read
from regain.organisation.language import Language
from tests.browser.conftest import NEW, PHONE
from tests.browser.desk import give_role
from tests.conftest import ROOT
from tests.order import some

ORGANISATION = read(ROOT / "organisation.yaml")
_SUBJECT = "Your code for your {organisation} account {account}"


def said(tag: str, text) -> str:
    """A text of the site in a language."""
    return Language(tag, ORGANISATION, "shell", "pages").translate(text)


@pytest.fixture
def german(browser, base_url):
    context = browser.new_context(base_url=base_url, locale="de-DE")
    yield context.new_page()
    context.close()


def test_a_browser_is_led_to_its_language_and_a_choice_is_kept(german: Page):
    german.goto("/reset/#x")
    assert german.url.endswith("/de/reset/#x")
    german.locator(".languages summary").press("Enter")
    german.get_by_role("link", name="English").press("Enter")
    expect(german.locator("html")).to_have_attribute("lang", "en")
    assert german.url.endswith("/reset/") and "/de/" not in german.url
    german.goto("/")
    expect(german.get_by_role("heading", level=1)).to_have_text("What happened?")
    german.goto("/de/")  # an address that names its language keeps it
    expect(german.get_by_role("heading", level=1)).to_have_text(said("de", "What happened?"))


def test_what_is_not_there_is_said_in_the_language_of_the_address(page: Page):
    answer = page.goto("/ar/nothing/")
    assert answer.status == 404
    expect(page.get_by_role("heading", level=1)).to_have_text(said("ar", "Page not found"))
    page.get_by_role("link", name="Deutsch", include_hidden=True).evaluate("link => link.click()")
    expect(page.get_by_role("heading", level=1)).to_have_text(said("de", "What happened?"))


def test_a_reset_in_arabic_from_right_to_left_on_a_phone(page: Page, form, tester, looks):
    def t(text):
        return said("ar", text)

    def narrow():
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        looks()

    page.goto("/ar/reset/")
    assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
    narrow()
    page.get_by_role("button", name=t("Next")).click()
    expect(form.summary).to_contain_text(t("Enter your user ID"))
    narrow()
    page.wait_for_load_state("load")
    page.get_by_label(t("User ID")).fill(tester.user_id)
    page.get_by_role("button", name=t("Next")).locator("visible=true").click()
    form.at("method")
    narrow()
    page.get_by_label(Language("ar", ORGANISATION).translate(LABELS["email"])).check()
    page.get_by_role("button", name=t("Next")).locator("visible=true").click()
    form.at("code")
    narrow()
    form.code(tester.mail)
    arabic = Language("ar", ORGANISATION)
    (message,) = form.stack.messages(tester.mail)
    assert message["subject"].startswith(arabic.translate(_SUBJECT, account=user_id.mask(tester.user_id)))
    page.get_by_label(t("Code"), exact=True).fill("00000x")
    page.get_by_role("button", name=t("Next")).locator("visible=true").click()
    expect(form.summary).to_contain_text(t("That code is not right"))
    narrow()
    page.get_by_label(t("Code"), exact=True).fill(form.code(tester.mail))
    page.get_by_role("button", name=t("Next")).locator("visible=true").click()
    form.at("password")
    narrow()
    page.get_by_label(t("New password"), exact=True).fill("short")
    page.get_by_label(t("Confirm the new password")).fill("short")
    page.get_by_role("button", name=t("Finish")).locator("visible=true").click()
    expect(page.locator(".error-message")).not_to_contain_text("Use at least")
    narrow()
    page.get_by_label(t("New password"), exact=True).fill(NEW)
    page.get_by_label(t("Confirm the new password")).fill(NEW)
    page.get_by_role("button", name=t("Finish")).locator("visible=true").click()
    expect(page.get_by_role("heading", name=t("Your password has been reset"))).to_be_focused()
    narrow()


def test_pages_fit_a_small_phone_in_every_language(page: Page):
    page.set_viewport_size(PHONE)
    wide = {}
    for tag in some(ORGANISATION.organisation.languages[1:], "de", "pl", "ar", "hi", "ja"):
        for path in (
            "",
            "reset/",
            "problems/",
            "account/",
            "admin/",
            "contact-support/",
            "errors/password-not-accepted/",
        ):
            page.goto(f"/{tag}/{path}", wait_until="domcontentloaded")  # modules have run, the icon may come later
            wide[f"{tag}/{path}"] = page.evaluate("document.documentElement.scrollWidth")
    assert {path: width for path, width in wide.items() if width > PHONE["width"]} == {}


def test_the_desk_shows_the_same_view_in_another_language(page: Page, stack, tester):
    give_role(stack, tester.user_id, "auditor")
    page.goto("/admin/#report")
    page.get_by_label("User ID").locator("visible=true").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Report", exact=True)).to_be_visible()
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/de/admin/#report$"))
    expect(page.get_by_role("heading", name=said("de", "Report"), exact=True)).to_be_visible()


@pytest.mark.parametrize("path", ["/hi/", "/ja/problems/", "/he/account/", "/ko/admin/", "/zh-Hant/reset/"])
def test_other_scripts_are_accessible_too(page: Page, axe, path):
    page.goto(path)
    axe()


def test_messages_can_be_had_in_another_language(page: Page, tester):
    page.goto("/account/")
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in").click()
    later = page.get_by_role("button", name="Remind me later")
    expect(later.or_(page.get_by_label("Language for messages")).locator("visible=true").first).to_be_visible()
    if later.is_visible():
        later.click()
    chosen = page.get_by_label("Language for messages")
    chosen.select_option("fr")
    expect(page.locator("[data-spoken]")).to_have_text("Saved. Messages to you are in this language from now on.")
    page.reload()
    expect(page.get_by_label("Language for messages")).to_have_value("fr")
