"""What arrives when the person is somewhere else by then: late answers, links within the page, links from e-mails (F2, F9, B39)."""

import re

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Form
from tests.browser.test_repudiation import notice


def hold(page: Page, path: str) -> list[Route]:
    """Requests to a path, which are sent on when the test says so."""
    held: list[Route] = []
    page.route(path, lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks the handler, and a method of a list cannot be
    return held


def let_go(page: Page, path: str, held: list[Route]) -> None:
    """Sends the first on, and waits until the page has dealt with its answer."""
    while not held:
        page.wait_for_timeout(20)
    with page.expect_response(path) as answered:
        held[0].continue_()
    answered.value.finished()
    page.evaluate("new Promise(done => setTimeout(done))")


def ask_for_a_code(form: Form) -> None:
    """Presses Next at the choice of methods; the answer is not there yet."""
    with form.page.expect_request("**/reset/send"):
        form.next()


def test_an_answer_does_not_lead_whoever_began_anew_into_the_old_attempt_f2(page: Page, form, tester):
    held = hold(page, "**/reset/send")
    form.open().identify(tester.user_id)
    page.evaluate("document.querySelector('#contact').value = '+44 7700 900123'")
    ask_for_a_code(form)
    page.get_by_role("button", name="Change", exact=True).click()
    form.at("start")
    let_go(page, "**/reset/send", held)
    form.at("start")
    expect(page.get_by_role("button", name="Next").locator("visible=true")).not_to_have_attribute(
        "aria-disabled", "true"
    )
    expect(page.locator("#contact")).to_have_value("")  # the next may be somebody else

    held.clear()
    form.identify("somebody.else@contoso.example")
    ask_for_a_code(form)
    page.go_back()
    form.at("start")
    page.get_by_label("User ID").fill("half.typed")
    let_go(page, "**/reset/send", held)
    form.at("start")
    expect(page.get_by_label("User ID")).to_have_value("half.typed")


def test_the_link_to_the_content_leaves_the_step_as_it_is_b14(page: Page, form, tester):
    form.open().identify(tester.user_id)
    form.choose()
    page.get_by_label("Code", exact=True).fill("123")
    page.get_by_role("link", name="Skip to content").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("#main$"))
    form.at("code")
    expect(page.get_by_label("Code", exact=True)).to_have_value("123")
    page.reload()
    form.at("code")


def test_a_link_from_an_email_begins_anew_also_in_the_same_tab_f2(page: Page, form, tester):
    form.open().identify(tester.user_id)
    form.choose()
    page.goto("/reset/#ticket=" + "A" * 43)
    form.at("start")
    expect(page.get_by_label("User ID")).to_have_value("")
    page.get_by_label("User ID").fill(tester.user_id)
    with page.expect_request("**/reset/start") as started:
        form.next()
    assert started.value.post_data_json["ticket"] == "A" * 43


def test_a_second_notice_in_the_same_tab_is_about_its_own_change_f31(page: Page, form, tester):
    form.prove(tester)
    form.password()
    form.at("done")
    link = notice(form.stack, tester.user_id)
    page.goto("/not-me/#" + "A" * 43)
    page.get_by_role("button", name="Turn off my account").click()
    expect(page.locator(".error-summary")).to_contain_text("This link can no longer be used")
    page.goto(f"/not-me/#{link.partition('#')[2]}")
    expect(page.locator(".error-summary")).to_be_hidden()
    page.get_by_role("button", name="Turn off my account").click()
    expect(page.get_by_role("heading", name="Your account has been turned off")).to_be_focused()


def test_a_double_click_on_another_code_asks_once_b8(page: Page, form, tester):
    asked = []

    def sent(route: Route) -> None:
        asked.append(route.request)
        route.fulfill(json={"resend_in": 30, "digits": 8})

    page.clock.install()
    form.open().identify(tester.user_id)
    form.choose()
    page.route("**/reset/send", sent)
    page.clock.run_for(31_000)
    resend = page.get_by_role("button", name="Send another code")
    resend.click()
    expect(page.locator("[data-told]")).to_have_text("We have sent another code.")
    assert resend.get_attribute("aria-disabled") == "true"  # at once, not with the next second
    resend.click(force=True)
    assert len(asked) == 1


def test_a_double_click_on_more_time_asks_once_f18(page: Page, form, tester):
    page.clock.install()
    form.open().identify(tester.user_id)
    page.clock.run_for(13 * 60_000 + 10_000)
    held = hold(page, "**/reset/extend")
    more = page.get_by_role("button", name="Give me 15 more minutes")
    more.dblclick()
    let_go(page, "**/reset/extend", held)
    expect(more).to_be_hidden()
    assert len(held) == 1


def test_another_language_in_mid_attempt_is_spoken_by_the_service_too_f2_l(page: Page, form, tester):
    """Methods and rules are texts of the service: they come anew, and where one stands is kept."""
    form.open().identify(tester.user_id)
    form.choose()
    code = form.code(tester.mail)
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Deutsch").click()
    form.at("code")
    told = form.step("code").locator("[data-label]")
    expect(told).to_contain_text("E-Mail")
    expect(told).not_to_contain_text("Send a code")
    page.locator("#code").fill(code)
    form.next("Weiter")
    form.at("password")
    page.locator(".languages summary").click()
    page.get_by_role("link", name="English").click()
    form.at("password")
    expect(page.locator("#password-rules li").first).to_contain_text("characters")


def test_back_leaves_the_form_in_the_end_wherever_one_was_s51(page: Page, form, tester):
    """Each step that cannot be gone to again shows the start, and adds nothing to go back over."""
    page.goto("/is-it-us/")
    form.prove(tester)
    page.get_by_role("button", name="Change", exact=True).click()
    form.at("start")
    for _ in range(6):
        page.go_back()
        if page.url.endswith("/is-it-us/"):
            break
        form.at("start")
    expect(page).to_have_url(re.compile("/is-it-us/$"))


def test_a_form_that_was_done_does_not_come_back_with_what_it_showed_a63(page: Page, form, tester):
    form.prove(tester, "unlock")
    form.next("Finish")
    form.at("done")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    form.at("start")
    expect(page.get_by_label("User ID")).to_have_value("")
