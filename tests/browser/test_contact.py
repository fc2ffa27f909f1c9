"""Asking for help in a real browser (S22, S23, S36, S37, S65, S69)."""

import re

from playwright.sync_api import Page, expect

from tests.waiting import until


def letter(stack, to: str, reference: str) -> dict:
    """The message with this reference, once it is there."""
    return until(lambda: [m for m in stack.messages(to) if reference in m["body"]])[0]


def test_administrators_are_asked_and_the_person_gets_a_reference_s65_s69(page: Page, stack, tester, looks):
    page.goto("/contact-administrator/")
    looks()
    page.get_by_role("button", name="Send").click()
    summary = page.locator(".error-summary")
    expect(summary.get_by_role("link", name="Enter your user ID")).to_be_visible()
    expect(summary.get_by_role("link", name="Enter how they can reach you")).to_be_visible()
    looks()
    page.get_by_label("User ID").fill(tester.user_id)
    page.get_by_label("How can they reach you?").fill("nowhere")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".error-message")).to_contain_text("Type an address, or a number")
    page.get_by_label("How can they reach you?").fill(tester.mail)
    page.get_by_label("What happened?").fill("I lost my phone.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have received your request")).to_be_focused()
    reference = page.locator("[data-reference-given]").inner_text()
    looks()
    mail = letter(stack, "it@contoso.example", reference)
    assert tester.user_id in mail["body"]
    assert "> I lost my phone." in mail["body"]


def test_what_was_typed_goes_along_into_another_language_and_no_further(page: Page):
    page.goto("/contact-support/")
    page.get_by_label("Name").fill("Ana Lee")
    page.get_by_label("What happened?").fill("I lost my phone.")
    page.locator(".languages summary").click()
    page.get_by_role("link", name="Deutsch").click(modifiers=["ControlOrMeta"])
    assert page.evaluate("sessionStorage.length") == 0  # another tab opens, and this one keeps no draft
    page.get_by_role("link", name="Deutsch").click()
    expect(page).to_have_url(re.compile("/de/contact-support/$"))
    expect(page.locator("#name")).to_have_value("Ana Lee")
    expect(page.locator("#message")).to_have_value("I lost my phone.")
    assert page.evaluate("sessionStorage.length") == 0
    page.goto("/contact-support/")
    expect(page.locator("#name")).to_have_value("")


def test_whoever_is_stuck_in_a_reset_takes_it_along(page: Page, stack, tester, form):
    form.open().identify(tester.user_id)
    reference = page.locator("[data-flow-reference] b").inner_text()
    page.get_by_role("link", name="Contact your administrator").locator("visible=true").last.click()
    expect(page.get_by_label("User ID")).to_have_value(tester.user_id)
    expect(page.locator("[data-stuck]")).to_contain_text(reference)
    page.get_by_label("How can they reach you?").fill(tester.mail)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("[data-reference-given]")).to_have_text(reference)


def test_whoever_is_refused_takes_user_id_and_reference_to_the_form_f11(page: Page, stack, form, tester):
    form.open()
    page.get_by_label("User ID").fill("nobody.at.all@lab.contoso.example")
    form.next()
    form.at("refused")
    reference = page.locator("[data-flow-reference] b").inner_text()
    expect(page.get_by_role("link", name="+44 20 7946 0000")).to_have_attribute("href", "tel:+442079460000")
    form.step("refused").get_by_role("link", name="Contact your administrator").click()
    expect(page.get_by_label("User ID")).to_have_value("nobody.at.all@lab.contoso.example")
    expect(page.locator("[data-stuck]")).to_contain_text(reference)
    page.get_by_label("How can they reach you?").fill(tester.mail)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have received your request")).to_be_focused()
    given = page.locator("[data-reference-given]").inner_text()
    mail = letter(stack, "it@contoso.example", given)
    assert f"Reference that they quote: {reference}" in mail["body"]
    page.goto("/reset/")
    form.at("start")
    expect(page.get_by_label("User ID")).to_have_value("")  # a link begins anew


def test_support_is_asked_with_name_number_and_address_s23(page: Page, stack, tester, looks):
    page.goto("/contact-support/")
    looks()
    for label, token in {"Name": "name", "Telephone number": "tel", "E-mail address": "email"}.items():
        expect(page.get_by_label(label)).to_have_attribute("autocomplete", token)
    page.get_by_label("Name").fill("Maria Silva")
    page.get_by_label("Telephone number").fill("12")
    page.get_by_label("E-mail address").fill("maria@")
    page.get_by_label("What happened?").fill("Nothing works.")
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".error-message")).to_have_count(2)
    looks()
    page.get_by_label("Telephone number").fill("+44 20 7946 0123")
    page.get_by_label("E-mail address").fill(tester.mail)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", name="We have received your request")).to_be_focused()
    reference = page.locator("[data-reference-given]").inner_text()
    assert letter(stack, tester.mail, reference)
    assert letter(stack, "support@contoso.example", reference)
