"""The account page in a real browser: sign in, change the password, see and end sessions (S27, S59-S62)."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NEW
from tests.waiting import until


def sign_in(page: Page, user_id, password):
    page.goto("/account/")
    page.get_by_label("User ID").fill(user_id)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def change(page: Page, old, new, confirm=None):
    page.get_by_label("Current password").fill(old)
    page.get_by_label("New password", exact=True).fill(new)
    page.get_by_label("Confirm the new password").fill(confirm or new)
    page.get_by_role("button", name="Change password").click()


def test_a_known_password_is_changed_as_the_guidance_says_s59_s62(page: Page, tester, looks):
    page.goto("/change-password/")
    page.get_by_role("link", name="your account", exact=True).click()
    looks()
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_focused()
    looks()
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("heading", name="Change your password")).to_be_focused()
    looks()
    change(page, "not the old one", NEW)
    expect(page.locator(".error-summary")).to_contain_text("The current password is not right")
    looks()
    change(page, tester.password, "tester")
    expect(page.locator(".error-message")).to_contain_text("at least 15 characters")
    expect(page.get_by_text("Do not use the password that you have now.")).to_be_visible()
    change(page, tester.password, tester.password)
    expect(page.locator(".error-message")).to_contain_text("This is the password that you have now")
    change(page, tester.password, NEW, "something else")
    expect(page.locator(".error-summary")).to_contain_text("The two passwords differ")
    change(page, tester.password, NEW)
    expect(page.get_by_text("Your password has been changed")).to_be_visible()
    looks()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
    sign_in(page, tester.user_id, NEW)
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()


def test_a_lost_answer_to_a_change_of_the_password_goes_on_f9(page: Page, tester):
    """With the answer the new cookie is lost, and the old session is over."""
    sign_in(page, tester.user_id, tester.password)
    page.get_by_role("button", name="Change password").click()
    before = page.context.cookies()

    def lost(route: Route) -> None:
        route.fetch()
        page.context.clear_cookies()
        page.context.add_cookies(before)
        route.abort("connectionreset")

    page.route("**/api/account/password", lost, times=1)
    change(page, tester.password, NEW)
    expect(page.get_by_text("Your password has been changed")).to_be_visible()
    page.route("**/api/account/password", lambda route: route.abort("connectionreset"))  # and here nothing was done
    page.get_by_role("button", name="Change password").click()
    change(page, NEW, f"{NEW}-2")
    expect(page.locator(".error-summary")).to_contain_text("We could not reach the service")


def test_a_reload_stays_signed_in_and_signing_out_does_not(page: Page, tester):
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_text(tester.user_id)).to_be_visible()
    page.reload()
    expect(page.get_by_text(tester.user_id)).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_focused()
    page.go_back()
    page.goto("/account/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["__Host-browser"]


def test_the_back_button_brings_no_page_of_a_session_that_is_over_a63(page: Page, tester):
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_text(tester.user_id)).to_be_visible()
    page.evaluate(
        "fetch('/api/account/sign-out', {method: 'POST', headers: {'content-type': 'application/json'}, body: '{}'})"
    )
    expect(page.get_by_text(tester.user_id)).to_be_visible()
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    expect(page.get_by_text(tester.user_id)).to_have_count(0)


def test_what_is_typed_stays_while_a_session_is_found_to_be_over(page: Page, tester):
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_text(tester.user_id)).to_be_visible()
    page.context.clear_cookies()
    asked = []
    page.route("**/api/account", lambda route: asked.append(route))  # noqa: PLW0108 - Playwright marks the handler, and a method of a list cannot be
    page.goto("/account/")
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    assert len(asked) == 1
    asked[0].continue_()
    until(lambda: not page.evaluate("sessionStorage.length"))
    expect(page.get_by_label("Password", exact=True)).to_have_value(tester.password)


def test_the_cookie_is_out_of_reach_of_scripts(page: Page, tester):
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_text(tester.user_id)).to_be_visible()
    assert page.evaluate("document.cookie") == ""
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert set(cookies) == {"__Host-session", "__Host-browser"}
    assert all(cookie["httpOnly"] and cookie["secure"] for cookie in cookies.values())
    cookie = cookies["__Host-session"]
    assert (cookie["name"], cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (
        "__Host-session",
        True,
        True,
        "Strict",
    )


def test_another_session_can_be_ended(page: Page, tester, browser, base_url):
    elsewhere = browser.new_context(base_url=base_url)
    other = elsewhere.new_page()
    sign_in(other, tester.user_id, tester.password)
    expect(other.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()
    sign_in(page, tester.user_id, tester.password)
    expect(page.locator(".sessions li")).to_have_count(2)
    expect(page.locator("[data-device]").first).to_have_text("Chrome, Linux")  # which one is theirs (F38)
    page.get_by_role("button", name=re.compile("^End this session: Chrome, Linux")).click()
    expect(page.locator(".sessions li")).to_have_count(1)
    other.get_by_role("button", name="Change password").click()
    change(other, tester.password, NEW)
    expect(other.locator(".error-summary")).to_contain_text("Sign in first")
    elsewhere.close()


def test_password_managers_are_led_to_the_change_of_the_password_b23_f48(page: Page, tester):
    for ask in (page.request.get, page.request.head):
        answer = ask("/.well-known/change-password", max_redirects=0)
        assert (answer.status, answer.headers["location"]) == (302, "/account/#change")
    page.goto("/.well-known/change-password")
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Change your password")).to_be_focused()
    wanted = {"current_password": "current-password", "new_password": "new-password", "confirm": "new-password"}
    for name, token in wanted.items():
        expect(page.locator(f'input[name="{name}"]')).to_have_attribute("autocomplete", token)


def test_a_browser_is_known_until_it_is_forgotten_and_a_shared_computer_never_is(page: Page, tester):
    """Device cookies: they pick the count that wrong proofs go to, and open nothing."""
    page.goto("/account/")
    page.get_by_label("This is a shared computer").check()
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()
    assert [cookie["name"] for cookie in page.context.cookies()] == ["__Host-session"]
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()
    page.get_by_role("button", name="Forget this browser").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert page.context.cookies() == []


@pytest.mark.parametrize(("locale", "written"), [
    ("en-GB", r"Since \d{1,2} [A-Z][a-z]{2,3} 20\d\d, \d{1,2}:\d\d"), ("en-US", r"Since [A-Z][a-z]{2} \d{1,2}, 20\d\d, \d{1,2}:\d\d [AP]M"),
    ("de-DE", r"Since [A-Z][a-z]{2} \d{1,2}, 20\d\d"),
])  # fmt: skip
def test_moments_are_written_as_the_readers_region_does_f39(browser, base_url, tester, locale, written):
    """In a language that the reader's browser does not name, as that language itself does."""
    context = browser.new_context(base_url=base_url, locale=locale, service_workers="block")
    page = context.new_page()
    page.goto("/account/?language=en")
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("[data-when]").first).to_have_text(re.compile(written))
    context.close()
