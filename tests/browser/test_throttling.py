"""What the form does past a limit: longer codes and more work, and nothing that is refused (B26)."""

import json

from playwright.sync_api import Page, expect


def test_after_wrong_codes_the_next_one_is_long_and_read_in_fours(page: Page, form, tester):
    """B26: a wrong proof makes the next one longer, and shuts no door."""
    for attempt in range(2):
        page.goto("/reset/")
        form.identify(tester.user_id)
        form.choose()
        for number in range(5 if attempt == 0 else 3):
            form.enter(f"0000000{number}")
            expect(form.summary).to_be_visible()
        page.evaluate("sessionStorage.clear()")
    page.goto("/reset/")
    form.identify(tester.user_id)
    form.choose()
    expect(page.get_by_text("a code of 12 digits is on its way")).to_be_visible()
    expect(page.get_by_text("It is longer than usual")).to_be_visible()
    form.enter(form.code(tester.mail, 3))
    form.at("password")


def test_where_a_proof_of_work_is_asked_for_the_page_says_so_makes_it_and_stays_responsive(page: Page, form, tester):
    """B26: it rises instead of refusals. The first answer is replaced by one that asks for more work."""
    asked = []

    def dearer(route):
        if asked:
            return route.continue_()
        challenge = page.request.get("/api/challenge").json()
        asked.append(challenge)
        body = {
            "code": "proof-of-work-needed",
            "title": "t",
            "detail": "Your browser works longer.",
            "status": 428,
            "type": "/errors/proof-of-work-needed/",
            "reference": "R-0000-0000",
            "times": 2,
            "challenge": challenge,
        }
        return route.fulfill(status=428, content_type="application/problem+json", body=json.dumps(body))

    page.route("**/api/reset/start", dearer)
    page.goto("/reset/")
    form.identify(tester.user_id)
    assert len(asked) == 1
