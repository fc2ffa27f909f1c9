"""Codes: five minutes, five tries; used once, and by nobody but the flow that they were sent for."""

from collections import Counter
from itertools import pairwise

import pytest

from regain.adapters.keys import codes_key
from regain.domain import codes
from tests.abuse.client import WINDOW, Attacker, together
from tests.abuse.conftest import AFTER_THE_START
from tests.functions.conftest import solve
from tests.functions.person import Person

WRONG = ("wrong-code", "too-many-wrong-codes")
"""How a guess is answered that was judged."""


@pytest.fixture(params=AFTER_THE_START)
def mode(request):
    """Codes come after the start."""
    return request.param


def judged(attacker, user_id):
    """How many proofs were judged and found wrong, as the audit has it."""
    return attacker.happened(user_id).count("proof-failed")


def with_a_code(attacker, purpose="reset", **changes):
    """A person, a flow of theirs and the code that came."""
    person = attacker.person(**changes)
    begun = attacker.start(person.user_id, purpose).body
    assert attacker.send(begun["flow"], purpose=purpose).status == 202
    return person, begun["flow"], attacker.code(begun["reference"])


def another(code, by=1):
    """A code that was not sent."""
    return f"{(int(code) + by) % 10 ** len(code):0{len(code)}}"


def test_19_of_200_parallel_guesses_five_are_judged(attacker, crowded):
    """Each try is counted by a conditional write before it is judged, whatever arrives at once (N 3.2.2)."""
    person, flow, code = with_a_code(attacker)
    answers = together(200 if crowded else 24, lambda number: attacker.verify(flow, another(code, number + 1)))
    told = Counter(answer.code for answer in answers)
    assert judged(attacker, person.user_id) == 5
    assert sum(told[each] for each in WRONG) >= 5
    assert told["wrong-code"] <= 4
    assert set(told) <= {*WRONG, "code-expired", "busy-try-again"}


def test_20_guesses_over_many_flows_of_one_account_share_its_limit(attacker):
    """Failed proofs count for the account and the kind of method, however many flows they come from (Kratos PR 4606)."""
    person = attacker.person()
    flows = [attacker.start(person.user_id).body["flow"] for _ in range(5)]
    for flow in flows:
        assert attacker.send(flow).status == 202
    answers = together(35, lambda number: attacker.verify(flows[number % 5], f"999999{number:02}"))
    assert judged(attacker, person.user_id) == 5
    assert {answer.code for answer in answers} <= {*WRONG, "code-expired", "busy-try-again"}
    others = [Attacker(attacker.deployment) for _ in range(4)]
    for other in others:
        flow = other.start(person.user_id).body["flow"]
        assert other.send(flow).status == 202
        for number in range(5):
            other.verify(flow, f"9999999{number}")
    assert 15 <= judged(attacker, person.user_id) <= 25, "20, drawn anew for each account and day"
    last = Attacker(attacker.deployment)
    offered = {m["kind"]: m.get("digits") for m in last.start(person.user_id).body["methods"]}
    assert offered["email"] == 12, "all unknown browsers together have about 20 short guesses a day"


def test_21_guesses_over_many_accounts_from_one_network_share_its_limit(attacker, full):
    """Past 300 failures of a network in ten minutes each proof costs work, for a right code too; it is judged then."""
    accounts = 60 if full else 6
    attacker.fail(attacker.address, 300 - accounts * 5)
    people = [attacker.person().user_id for _ in range(accounts)]
    flows = [answer.body["flow"] for answer in together(accounts, lambda number: attacker.start(people[number]), 4)]
    for flow in flows:
        attacker.send(flow)
    begun = attacker.services.now // WINDOW

    def guess(number):
        return attacker.verify(flows[number % accounts], f"999999{number % 100:02}")

    answers = together(accounts * 5, guess, 4)
    answers += together(12, lambda number: guess(accounts * 5 + number), 4)  # once all of those have been counted
    windows = 1 + attacker.services.now // WINDOW - begun
    assert sum(answer.code in WRONG for answer in answers) <= (accounts * 5 + 4) * windows, "four at once"
    elsewhere = Attacker(attacker.deployment)
    _, flow, code = with_a_code(elsewhere)
    attacker.fail(attacker.address, 300)
    body = {"flow": flow, "method": "email", "code": code}
    asked = attacker.post("/api/reset/verify", body)
    assert (asked.status, asked.code) == (428, "proof-of-work-needed")
    neighbour = f"{attacker.address.rpartition('.')[0]}.200"
    assert attacker.verify(flow, code, address=neighbour).code == "proof-of-work-needed"
    assert attacker.sign_in(people[0]).code != "proof-of-work-needed", "sign-in and proofs count apart"
    assert attacker.post("/api/reset/verify", {**body, "proof": solve(asked.body["challenge"])}).status == 200


def test_22_the_right_code_after_the_limit_is_refused(attacker):
    """After five wrong ones a short code has expired, in this flow and in others; the next one has 12 digits."""
    person, flow, code = with_a_code(attacker)
    before = attacker.start(person.user_id).body
    attacker.send(before["flow"])
    earlier = attacker.code(before["reference"])
    for number in range(5):
        assert attacker.verify(flow, another(code, number + 1)).code in WRONG
    assert attacker.verify(flow, code).code == "too-many-wrong-codes"
    assert attacker.verify(before["flow"], earlier).code == "code-expired"
    assert attacker.finish(flow).code == "proof-still-needed"
    again = attacker.start(person.user_id).body
    assert attacker.send(again["flow"]).body["digits"] == 12
    assert attacker.verify(again["flow"], attacker.code(again["reference"])).status == 200


def test_23_the_right_code_works_once(attacker):
    """Of 20 at once one passes; it opens one gate of the two that an administrator needs, and never both."""
    person, flow, code = with_a_code(attacker, role="administrator")
    answers = together(20, lambda _: attacker.verify(flow, code))
    assert sum(answer.status == 200 for answer in answers) == 1
    assert {answer.code for answer in answers} <= {"", "method-not-offered", "busy-try-again"}
    assert attacker.verify(flow, code).code == "method-not-offered"
    assert attacker.happened(person.user_id).count("proof-passed") == 1
    assert attacker.finish(flow).code == "proof-still-needed"


def test_24_a_code_is_good_for_its_flow_method_and_purpose_only(attacker):
    """It is an HMAC of all of these: in another flow, for another method or to unlock it is a wrong code."""
    person, flow, code = with_a_code(attacker)
    second = attacker.start(person.user_id).body["flow"]
    attacker.send(second)
    assert attacker.verify(second, code).code == "wrong-code"
    attacker.send(flow, "sms")
    assert attacker.verify(flow, code, "sms").code == "wrong-code"
    unlock = attacker.start(person.user_id, "unlock").body["flow"]
    attacker.send(unlock, purpose="unlock")
    assert attacker.verify(unlock, code, purpose="unlock").code == "wrong-code"
    assert attacker.verify(flow, code, purpose="unlock").code == "session-ended"
    stranger = attacker.start(attacker.person().user_id).body["flow"]
    attacker.send(stranger)
    assert attacker.verify(stranger, code).code == "wrong-code"
    assert attacker.verify(flow, code).status == 200


def test_25_a_code_ends_to_the_second_though_its_flow_is_still_stored(attacker):
    """Its age is judged when it is given: no record has to have been removed (DynamoDB's TTL may take days)."""
    _, good, code = with_a_code(attacker)
    _, late, other = with_a_code(attacker)
    attacker.age_code(good, 3)
    assert attacker.verify(good, code).status == 200
    attacker.age_code(late, 0)
    assert attacker.verify(late, other).code == "code-expired"
    assert attacker.send(late).status == 202, "the flow goes on"


def test_26_a_code_is_a_text_of_its_digits(attacker):
    """Leading zeros count; spaces, hyphens and full-width digits are read; arrays, numbers, signs and more are not."""
    flow, code = next(_with_leading_zero(attacker))
    for value in ([code], [[code]], int(code), float(code), {"code": code}, None, True, "", "0" * 65):
        refused = attacker.post("/api/reset/verify", {"flow": flow, "method": "email", "code": value})
        assert (refused.status, refused.code) == (400, "request-not-read"), value
    for value in (str(int(code)), f"{code}0", f"-{int(code)}x", f"{code}.0"):
        assert attacker.verify(flow, value).code == "wrong-code", value
    wide = " ".join(chr(ord(digit) + 0xFEE0) for digit in code)
    assert attacker.verify(flow, f" {wide[:5]}-{wide[5:]}\u00a0").status == 200


def _with_leading_zero(attacker):
    """Flows whose first code begins with a nought: every tenth. The code is read where it arrives."""
    person = attacker.person()
    keys = attacker.services.keys
    while True:
        begun = attacker.start(person.user_id).body
        flow_id = attacker.services.recoveries.held(begun["flow"]).id
        if codes.derive(keys.derive(codes_key("reset")), flow_id, "reset", "email", 1, 8).startswith("0"):
            attacker.send(begun["flow"])
            yield begun["flow"], attacker.code(begun["reference"])


def test_27_a_resend_repeats_the_code_that_is_good(attacker):
    """One code is good at a time, for five minutes more and ten in all: ten sends are not ten codes (X8)."""
    begun = attacker.start(attacker.person(role="administrator").user_id).body
    attacker.send(begun["flow"])
    for _ in range(2):
        attacker.age(begun["flow"], 200)
        assert attacker.send(begun["flow"]).status == 202
    sent = [message["facts"]["sequence"] for message in attacker.outbox(begun["reference"])]
    assert sent == [1, 1, 1]
    attacker.age(begun["flow"], 100)
    assert attacker.send(begun["flow"]).status == 202  # less than two minutes were left: another one
    first, second = (attacker.code(begun["reference"], n) for n in (1, 4))
    assert first != second
    assert attacker.verify(begun["flow"], first).code == "wrong-code"
    assert attacker.verify(begun["flow"], second).status == 200


def test_28_codes_cannot_be_predicted(attacker):
    """10,000 codes of the stack's own key: every digit as often at each place, none follows from the one before."""
    _, flow, code = with_a_code(attacker)
    key = attacker.services.keys.derive(codes_key("reset"))
    flow_id = attacker.services.recoveries.held(flow).id
    assert codes.derive(key, flow_id, "reset", "email", 1, 8) == code, "the codes judged here are not those that arrive"
    made = [codes.derive(key, f"{number // 5:032x}", "reset", "email", number % 5 + 1, 8) for number in range(10_000)]
    for place in range(8):
        seen = Counter(each[place] for each in made)
        assert _chi_square(seen.values(), 1_000) < 50, place  # 9 degrees of freedom: one in ten million
    steps = Counter((int(after) - int(before)) % 10**8 // 10**7 for before, after in pairwise(made))
    assert _chi_square(steps.values(), 999.9) < 50, "a code tells something of the next"
    assert 9_990 < len(set(made)) <= 10_000  # half a pair is expected to be the same by chance


def _chi_square(seen, expected):
    return sum((number - expected) ** 2 / expected for number in seen)


def test_29_parallel_resends_cause_one_message(attacker):
    """The pause between two messages is part of the flow's record, which one of 30 writers gets to change."""
    person = attacker.person()
    begun = attacker.start(person.user_id).body
    answers = together(30, lambda _: attacker.send(begun["flow"]))
    told = Counter(answer.code for answer in answers)
    assert told[""] == 1
    assert set(told) <= {"", "wait-before-another-code", "busy-try-again"}
    assert len(attacker.outbox(begun["reference"])) == 1
    attacker.story_until(begun["reference"], "message-sent")
    assert len(attacker.messages(person.other_mails[0])) == 1


def test_30_messages_cannot_be_pumped(attacker):
    """A network gets three texts or calls an hour for an account, all unknown ones five; premium-rate numbers none."""
    person = attacker.person()
    flows = [attacker.start(person.user_id).body["flow"] for _ in range(4)]
    assert [attacker.send(flow, "sms").status for flow in flows] == [202] * 3 + [429]
    sent = 3
    for _ in range(4):
        other = Attacker(attacker.deployment)
        sent += other.send(other.start(person.user_id).body["flow"], "call-mobile").status == 202
    assert 4 <= sent <= 6, "all unknown browsers together have five, drawn within a quarter"
    me = Person(attacker)
    for premium in ("+44 909 879 0000", "+1 900 234 5678", "+44 871 234 5678", "+88 213 123 4567"):
        refused = me.register("sms", contact=premium)
        assert refused.code in ("number-not-accepted", "number-not-read"), premium
