"""The step of the new password in a real browser: its rules, what is refused, and what is shown (B7, S68, X18)."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import NEW


def test_every_broken_rule_is_shown_at_the_field_and_the_step_stays_b7_s68(page: Page, form, tester, axe):
    form.prove(tester)
    form.password("tester1")
    message = page.locator(".error-message")
    for part in ("at least 15 characters", "which is part of your name or user ID", "easy to guess"):
        expect(message).to_contain_text(part)
    axe()
    form.password(NEW, "something else")
    expect(form.summary).to_contain_text("The two passwords differ")
    form.password()
    form.at("done")


def test_refused_passwords_are_counted_down_from_the_third_on_and_the_tenth_starts_again_x18(
    page: Page, form, tester, looks
):
    form.prove(tester)
    message = page.locator(".error-message")
    expect(page.locator('[data-step="password"]')).not_to_contain_text("have now")
    for left in (None, None, 7, 6, 5, 4, 3, 2, 1):
        form.password("passwordpassword1")
        expect(form.summary).to_be_focused()
        if left is None:
            expect(message).not_to_contain_text("Tries left")
        else:
            expect(message).to_contain_text(f"Tries left: {left}")
        if left == 7:
            looks()
    form.password("passwordpassword1")
    form.at("start")
    expect(form.summary).to_be_focused()
    expect(form.summary).to_contain_text("Start again: too many passwords were refused")
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    expect(page.locator("#new-password")).to_have_value("")
    looks()
    page.get_by_role("link", name="What this means and what to do").click()
    expect(page).to_have_url(re.compile("/errors/too-many-refused-passwords/$"))
    looks()


def test_the_password_can_be_shown_and_is_hidden_when_it_is_sent(page: Page, form, tester):
    form.prove(tester)
    field = page.get_by_label("New password", exact=True)
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "text")
    expect(page.get_by_role("button", name="Hide")).to_have_attribute("aria-pressed", "true")
    form.password("short")
    expect(form.summary).to_be_visible()
    expect(field).to_have_attribute("type", "password")


def own_rules(route):
    """The answer of the API, with rules of this person's own, as where policies differ."""
    answer = route.fetch()
    own = {"password_rules": ["Use at least 24 characters."], "interrupt": False}
    route.fulfill(response=answer, json={**answer.json(), **own})


def test_the_rules_of_the_persons_own_policy_are_shown_also_after_a_reload_p28(page: Page, form, tester, axe):
    page.route("**/api/reset/verify", own_rules)
    form.prove(tester)
    rules = page.locator("#password-rules [data-rule]")
    expect(rules).to_have_text(["Use at least 24 characters."])
    expect(page.locator("#password-rules")).to_contain_text("Three or four unrelated words")
    axe()
    page.reload()
    form.at("password")
    expect(rules).to_have_text(["Use at least 24 characters."])
    page.unroute_all(behavior="wait")


def test_the_account_page_shows_the_rules_of_the_persons_own_policy(page: Page, tester):
    page.route("**/api/account", own_rules)
    page.goto("/account/")
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Change password").click()
    expect(page.locator("#password-rules [data-rule]")).to_have_text(["Use at least 24 characters."])
    page.unroute_all(behavior="wait")
