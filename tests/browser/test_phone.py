"""On a phone one sees what a step is about, and can do it, without scrolling (B38, F1, F15), in every language."""

import pytest
from playwright.sync_api import Page, expect

from regain import problems
from regain.domain import passwords
from regain.domain.methods import LABELS
from regain.domain.own_words import Owner
from regain.domain.policy import Passwords
from regain.organisation.file import read
from regain.organisation.language import Language
from tests.conftest import ROOT
from tests.order import some

LANGUAGES = read(ROOT / "organisation.yaml").organisation.languages
SEEN = """() => {
  const step = document.querySelector('.step:not([hidden])'), bottom = each => each.getBoundingClientRect().bottom;
  const parts = ['h2:not([hidden])', '.field input', 'button:not([type="button"])'].map(each => step.querySelector(each));
  return Math.max(...[...parts, ...step.querySelectorAll('.error-message')].filter(Boolean).map(bottom));
}"""
"""Where the lowest of heading, first field, button and message of a step ends, in pixels from the top."""
RULES_FIRST = """() => {
  const field = document.querySelector('#new-password').getBoundingClientRect().top;
  return [...document.querySelectorAll('#password-rules li')].every(each => each.getBoundingClientRect().bottom <= field);
}"""
"""Whether every rule of the password stands before the field (B7)."""
OUTSIDE = """() => [...document.querySelectorAll('.languages a')].filter(each => {
  const { left, right } = each.getBoundingClientRect();
  return left < 0 || right > innerWidth || !each.checkVisibility();
}).map(each => each.textContent)"""


def root(tag: str) -> str:
    return "/" if tag == "en" else f"/{tag}/"


@pytest.mark.parametrize("tag", some(LANGUAGES, "en", "de", "ar", "hi"))
def test_every_language_of_the_menu_can_be_chosen_on_a_phone_f1(page: Page, tag):
    page.goto(root(tag))
    for width in (320, 360, 390, 1280):
        page.set_viewport_size({"width": width, "height": 740})
        page.locator(".languages summary").click()
        assert page.evaluate(OUTSIDE) == [], width
        page.locator(".languages summary").click()


def said(tag: str) -> dict:
    """What the service would answer in a language: the longest that each step may have to show."""
    organisation = read(ROOT / "organisation.yaml")
    language = Language(tag, organisation)
    long = Passwords(profile="entra", banned=("contoso",))
    weak = passwords.failures("silva12", long, {"silva12"}, Owner(("Maria Silva",)))
    methods = [
        {"id": kind, "kind": kind, "label": language.translate(LABELS[kind]), "digits": 8}
        for kind in organisation.recovery.offered
    ]

    def problem(entry, **facts) -> dict:
        words = {
            "title": language.gettext(entry.title),
            "detail": problems.plain_text(language.translate(entry.explanation)),
        }
        return {"code": entry.code, "status": entry.status, **words, **facts}

    gates = {"required": 2, "passed": 0}
    return {
        "start": (201, {"flow": "x" * 43, "reference": "R-0000-0000", "gates": gates, "methods": methods, "expires_in": 900}),
        "refused": (403, problem(problems.CONTACT_YOUR_ADMINISTRATOR, help_url="https://help.example/")),
        "send": (202, {"resend_in": 30, "digits": 8}),
        "wrong": (422, problem(problems.WRONG_CODE, attempts_left=4)),
        "expired": (422, problem(problems.CODE_EXPIRED)),
        "verify": (200, {"gates": {"required": 1, "passed": 1}, "methods": []}),
        "weak": (422, problem(problems.PASSWORD_NOT_ACCEPTED, attempts_left=7, feedback=[
            {"rule": each.rule, "message": language.translate(each.message)} for each in weak
        ])),
    }  # fmt: skip


def test_a_reset_takes_five_clicks_from_the_first_page_b38_f21_f22(page: Page, form, tester):
    """I forgot my password, Next, Next (the first method is chosen), Next, Finish: Microsoft's takes five too."""
    page.set_viewport_size({"width": 360, "height": 740})
    clicks: list[int] = []
    page.expose_function("clicked", lambda: clicks.append(1))
    page.add_init_script("addEventListener('click', event => event.isTrusted && clicked(), true)")
    page.goto("/")
    page.get_by_role("link", name="I forgot my password").click()
    form.identify(tester.user_id)
    shown = page.locator("[data-methods] .choice:visible")
    expect(shown).to_have_count(3)  # the others are folded
    expect(shown.first.get_by_role("radio")).to_be_checked()
    form.next()
    form.at("code")
    expect(page.locator("[data-look]:visible")).to_have_text(
        "Look in the mailbox that you registered, and in its spam folder. The message comes from Contoso account help "
        "<help@contoso.example>. Its subject is “Your code for your Contoso account”."
    )
    form.enter(form.code(tester.mail))
    form.at("password")
    form.password()
    form.at("done")
    assert len(clicks) == 5


class Fold:
    """The form of a language on a phone, with answers that are made up. Notes how low the lowest of each step is."""

    def __init__(self, page: Page, form, tag: str) -> None:
        self.page, self.form, self.answers, self.lowest = page, form, said(tag), 0

    def submit(self, step: str, answer: str = "") -> None:
        if answer:
            status, body = self.answers[answer]
            self.page.route(f"**/api/reset/{step}", lambda route: route.fulfill(status=status, json=body), times=1)
        self.page.locator('.step:not([hidden]) button:not([type="button"])').click()

    def refused(self, step: str, answer: str = "") -> None:
        self.submit(step, answer)
        expect(self.form.summary).to_be_focused()
        self._measure(answer or step)

    def at(self, step: str) -> None:
        self.form.at(step)
        self._measure(step)

    def own(self, kind: str, step: str) -> None:
        """The step of a proof for which nothing is sent, and back."""
        self.page.locator("[data-unfold]").dispatch_event("click")
        self.page.locator(f'[name="method"][value="{kind}"]').check()
        self.submit("method")
        self.at(step)
        self.page.go_back()
        self.form.at("method")

    def _measure(self, what: str) -> None:
        low = self.page.evaluate(SEEN)
        assert low <= 740, what
        self.lowest = max(self.lowest, round(low))


@pytest.mark.parametrize("tag", some(LANGUAGES, "en", "hi", "pt", "ar"))  # hi and pt are the longest
def test_heading_field_and_button_are_seen_at_once_in_each_step_and_after_each_error_f15_b38(
    page: Page, form, tag, record_property
):
    """Seven methods, a code that is wrong or too old, a password that breaks four rules.

    The run ends with how low the lowest of a language is: `pytest tests/browser/test_phone.py`.
    """
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{root(tag)}reset/")
    fold = Fold(page, form, tag)
    fold.at("start")
    fold.refused("start")
    page.locator("#user-id").fill("maria.silva@contoso.example")
    fold.submit("start", "refused")
    form.at("refused")
    expect(page.locator('[data-step="refused"] .button').first).to_be_in_viewport(ratio=1)
    page.locator("[data-change]").click()
    fold.submit("start", "start")
    fold.at("method")
    fold.own("authenticator", "app")
    fold.own("recovery-code", "saved")
    page.locator('[name="method"]').first.check()
    fold.submit("send", "send")
    fold.at("code")
    page.locator("#code").fill("12345678")
    fold.refused("verify", "wrong")
    fold.refused("verify", "expired")
    fold.submit("verify", "verify")
    fold.at("password")
    assert page.evaluate(RULES_FIRST)
    page.locator("#new-password").fill("silva12")
    page.locator("#confirm-password").fill("silva12")
    fold.refused("finish", "weak")
    record_property(f"lowest of 740 pixels in {tag}", fold.lowest)
