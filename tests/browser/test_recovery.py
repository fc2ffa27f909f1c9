"""The recovery form: whole flows, and everything that can go wrong on the way."""

import re

import pytest
from playwright.sync_api import Page, expect

from regain.organisation.file import read
from tests.browser.conftest import NEW
from tests.conftest import ROOT

HELP = read(ROOT / "organisation.yaml").domains["partners.contoso.example"].help_url


def sign_in(page: Page, user_id, password):
    page.goto("/account/")
    page.get_by_label("User ID").fill(user_id)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def test_a_forgotten_password_is_reset_and_signs_in_s33_s56(page: Page, form, tester, looks):
    page.goto("/")
    looks()
    page.get_by_role("link", name="I forgot my password").click()
    expect(page.get_by_role("heading", name="Get back into your account")).to_be_visible()
    looks()
    form.identify(tester.user_id)
    looks()
    form.choose()
    looks()
    form.enter(form.code(tester.mail))
    form.at("password")
    looks()
    form.password()
    expect(page.get_by_role("heading", name="Your password has been reset")).to_be_focused()
    looks()
    page.get_by_role("link", name="Sign in").click()
    sign_in(page, tester.user_id, NEW)
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_focused()
    looks()


def test_a_locked_account_is_unlocked_without_a_new_password_s39_b4_f25(page: Page, form, tester, looks):
    for number in range(14):  # the limit of this account and day is 8 to 12
        page.request.post("/api/account/sign-in", data={"user_id": tester.user_id, "password": f"wrong-{number}"})
    sign_in(page, tester.user_id, tester.password)
    expect(form.summary).to_contain_text("Sign-in is locked for a while")
    expect(form.summary).to_contain_text("You can try again in")
    page.goto("/")
    page.get_by_role("link", name="I am locked out").click()
    expect(page.get_by_label("I know my password, but still can’t sign in")).to_be_checked()
    form.identify(tester.user_id)
    form.choose()
    form.enter(form.code(tester.mail))
    form.at("unlock")
    expect(page.locator("#new-password")).to_be_hidden()
    looks()
    form.next("Finish")
    expect(page.get_by_role("heading", name="Your account has been unlocked")).to_be_focused()
    expect(page.get_by_text("change it there too")).to_be_hidden()  # which a reset says
    looks()
    sign_in(page, tester.user_id, tester.password)
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()


def test_an_administrator_gives_a_second_proof_of_another_kind_s49_f23(page: Page, form, stack):
    mails, texts = (len(stack.codes(to)) for to in ("ines@home.example", "%2B447700900126"))
    form.open().identify("ines.rossi@contoso.example")
    form.choose()
    form.enter(form.code("ines@home.example", mails + 1))
    form.at("method")
    expect(page.locator('[data-step="method"] h2')).to_have_accessible_description("Step 2 of 4 Second of two proofs")
    expect(page.get_by_text("a second proof, of a different kind")).to_be_visible()
    expect(page.get_by_label("Send a code to my alternate e-mail address")).to_have_count(0)
    expect(page.get_by_label("Text my mobile phone")).to_be_visible()
    expect(page.get_by_text("••••••26").first).to_be_visible()
    form.choose("Text my mobile phone")
    form.enter(form.code("%2B447700900126", texts + 1))
    form.at("password")


def test_the_whole_form_by_keyboard_s35_b14(page: Page, form, tester):
    form.open()
    page.get_by_label("User ID").focus()
    page.keyboard.type(tester.user_id)
    page.keyboard.press("Enter")
    form.at("method")
    expect(page.get_by_role("heading", name="Prove who you are")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    form.at("code")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    page.keyboard.type(form.code(tester.mail))
    page.keyboard.press("Enter")
    form.at("password")
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.type(NEW)
    page.keyboard.press("Enter")
    form.at("done")


def test_one_error_summary_takes_the_focus_and_keeps_what_was_typed(page: Page, form, axe):
    form.open()
    form.next()
    expect(form.summary).to_be_focused()
    expect(page).to_have_title(re.compile("^Error: "))
    axe()
    page.get_by_role("link", name="Enter your user ID").click()
    expect(page.get_by_label("User ID")).to_be_focused()
    expect(page.get_by_label("User ID")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("User ID")).to_have_accessible_description(re.compile("Enter your user ID"))
    page.get_by_label("User ID").fill("somebody@mail.example")
    form.next()
    expect(form.summary).to_contain_text("This address is not one of ours")
    personal = form.summary.get_by_role("link", name="Help for personal accounts")
    expect(personal).to_have_attribute("href", "https://personal.contoso.example/help")  # S13
    expect(page.get_by_label("User ID")).to_have_value("somebody@mail.example")
    page.get_by_role("link", name="What this means and what to do").click()
    expect(page).to_have_url(re.compile("/errors/domain-not-ours/$"))


@pytest.mark.parametrize(
    ("user_id", "code"),
    [
        ("a@partners.contoso.example", "contact-your-administrator"),
        ("a@lab.contoso.example", "not-enabled-for-password-reset"),
    ],
    ids=["kept elsewhere (S64)", "not enabled (S36, S38, S65)"],
)
def test_what_cannot_be_reset_leads_to_the_administrator_s14(page: Page, form, axe, user_id, code):
    form.open()
    page.get_by_label("User ID").fill(user_id)
    form.next()
    form.at("refused")
    expect(page.locator('[data-step="refused"] [aria-level="1"]')).to_be_focused()
    expect(page.get_by_role("heading", name="Get back into your account")).to_be_hidden()
    expect(page.locator("[data-for]")).to_contain_text(user_id)
    axe()
    help_link = page.get_by_role(
        "link", name="Get help with this account"
    )  # the page that the organisation named (F11)
    if code == "contact-your-administrator":
        expect(help_link).to_have_attribute("href", HELP)
    else:
        expect(help_link).to_be_hidden()
    page.get_by_role("link", name="What this means and what to do").click()
    expect(page).to_have_url(re.compile(f"/errors/{code}/$"))
    axe()
    page.get_by_role("link", name="contact your administrator").first.click()
    expect(page.get_by_role("heading", name="Ask for help")).to_be_visible()
    letter = page.get_by_role("link", name="Write to it@contoso.example")
    expect(letter).to_have_attribute("href", re.compile("^mailto:it@contoso"))
    axe()


def test_wrong_codes_are_counted_and_the_page_says_how_many_are_left_s47_f24(page: Page, form, tester, axe):
    form.open().identify(tester.user_id)
    form.choose()
    for left in (4, 3):
        form.enter("000 00x")
        expect(page.locator(".error-message div")).to_have_text(f"Tries left: {left}")  # a sentence of its own
        expect(page.get_by_label("Code", exact=True)).to_have_value("000 00x")
    axe()
    form.enter(" ".join(form.code(tester.mail)))
    form.at("password")


def test_a_code_can_be_pasted_b23(page: Page, form, tester):
    form.open().identify(tester.user_id)
    form.choose()
    code = form.code(tester.mail)
    page.get_by_label("Code", exact=True).focus()
    page.evaluate(
        "text => document.activeElement.dispatchEvent(new ClipboardEvent('paste', {bubbles: true, cancelable: true})) && document.execCommand('insertText', false, text)",
        f"{code[:3]} {code[3:]}",
    )
    form.next()
    form.at("password")


def test_another_code_after_the_countdown_and_help_after_ten_seconds_b8_s22(page: Page, form, tester):
    page.clock.install()
    form.open().identify(tester.user_id)
    form.choose()
    resend, late = page.get_by_role("button", name="Send another code"), page.locator("[data-late]")
    expect(resend).to_have_attribute("aria-disabled", "true")
    expect(page.locator("[data-countdown]")).to_contain_text(re.compile(r"in (30|29|28) seconds"))
    expect(late).to_be_hidden()
    page.clock.run_for(11_000)
    expect(late).to_be_visible()
    expect(page.locator("[data-told]")).to_contain_text("contact your administrator")
    expect(late.get_by_role("button", name="Try again with another method")).to_be_visible()
    page.clock.run_for(21_000)
    expect(page.locator("[data-countdown]")).to_be_empty()
    resend.click()  # the server's clock has not moved: it holds its own thirty seconds
    expect(form.summary).to_contain_text("Wait a moment before asking for another code")
    assert form.code(tester.mail)
    assert len(form.stack.messages(tester.mail)) == 1
    late.get_by_role("button", name="Try again with another method").click()
    form.at("method")


def test_a_reload_goes_on_where_it_was_and_sends_nothing_again_b8(page: Page, form, tester):
    form.open().identify(tester.user_id)
    page.reload()
    form.at("method")
    form.choose()
    code = form.code(tester.mail)
    page.reload()
    form.at("code")
    assert len(form.stack.messages(tester.mail)) == 1
    form.enter(code)
    form.at("password")
    page.reload()
    form.at("password")
    form.password()
    form.at("done")
    page.reload()
    form.at("start")


def test_the_back_button_goes_back_in_the_form_and_never_past_what_was_done_s51(page: Page, form, tester):
    form.open().identify(tester.user_id)
    form.choose()
    page.go_back()
    form.at("method")
    page.go_back()
    form.at("start")
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    page.go_forward()
    page.go_forward()
    form.at("code")
    form.enter(form.code(tester.mail))
    form.at("password")
    page.go_back()
    form.at("password")
    form.password()
    form.at("done")
    page.go_back()
    form.at("start")
    assert len([m for m in form.stack.messages(tester.mail) if "code" in m["subject"]]) == 1


def test_nothing_secret_stays_in_the_browser(page: Page, form, tester):
    form.prove(tester)
    assert page.evaluate("JSON.stringify(localStorage)") == "{}"
    kept = page.evaluate("JSON.stringify(sessionStorage)")
    assert form.code(tester.mail) not in kept
    form.password()
    form.at("done")
    assert page.evaluate("JSON.stringify(sessionStorage)") == "{}"
    assert "?" not in page.url


def test_an_offline_visitor_is_told_and_nothing_typed_is_lost_s5(page: Page, form, tester):
    form.open()
    page.get_by_label("User ID").fill(tester.user_id)
    page.context.set_offline(True)
    banner = page.locator("[data-offline]")
    expect(banner).to_contain_text("You are offline")
    expect(banner).to_have_attribute("role", "status")
    form.next()
    page.wait_for_timeout(300)
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    page.context.set_offline(False)
    expect(banner).to_be_empty()
    form.at("method")  # what was pressed goes on by itself (F19)


def test_a_flow_that_has_ended_begins_again_with_the_user_id_kept(page: Page, form, tester):
    form.open().identify(tester.user_id)
    page.evaluate(
        "sessionStorage.setItem('regain-flow', sessionStorage.getItem('regain-flow').replace(/\"token\":\"...../, '\"token\":\"AAAAA'))"
    )
    page.reload()
    form.at("method")
    page.get_by_label("Send a code to my alternate e-mail address").check()
    form.next()
    form.at("start")
    expect(form.summary).to_contain_text("Start again")
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    form.next()
    form.at("method")


def test_when_the_time_is_over_the_page_says_so_by_itself(page: Page, form, tester):
    page.clock.install()
    form.open().identify(tester.user_id)
    page.clock.run_for(15 * 60 * 1000 + 2000)
    form.at("start")
    expect(form.summary).to_contain_text("Your time for this attempt has run out")


def test_unknown_user_ids_see_exactly_the_same_b1(page: Page, form, tester):
    seen = []
    for user_id in (tester.user_id, "nobody.at.all@contoso.example"):
        form.open().identify(user_id)
        form.choose()
        seen.append(re.sub(r"R-\w{4}-\w{4}|\d+ seconds", "", page.locator("main").inner_text().replace(user_id, "")))
        form.enter("123456")
        expect(form.summary).to_contain_text("That code is not right")
        page.evaluate("sessionStorage.clear()")
    assert seen[0] == seen[1]


def test_a_name_alone_is_asked_for_its_domain_and_a_choice_fills_the_field_p10(page: Page, form):
    form.open()
    page.get_by_label("User ID").fill("nobody.at.all")
    form.next()
    expect(form.summary).to_contain_text("Type your whole user ID")
    page.get_by_role("button", name="nobody.at.all@contoso.example").click()
    expect(form.summary).to_be_hidden()
    expect(page.get_by_label("User ID")).to_have_value("nobody.at.all@contoso.example")
    form.next()
    form.at("method")


def test_a_double_click_sends_once(page: Page, form, tester):
    form.open().identify(tester.user_id)
    page.get_by_label("Send a code to my alternate e-mail address").check()
    button = form.step("method").get_by_role("button", name="Next")
    button.dblclick()
    form.at("code")
    assert form.code(tester.mail)
    assert len(form.stack.messages(tester.mail)) == 1


def test_the_reference_is_shown_for_support_b9(page: Page, form, tester):
    form.open().identify(tester.user_id)
    shown = page.locator("[data-flow-reference] b")
    expect(shown).to_have_text(re.compile(r"^R-[0-9A-Z]{4}-[0-9A-Z]{4}$"))


def test_a_problem_that_the_page_has_no_words_for_is_shown_as_the_api_says_it_with_its_page(page: Page, form):
    form.open()
    page.route(
        "**/api/challenge",
        lambda route: route.fulfill(status=405, json={"code": "method-not-allowed", "title": "Not like this"}),
    )
    page.get_by_label("User ID").fill("maria.silva@contoso.example")
    form.next()
    expect(form.summary).to_contain_text("Not like this")
    page.get_by_role("link", name="What this means and what to do").click()
    expect(page).to_have_url(re.compile("/errors/method-not-allowed/$"))
