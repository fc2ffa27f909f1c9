"""Somebody at the account page, whose browser keeps passkeys: what they press and type."""

import re
import time
from dataclasses import replace

import pyotp
from playwright.sync_api import Page, expect

from regain.domain.security_questions import PREDEFINED
from tests.browser.conftest import NEW, lose, unfold
from tests.codes import earlier_code
from tests.conftest import english

RESEND = 5
ANSWERS = {"q01": "Port Talbot", "q05": "Pancakes", "q09": "Stork"}
_NUMBERS = iter(range(14))


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
        self._stepped_up_at(self.stack.services().now)

    def forget_proof(self) -> None:
        """The session's proof is too long ago."""
        self._stepped_up_at(0)

    def _stepped_up_at(self, moment: int) -> None:
        services = self.stack.services()
        subject = services.recoveries.subject(services.identifiers.find(self.user_id))
        items = services.store.query(services.sessions.table, "subject", subject, limit=100)
        newest = max(map(services.sessions.from_item, items), key=lambda each: each.started_at)
        services.store.commit([services.sessions.write(subject, replace(newest, stepped_up_at=moment))])

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

    def confirm_though_the_answer_is_lost(self) -> None:
        """It was done the first time, and the list says so the second time (F9)."""
        lose(self.page, "**/confirm")
        self.press("Confirm")
        expect(self.page.locator(".error-summary")).to_contain_text("We could not reach the service")
        self.press("Confirm")
        self.at("Your security info")

    def code(self, to: str) -> str:
        return self.stack.code(to)

    def add_app(self) -> pyotp.TOTP:
        self.press("Authenticator app")
        self.at("Add an authenticator app")
        expect(self.page.get_by_role("img", name="QR code for your authenticator app")).to_be_visible()
        app = pyotp.TOTP(self.page.locator("[data-secret]").inner_text().replace(" ", ""))
        self.page.get_by_label("Code from your app").fill(earlier_code(app, spare=6))
        self.press("Confirm")
        self.at("Your recovery code")  # an app brings one, for the day that the phone is gone
        self.press("I have saved it")
        self.at("Your security info")
        return app

    def add_recovery_code(self) -> str:
        self.press("Recovery code")
        self.at("Your recovery code")
        code = self.page.locator('[data-step="saved"] .saved-code').inner_text()
        self.press("I have saved it")
        self.at("Your security info")
        return code

    def add_passkey(self, name: str = "My phone") -> None:
        self.press("Passkey")
        self.at("Add a passkey")
        self.page.get_by_label("Name", exact=True).fill(name)
        self.press("Create a passkey")

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
        unfold(self.page)
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
