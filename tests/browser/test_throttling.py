"""What the form does past a limit: longer codes and more work, and nothing that is refused (B26)."""

import json
from base64 import b64decode
from pathlib import Path

import altcha.v2 as altcha
from playwright.sync_api import Page, expect

from local.template import raw
from regain.domain import work
from regain.problems import PROOF_OF_WORK_NEEDED

ROOT = Path(__file__).parents[2]


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
    expect(page.get_by_text("we have sent a code of 12 digits")).to_be_visible()
    expect(page.get_by_text("It is longer than usual")).to_be_visible()
    form.enter(form.code(tester.mail, 3))
    form.at("password")


TICKS = """() => {
  window.ticks = {last: performance.now(), longest: 0, running: true};
  const tick = () => {
    const now = performance.now();
    ticks.longest = Math.max(ticks.longest, now - ticks.last);
    ticks.last = now;
    if (ticks.running) setTimeout(tick);
  };
  tick();
}"""
"""Counts how long the main thread answers nothing at a time."""


def test_the_greatest_work_on_a_slow_phone_says_why_it_takes_longer_and_leaves_the_page_responsive(
    page: Page, form, tester
):
    """B26: proof of work rises instead of refusals, to 20 times the basic rounds. At a CPU slowed down 6 times.

    On the main thread the work would be one long task. Measured is the longest time without an answer in relation to
    the whole work, which holds on a busy machine too.
    """
    asked, proofs = _greatest_work(), []

    def dearer(route):
        """The first request is answered by asking for more. The proof that it brought pays for the second one."""
        body = route.request.post_data_json
        proofs.append(body["proof"])
        if len(proofs) == 1:
            return route.fulfill(status=428, content_type="application/problem+json", body=json.dumps(asked))
        page.evaluate("() => { ticks.running = false; ticks.took = performance.now() - ticks.began }")
        return route.continue_(post_data=json.dumps({**body, "proof": proofs[0]}))

    page.route("**/api/reset/start", dearer)
    page.goto("/reset/")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 6})
    try:
        page.wait_for_load_state("load")
        page.get_by_label("User ID").fill(tester.user_id)
        with page.expect_response(lambda answer: answer.status == 428, timeout=60_000):
            form.next()
        page.evaluate(TICKS)
        page.evaluate("() => { ticks.began = performance.now() }")
        expect(page.get_by_role("status").filter(has_text="Nobody is refused for it")).to_be_visible()
        page.get_by_label("User ID").focus()  # the page answers meanwhile
        expect(page.get_by_role("status").filter(has_text="Nobody is refused")).to_have_count(0, timeout=100_000)
        form.at("method")
        found = page.evaluate("() => ticks")
    finally:
        session.send("Emulation.setCPUThrottlingRate", {"rate": 1})
    assert found["longest"] < found["took"] / 3
    assert _solves(asked["challenge"], proofs[1])


def _greatest_work():
    """The problem that asks for 20 times the rounds of a deployed stack."""
    rounds = raw(ROOT / "template.yaml")["Parameters"]["ProofOfWorkRounds"]["Default"]
    counter = 50 * work.GREATEST  # a test waits for the least of it
    made = altcha.create_challenge("PBKDF2/SHA-256", rounds, counter=counter, expires_at=2**31, hmac_secret="test")
    problem = {"code": "proof-of-work-needed", "title": "t", "status": 428, "type": "/errors/proof-of-work-needed/"}
    detail = PROOF_OF_WORK_NEEDED.explanation.format(organisation="Contoso")
    challenge = made.to_dict()
    return {**problem, "detail": detail, "reference": "R-0000-0000", "times": work.GREATEST, "challenge": challenge}


def _solves(challenge, proof):
    """Whether the browser has found what the challenge asks for."""
    solved = json.loads(b64decode(proof))
    assert solved["challenge"] == challenge
    return solved["solution"]["derivedKey"].startswith(challenge["parameters"]["keyPrefix"])
