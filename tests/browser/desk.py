"""The desk's stack, and somebody with a role at their browser."""

import os
import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import yaml
from playwright.sync_api import Page, Route, expect

from tests.conftest import ROOT, Stack, build_site, launch

PASSWORD = "maple-Cedar-93-window"
ROLES = {"ada": "administrator", "abe": "administrator", "hana": "helpdesk", "olga": "auditor", "hugo": "helpdesk"}


def start_desk(folder: Path) -> Stack:
    """A stack with people of every role, and some who need help."""
    organisation = yaml.safe_load((ROOT / "organisation.yaml").read_text())
    organisation["organisation"]["languages"] = ["en"]
    organisation["domains"]["lab.contoso.example"]["reset"] = "off"
    file, people, site = folder / "organisation.yaml", folder / "people.csv", folder / "site"
    file.write_text(yaml.safe_dump(organisation))
    rows = [f"{name}@contoso.example,{name.title()} Desk,,+44770090030{n},{PASSWORD},{role},"
            for n, (name, role) in enumerate(ROLES.items())]  # fmt: skip
    rows += [f"p{n}@contoso.example,Pat Person {n},p{n}@home.example,+44770090031{n},{PASSWORD},," for n in range(8)]
    rows += [f"new{n}@contoso.example,New Comer {n},,,{PASSWORD},,newcomers" for n in range(2)]
    headings = "userPrincipalName,displayName,otherMails,mobilePhone,password,role,groups"
    people.write_text("\n".join((headings, *rows, "")))
    build_site(site, file)
    running = launch(folder / "state", site, "--organisation", str(file), "--people", str(people))
    assert running.said[-1:] == ["ready"], running.said
    return running


def give_role(stack: Stack, user_id: str, role: str) -> None:
    """As somebody at the command line gives it, or takes it with `none`."""
    paths = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared"))
    command = [sys.executable, "-m", "cli", "--state", str(stack.state), "admin", "grant", user_id, role, "--yes"]
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": paths})


class Helper:
    """Somebody with a role at their browser."""

    def __init__(self, page: Page, stack, name: str) -> None:
        self.page, self.stack, self.name = page, stack, name
        self.number = f"+44770090030{list(ROLES).index(name)}"

    @property
    def dialog(self):
        return self.page.locator("dialog .step:visible")

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def at(self, heading: str | re.Pattern) -> None:
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_visible()

    def go(self, view: str, heading: str | re.Pattern) -> None:
        self.page.goto(f"{self.stack.origin}/admin/#{view}")
        self.at(heading)

    def sign_in(self, view: str = "", heading: str = "People") -> None:
        """Signs in at the desk, and is where the address leads."""
        self.page.goto(f"{self.stack.origin}/admin/{view}")
        self.sign_in_again()
        self.at(heading)

    def sign_in_again(self) -> None:
        """Where the desk has asked for it."""
        self.page.get_by_label("User ID").locator("visible=true").fill(f"{self.name}@contoso.example")
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.press("Sign in")

    def search(self, typed: str) -> None:
        self.page.locator("#desk-search").fill(typed)
        self.page.keyboard.press("Enter")

    def find(self, number: int) -> None:
        self.search(f"p{number}@contoso.example")
        self.at(f"Pat Person {number}")

    def code(self, to: str, number: int) -> str:
        return self.stack.code(to, number)

    def prove(self) -> None:
        """The second factor, by text."""
        self.at("Confirm it's you")
        before = len(self.stack.codes(self.number))
        self.dialog.get_by_label(re.compile("Text my mobile phone")).check()
        self.press("Next")
        self.dialog.get_by_label("Code", exact=True).fill(self.code(self.number, before + 1))
        self.press("Confirm")

    def act(self, name: str, reason: str = "") -> None:
        """Chooses an act, and confirms it by its name."""
        self.press(name)
        expect(self.dialog).to_be_visible()
        self.dialog.get_by_label("Reason, or the number in your help system (optional)").fill(reason)
        self.dialog.get_by_role("button", name=name, exact=True).click()

    def press_also_after_going_back(self, name: str, heading: str) -> None:
        """Opens a dialog, and again after the back button: it is about somebody who is not on the page any more."""
        self.press(name)
        expect(self.dialog).to_be_visible()
        self.page.go_back()
        expect(self.dialog).to_be_hidden()
        self.page.go_forward()
        self.at(heading)
        expect(self.dialog).to_be_hidden()
        self.press(name)

    def told(self, words: str) -> None:
        expect(self.page.locator("[data-told]")).to_contain_text(words)

    def pages_through_people(self) -> None:
        """Back from the one hit of a search, and through several pages: the first new line takes the focus (WCAG 2.4.3)."""
        page, everybody = self.page, []

        def answer(route: Route) -> None:
            if not everybody:
                everybody.extend(route.fetch().json()["people"])
                return route.fulfill(json={"people": everybody[:3], "cursor": "more"})
            return route.fulfill(json={"people": everybody[3:], "cursor": ""})

        self.sign_in()
        self.find(1)
        page.go_back()  # past the search, which would lead on to its one hit again
        expect(page.get_by_text("Who needs help?")).to_be_visible()
        page.route("**/admin/people/search", answer)
        self.search("person pat")
        lines = page.locator("[data-people]:visible > li")
        expect(lines).to_have_count(3)
        self.press("Show more")
        expect(lines.nth(3)).to_be_focused()
        expect(page.get_by_role("button", name="Show more")).to_be_hidden()


def ask_to_register(ada: Helper, looks) -> None:
    """A group is asked at the desk, and the invitation stopped."""
    page = ada.page
    ada.sign_in("#invitations", "Invitations")
    page.get_by_text("New invitation", exact=True).click()
    page.locator("#invite-group").fill("newcomers")
    page.get_by_label("Deadline").fill("2026-01-01")
    ada.press("Ask them to register")
    ada.prove()
    expect(page.locator("main .error-summary")).to_contain_text("Choose another deadline")  # the dialog has gone
    expect(page.locator("#invite-group")).to_have_value("newcomers")
    page.get_by_label("Deadline").fill((date.today() + timedelta(days=20)).isoformat())
    looks()
    ada.press("Ask them to register")
    ada.told("The invitation has begun")
    looks()
    ada.press("Stop the invitation")
    ada.told("The invitation is stopped")
    page.get_by_role("link", name="Invitations", exact=True).click()
    expect(page.locator("[data-invitations] li")).to_contain_text("Stopped")


def reads_charts(page: Page, resets, looks) -> None:
    """Values by keyboard, by pointing, in the table and in the file; the days in the address (H6)."""
    looks()
    days = resets.get_by_role("img")
    expect(days).to_have_count(7)
    today = days.last
    expect(today).to_have_accessible_name(
        re.compile(r"^\w+ \d+, \d{4}: Finished: \d+, Refused: \d+, Abandoned: [1-9]\d*$")
    )
    page.get_by_role("button", name="Print").focus()
    page.keyboard.press("Tab")
    expect(days.first).to_be_focused()  # one stop for a chart, and arrows from day to day
    page.keyboard.press("End")
    expect(today).to_be_focused()
    name = today.get_attribute("aria-label").partition(": ")[0]
    expect(resets.locator(".legend b")).to_have_text(name)
    page.keyboard.press("ArrowLeft")
    expect(resets.locator(".legend b")).not_to_have_text(name)
    today.hover()
    expect(resets.locator(".legend b")).to_have_text(name)
    page.keyboard.press("Tab")
    expect(resets.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(resets.locator("tbody tr")).to_have_count(7)
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Desk")).to_be_hidden()
    page.emulate_media(media="screen")
    with page.expect_download() as saved:
        page.get_by_role("link", name="CSV").locator("visible=true").click()
    assert re.fullmatch(r"usage-[\d-]+\.csv", saved.value.suggested_filename)
    page.get_by_role("link", name="Days: 30").click()
    expect(days).to_have_count(30)
    page.get_by_role("link", name="Days: 365").click()
    expect(days.nth(11)).to_be_visible()  # a year by months: 12 or 13
    expect(days.nth(13)).to_have_count(0)
    page.go_back()
    expect(days).to_have_count(30)
