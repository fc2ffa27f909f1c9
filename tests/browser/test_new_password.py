"""The step of the new password in a real browser: its rules, what is refused, and what is shown (B7, S68, X18)."""

import re

from playwright.sync_api import Page, expect

from regain.domain import passwords
from regain.domain.own_words import Owner
from regain.domain.policy import Passwords
from tests.browser.conftest import NEW
from tests.conftest import english


def test_every_broken_rule_is_shown_at_the_field_and_the_step_stays_b7_s68(page: Page, form, tester, axe):
    form.prove(tester)
    form.password("tester1")
    expect(page.locator(".error-message")).to_contain_text("Use at least 15 characters: 8 more to go.")
    expect(page.locator('[data-rule="length"]')).to_have_attribute("data-broken", "")
    for part in ("which is part of your name or user ID", "easy to guess: 1 of 5 points"):
        expect(page.locator('[data-rule="guessable"][data-broken]')).to_contain_text(part)
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
    for label in ("New password", "Confirm the new password"):
        field = page.get_by_role("textbox", name=label, exact=True)
        button = page.locator(f"#{field.get_attribute('id')}-show")
        expect(button).to_have_accessible_name("Show")
        expect(button).to_have_accessible_description(label)
        button.click()
        expect(field).to_have_attribute("type", "text")
        expect(button).to_have_accessible_name("Hide")
        expect(button).to_have_attribute("aria-pressed", "true")
    form.password("short")
    expect(form.summary).to_be_visible()
    expect(page.locator('.step [type="text"][autocomplete="new-password"]')).to_have_count(0)


TYPED = (
    "", "short", "fifteen letters", "Fourteen-14-ab", "ＦＵＬＬwidth-letters", "\u200bzero-width-ends\u200b", "\u200b\u200e", "🍵 tea 🍵 kettle",
    "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301", "ﬁﬁﬁﬁﬁﬁﬁﬁ", "ABCDEFGHIJKLMN1", "abc123", "ab12٣٤", "ªªªAAA١", "Ǆ1aaaaaaaaaaaaaa", "中文密码12ab", "x" * 257,
)  # fmt: skip


def test_rules_tick_off_while_typing_as_the_service_counts_them_and_nothing_is_sent_f20(page: Page, form, tester):
    """The page's own reading of length and kinds of characters is the service's, whatever script and invisible signs."""
    policy = Passwords(profile="entra", minimum=15)
    rules = [
        {"rule": each.name, "text": english(each.text), "least": each.least, "most": each.most}
        for each in passwords.rules(policy)
    ]
    page.route("**/api/reset/verify", lambda route: own_rules(route, rules=rules))
    form.prove(tester)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url))
    field = page.get_by_role("textbox", name="New password", exact=True)
    for typed in TYPED:
        field.fill(typed)
        met = page.locator("[data-rule][data-met]").evaluate_all("all => all.map(each => each.dataset.rule)")
        broken = {each.rule for each in passwords.failures(passwords.normal(typed), policy, set(), Owner())}
        assert ("length" in met) == (not broken & {"too-short", "too-long"}), typed
        assert ("classes" in met) == ("classes" not in broken), typed
    field.fill("Fourteen-14-ab")
    expect(page.locator("[data-count]")).to_have_text("1 more to go")
    field.press_sequentially("c")
    expect(page.locator("[data-count]")).to_be_empty()
    assert sent == []
    page.unroute_all(behavior="wait")


def test_a_password_that_is_only_too_short_is_not_called_weak_f20(page: Page, form, tester):
    form.prove(tester)
    form.password("xk;7Qpz!fw3")
    expect(form.summary.get_by_role("link").first).to_have_text("Use at least 15 characters: 4 more to go.")
    expect(form.summary).not_to_contain_text("harder to guess")


OWN = [{"rule": "length", "text": "Use at least 24 characters.", "least": 24, "most": 256}]


def own_rules(route, *, rules=OWN):
    """The answer of the API, with rules of this person's own, as where policies differ."""
    answer = route.fetch()
    own = {"password_rules": rules, "interrupt": False}
    route.fulfill(response=answer, json={**answer.json(), **own})


def test_the_rules_of_the_persons_own_policy_are_shown_also_after_a_reload_p28(page: Page, form, tester, axe):
    page.route("**/api/reset/verify", own_rules)
    form.prove(tester)
    rules = page.locator("#password-rules [data-rule]")
    expect(rules).to_have_text(["Use at least 24 characters."])
    expect(page.locator("#password-tip")).to_contain_text("Three or four unrelated words")
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
