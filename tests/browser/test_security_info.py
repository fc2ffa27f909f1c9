"""Registering security info in a real browser, and using each thing as a gate of reset and unlock (S40-S50, S74)."""

import re
import time

import pytest
import yaml
from playwright.sync_api import Page, expect

from cli.stack import Stack
from regain.problems import METHOD_STILL_NEEDED, SIGN_IN_AGAIN
from tests.browser.person import RESEND, Person
from tests.conftest import ROOT, build_site, english, launch, own_process, ready

KINDS = ["email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code", "passkey", "questions"]


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
    rows = [f"p{n:02}@contoso.example,Pat Person,,,maple-Cedar-93-window" for n in range(14)]
    people.write_text(columns + "\n".join(rows) + "\n")
    site = folder / "site"
    build_site(site, file)
    running = launch(folder / "state", site, "--organisation", str(file), "--people", str(people))
    running.services = Stack("", folder / "state", file, "").services
    with own_process():  # the services' clients are those of this stack
        yield from ready(running)


@pytest.fixture
def person(page: Page, everything) -> Person:
    return Person(page, everything)


def test_addresses_and_numbers_are_registered_and_every_step_is_accessible_s74_f36(page: Page, person, looks):
    person.sign_in()
    person.at("Set up your security info")
    looks()
    person.press("Add a method")
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
    field.fill("00000x")
    person.press("Confirm")
    expect(page.locator(".error-message")).to_contain_text("That code is not right")
    field.fill(person.code(person.mail))
    person.confirm_though_the_answer_is_lost()
    person.listed("E-mail address", person.mail)
    expect(page.get_by_text("Not enough yet: add one more.")).to_be_visible()

    person.press("Mobile phone")
    looks()
    page.get_by_label("Telephone number").fill("07700 900320 ext 12")
    page.get_by_label("By a call").check()
    person.ask_for_a_code()
    expect(page.get_by_text("The extension is left out")).to_be_visible()
    page.get_by_label("Code", exact=True).locator("visible=true").fill(person.code("+447700900320"))
    person.press("Confirm")
    person.listed("Mobile phone", "+447700900320")
    expect(page.get_by_text("You can get back in by yourself now.")).to_be_visible()
    looks()
    remove = page.get_by_role("button", name=re.compile("^Remove: E-mail address"))
    remove.click()
    sure = page.get_by_role("button", name=re.compile("^Yes, remove it: E-mail"))
    sure.click()  # asked twice (F37); two proofs are needed here: what is needed is replaced, not removed
    expect(page.locator(".error-summary")).to_contain_text(english(METHOD_STILL_NEEDED.title))
    looks()
    person.add_recovery_code()
    remove.click()
    sure.click()
    expect(page.get_by_text(person.mail)).to_have_count(0)


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
    person.press("Create a passkey")
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


def test_two_proofs_that_need_no_message_open_a_reset_and_a_used_code_is_replaced_f23(page: Page, person):
    person.info()
    code = person.add_recovery_code()
    person.add_passkey()
    person.listed("Passkey")
    person.start()
    heading = page.locator('[data-step="method"] h2')
    expect(heading).to_have_accessible_description("Step 2 of 4 First of two proofs")
    person.choose("Use a passkey")
    expect(page.get_by_text("That was right")).to_be_visible()
    expect(heading).to_have_accessible_description("Step 2 of 4 Second of two proofs")
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
        person.at("Enter the code from your app")
        axe()
        page.get_by_label("Code from your app").fill("000000")
        person.press("Next")
        expect(page.locator(".error-summary")).to_contain_text("That code from your authenticator app is not right")
        page.get_by_label("Code from your app").fill(app.now())
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
        page.get_by_label("Code from your app").fill(app.now())
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
    person.at("Set up your security info")
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
    expect(page.get_by_text("You haven’t checked it for a while")).to_be_visible()
    with page.expect_response("**/api/account/methods/keep") as kept:
        person.press("Yes, it’s all correct")
    assert kept.value.ok
    person.at("You are signed in")
    page.unroute_all(behavior="wait")


def test_after_a_while_one_signs_in_again_before_changing_anything(page: Page, person):
    person.info()
    refused = {"code": SIGN_IN_AGAIN.code, "title": english(SIGN_IN_AGAIN.title)}
    page.route("**/api/account/methods", lambda route: route.fulfill(
        status=401, content_type="application/problem+json", json=refused,
    ) if route.request.method == "POST" else route.continue_())  # fmt: skip
    person.press("Recovery code")
    expect(page.locator(".error-summary")).to_contain_text(refused["title"])
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_recovery_code_can_be_copied_and_downloaded_f40(page: Page, person):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=person.origin)
    person.info()
    person.press("Recovery code")
    person.at("Your recovery code")
    code = page.locator('[data-step="saved"] .saved-code')
    person.press("Copy")
    expect(page.locator('[data-step="saved"] [data-kept]')).to_contain_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == code.inner_text()
    with page.expect_download() as saved:
        person.press("Download")
    assert code.inner_text() in saved.value.path().read_text()
    page.set_viewport_size({"width": 320, "height": 640})
    assert code.evaluate("each => each.getClientRects().length === 1 && each.scrollWidth <= each.clientWidth")


def test_a_recovery_code_prints_without_the_page_around_it(page: Page, person):
    person.info()
    person.press("Recovery code")
    person.at("Your recovery code")
    page.emulate_media(media="print")
    expect(page.locator('[data-step="saved"] .saved-code')).to_be_visible()
    for part in (".side", ".top-help", "[data-print]"):
        expect(page.locator(part)).to_be_hidden()


def test_what_was_asked_for_goes_on_after_the_proof_where_it_was_asked_for(page: Page, person):
    """A mistake is shown at its field, and what was about to be removed is (F36, F37)."""
    person.info()
    app = person.add_app()
    person.add_passkey()
    person.at("Your security info")

    def prove(code: str) -> None:
        person.at("Prove that it is you")
        page.locator('[data-step="prove"]').get_by_label("app").check()
        person.press("Next")
        field = page.locator("#prove-code")
        field.fill("000000")
        person.press("Confirm")
        expect(page.locator(".error-summary")).to_contain_text("is not right")
        field.fill(code)
        person.press("Confirm")

    person.forget_proof()
    person.press("E-mail address")
    page.get_by_label("E-mail address", exact=True).fill("not an address")
    person.press("Send a code")
    prove(app.now())
    expect(page.locator("#contact-message")).to_contain_text("That does not look like an e-mail address")
    expect(page.get_by_label("E-mail address", exact=True)).to_have_value("not an address")
    page.locator('[data-step="email"]').get_by_role("button", name="Back").click()
    person.at("Your security info")

    person.forget_proof()
    page.get_by_role("button", name=re.compile("^Remove: .*app")).click()
    page.get_by_role("button", name=re.compile("^Yes, remove it: .*app")).click()
    prove(app.at(time.time() + 30))
    person.at("Your security info")
    expect(page.get_by_text("Done. A message about the change")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Remove: .*app"))).to_have_count(0)


def test_nothing_that_somebody_typed_is_there_for_the_next_who_signs_in(page: Page, person):
    person.info()
    person.press("E-mail address")
    page.get_by_label("E-mail address", exact=True).fill("private@home.example")
    page.locator('[data-step="email"]').get_by_role("button", name="Back").click()
    person.at("Your security info")
    page.locator('[data-step="info"]').get_by_role("button", name="Back").click()
    person.at("You are signed in")
    late = []
    page.route("**/api/account/methods", lambda route: late.append((route, route.fetch())))
    person.press("Security info")
    while not late:
        page.wait_for_timeout(20)
    person.press("Sign out")
    person.at("Sign in")
    route, answer = late[0]
    with page.expect_response("**/api/account/methods") as answered:
        route.fulfill(response=answer)
    answered.value.finished()
    page.evaluate("new Promise(done => setTimeout(done))")
    person.at("Sign in")
    expect(page.get_by_label("User ID")).to_have_value("")
    expect(page.locator("#new-email")).to_have_value("")
