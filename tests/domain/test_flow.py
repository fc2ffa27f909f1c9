"""Flows: one recovery from start to finish, as pure steps (S36-S51, B1, B2, B5, B8, B11, B12)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain import problems
from regain.domain import flow as rules
from regain.domain.account import Account
from regain.domain.flow import Flow
from regain.domain.policy import Domain, Limits, Recovery
from regain.domain.security_info import SecurityInfo
from regain.domain.throttle import Throttle
from regain.problems import Refused

NOW = 1_000_000
LIMITS = Limits()
DOMAINS = {"contoso.example": Domain()}
MARIA = Account("maria@contoso.example", other_mails=("maria@home.example",), mobile_phone="+447700900123")
ADMIN = replace(MARIA, role="administrator")
CODES = Recovery(methods=("email", "sms", "call-mobile", "call-office"))
BLANK = Flow("id", "reset", "maria@contoso.example", "R-0000-0000", 0, 0, 0, 1, 1, ())


def started(account=MARIA, policy=CODES, throttle=Throttle(), now=NOW, info=SecurityInfo()):
    return rules.begin(BLANK, account, info, throttle, policy, DOMAINS, now)


def code_of(sequence):
    return f"{sequence:06}"


def sent(flow, throttle=Throttle(), method="email", now=NOW, policy=Recovery()):
    return rules.send(flow, throttle, rules.choose(flow, method), now, policy, LIMITS)


def verify(flow, throttle, code, method="email", now=NOW, policy=Recovery()):
    choice = rules.choose(flow, method)
    problem = rules.judge_code(flow, choice, code, code_of, now, policy)
    return rules.verify(flow, throttle, choice, problem, now, policy, LIMITS)


def problem_of(action, *arguments, **named):
    with pytest.raises(Refused) as refused:
        action(*arguments, **named)
    return refused.value.problem


def test_before_any_proof_everybody_sees_the_organisations_methods_b1():
    for account in (MARIA, ADMIN, Account("dana@contoso.example"), replace(MARIA, enabled=False), None):
        flow = started(account)
        assert [choice.id for choice in rules.choices(flow)] == ["email", "sms", "call-mobile", "call-office"]
        assert "".join(choice.place for choice in rules.choices(flow)) == ""
        assert flow.gates_required == 1


def test_with_detailed_disclosure_the_accounts_own_methods_are_shown_masked_s40():
    flow = started(policy=replace(CODES, disclosure="detailed"))
    assert [(c.kind, c.place) for c in rules.choices(flow)] == [
        ("email", "m•••a@h•••.example"),
        ("sms", "••••••23"),
        ("call-mobile", "••••••23"),
    ]


@pytest.mark.parametrize(
    ("account", "policy", "problem"),
    [
        (None, Recovery(), problems.COULD_NOT_VERIFY),
        (Account("dana@contoso.example"), Recovery(), problems.COULD_NOT_VERIFY),
        (replace(MARIA, other_mails=(), role="helpdesk"), Recovery(), problems.COULD_NOT_VERIFY),
        (replace(MARIA, enabled=False), Recovery(), problems.ACCOUNT_TURNED_OFF),
        (MARIA, Recovery(enabled_for=("pilots",)), problems.NOT_ENABLED),
    ],
    ids=["unknown", "not registered (S66)", "administrator with one method (S15)", "turned off", "not enabled (S65)"],
)
def test_detailed_disclosure_says_what_stands_against_an_account(account, policy, problem):
    assert problem_of(started, account, replace(policy, disclosure="detailed")) is problem
    started(account, policy)  # `private` says nothing before a proof


@pytest.mark.parametrize(
    ("account", "policy", "problem"),
    [
        (replace(MARIA, enabled=False), Recovery(), problems.ACCOUNT_TURNED_OFF),
        (MARIA, Recovery(enabled_for=("pilots",)), problems.NOT_ENABLED),
        (replace(MARIA, mobile_phone="", role="helpdesk"), Recovery(), problems.NO_SECOND_METHOD),
    ],
)
def test_whoever_has_proved_who_they_are_is_told_why_they_cannot_go_on(account, policy, problem):
    flow, throttle = sent(started(account, policy))
    verdict = verify(flow, throttle, "000001")
    assert verdict.right
    assert verdict.refused.problem is problem


def test_the_right_code_passes_one_gate_and_clears_nothing_else():
    flow, throttle = sent(started())
    verdict = verify(flow, throttle, "000001")
    assert verdict.right
    assert verdict.refused is None
    assert verdict.flow.open
    assert verdict.flow.passed == ("email",)
    assert verdict.throttle == throttle


def test_an_account_without_the_method_never_matches_b1():
    flow, throttle = sent(started(account=None))
    verdict = verify(flow, throttle, "000001")
    assert not verdict.right
    assert verdict.refused.problem is problems.WRONG_CODE


@pytest.mark.parametrize("account", [MARIA, None], ids=["known", "unknown"])
def test_five_tries_are_judged_and_no_more_b2(account):
    flow, throttle = sent(started(account))
    for left in (4, 3, 2, 1, 0):
        verdict = verify(flow, throttle, "999999")
        flow, throttle = verdict.flow, verdict.throttle
        assert verdict.refused.facts["attempts_left"] == left
    assert verdict.refused.problem is problems.TOO_MANY_WRONG_CODES
    assert problem_of(verify, flow, throttle, "000001") is problems.RECOVERY_CLOSED


def test_five_failures_in_many_flows_close_the_method_for_24_hours():
    throttle = Throttle()
    for _ in range(5):
        flow, throttle = sent(started(throttle=throttle), throttle)
        throttle = verify(flow, throttle, "999999").throttle
    assert throttle.closed_for("email", NOW) == 86_400
    assert throttle.closed_for("sms", NOW) == 0
    assert [c.id for c in rules.choices(started(throttle=throttle))] == ["sms", "call-mobile", "call-office"]
    assert throttle.closed_for("email", NOW + 86_400) == 0


def test_when_every_method_is_closed_nobody_can_start_and_everybody_is_told_when_they_can():
    closed = Throttle(closed=dict.fromkeys(CODES.methods, NOW + 500))
    for account in (MARIA, None):
        with pytest.raises(Refused) as refused:
            started(account, throttle=closed)
        assert refused.value.problem is problems.RECOVERY_CLOSED
        assert refused.value.facts == {"retry_after": 500}


def test_failures_older_than_a_day_do_not_count():
    throttle = Throttle(failed={"email": (NOW - 86_400,) * 4})
    assert throttle.failures_left("email", NOW, LIMITS) == 5
    assert throttle.failures_left("email", NOW - 1, LIMITS) == 1


@pytest.mark.parametrize(("after", "right"), [(0, True), (299, True), (300, False)])
def test_a_code_is_good_for_exactly_five_minutes(after, right):
    flow, throttle = sent(started())
    verdict = verify(flow, throttle, "000001", now=NOW + after)
    assert verdict.right == right
    if not right:
        assert verdict.refused.problem is problems.CODE_EXPIRED


def test_an_earlier_code_stays_good_until_its_own_time_ends_b8():
    flow, throttle = sent(started())
    flow, throttle = sent(flow, throttle, now=NOW + 200)
    assert verify(flow, throttle, "000001", now=NOW + 299).right
    assert not verify(flow, throttle, "000001", now=NOW + 300).right
    assert verify(flow, throttle, "000002", now=NOW + 300).right


def test_another_code_can_be_asked_for_after_thirty_seconds_b8():
    flow, throttle = sent(started())
    assert problem_of(sent, flow, throttle, now=NOW + 29) is problems.WAIT_BEFORE_RESEND
    sent(flow, throttle, now=NOW + 30)


@pytest.mark.parametrize(("method", "most"), [("sms", 5), ("email", 10)])
def test_messages_are_limited_by_the_hour_s43(method, most):
    throttle = Throttle()
    for _ in range(most):
        _, throttle = sent(started(), throttle, method)
    assert problem_of(sent, started(), throttle, method) is problems.TOO_MANY_CODES
    sent(started(), throttle, method, now=NOW + 3600)


def test_texts_and_calls_count_together():
    throttle = Throttle()
    for method in ("sms", "call-mobile", "call-office", "sms", "call-mobile"):
        _, throttle = sent(started(), throttle, method)
    assert problem_of(sent, started(), throttle, "sms") is problems.TOO_MANY_CODES
    sent(started(), throttle, "email")


def test_two_gates_need_two_different_proofs_s49_b11():
    policy = replace(CODES, gates=2)
    flow, throttle = sent(started(policy=policy))
    first = verify(flow, throttle, "000001").flow
    assert not first.open
    assert [c.id for c in rules.choices(first)] == ["sms", "call-mobile"]
    assert problem_of(rules.choose, first, "email") is problems.METHOD_NOT_OFFERED
    flow, throttle = sent(first, throttle, "sms")
    assert verify(flow, throttle, "000001", "sms").flow.open


def test_an_administrator_needs_two_gates_and_nobody_learns_it_before_the_first_b12():
    flow, throttle = sent(started(ADMIN))
    assert (flow.gates_required, flow.required) == (1, 2)
    passed = verify(flow, throttle, "000001").flow
    assert (passed.gates_required, passed.open) == (2, False)
    assert problem_of(rules.check_open, passed, ADMIN, Recovery()) is problems.PROOF_STILL_NEEDED


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"purpose": "unlock"}, NOW),
        ({"finished": True}, NOW),
        ({}, NOW + 900),
        ({"generation": 7}, NOW),
        ({"refusals": 10}, NOW),
    ],
    ids=["another purpose", "finished", "ran out", "overtaken (B5)", "too many refused passwords (X18)"],
)
def test_a_flow_that_cannot_go_on_ends_in_one_way(change, now):
    flow = replace(started(), **change)
    assert problem_of(rules.check_live, flow, Throttle(), "reset", now) is problems.SESSION_ENDED
    assert problem_of(rules.check_live, None, Throttle(), "reset", now) is problems.SESSION_ENDED
    assert rules.check_live(started(), Throttle(), "reset", NOW + 899)


def test_refused_passwords_are_counted_and_told_from_the_third_on_until_the_tenth_ends_the_flow_x18():
    flow, told = started(), []
    for _ in range(10):
        assert rules.check_live(flow, Throttle(), "reset", NOW)
        wrong = Refused(problems.PASSWORD_NOT_ACCEPTED, reason="too-short", feedback=["f"])
        flow, refused = rules.refuse_password(flow, wrong)
        assert (refused.reason, refused.facts["feedback"]) == ("too-short", ["f"])
        told.append((refused.problem.code, refused.facts.get("attempts_left")))
    assert told[:9] == [("password-not-accepted", left) for left in (None, None, 7, 6, 5, 4, 3, 2, 1)]
    assert told[9] == ("too-many-refused-passwords", 0)
    assert problem_of(rules.check_live, flow, Throttle(), "reset", NOW) is problems.SESSION_ENDED


def test_a_success_ends_every_other_flow_of_the_account_b5():
    other, throttle = started(), Throttle(failed={"email": (NOW,)})
    cleared = throttle.cleared()
    assert problem_of(rules.check_live, other, cleared, "reset", NOW) is problems.SESSION_ENDED
    assert cleared.failed == {}


@pytest.mark.parametrize(
    ("account", "policy", "problem"),
    [
        (ADMIN, Recovery(), problems.PROOF_STILL_NEEDED),
        (MARIA, Recovery(gates=2), problems.PROOF_STILL_NEEDED),
        (replace(MARIA, enabled=False), Recovery(), problems.ACCOUNT_TURNED_OFF),
        (MARIA, Recovery(enabled_for="none"), problems.NOT_ENABLED),
        (None, Recovery(), problems.PROOF_STILL_NEEDED),
    ],
    ids=["became an administrator", "two gates by now", "turned off", "not enabled", "gone"],
)
def test_what_holds_at_the_finish_decides(account, policy, problem):
    flow = replace(started(), passed=("email",))
    assert problem_of(rules.check_open, flow, account, policy) is problem
    assert rules.check_open(flow, MARIA, Recovery()) is MARIA


@given(st.lists(st.sampled_from(["000001", "000002", "999999", "send", "wait"]), max_size=40))
def test_whatever_is_tried_no_gate_opens_without_its_code_and_no_sixth_try_is_judged(steps):
    flow, throttle, now, wrong = started(), Throttle(), NOW, 0
    for step in steps:
        try:
            if step == "wait":
                now += 31
            elif step == "send":
                flow, throttle = sent(flow, throttle, now=now)
            else:
                verdict = verify(flow, throttle, step, now=now)
                wrong += not verdict.right
                if verdict.right:
                    assert int(step) <= len(flow.sends["email"])
                flow, throttle = verdict.flow, verdict.throttle
        except Refused:
            continue
        if flow.passed:
            break
    assert wrong <= 5
