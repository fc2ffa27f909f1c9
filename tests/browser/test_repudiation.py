"""The link in a notice, as a person opens it (B3, B6)."""

import re

from playwright.sync_api import Page, expect

from tests.waiting import until


def notice(stack, to):
    found = until(lambda: [m for m in stack.messages(to) if "/not-me/#" in m["body"]])
    return re.search(r"http\S+/not-me/#\S+", found[0]["body"])[0]


def test_the_link_opens_a_page_with_one_button_that_turns_the_account_off_b6_f31_f41(page: Page, form, tester, axe):
    form.prove(tester)
    form.password()
    form.at("done")
    page.goto(notice(form.stack, tester.user_id))
    expect(page.get_by_role("heading", name="Turn off your account?")).to_be_focused()
    assert "#" not in page.url
    page.set_viewport_size({"width": 320, "height": 640})
    expect(page.get_by_role("button", name="Turn off my account")).to_be_in_viewport(
        ratio=1
    )  # before the guidance (F41)
    axe()
    signed_in = page.request.post(
        "/api/account/sign-in", data={"user_id": tester.user_id, "password": "violet-Anchor-27-plum"}
    )
    assert signed_in.status == 200  # opening the link, scripts and all, has changed nothing (B3)
    page.get_by_role("button", name="Turn off my account").click()
    expect(page.get_by_role("heading", name="Your account has been turned off")).to_be_focused()
    axe()
    refused = page.request.post(
        "/api/account/sign-in", data={"user_id": tester.user_id, "password": "violet-Anchor-27-plum"}
    )
    assert refused.json()["code"] == "wrong-user-id-or-password"  # the password never works again (X16)


def test_without_a_token_the_page_is_guidance(page: Page):
    page.goto("/not-me/")
    expect(page.locator("#not-me")).to_be_hidden()
    page.goto("/not-me/#" + "A" * 43)  # the page loads itself anew
    page.get_by_role("button", name="Turn off my account").click()
    expect(page.locator(".error-summary")).to_contain_text("This link can no longer be used")
