"""The guess budget of the whole organisation, and guarded mode once it is used up (B28)."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from regain.api.contract import Verify
from regain.api.request_context import RequestContext
from regain.problems import Refused
from regain.recovery.steps import steps
from tests.functions.conftest import solve
from tests.functions.person import Person


class TestGuessBudget:
    """B28: 50,000 accounts have 14 guesses at authenticators in 24 hours, and 54 at telephones."""

    @pytest.fixture
    def world(self, use, budget, time_machine):
        time_machine.move_to(1_900_000_000, tick=False)
        return budget(use())

    def guess(self, world, number, code="000000"):
        flow = world.start(f"spray{number}w{world.number}@contoso.example").body["flow"]
        return world.verify(flow, code, "authenticator")

    def guarded(self, world, number):
        """A guess with as much work as is asked for."""
        asked = world.start(f"spray{number}w{world.number}@contoso.example")
        body = {"user_id": f"spray{number}w{world.number}@contoso.example", "proof": solve(asked.body["challenge"])}
        flow = world.post("/api/reset/start", body).body
        return flow, world.verify(flow["flow"], "000000", "authenticator")

    def test_past_the_budget_only_long_proofs_are_judged_whoever_they_are_for(self, world, time_machine):
        codes = [self.guess(world, number).code for number in range(14)]
        assert codes == ["wrong-authenticator-code"] * 14
        asked = world.start(f"spray14w{world.number}@contoso.example")
        assert (asked.code, asked.body["times"]) == ("proof-of-work-needed", 4)
        flow, answer = self.guarded(world, 14)
        assert answer.code == "two-codes-needed"
        shown = {method["kind"]: method.get("digits") for method in flow["methods"]}
        assert (shown["authenticator"], shown["email"], shown["sms"]) == (12, 8, 6)
        found = world.services.events.by_subject(
            world.services.recoveries.subject("\x1forganisation"), "2030", "2031", "", 5
        )
        assert [(event["kind"], event["what"]) for event in found[0]] == [("guarded", "authenticator")]
        time_machine.shift(30 * 3_600)
        assert self.guess(world, 99).code == "wrong-authenticator-code"

    def test_a_known_browser_and_a_signed_in_person_are_outside_of_guarded_mode(self, world):
        person = Person(world)
        app = person.app()
        browser = world.sign_in(person.account.user_id).browser
        for number in range(14):
            self.guess(world, number)
        asked = world.post(
            "/api/reset/start", {"user_id": person.account.user_id, "proof": world.proof()}, browser=browser
        )
        body = {"user_id": person.account.user_id, "proof": solve(asked.body["challenge"])}
        flow = world.post("/api/reset/start", body, browser=browser).body
        assert {m["digits"] for m in flow["methods"] if m["kind"] == "authenticator"} == {6}
        proof = {"flow": flow["flow"], "method": "authenticator", "code": app.at(world.services.now + 30)}
        assert world.post("/api/reset/verify", proof, browser=browser).status == 200

    def test_a_right_proof_is_taken_back(self, world, time_machine):
        person = Person(world)
        app = person.app()
        for _ in range(20):
            time_machine.shift(30)
            flow = world.start(person.account.user_id).body["flow"]
            assert world.verify(flow, app.at(world.services.now), "authenticator").status == 200
        assert self.guess(world, 1).code == "wrong-authenticator-code"

    def test_the_same_wrong_code_again_adds_nothing(self, world):
        for number in range(4):
            flow = world.start(f"spray{number}w{world.number}@contoso.example").body["flow"]
            for _ in range(4):
                assert world.verify(flow, "000000", "authenticator").code == "wrong-authenticator-code"
        assert self.guess(world, 99).code == "wrong-authenticator-code"

    def test_of_60_guesses_in_parallel_no_more_are_judged_than_the_budget_has(self, world):
        verify = steps("reset")[2]
        flows = [world.start(f"spray{number}w{world.number}@contoso.example").body["flow"] for number in range(60)]

        def guess(number):
            try:
                verify(
                    Verify(flows[number], "authenticator", f"{number:06}"), RequestContext(world.address, "R-0000-0000")
                )
            except Refused as refused:
                return refused.problem.code

        with ThreadPoolExecutor(32) as pool:
            codes = list(pool.map(guess, range(60)))
        assert codes.count("wrong-authenticator-code") == 14
        assert codes.count("two-codes-needed") == 46

    def test_a_short_code_is_asked_for_anew_when_guarded_mode_begins_and_a_long_one_stays_good(
        self, world, time_machine
    ):
        person = world.person()
        short = world.start(person.user_id).body
        world.send(short["flow"], "sms")
        for number in range(54):
            flow = world.post(
                "/api/reset/start", {"user_id": f"t{number}w{world.number}@contoso.example", "proof": world.proof()}
            ).body["flow"]
            world.send(flow, "sms")
            world.verify(flow, "999999", "sms")
        assert world.verify(short["flow"], world.code(short["reference"], method="sms"), "sms").code == "code-expired"
        time_machine.shift(30)
        assert world.send(short["flow"], "sms").body["digits"] == 12
        code = world.code(short["reference"], 2, method="sms")
        assert world.verify(short["flow"], code, "sms").status == 200
