"""Flows: one recovery from start to finish, as pure steps (S36-S51, B1, B2, B5, B8, B11, B12)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain import problems
from regain.domain import flow as rules
from regain.domain.account import Account
from regain.domain.flow import Flow
from regain.domain.limits import NETWORK
from regain.domain.policy import Domain, Limits, Recovery
from regain.domain.proving import Attempt
from regain.domain.security_info import Contact, SecurityInfo
from regain.domain.throttle import Counts, Standing, Throttle
from regain.problems import Refused

NOW = 1_800_000_000
LIMITS = Limits()
DOMAINS = {"contoso.example": Domain()}
MARIA = Account("maria@contoso.example", other_mails=("maria@home.example",), mobile_phone="+447700900123")
ADMIN = replace(MARIA, role="administrator")
CODES = Recovery(methods=("email", "sms", "call-mobile", "call-office"))
BLANK = Flow("id", "reset", "maria@contoso.example", "R-0000-0000", 0, 0, 0, 1, 1, ())
STRANGER = Standing(NETWORK, Counts(), Throttle(), lambda _: 0.5)


def started(account=MARIA, policy=CODES, throttle=Throttle(), now=NOW, info=SecurityInfo()):
    return rules.start(BLANK, account, info, throttle, policy, DOMAINS, now)


def attempt(flow, standing, method="email", now=NOW, policy=Recovery()):
    return Attempt(flow, rules.find_choice(flow, method), standing, now, policy, LIMITS)


def code_of(live):
    return f"{live.sequence:0{live.digits}}"


def sent(flow, standing=STRANGER, method="email", now=NOW, policy=Recovery()):
    tried = attempt(flow, standing, method, now, policy)
    return tried.send(bool(tried.choice.method))


def verify(flow, standing, code, method="email", now=NOW, policy=Recovery()):
    tried = attempt(flow, standing, method, now, policy)
    tried.check(code)
    return tried.verify(tried.judge_code(code, code_of(tried.live)), code)


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
    flow, standing = sent(started(account, policy))
    verdict = verify(flow, standing, "00000001")
    assert verdict.right
    assert verdict.refused.problem is problem


def test_the_right_code_passes_one_gate_and_clears_nothing_else():
    flow, standing = sent(started())
    verdict = verify(flow, standing, "00000001")
    assert verdict.right
    assert verdict.refused is None
    assert verdict.flow.verified
    assert verdict.flow.passed == ("email",)
    assert verdict.standing == standing


def test_an_account_without_the_method_never_matches_b1():
    flow, standing = sent(started(account=None))
    verdict = verify(flow, standing, "00000001")
    assert not verdict.right
    assert verdict.refused.problem is problems.WRONG_CODE


@pytest.mark.parametrize("account", [MARIA, None], ids=["known", "unknown"])
def test_five_tries_are_judged_and_no_more_b2(account):
    flow, standing = sent(started(account))
    for typed in ("", "my old password", "maria@home.example"):  # no try (F5)
        assert problem_of(verify, flow, standing, typed) is problems.WRONG_CODE
    for left in (4, 3, 2, 1, 0):
        verdict = verify(flow, standing, "99999999")
        flow, standing = verdict.flow, verdict.standing
        assert verdict.refused.facts["attempts_left"] == left
    assert verdict.refused.problem is problems.TOO_MANY_WRONG_CODES
    assert problem_of(verify, flow, standing, "00000001") is problems.TOO_MANY_WRONG_CODES


@pytest.mark.parametrize("account", [MARIA, None], ids=["known", "unknown"])
def test_after_five_failures_in_many_flows_a_short_code_has_expired_and_the_next_is_long(account):
    """Attack 22: the right short code past the limit is not judged."""
    waiting, standing = sent(started(account))
    for _ in range(5):
        flow, standing = sent(started(account), replace(standing, own=replace(standing.own, messages={})))
        standing = verify(flow, standing, "99999999").standing
    assert problem_of(verify, waiting, standing, "00000001") is problems.CODE_EXPIRED
    flow, standing = sent(waiting, replace(standing, own=replace(standing.own, messages={})), now=NOW + 30)
    assert (flow.codes["email"].sequence, flow.codes["email"].digits) == (2, 12)
    assert verify(flow, standing, "000000000002", now=NOW + 30).right is (account is MARIA)
    assert verify(flow, standing, "0000 0000 0001", now=NOW + 30).right is False


def test_a_long_code_stays_good_when_short_ones_are_judged_again():
    guarded = replace(STRANGER, guarded=frozenset(["email"]))
    flow, standing = sent(started(), guarded)
    assert flow.codes["email"].digits == 12
    assert verify(flow, replace(standing, guarded=frozenset()), "000000000001").right


def test_a_proof_before_a_code_was_asked_for_is_refused_and_counts_nowhere():
    """X14."""
    assert problem_of(attempt(started(), STRANGER).check, "00000001") is problems.ASK_FOR_A_CODE


def test_a_code_that_never_went_out_opens_nothing_x14():
    flow, standing = attempt(started(), STRANGER).send(reached=False)
    assert verify(flow, standing, "00000001").refused.problem is problems.WRONG_CODE
    flow, standing = attempt(flow, standing, now=NOW + 30).send(reached=True)
    assert verify(flow, standing, "00000001", now=NOW + 30).right


@pytest.mark.parametrize(("after", "right"), [(0, True), (299, True), (300, False)])
def test_a_code_is_good_for_exactly_five_minutes(after, right):
    flow, standing = sent(started())
    if right:
        assert verify(flow, standing, "00000001", now=NOW + after).right
    else:
        assert problem_of(verify, flow, standing, "00000001", now=NOW + after) is problems.CODE_EXPIRED


def test_a_resend_repeats_the_code_so_that_two_are_never_good_at_once_x8():
    flow, standing = sent(started())
    flow, standing = sent(flow, standing, now=NOW + 200)
    assert flow.codes["email"].sequence == 1
    assert verify(flow, standing, "00000001", now=NOW + 499).right
    flow, standing = sent(flow, standing, now=NOW + 470)
    assert (flow.codes["email"].sequence, flow.codes["email"].until) == (1, NOW + 600)
    flow, standing = sent(flow, standing, now=NOW + 510)
    assert flow.codes["email"].sequence == 2  # less than two minutes of the first were left
    assert not verify(flow, standing, "00000001", now=NOW + 511).right
    assert verify(flow, standing, "00000002", now=NOW + 511).right


def test_no_code_outlives_its_flow():
    flow, _ = sent(started(), now=NOW + 800)
    assert flow.codes["email"].until == flow.expires_at == NOW + 900


def test_another_code_can_be_asked_for_after_thirty_seconds_b8():
    flow, standing = sent(started())
    assert problem_of(sent, flow, standing, now=NOW + 29) is problems.WAIT_BEFORE_RESEND
    sent(flow, standing, now=NOW + 30)


def test_texts_and_calls_count_together():
    standing = STRANGER
    for method in ("sms", "call-mobile", "call-office"):
        _, standing = sent(started(), standing, method)
    assert problem_of(sent, started(), standing, "sms") is problems.TOO_MANY_CODES
    sent(started(), standing, "email")


def test_the_budget_pays_for_a_short_first_proof_and_for_the_same_wrong_one_once():
    flow, standing = sent(started(policy=replace(CODES, gates=2)))
    assert attempt(flow, standing).guessable("99999999")
    failed = verify(flow, standing, "99999999")
    assert not attempt(failed.flow, failed.standing).guessable("99999999")
    assert attempt(failed.flow, failed.standing).guessable("99999998")
    passed = verify(flow, standing, "00000001").flow
    later, standing = sent(passed, standing, "sms")
    assert not attempt(later, standing, "sms").guessable("999999")
    guarded = replace(STRANGER, guarded=frozenset(["email"]))
    assert not attempt(sent(started(), guarded)[0], guarded).guessable("99999999")


def test_questions_and_an_app_are_no_first_proof_past_what_can_be_made_longer():
    policy = Recovery(methods=("email", "sms", "authenticator", "questions"), gates=2)
    standing = STRANGER
    for _ in range(100):
        standing = standing.with_wrong_proof("authenticator", NOW).with_wrong_proof("questions", NOW)
    kinds = rules.kinds_second_only(standing, policy, LIMITS, NOW)
    assert kinds == ("authenticator", "questions")
    flow = rules.start(replace(BLANK, second_only=kinds), MARIA, SecurityInfo(), Throttle(), policy, DOMAINS, NOW)
    assert [choice.id for choice in rules.choices(flow)] == ["email", "sms"]


def test_a_flow_whose_account_moves_on_looks_as_for_nobody_and_whoever_has_proved_something_is_told_x12():
    before = rules.bound_to(MARIA, SecurityInfo())
    registered = SecurityInfo(contacts=(Contact("1", "email", "new@home.example", NOW),))
    for account, info in (
        (replace(MARIA, other_mails=("other@home.example",)), SecurityInfo()),
        (replace(MARIA, mobile_phone=""), SecurityInfo()), (replace(MARIA, generation=1), SecurityInfo()),
        (ADMIN, SecurityInfo()), (MARIA, registered),
    ):  # fmt: skip
        assert rules.bound_to(account, info) != before
    assert rules.bound_to(replace(MARIA, language="de", groups=("x",)), SecurityInfo()) == before
    flow, standing = sent(started())
    over = rules.overtaken(flow)
    assert [choice.id for choice in rules.choices(over)] == [choice.id for choice in rules.choices(flow)]
    assert over.gates_required == flow.gates_required
    assert verify(over, standing, "00000001").refused.problem is problems.WRONG_CODE
    passed = verify(flow, standing, "00000001").flow
    assert problem_of(rules.overtaken, passed) is problems.SESSION_ENDED


def test_two_gates_need_two_different_proofs_s49_b11():
    policy = replace(CODES, gates=2)
    flow, standing = sent(started(policy=policy))
    first = verify(flow, standing, "00000001").flow
    assert not first.verified
    assert [c.id for c in rules.choices(first)] == ["sms", "call-mobile"]
    assert problem_of(rules.find_choice, first, "email") is problems.METHOD_NOT_OFFERED
    flow, standing = sent(first, standing, "sms")
    assert verify(flow, standing, "000001", "sms").flow.verified


def test_an_administrator_needs_two_gates_and_nobody_learns_it_before_the_first_b12():
    flow, standing = sent(started(ADMIN))
    assert (flow.gates_required, flow.required) == (1, 2)
    passed = verify(flow, standing, "00000001").flow
    assert (passed.gates_required, passed.verified) == (2, False)
    assert problem_of(rules.check_verified, passed, ADMIN, Recovery(), DOMAINS) is problems.PROOF_STILL_NEEDED


@pytest.mark.parametrize(
    ("change", "now"),
    [
        ({"purpose": "unlock"}, NOW),
        ({"finished": True}, NOW),
        ({}, NOW + 900),
        ({"generation": 7, "passed": ("email",)}, NOW),
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
    throttle = Throttle().overtaken()
    assert problem_of(rules.check_live, replace(started(), passed=("email",)), throttle, "reset", NOW) is (
        problems.SESSION_ENDED
    )
    assert rules.check_live(started(), throttle, "reset", NOW).registered == ()


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
    assert problem_of(rules.check_verified, flow, account, policy, DOMAINS) is problem
    assert rules.check_verified(flow, MARIA, Recovery(), DOMAINS) is MARIA


@given(st.lists(st.sampled_from(["00000001", "00000002", "99999999", "send", "wait"]), max_size=40))
def test_whatever_is_tried_no_gate_opens_without_its_code_and_no_sixth_try_is_judged(steps):
    flow, standing, now, wrong = started(), STRANGER, NOW, 0
    for step in steps:
        try:
            if step == "wait":
                now += 31
            elif step == "send":
                flow, standing = sent(flow, standing, now=now)
            else:
                verdict = verify(flow, standing, step, now=now)
                wrong += not verdict.right
                if verdict.right:
                    assert int(step) == flow.codes["email"].sequence
                flow, standing = verdict.flow, verdict.standing
        except Refused:
            continue
        if flow.passed:
            break
    assert wrong <= 5
