"""Registering security info in a real browser, and using each thing as a gate of reset and unlock (S40-S50, S74)."""

import re
import time
from dataclasses import replace

import pyotp
import pytest
import yaml
from playwright.sync_api import Page, expect

from cli.stack import Stack
from regain.domain.security_questions import PREDEFINED
from regain.problems import METHOD_STILL_NEEDED
from tests.browser.conftest import NEW
from tests.codes import code_in
from tests.conftest import ROOT, build_site, english, launch

KINDS = ["email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey", "questions"]
RESEND = 5
ANSWERS = {"q01": "Port Talbot", "q05": "Pancakes", "q09": "Stork"}


@pytest.fixture(scope="module")
def everything(tmp_path_factory):
    """A stack whose organisation offers every kind of method and asks for two proofs; passkeys need its name."""
    folder = tmp_path_factory.mktemp("everything")
    organisation = yaml.safe_load((ROOT / "organisation.yaml").read_text())
    organisation["recovery"] |= {"methods": KINDS, "gates": 2, "resend_seconds": RESEND}
    organisation["organisation"]["languages"] = ["en"]
    organisation["domains"]["lab.contoso.example"]["reset"] = "off"
    file = folder / "organisation.yaml"
    file.write_text(yaml.safe_dump(organisation))
    people = folder / "people.csv"
    columns = "userPrincipalName,displayName,otherMails,mobilePhone,password\n"
    rows = [f"p{n:02}@contoso.example,Pat Person,,,maple-Cedar-93-window" for n in range(12)]
    people.write_text(columns + "\n".join(rows) + "\n")
    site = folder / "site"
    build_site(site, file)
    running = launch(folder / "state", site, "--organisation", str(file), "--people", str(people))
    assert running.said[-1:] == ["ready"], running.said
    running.services = Stack("", folder / "state", file, "").services
    yield running
    running.stop()


_NUMBERS = iter(range(12))


class Person:
    """Somebody with a browser that keeps passkeys."""

    def __init__(self, page: Page, stack) -> None:
        self.page, self.stack = page, stack
        number = next(_NUMBERS)
        self.user_id, self.password = f"p{number:02}@contoso.example", "maple-Cedar-93-window"
        self.mail = f"p{number:02}@home.example"
        self.origin = stack.origin.replace("127.0.0.1", "localhost")
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable")
        device = {
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
            "isUserVerified": True, "automaticPresenceSimulation": True,
        }  # fmt: skip
        session.send("WebAuthn.addVirtualAuthenticator", {"options": device})

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).locator("visible=true").click()

    def at(self, heading: str) -> None:
        expect(self.page.get_by_role("heading", name=heading, exact=True)).to_be_focused()

    def sign_in(self, fragment: str = "") -> None:
        self.page.goto(f"{self.origin}/account/{fragment}")
        self.page.get_by_label("User ID").fill(self.user_id)
        self.page.get_by_label("Password", exact=True).fill(self.password)
        self.press("Sign in")
        self.step_up()

    def step_up(self) -> None:
        """Has the session proved who it is: with two gates and no method yet it would need a registration code."""
        landed = self.page.get_by_role(
            "heading", name=re.compile("security info|You are signed in|Change your password")
        )
        expect(landed.locator("visible=true").first).to_be_visible()
        services = self.stack.services()
        subject = services.recoveries.subject(self.user_id)
        items = services.store.query(services.sessions.table, "subject", subject, limit=100)
        newest = max(map(services.sessions.from_item, items), key=lambda each: each.started_at)
        services.store.commit([services.sessions.write(subject, replace(newest, stepped_up_at=services.now))])

    def info(self) -> None:
        self.sign_in("#security-info")
        self.at("Your security info")

    def listed(self, *labels: str) -> None:
        for label in labels:
            expect(self.page.locator('[data-step="info"] .registered')).to_contain_text(label)

    def ask_for_a_code(self) -> None:
        """Asks again, if the page says that it was too soon after the last one."""
        answered = self.page.get_by_role("heading", name=re.compile("^(Enter the code|There is a problem)$"))
        self.press("Send a code")
        expect(answered.locator("visible=true")).to_have_count(1)
        if self.page.get_by_text("Wait a moment before asking for another code").is_visible():
            time.sleep(RESEND)
            self.press("Send a code")
        self.at("Enter the code")

    def code(self, to: str) -> str:
        until = time.monotonic() + 10
        while not (found := self.stack.messages(to)):
            assert time.monotonic() < until, "no code came"
            time.sleep(0.05)
        return code_in(found[0]["body"])

    def add_app(self) -> pyotp.TOTP:
        self.press("Authenticator app")
        self.at("Add an authenticator app")
        expect(self.page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
        app = pyotp.TOTP(self.page.locator("[data-secret]").inner_text().replace(" ", ""))
        self.page.get_by_label("Code of your app").fill(app.at(time.time() - 30))
        self.press("Confirm")
        self.at("Your recovery code")  # an app brings one, for the day that the phone is gone
        self.press("I have saved it")
        self.at("Your security info")
        return app

    def add_recovery_code(self) -> str:
        self.press("Recovery code")
        self.at("Your recovery code")
        code = self.page.locator("[data-recovery-code]").inner_text()
        self.press("I have saved it")
        self.at("Your security info")
        return code

    def add_passkey(self, name: str = "My phone") -> None:
        self.press("Passkey")
        self.at("Add a passkey")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.press("Make a passkey")

    def add_questions(self) -> None:
        self.press("Security questions")
        self.at("Choose your security questions")
        for place, (question, answer) in enumerate(ANSWERS.items()):
            self.page.locator("select").nth(place).select_option(question)
            self.page.get_by_label("Answer", exact=True).nth(place).fill(answer)
        self.press("Save")
        self.at("Your security info")

    def start(self, purpose: str = "reset") -> None:
        self.page.goto(f"{self.origin}/{purpose}/")
        self.page.get_by_label("User ID").fill(self.user_id)
        self.press("Next")
        self.at("Prove who you are")

    def choose(self, label: str) -> None:
        self.page.get_by_label(label).check()
        self.press("Next")

    def answer(self) -> None:
        expect(self.page.get_by_role("heading", name="Answer your questions", exact=True)).to_be_visible()
        known = {english(text): ANSWERS.get(key, "") for key, text in PREDEFINED.items()}
        for field in self.page.locator("[data-questions] .field").all():
            field.locator("input").fill(known[field.locator("label").inner_text()])
        self.press("Next")

    def set_password(self) -> None:
        self.at("Choose a new password")
        self.page.get_by_label("New password", exact=True).fill(NEW)
        self.page.get_by_label("Confirm the new password").fill(NEW)
        self.press("Finish")
        self.password = NEW


@pytest.fixture
def person(page: Page, everything) -> Person:
    return Person(page, everything)


def test_addresses_and_numbers_are_registered_and_every_step_is_accessible_s74(page: Page, person, looks):
    person.sign_in()
    person.at("Is your security info right?")
    looks()
    person.press("Add or change something")
    person.at("Your security info")
    person.listed("Nothing is registered yet")
    looks()

    person.press("E-mail address")
    looks()
    page.get_by_label("E-mail address", exact=True).fill("me@contoso.example")
    person.press("Send a code")
    expect(page.locator(".error-summary")).to_contain_text("Choose an address that this password does not open")
    looks()
    page.get_by_label("E-mail address", exact=True).fill(person.mail)
    person.press("Send a code")
    person.at("Enter the code")
    looks()
    field = page.get_by_label("Code", exact=True).locator("visible=true")
    expect(field).to_have_attribute("autocomplete", "one-time-code")
    field.fill("00000x")
    person.press("Confirm")
    expect(page.locator(".error-message")).to_contain_text("That code is not right")
    field.fill(person.code(person.mail))
    person.press("Confirm")
    person.at("Your security info")
    person.listed("E-mail address", person.mail)

    person.press("Mobile phone")
    looks()
    page.get_by_label("Telephone number").fill("07700 900320 ext 12")
    page.get_by_label("By a call").check()
    person.ask_for_a_code()
    expect(page.get_by_text("The extension is left out")).to_be_visible()
    page.get_by_label("Code", exact=True).locator("visible=true").fill(person.code("+447700900320"))
    person.press("Confirm")
    person.listed("Mobile phone", "+447700900320")
    looks()
    remove = page.get_by_role("button", name=re.compile("^Remove: E-mail address"))
    remove.click()  # two proofs are needed here: what is needed is replaced, not removed
    expect(page.locator(".error-summary")).to_contain_text(english(METHOD_STILL_NEEDED.title))
    looks()
    person.add_recovery_code()
    remove.click()
    expect(page.get_by_text(person.mail)).to_have_count(0)
    person.press("Back")
    person.at("You are signed in")


def test_what_needs_no_message_is_registered_and_every_step_is_accessible_s74(page: Page, person, looks):
    person.info()
    person.add_app()
    person.press("Authenticator app")
    looks()
    person.press("Back")
    person.add_recovery_code()
    person.press("Recovery code")
    looks()
    person.press("I have saved it")
    person.at("Your security info")
    person.add_passkey()
    person.listed("Passkey", "My phone")
    person.press("Passkey")
    looks()
    person.press("Make a passkey")
    expect(page.locator(".error-summary")).to_contain_text("This device has a passkey for this account already")
    person.press("Back")
    person.press("Security questions")
    looks()
    person.press("Save")
    expect(page.locator(".error-summary")).to_contain_text("Choose and answer each question")
    person.press("Back")
    person.add_questions()
    person.listed("Security questions", "Authenticator app", "Recovery code")
    looks()


def test_two_proofs_that_need_no_message_open_a_reset_and_a_used_code_is_replaced(page: Page, person):
    person.info()
    code = person.add_recovery_code()
    person.add_passkey()
    person.listed("Passkey")
    person.start()
    person.choose("Use a passkey")
    expect(page.get_by_text("That was right")).to_be_visible()
    person.choose("Use my saved recovery code")
    person.at("Enter your recovery code")
    page.get_by_label("Recovery code", exact=True).fill(code.lower().replace("-", " "))
    person.press("Next")
    person.set_password()
    person.at("Your password has been reset")
    new = page.locator("[data-new-code] .saved-code")
    expect(new).to_have_text(re.compile(r"^\w{4}(-\w{4}){3}$"))
    assert new.inner_text() != code
    person.info()
    person.listed("Passkey", "Recovery code")


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_an_app_and_answers_in_either_order(page: Page, person, axe, purpose):
    person.info()
    app = person.add_app()
    person.add_questions()
    person.start(purpose)
    if purpose == "reset":
        person.choose("Use a code from my authenticator app")
        person.at("Enter the code of your app")
        axe()
        page.get_by_label("Code of your app").fill("000000")
        person.press("Next")
        expect(page.locator(".error-summary")).to_contain_text("That code from your authenticator app is not right")
        page.get_by_label("Code of your app").fill(app.now())
        person.press("Next")
        person.choose("Answer my security questions")
        axe()
        person.answer()
        person.set_password()
        person.at("Your password has been reset")
    else:
        person.choose("Answer my security questions")
        person.at("Answer your questions")
        person.press("Next")
        expect(page.locator(".error-summary")).to_contain_text("Answer each question")
        person.answer()
        person.choose("Use a code from my authenticator app")
        page.get_by_label("Code of your app").fill(app.now())
        person.press("Next")
        person.press("Finish")
        person.at("Your account has been unlocked")


def test_a_device_without_a_passkey_says_so_and_another_method_goes_on(page: Page, person):
    person.start()
    person.choose("Use a passkey")
    expect(page.locator(".error-summary")).to_contain_text("Your device did not use a passkey")
    person.choose("Use my saved recovery code")
    person.at("Enter your recovery code")
    person.press("Try another method")
    person.at("Prove who you are")


def test_the_interrupt_can_be_put_off_and_is_gone_the_next_time(page: Page, person):
    person.sign_in()
    person.at("Is your security info right?")
    person.press("Remind me later")
    person.at("You are signed in")
    expect(page.get_by_text("You have not registered enough ways").locator("visible=true")).to_have_count(1)
    person.press("Sign out")
    person.at("Sign in")
    person.sign_in()
    person.at("You are signed in")


def test_who_is_asked_whether_all_is_right_says_so(page: Page, person):
    def due(route):
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "security_info": "confirm", "interrupt": True})

    page.route("**/api/account", due)
    person.sign_in()
    person.at("Is your security info right?")
    expect(page.get_by_text("You have not looked through it for a while")).to_be_visible()
    with page.expect_response("**/api/account/methods/keep") as kept:
        person.press("Yes, it is right")
    assert kept.value.ok
    person.at("You are signed in")
    page.unroute_all(behavior="wait")


def test_after_a_while_one_signs_in_again_before_changing_anything(page: Page, person):
    person.info()
    page.route("**/api/account/methods", lambda route: route.fulfill(
        status=401, content_type="application/problem+json", body='{"code":"sign-in-again","title":"x"}',
    ) if route.request.method == "POST" else route.continue_())  # fmt: skip
    person.press("Recovery code")
    expect(page.locator(".error-summary")).to_contain_text("Sign in again before you change this")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_recovery_code_prints_without_the_page_around_it(page: Page, person):
    person.info()
    person.press("Recovery code")
    person.at("Your recovery code")
    page.emulate_media(media="print")
    expect(page.locator("[data-recovery-code]")).to_be_visible()
    for part in (".side", ".top-help", "[data-print]"):
        expect(page.locator(part)).to_be_hidden()
