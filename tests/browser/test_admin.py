"""The administration page, as helpdesk, administrator and auditor use it (S20, B9, B12, B13, B17)."""

import re
import time

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.browser.conftest import NEW
from tests.browser.test_never_stuck import WRAPPED
from tests.codes import code_in
from tests.conftest import ROOT, build_site, launch

PASSWORD = "maple-Cedar-93-window"
ROLES = {"ada": "administrator", "abe": "administrator", "hana": "helpdesk", "olga": "auditor"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A stack with people of every role, and some who need help."""
    folder = tmp_path_factory.mktemp("desk")
    organisation = yaml.safe_load((ROOT / "organisation.yaml").read_text())
    organisation["organisation"]["languages"] = ["en"]
    organisation["domains"]["lab.contoso.example"]["reset"] = "off"
    file, people, site = folder / "organisation.yaml", folder / "people.csv", folder / "site"
    file.write_text(yaml.safe_dump(organisation))
    rows = [f"{name}@contoso.example,{name.title()} Desk,,+44770090030{n},{PASSWORD},{role}"
            for n, (name, role) in enumerate(ROLES.items())]  # fmt: skip
    rows += [f"p{n}@contoso.example,Pat Person,p{n}@home.example,+44770090031{n},{PASSWORD}," for n in range(8)]
    people.write_text("userPrincipalName,displayName,otherMails,mobilePhone,password,role\n" + "\n".join(rows) + "\n")
    build_site(site, file)
    running = launch(folder / "state", site, "--organisation", str(file), "--people", str(people))
    assert running.said[-1:] == ["ready"], running.said
    yield running
    running.stop()


class Helper:
    """Somebody with a role at their browser."""

    def __init__(self, page: Page, stack, name: str) -> None:
        self.page, self.stack, self.name = page, stack, name
        self.number = f"+44770090030{list(ROLES).index(name)}"

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def at(self, heading: str | re.Pattern) -> None:
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_focused()

    def sign_in(self) -> None:
        self.page.goto(f"{self.stack.origin}/account/")
        self.page.get_by_label("User ID").fill(f"{self.name}@contoso.example")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")
        landed = self.page.get_by_text(
            re.compile("You are signed in|Set up your security info|Is your security info right")
        )
        expect(landed.locator("visible=true")).to_have_count(1)
        self.page.goto(f"{self.stack.origin}/admin/")
        self.at("Who needs help?")

    def find(self, person: str) -> None:
        self.page.get_by_label("User ID").locator("visible=true").fill(person)
        self.press("Find the account")
        self.at("Pat Person")

    def codes(self, to: str) -> list[str]:
        """The codes that went to a place, newest first."""
        return [code for message in self.stack.messages(to) if (code := code_in(message["body"]))]

    def code(self, to: str, number: int) -> str:
        until = time.monotonic() + 10
        while len(found := self.codes(to)) < number:
            assert time.monotonic() < until, "no code came"
            time.sleep(0.05)
        return found[0]

    def prove(self) -> None:
        """The second factor, by text."""
        self.at("Confirm it's you")
        before = len(self.codes(self.number))
        self.page.get_by_label(re.compile("Text my mobile phone")).locator("visible=true").check()
        self.press("Next")
        self.page.get_by_label("Code", exact=True).locator("visible=true").fill(self.code(self.number, before + 1))
        self.press("Confirm")

    def act(self, name: str) -> None:
        self.press(name)
        self.at(name)
        self.press(name)  # the button says what it does (F178)


@pytest.fixture
def helper(page: Page, desk):
    return lambda name: Helper(page, desk, name)


def test_an_administrator_finds_helps_and_sees_what_happened(page: Page, desk, helper, looks):
    page.goto(f"{desk.origin}/admin/")
    looks()
    admin, person = helper("ada"), "p0@contoso.example"
    admin.sign_in()
    looks()
    page.get_by_label("User ID").locator("visible=true").fill("nobody-here@contoso.example")
    admin.press("Find the account")
    expect(page.locator(".error-summary")).to_contain_text("There is no account with this user ID")
    looks()
    admin.find(person)
    expect(page.locator("[data-capable]")).to_contain_text("Yes")
    looks()
    admin.press("Unlock sign-in")
    admin.at("Unlock sign-in")
    looks()
    admin.press("Unlock sign-in")
    admin.at("Confirm it's you")
    looks()
    admin.prove()
    admin.at("Pat Person")
    expect(page.get_by_text("The person and the other administrators are told")).to_be_visible()

    admin.act("Set a temporary password")
    admin.at("A temporary password is set")
    expect(page.locator("[data-password]")).to_have_text(re.compile(r"^\w{4}(-\w{4}){3}$"))
    looks()
    admin.press("Back to the account")
    admin.act("Remove all security info")
    admin.at("Pat Person")
    admin.act("Ask for security info at the next sign-in")
    expect(page.get_by_role("button", name="Stop asking for security info")).to_be_visible()

    admin.press("Events of this account")
    expect(
        page.locator('[data-step="events"]').locator("li", has_text="required security info at the next sign-in")
    ).to_be_visible()
    looks()
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").click()
    assert saved.value.suggested_filename == "events.csv"


def test_helpdesk_lets_the_caller_prove_themselves_and_the_person_must_change_the_password_b13(
    page: Page, desk, helper, axe
):
    helpdesk = helper("hana")
    helpdesk.sign_in()
    helpdesk.press("Confirm it's you")
    helpdesk.prove()
    helpdesk.at("Who needs help?")
    helpdesk.find("p5@contoso.example")
    expect(page.get_by_role("button", name="Remove all security info")).to_have_count(0)
    expect(page.get_by_text("p5@home.example")).to_have_count(0)
    helpdesk.act("Set a temporary password")
    helpdesk.at("Who is calling?")
    axe()
    page.get_by_label(re.compile("Send a code to my alternate e-mail address")).locator("visible=true").check()
    helpdesk.press("Next")
    page.get_by_label("Code", exact=True).locator("visible=true").fill("00000x")
    helpdesk.press("Confirm")
    expect(page.locator(".error-summary")).to_contain_text("That code is not right")
    axe()
    page.get_by_label("Code", exact=True).locator("visible=true").fill(helpdesk.code("p5@home.example", 1))
    helpdesk.press("Confirm")
    helpdesk.at("A temporary password is set")
    temporary = page.locator("[data-password]").inner_text()

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
    before = len(helpdesk.codes("p5@home.example"))
    page.get_by_label(re.compile("Send a code to my alternate e-mail address")).locator("visible=true").check()
    helpdesk.press("Next")
    helpdesk.at("Enter the code to prove that it is you")
    page.get_by_label("Code", exact=True).locator("visible=true").fill(helpdesk.code("p5@home.example", before + 1))
    helpdesk.press("Confirm")
    helpdesk.at("Change your password")
    choose()
    expect(page.get_by_text("Your password has been changed")).to_be_visible()


def test_an_auditor_reads_stories_events_and_the_report_and_changes_nothing(page: Page, desk, helper, looks):
    page.goto(f"{desk.origin}/reset/")
    page.get_by_label("User ID").fill("p6@contoso.example")
    page.get_by_role("button", name="Next").locator("visible=true").click()
    expect(page.get_by_role("heading", name="Prove who you are")).to_be_focused()
    reference = page.locator("[data-flow-reference] b").inner_text()
    auditor = helper("olga")
    auditor.sign_in()
    auditor.press("Confirm it's you")  # what others are is read with a second factor only (X16)
    auditor.prove()
    auditor.at("Who needs help?")
    auditor.find("p6@contoso.example")
    expect(page.get_by_role("heading", name="What you can do")).to_be_hidden()
    auditor.press("Back")
    page.get_by_label("Reference").fill(reference.lower())
    auditor.press("Show what happened")
    expect(page.locator("span").get_by_text("Password reset started.")).to_be_visible()
    looks()
    auditor.press("Back")
    auditor.press("Events")
    auditor.press("Show")
    expect(page.locator('[data-step="events"] [data-lines] li').first).to_be_visible()
    auditor.press("Back")
    until = time.monotonic() + 15
    while True:
        auditor.press("Report")
        auditor.at("Report")
        if page.locator('[data-chart="resets"] .legend .second').inner_text() != "Not finished: 0":
            break
        assert time.monotonic() < until, "nothing was counted"
        auditor.press("Back")
    looks()
    expect(page.get_by_role("img", name=re.compile("finished"))).to_have_count(2)
    page.locator('[data-chart="resets"] summary').click()
    expect(page.locator('[data-chart="resets"] tbody tr')).to_have_count(7)
    looks()
    auditor.press("30")
    expect(page.locator('[data-chart="resets"] tbody tr')).to_have_count(30)


def test_people_without_a_role_are_told_so(page: Page, desk):
    page.goto(f"{desk.origin}/account/")
    page.get_by_label("User ID").fill("p7@contoso.example")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="You are signed in", exact=True)).to_be_visible()
    page.goto(f"{desk.origin}/admin/")
    expect(page.locator(".error-summary")).to_contain_text("Your role does not allow this")


def test_helpdesk_works_on_a_page_that_the_browser_translates_f8(page: Page, helper):
    hana = helper("hana")
    hana.sign_in()
    page.evaluate(WRAPPED)
    hana.find("p7@contoso.example")
    hana.act("Unlock sign-in")
    hana.prove()
    hana.at("Pat Person")
    expect(page.get_by_text("The person and the other administrators are told")).to_be_visible()
    hana.press("Events of this account")
    expect(page.locator("[data-lines] time").locator("visible=true").first).to_have_text(
        re.compile("UTC|GMT|[A-Z]{3}$")
    )  # F39
    told = page.locator("[data-lines] a[data-page]").locator("visible=true").first.evaluate("link => link.href")
    assert page.request.get(told).ok
