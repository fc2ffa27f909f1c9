"""Codes of authenticator apps as a proof: once, of this time, and used up when they were recognised (X9)."""

import pyotp
import pytest

from tests.functions.test_proofs import Owner, method


class TestAuthenticator:
    @pytest.fixture
    def owner(self, world, time_machine):
        time_machine.move_to(1_800_000_000, tick=False)
        owner = Owner(world)
        owner.app = owner.app_registered()
        return owner

    def give(self, owner, code):
        flow = owner.start()
        return owner.verify(flow, method(flow["methods"], "authenticator"), {"code": code})

    def test_a_code_counts_once_within_its_step(self, owner):
        code = owner.app.at(1_800_000_000)
        assert self.give(owner, f" {code[:3]} {code[3:]} ").status == 200
        assert self.give(owner, code).code == "wrong-authenticator-code"
        assert self.give(owner, owner.app.at(1_800_000_000 - 30)).code == "wrong-authenticator-code"
        assert self.give(owner, owner.app.at(1_800_000_000 + 30)).status == 200

    @pytest.mark.parametrize("seconds", [-120, 120, 60, -60, 600])
    def test_a_code_of_another_time_is_wrong_and_used_up_x9(self, owner, seconds, time_machine):
        """Before a proof nothing tells that it was one, and it does not count when its time has come."""
        code = owner.app.at(1_800_000_000 + seconds)
        answer = self.give(owner, code)
        assert answer.code == "wrong-authenticator-code"
        assert answer.body["attempts_left"] == 4
        time_machine.shift(seconds)
        assert self.give(owner, code).code == "wrong-authenticator-code"

    def test_somebody_who_has_given_a_proof_is_told_that_the_clock_is_wrong(self, use, time_machine):
        time_machine.move_to(1_800_000_000, tick=False)
        owner = Owner(use(recovery={"gates": 2}))
        owner.app = owner.app_registered()
        flow = owner.start()
        later = owner.prove(flow, method(flow["methods"], "email")).body["methods"]
        code = {"code": owner.app.at(1_800_000_000 + 120)}
        assert owner.verify(flow, method(later, "authenticator"), code).code == "authenticator-clock-is-wrong"

    def test_somebody_elses_app_is_no_proof(self, owner):
        assert self.give(owner, pyotp.TOTP(pyotp.random_base32()).at(1_800_000_000)).code == "wrong-authenticator-code"
