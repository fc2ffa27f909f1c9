"""The form goes on whatever happens around it: clock, translation, lost answers, other pages, time (B39, F2-F4, F8-F10, F18)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NEW, lose
from tests.browser.test_repudiation import notice

WRAPPED = """() => {
  const wrap = node => {
    if (!node.textContent.trim() || node.parentElement.matches('script, style, option, textarea, font')) return;
    const outer = document.createElement('font'), inner = document.createElement('font');
    node.replaceWith(outer);
    outer.append(inner);
    inner.append(node);
  };
  const all = root => {
    const found = [], walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) found.push(walk.currentNode);
    found.forEach(wrap);
  };
  all(document.body);
  new MutationObserver(changes => changes.forEach(({ addedNodes }) => addedNodes.forEach(
    node => node.isConnected && (node.nodeType === 3 ? wrap(node) : node.matches?.('font') || all(node)),
  ))).observe(document.body, { childList: true, subtree: true });
}"""
"""What translation by the browser does: each text in two elements more, also those that come later."""


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_a_page_translated_by_the_browser_goes_through_the_flow_f8(page: Page, form, tester, purpose):
    page.clock.install()
    form.open(purpose)
    page.evaluate(WRAPPED)
    form.identify(tester.user_id)
    form.choose()
    page.get_by_role("button", name="Change", exact=True).locator("font font").click()
    form.at("start")
    form.next()
    form.at("method")
    form.choose()
    page.clock.run_for(11_000)
    page.locator("[data-late]").get_by_role("button", name="Try again with another method").locator("font font").click()
    form.at("method")
    page.go_back()
    form.at("code")
    form.enter(form.code(tester.mail, 2))  # the second attempt has a code of its own
    if purpose == "unlock":
        form.at("unlock")
        form.next("Finish")
    else:
        form.at("password")
        page.locator("#new-password-show font font").click()
        expect(page.get_by_label("New password", exact=True)).to_have_attribute("type", "text")
        form.password()
    form.at("done")


def test_the_buttons_of_the_account_page_work_when_it_is_translated_f8(page: Page, tester):
    page.goto("/account/")
    page.evaluate(WRAPPED)
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in").locator("font font").click()
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()
    page.get_by_role("button", name="Security info").locator("font font").click()
    expect(page.get_by_role("heading", name="Your security info")).to_be_visible()


@pytest.mark.parametrize("purpose", ["administrator", "support"])
def test_people_are_asked_for_help_from_a_translated_page_f8(page: Page, tester, purpose):
    page.goto(f"/contact-{purpose}/")
    page.evaluate(WRAPPED)
    for field in page.locator("form.step [name][required]").all():
        told = {"tel": "+44 20 7946 0123", "username": tester.user_id}
        field.fill(told.get(field.get_attribute("autocomplete"), tester.mail))
    page.get_by_role("button", name="Send").locator("font font").click()
    expect(page.get_by_role("heading", name="We have received your request")).to_be_focused()


def test_an_account_is_turned_off_from_a_translated_page_f8(page: Page, form, tester):
    form.prove(tester)
    form.password()
    form.at("done")
    page.goto(notice(form.stack, tester.user_id))
    page.evaluate(WRAPPED)
    page.get_by_role("button", name="Turn off my account").locator("font font").click()
    expect(page.get_by_role("heading", name="Your account has been turned off")).to_be_focused()


@pytest.mark.parametrize("path", ["/", "/errors/wrong-code/"])
def test_a_translated_page_is_searched_and_the_hit_opens_f8(page: Page, path):
    page.goto(path)
    page.evaluate(WRAPPED)
    page.get_by_label("Search, or paste a message").fill("lost my phone")
    page.locator(".results li font font").first.click()
    expect(page).to_have_url(re.compile("/lost-phone/$"))


@pytest.mark.parametrize("off", [-3_600, 280, 3_600])
def test_a_clock_that_is_wrong_stops_nothing_f4(page: Page, form, tester, off):
    page.add_init_script(f"const real = Date.now; Date.now = () => real.call(Date) + {off * 1000};")
    form.prove(tester)
    form.password()
    form.at("done")


def test_a_clock_that_is_set_meanwhile_a_full_storage_and_an_older_browser_stop_nothing_f4_f10(
    page: Page, form, tester
):
    page.add_init_script("""
      const real = Date.now; globalThis.off = 0; Date.now = () => real.call(Date) + off; AbortSignal.timeout = undefined;
      Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError'); };
    """)
    form.open().identify(tester.user_id)
    page.evaluate("off = 5 * 3600e3")
    form.choose()
    page.evaluate("off = -5 * 3600e3")
    form.enter(form.code(tester.mail))
    form.at("password")
    form.password()
    form.at("done")


def test_it_says_for_whom_it_is_and_the_user_id_can_be_changed_f2(page: Page, form, tester):
    form.open().identify("nobody.at.all@contoso.example")
    expect(page.locator("[data-for]")).to_contain_text("For nobody.at.all@contoso.example")
    form.choose()
    expect(page.locator("[data-for]")).to_contain_text("nobody.at.all@contoso.example")
    page.get_by_role("button", name="Change", exact=True).click()
    form.at("start")
    expect(page.get_by_label("User ID")).to_be_focused()
    expect(page.get_by_label("User ID")).to_have_value("nobody.at.all@contoso.example")
    expect(page.locator("[data-for]")).to_be_hidden()


def test_a_link_begins_anew_f2_f3(page: Page, form, tester):
    form.open().identify(tester.user_id)
    page.goto("/")
    page.get_by_role("link", name="I am locked out").click()
    form.at("start")
    expect(page.get_by_label("I know my password, but still can’t sign in")).to_be_checked()
    expect(page.get_by_label("User ID")).to_have_value("")
    form.identify(tester.user_id)
    page.goto("/unlock/")
    form.at("start")


def test_another_language_goes_on_f2(page: Page, form, tester):
    form.open().identify(tester.user_id)
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/de/reset/$"))
    form.at("method")


def test_whoever_comes_back_to_another_form_does_not_find_the_flow_of_this_one_f3(page: Page, form, tester):
    form.open("unlock")
    form.open("reset").identify(tester.user_id)
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile("/unlock/$"))
    form.at("start")


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_a_lost_answer_at_any_step_goes_on_f9(page: Page, form, tester, purpose):
    form.open(purpose)
    lose(page, f"**/api/{purpose}/start")
    page.get_by_label("User ID").fill(tester.user_id)
    form.next()
    expect(form.summary).to_contain_text("We could not reach the service")
    form.next()
    form.at("method")
    lose(page, f"**/api/{purpose}/send")
    form.choose()
    lose(page, f"**/api/{purpose}/verify")
    form.enter(form.code(tester.mail))
    form.at("password" if purpose == "reset" else "unlock")
    lose(page, f"**/api/{purpose}/finish")
    if purpose == "reset":
        form.password()
    else:
        form.next("Finish")
    form.at("done")


def test_where_nothing_can_be_learnt_of_the_end_it_says_that_it_may_be_done_f9(page: Page, form, tester):
    form.prove(tester)
    page.route("**/api/reset/state", lambda route: route.abort("connectionreset"))
    lose(page, "**/api/reset/finish")
    form.password()
    expect(form.summary).to_contain_text("It may be done: try to sign in")


def test_a_code_that_was_asked_for_a_moment_ago_is_asked_for_where_it_is_typed_f9(page: Page, form, tester):
    page.clock.install()
    form.open().identify(tester.user_id)
    form.choose()
    page.clock.run_for(11_000)
    page.locator("[data-late]").get_by_role("button", name="Try again with another method").click()
    form.at("method")
    form.choose()
    assert len([m for m in form.stack.messages(tester.mail) if "code" in m["subject"]]) <= 1
    form.enter(form.code(tester.mail))
    form.at("password")


def test_a_step_that_was_done_in_another_tab_leads_on_f9(page: Page, form, tester):
    form.open().identify(tester.user_id)
    form.choose()
    code = form.code(tester.mail)
    flow = page.evaluate("JSON.parse(sessionStorage.getItem('regain-flow')).token")
    done = page.request.post("/api/reset/verify", data={"flow": flow, "method": "email", "code": code})
    assert done.ok
    form.enter(code)
    form.at("password")


def test_a_service_that_says_nothing_is_waited_for_twenty_seconds_in_words_f10(page: Page, form, tester):
    page.clock.install()
    form.open()
    page.route("**/api/reset/start", lambda route: None)  # never answered
    page.get_by_label("User ID").fill(tester.user_id)
    with page.expect_request("**/api/reset/start"):
        form.next()
    page.clock.run_for(4_000)
    expect(page.locator("[data-work]")).to_have_text("Still working…")
    page.clock.run_for(17_000)
    expect(form.summary).to_contain_text("The service has not answered", timeout=25_000)
    expect(page.locator("[data-work]")).to_be_empty()
    page.unroute_all(behavior="ignoreErrors")


@pytest.mark.parametrize("script", ["attempt", "solve"])
def test_a_part_of_the_page_that_does_not_come_is_said_and_comes_when_it_is_asked_for_again_f10(
    page: Page, form, tester, script
):
    page.clock.install()
    form.open()
    scripts, unanswered = f"**/assets/**/{script}.js", []
    page.route(scripts, lambda route: route.abort("connectionreset"))  # while one types
    with page.expect_event("requestfailed"):
        page.get_by_label("User ID").fill(tester.user_id)
    page.unroute(scripts)
    page.route(scripts, lambda route: unanswered.append(route))  # noqa: PLW0108 - Playwright asks for a function's code
    form.next()
    while not unanswered:
        page.wait_for_timeout(20)
    page.clock.run_for(21_000)
    expect(form.summary).to_contain_text("The service has not answered")
    page.unroute_all(behavior="ignoreErrors")
    form.next()
    form.at("method")


def test_a_request_that_nobody_answers_ends_in_words_at_every_step_and_goes_on_b39(page: Page, form, tester):
    """Twenty seconds are one here. Nothing has reached the service: the same button does it."""
    page.add_init_script(
        "const real = AbortSignal.timeout; AbortSignal.timeout = ms => real.call(AbortSignal, ms / 20);"
    )
    form.open()

    def unanswered(path: str) -> None:
        page.route(path, lambda route: None, times=1)
        page.locator('.step:not([hidden]) button:not([type="button"])').click()
        expect(form.summary).to_contain_text("The service has not answered")
        page.locator('.step:not([hidden]) button:not([type="button"])').click()

    page.get_by_label("User ID").fill(tester.user_id)
    unanswered("**/api/reset/start")
    form.at("method")
    unanswered("**/api/reset/send")
    form.at("code")
    page.get_by_label("Code", exact=True).fill(form.code(tester.mail))
    unanswered("**/api/reset/verify")
    form.at("password")
    page.get_by_label("New password", exact=True).fill(NEW)
    page.get_by_label("Confirm the new password").fill(NEW)
    page.route("**/api/reset/finish", lambda route: None, times=1)
    form.next("Finish")
    expect(form.summary).to_contain_text("It may be done: try to sign in")
    form.next("Finish")
    form.at("done")
    page.unroute_all(behavior="ignoreErrors")


def test_a_code_that_has_expired_offers_another_in_the_summary_f17(page: Page, form, tester):
    expired = {"code": "code-expired", "title": "That code is no longer good", "status": 422}
    form.open().identify(tester.user_id)
    form.choose()
    page.route("**/api/reset/verify", lambda route: route.fulfill(status=422, json=expired), times=1)
    form.enter("12345678")
    with page.expect_request("**/api/reset/send"):
        form.summary.get_by_role("button", name="Send another code").click()


def test_too_many_wrong_codes_lead_to_the_start_where_one_begins_again_f14(page: Page, form, tester):
    form.open().identify(tester.user_id)
    form.choose()
    over = {"code": "too-many-wrong-codes", "title": "Too many wrong codes", "status": 429, "attempts_left": 0}
    page.route("**/api/reset/verify", lambda route: route.fulfill(status=429, json=over), times=1)
    form.enter("00000000")
    form.at("start")
    expect(form.summary).to_contain_text("Too many wrong codes")
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    form.next()
    form.at("method")


def test_where_the_browser_keeps_no_cookies_sign_in_says_so_f10(page: Page, tester):
    page.add_init_script(
        "Object.defineProperty(window, 'sessionStorage', { get() { throw new DOMException('', 'SecurityError'); } });"
    )
    page.route("**/api/account", lambda route: route.fulfill(status=401, json={"code": "sign-in-needed", "title": "t"}))
    page.goto("/account/")
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("Password", exact=True).fill(tester.password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".error-summary")).to_contain_text("Your browser keeps no cookies for this site")


def test_the_end_is_announced_two_minutes_before_and_one_button_gives_more_time_f18(page: Page, form, tester):
    page.clock.install()
    form.open().identify(tester.user_id)
    ending, more = page.locator("[data-ending]"), page.get_by_role("button", name="Give me 15 more minutes")
    page.clock.run_for(12 * 60 * 1000)
    expect(ending).to_be_empty()
    page.clock.run_for(70 * 1000)
    expect(ending).to_have_text("Less than two minutes are left for this attempt.")
    more.click()
    expect(more).to_be_hidden()
    expect(ending).to_be_empty()
    page.clock.run_for(10 * 60 * 1000)
    form.at("method")
    page.clock.run_for(20 * 60 * 1000)
    form.at("start")


@pytest.mark.parametrize("path", ["/account/", "/contact-administrator/", "/contact-support/", "/admin/"])
def test_without_javascript_no_form_looks_usable_f47(browser, base_url, path):
    context = browser.new_context(java_script_enabled=False, base_url=base_url)
    page = context.new_page()
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".card")).to_be_hidden()
    context.close()
