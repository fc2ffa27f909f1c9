"""The desk, as helpdesk, administrator and auditor use it (S20, B9, B12, B13, B17; H1 to H9)."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NEW
from tests.browser.desk import PASSWORD, Helper, ask_to_register, give_role, reads_charts, start_desk
from tests.browser.test_meanwhile import hold, let_go
from tests.browser.test_never_stuck import WRAPPED
from tests.waiting import until


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A stack with people of every role, and some who need help."""
    running = start_desk(tmp_path_factory.mktemp("desk"))
    yield running
    running.stop()


@pytest.fixture
def helper(page: Page, desk):
    return lambda name: Helper(page, desk, name)


def test_an_administrator_finds_helps_and_takes_back(page: Page, desk, helper, looks):
    admin = helper("ada")
    page.goto(f"{desk.origin}/admin/")
    admin.at("Sign in to help others")
    looks()
    admin.sign_in()
    looks()
    admin.search("nobody-here@contoso.example")
    expect(page.locator("[data-found]:visible")).to_contain_text("Nobody was found")
    admin.search("person pat")
    expect(page.locator("[data-people]:visible > li")).to_have_count(8)
    looks()
    page.go_back()
    page.go_back()
    expect(page.get_by_text("Who needs help?")).to_be_visible()
    page.keyboard.press("/")
    expect(page.locator("#desk-search")).to_be_focused()
    admin.find(0)
    expect(page.locator("[data-verdict]")).to_contain_text("Yes")
    for act in ("Unlock sign-in", "Lift the limits", "Turn the account on", "Remove all security info"):
        expect(page.get_by_role("button", name=act, exact=True)).to_have_count(0)  # nothing of it is so (H8)
    looks()
    admin.press_also_after_going_back("Turn the account off", "Pat Person 0")
    looks()
    admin.dialog.get_by_label("Reason, or the number in your help system (optional)").fill("INC-4711")
    admin.dialog.get_by_role("button", name="Turn the account off").click()
    looks()
    page.route("**/disable", lambda route: route.abort(), times=1)
    admin.prove()
    expect(page.locator("dialog .error-summary")).to_contain_text("We could not reach the service")
    expect(page.locator("#act-reason")).to_have_value("INC-4711")  # it can be done again where it was asked for
    admin.dialog.get_by_role("button", name="Turn the account off").click()
    admin.told("The account is turned off")
    expect(page.locator("[data-told]")).to_be_focused()
    expect(page.locator("[data-verdict]")).to_contain_text("No, because")
    looks()
    admin.press("Undo")
    admin.told("The account is turned on")
    expect(page.get_by_role("button", name="Turn the account off")).to_be_visible()


def test_a_temporary_password_is_spelled_and_events_lead_to_stories_and_people_h4_h9(page: Page, desk, helper, looks):
    admin = helper("abe")
    admin.sign_in()
    admin.find(1)
    admin.act("Set a temporary password", "INC-4712")
    admin.prove()
    admin.at("A temporary password is set")
    secret = admin.dialog.locator("[data-password]").inner_text()
    assert re.fullmatch(r"\w{4}(-\w{4}){3}", secret)
    words = admin.dialog.locator("[data-spelled]").inner_text().split()
    assert "".join(word[0] for word in words) == secret.replace("-", "")
    looks()
    admin.press("Done")
    expect(page.locator("dialog [data-password]")).to_have_text("")

    page.get_by_role("link", name="Events of this account").click()
    events = page.locator('[data-step="activity"] li')
    expect(events.filter(has_text="INC-4712")).to_have_count(1)
    looks()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename == "events.csv"
    events.first.get_by_role(
        "link", name=re.compile("^R-")
    ).click()  # from an event to its story, and to the person (H4)
    admin.at(re.compile("What happened under R-"))
    address = page.url
    page.reload()
    admin.at(re.compile("What happened under R-"))
    assert page.url == address
    page.locator("[data-whose] a").click()
    admin.at("Pat Person 1")


def test_helpdesk_lets_the_caller_prove_themselves_and_the_person_must_change_the_password_b13(
    page: Page, desk, helper, axe
):
    helpdesk = helper("hana")
    helpdesk.sign_in()
    helpdesk.press("Confirm it's you")
    helpdesk.prove()
    expect(page.get_by_text("Changes can be made until")).to_be_visible()
    helpdesk.find(5)
    expect(page.get_by_role("button", name="Turn the account off")).to_have_count(0)
    expect(page.get_by_text("p5@home.example")).to_have_count(0)
    helpdesk.act("Set a temporary password")
    helpdesk.at("Who is calling?")
    axe()
    helpdesk.dialog.get_by_label(re.compile("Send a code to my alternate e-mail address")).check()
    helpdesk.press("Next")
    helpdesk.dialog.get_by_label("Code", exact=True).fill("00000x")
    helpdesk.press("Confirm")
    expect(page.locator("dialog .error-summary")).to_contain_text("That code is not right")
    axe()
    helpdesk.dialog.get_by_label("Code", exact=True).fill(helpdesk.code("p5@home.example", 1))
    helpdesk.press("Confirm")
    helpdesk.at("A temporary password is set")
    temporary = helpdesk.dialog.locator("[data-password]").inner_text()

    page.context.clear_cookies()
    page.goto(f"{desk.origin}/account/")
    page.get_by_label("User ID").fill("p5@contoso.example")
    page.get_by_label("Password", exact=True).fill(temporary)
    helpdesk.press("Sign in")
    expect(page.get_by_text("You have a temporary password")).to_be_visible()

    def choose() -> None:
        page.get_by_label("Current password").fill(temporary)
        page.get_by_label("New password", exact=True).fill(NEW)
        page.get_by_label("Confirm the new password").fill(NEW)
        helpdesk.press("Change password")

    choose()
    helpdesk.at("Prove that it is you")  # a temporary password works with a code to a method of the account (X15)
    before = len(helpdesk.stack.codes("p5@home.example"))
    page.get_by_label(re.compile("Send a code to my alternate e-mail address")).locator("visible=true").check()
    helpdesk.press("Next")
    helpdesk.at("Enter the code to prove that it is you")
    page.get_by_label("Code", exact=True).locator("visible=true").fill(helpdesk.code("p5@home.example", before + 1))
    helpdesk.press("Confirm")
    helpdesk.at("Change your password")
    choose()
    expect(page.get_by_text("Your password has been changed")).to_be_visible()


def test_a_request_for_help_is_taken_closed_and_reopened_and_spam_goes_in_bulk_h3(page: Page, desk, helper, looks):
    for who, text in (("p3", "No code comes."), ("spam1", "Buy now"), ("spam2", "Buy now")):
        page.goto(f"{desk.origin}/contact-administrator/")
        page.get_by_label("User ID").fill(f"{who}@contoso.example")
        page.locator('[name="reply_to"]').fill("pat@home.example")
        page.locator("textarea").fill(text)
        page.locator("form button:not([type])").locator("visible=true").click()
        expect(page.get_by_text(re.compile("R-\\w{4}-\\w{4}")).locator("visible=true").first).to_be_visible()
    agent = helper("hana")
    agent.sign_in("#requests", "Requests")  # a link in a ticket leads there, through signing in (H5)
    expect(page.locator("[data-waiting]")).to_have_text("3")
    requests = page.locator("[data-requests] > li")
    expect(requests.filter(has_text="No such account")).to_have_count(2)
    looks()
    for spam in requests.filter(has_text="Buy now").all():
        spam.get_by_role("checkbox").check()
    agent.press("Close the chosen ones")
    agent.told("Closed: 2")
    expect(page.locator("[data-waiting]")).to_have_text("1")
    requests.first.get_by_label("Note (optional)").fill("called back")
    agent.press("Take: Pat Person 3")
    agent.told("You have taken the request")
    expect(page.locator("[data-told]")).to_be_focused()  # the button went with the request
    page.get_by_role("link", name="Taken").click()
    expect(requests.first).to_contain_text("Taken by hana@contoso.example")
    looks()
    agent.press("Close: Pat Person 3")
    agent.press("Undo")
    expect(requests.first).to_contain_text("called back")
    requests.first.get_by_role("heading").get_by_role("link").click()
    agent.at("Pat Person 3")


def test_an_auditor_reads_stories_the_report_and_the_settings_and_changes_nothing(page: Page, desk, helper, looks):
    page.goto(f"{desk.origin}/reset/")
    page.get_by_label("User ID").fill("p6@contoso.example")
    page.get_by_role("button", name="Next").locator("visible=true").click()
    expect(page.get_by_role("heading", name="Prove who you are")).to_be_focused()
    reference = page.locator("[data-flow-reference] b").inner_text()
    auditor = helper("olga")
    auditor.sign_in()
    auditor.find(6)
    expect(page.get_by_role("heading", name="What you can do")).to_be_hidden()
    auditor.search(reference.lower())
    auditor.prove()  # what others are is read with a second factor only (X16)
    expect(page.locator("span").get_by_text("Password reset started.")).to_be_visible()
    looks()
    resets = page.locator('[data-chart="resets"]')

    def is_counted() -> bool:
        auditor.go("report?days=7", "Report")
        page.reload()
        expect(resets.locator(".legend")).to_contain_text("Total")
        return "Abandoned: 0" not in resets.locator(".legend").inner_text()

    until(is_counted)
    reads_charts(page, resets, looks)
    auditor.go("settings", "Settings")
    page.locator("summary").get_by_text("organisation", exact=True).click()
    expect(page.get_by_role("row", name=re.compile("organisation.name Contoso the file"))).to_be_visible()
    looks()


def test_a_group_is_asked_to_register_and_the_invitation_stopped_h62(helper, looks):
    ask_to_register(helper("ada"), looks)


def test_people_without_a_role_are_told_so(page: Page, desk):
    page.goto(f"{desk.origin}/admin/")
    page.get_by_label("User ID").locator("visible=true").fill("p7@contoso.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("main .error-summary")).to_contain_text("Your role does not allow this")


def test_no_word_of_the_page_has_two_meanings_h1(page: Page, desk):
    """What a script says by a name must be said once: two made "Enter the reference" of every reference."""
    page.goto(f"{desk.origin}/admin/")
    names = page.evaluate(
        "[...document.querySelector('#messages').content.querySelectorAll('[data-message]')].map(each => each.dataset.message)"
    )
    assert sorted(names) == sorted(set(names))


def test_the_desk_works_on_a_page_that_the_browser_translates_f8(page: Page, helper):
    abe = helper("abe")
    abe.sign_in()
    page.evaluate(WRAPPED)
    abe.search("person pat")
    expect(page.locator("[data-people]:visible > li")).to_have_count(8)
    abe.find(7)
    abe.act("Ask for security info at the next sign-in")
    abe.prove()
    expect(page.locator("[data-told]:visible")).to_contain_text("at the next sign-in")
    page.get_by_text("Events of this account", exact=True).locator("visible=true").click()
    moment = page.locator("[data-lines] time").locator("visible=true").first
    expect(moment).to_have_text(re.compile("UTC|GMT|[A-Z]{3}$"))  # F39: the zone is named
    page.goto(f"{abe.stack.origin}/admin/#requests")
    expect(page.get_by_role("heading", name="Requests", exact=True)).to_be_visible()


def test_an_answer_that_comes_late_moves_and_changes_nothing_h5(page: Page, helper):
    admin = helper("abe")
    admin.sign_in()
    asked = hold(page, "**/admin/people/search")
    with page.expect_request("**/admin/people/search"):
        admin.search("p2@contoso.example")
    page.get_by_role("link", name="Requests").click()
    admin.at("Requests")
    let_go(page, "**/admin/people/search", asked)
    admin.at("Requests")

    page.unroute("**/admin/people/search")
    admin.find(2)
    admin.act("Turn the account off")
    proofs = hold(page, "**/admin/prove/verify")
    admin.prove()
    admin.dialog.get_by_role("button", name="Cancel").click()
    let_go(page, "**/admin/prove/verify", proofs)
    expect(page.locator("dialog")).to_be_hidden()
    page.get_by_role("link", name="Skip to content").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()
    page.reload()
    admin.at("Pat Person 2")
    expect(page.get_by_role("button", name="Turn the account off")).to_be_visible()


def test_one_hit_can_be_left_by_the_back_button_and_more_of_a_list_takes_the_focus_h5(helper):
    helper("abe").pages_through_people()


def test_jobs_of_a_desk_are_done_by_the_keys_that_the_guide_says(page: Page, helper):
    """No pointer, and no more keys than `docs/admin/reset-a-password.md` counts."""
    agent, keys = helper("abe"), page.keyboard

    def press(*names: str) -> None:
        for name in names:
            keys.press(name)

    agent.sign_in()
    press("/")
    keys.type("p4@contoso.example")  # find somebody: one opens at once
    press("Enter")
    agent.at("Pat Person 4")
    press("Tab")
    expect(page.get_by_role("button", name="Set a temporary password")).to_be_focused()
    press("Tab", "Tab", "Enter")  # ask for security info, with a reason
    expect(agent.dialog.get_by_role("heading", name="Ask for security info at the next sign-in")).to_be_visible()
    keys.type("INC-1")
    press("Enter")
    agent.at("Confirm it's you")
    before = len(agent.stack.codes(agent.number))
    press("Tab", "Space", "Enter")
    expect(agent.dialog.get_by_label("Code", exact=True)).to_be_focused()
    keys.type(agent.code(agent.number, before + 1))
    press("Enter")
    agent.told("asked at the next sign-in")
    press("Tab", "Enter")  # undo
    agent.told("no longer asked")
    press("/")
    keys.type("person pat")  # one of several: Enter opens the first
    press("Enter")
    first = page.locator("[data-people]:visible > li").first.get_by_role("link")
    expect(first).to_be_focused()
    press("Enter")
    agent.at(re.compile("Pat Person"))
    page.go_back()  # Alt and the left arrow are the browser’s own
    expect(page.locator("[data-people]:visible > li")).to_have_count(8)
    headings = ("People", "Requests", "Invitations", "Activity", "Report", "Settings")
    for key, heading in (*enumerate(headings[1:], start=2), (1, headings[0])):
        press(str(key))
        agent.at(heading)
        page.wait_for_load_state("networkidle")  # a key is for a view that is there
    press("Tab", "Tab", "Enter")  # who cannot get back in
    expect(page.get_by_role("link", name="Cannot get back in")).to_have_attribute("aria-current", "true")


def test_a_role_that_was_taken_away_ends_the_desk_with_the_next_request_and_leaves_nothing_on_the_page(
    page: Page, desk, helper
):
    agent = helper("hugo")
    agent.sign_in()
    agent.find(2)
    give_role(desk, "hugo@contoso.example", "none")
    page.keyboard.press("2")
    agent.at("Sign in to help others")
    expect(page.locator("main .error-summary")).to_contain_text("Sign in first")
    expect(page.get_by_role("navigation", name="Desk").get_by_role("link")).to_have_count(0)
    assert "Pat Person 2" not in page.locator("body").inner_html()
    page.go_back()
    agent.at("Sign in to help others")
    assert "Pat Person 2" not in page.locator("body").inner_html()
    agent.sign_in_again()
    expect(page.locator("main .error-summary")).to_contain_text("Your role does not allow this")
