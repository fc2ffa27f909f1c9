"""Who exists (CWE-204). Nobody learns whether there is an account, or what state it is in, before a proof (B1).

In `private` nothing of it shows at all. In `detailed` the organisation has chosen to tell, after the proof of work, why
an account cannot be reset: there these tests hold that nothing more than that is told.
"""

import json
import re
import time
from itertools import pairwise

import pytest

from local.ses import ASKED_AGAIN
from regain.domain.crockford import ALPHABET
from tests.abuse.client import Attacker, alike, together, without_chance
from tests.abuse.enumeration import STATES as MEASURED
from tests.abuse.enumeration import STEPS, measure
from tests.abuse.evidence import proved
from tests.functions.conftest import PASSWORD
from tests.functions.test_sameness import STATES

ABLE = {"registered", "locked", "administrator", "one method"}
"""Whose accounts can be reset: the others are told why not, where `detailed` is chosen."""
ONE_MODE = pytest.mark.parametrize("mode", ["private"])
"""Signing in and asking for help do not look at the mode: `tests/abuse/test_cases.py` holds that only `start` does."""


def everybody(attacker):
    """A user ID in every state that an account can be in, and one that nobody has."""
    people = {state: attacker.person(**change).user_id for state, change in STATES.items()}
    locked = attacker.person().user_id
    attacker.lock(locked)
    return {**people, "locked": locked, "unknown": attacker.nobody()}


def started(attacker, purpose="reset"):
    return {state: attacker.start(user_id, purpose) for state, user_id in everybody(attacker).items()}


def test_01_start_answers_everybody_alike(attacker, mode):
    """Unknown, disabled, unregistered, locked and administrators' IDs get the same flow; `detailed` tells what it says."""
    answers = started(attacker)
    if mode == "private":
        assert alike(answers).status == 201
        return
    told = {state: (answer.status, answer.code) for state, answer in answers.items()}
    assert {state for state, answer in told.items() if answer == (201, "")} == ABLE
    assert told["unknown"] == told["not registered"] == (403, "could-not-verify-your-account")
    assert told["turned off"] == (403, "account-turned-off")
    nobody, empty = (without_chance(answers[state]) for state in ("unknown", "not registered"))
    assert nobody == empty
    locked, other = (re.sub(r"•\w*", "", without_chance(answers[each])[1]) for each in ("locked", "registered"))
    assert locked == other, "that sign-in is locked shows"


def test_02_send_and_verify_answer_everybody_alike(attacker, mode):
    """Whoever has a flow gets the same answers at each step, whether a code can arrive or not, up to the limit."""
    flows = {s: a.body["flow"] for s, a in started(attacker).items() if mode == "private" or s in ABLE}
    flows.pop("one method" if mode == "detailed" else "", None)  # its own list of methods is told
    for method in ("email", "sms", "call-office"):
        assert alike({state: attacker.send(flow, method) for state, flow in flows.items()}).status == 202
        again = alike({state: attacker.send(flow, method) for state, flow in flows.items()})
        assert again.code == "wait-before-another-code"
    wrong = [alike({s: attacker.verify(flow, "99999x") for s, flow in flows.items()}) for _ in range(6)]
    assert [answer.body.get("attempts_left") for answer in wrong[:5]] == [4, 3, 2, 1, 0]
    assert {answer.code for answer in wrong[4:]} == {"too-many-wrong-codes"}


@ONE_MODE
def test_03_sign_in_answers_everybody_alike_below_and_above_the_lockout(attacker):
    """A wrong password is the same wrong password for everybody, and unknown user IDs lock too."""
    people = {
        state: id_ for state, id_ in everybody(attacker).items() if state in ("registered", "turned off", "unknown")
    }
    for number in range(10):
        answers = {state: attacker.sign_in(user_id, f"wrong-{number}") for state, user_id in people.items()}
        assert alike(answers).code == "wrong-user-id-or-password"
    locked = alike({state: attacker.sign_in(user_id, "wrong again") for state, user_id in people.items()})
    assert (locked.status, locked.code) == (429, "sign-in-locked")
    right = alike({state: attacker.sign_in(user_id, PASSWORD) for state, user_id in people.items()})
    assert right.code == "sign-in-locked", "the right password shows through the lock"


@ONE_MODE
def test_04_asking_for_help_answers_everybody_alike(attacker):
    """The contact function reads no account at all."""
    people = everybody(attacker)

    def ask(user_id):
        body = {"user_id": user_id, "proof": attacker.proof(), "reply_to": f"me{attacker.number}-{user_id}"}
        return Attacker(attacker.deployment).post("/api/contact/administrator", body)

    assert alike({state: ask(user_id) for state, user_id in people.items()}).status == 202
    assert ask("somebody@elsewhere.example").code == "domain-not-ours"


@ONE_MODE
def test_05_answers_and_times_of_known_and_unknown_ids_are_indistinguishable(deployment, attacker):
    """Interleaved known and unknown IDs in every state, and of foreign domains: answers are equal here; `make abuse`
    judges times of 1,000 + 1,000 (AUC).
    """
    steps = measure(deployment, len(MEASURED))
    assert list(steps) == list(STEPS)
    for name, step in steps.items():
        assert step.known_answers == step.unknown_answers, name
        assert len(step.known_answers) == len(MEASURED), name
        assert len(step.known) == len(step.unknown) == len(MEASURED), name
    name = attacker.person().user_id.partition("@")[0]
    for domain, code in (("elsewhere.example", "domain-not-ours"), ("partners.contoso.example", "contact-your-administrator"),
                         ("lab.contoso.example", "not-enabled-for-password-reset")):  # fmt: skip
        told = {who: attacker.start(f"{who}@{domain}") for who in (name, attacker.nobody().partition("@")[0])}
        assert alike(told).code == code, domain


def test_06_limits_strike_known_and_unknown_ids_alike(attacker, mode):
    """The same counts for both: messages in an hour, failed proofs in a day, and what `start` then shows."""
    people = {"known": attacker.person().user_id, "unknown": attacker.nobody()}
    if mode == "detailed":  # nobody's flow is refused: the limit of its own starts is the network's
        people["unknown"] = attacker.person().user_id
    flows = {who: [attacker.start(user_id).body["flow"] for _ in range(6)] for who, user_id in people.items()}
    texts = [alike({who: attacker.send(each[n], "sms") for who, each in flows.items()}) for n in range(4)]
    assert [answer.status for answer in texts] == [202] * 3 + [429]
    assert texts[3].code == "too-many-codes"
    assert alike({who: attacker.send(each[0]) for who, each in flows.items()}).status == 202
    wrong = [alike({who: attacker.verify(each[0], f"9999999{n}") for who, each in flows.items()}) for n in range(5)]
    assert [answer.status for answer in wrong] == [422] * 4 + [429]
    assert (
        alike({who: attacker.verify(each[0], "99999999") for who, each in flows.items()}).code == "too-many-wrong-codes"
    )
    offered = {
        who: [(m["kind"], m.get("digits")) for m in attacker.start(id_).body["methods"]] for who, id_ in people.items()
    }
    assert offered["known"] == offered["unknown"]
    assert ("email", 12) in offered["known"]


def test_07_a_mail_or_text_service_that_is_down_shows_to_nobody(attacker, deployment):
    """Nothing is sent before the answer: mails, texts and calls leave by the outbox, and whoever looks the story up sees
    what failed, never whoever asked.
    """
    known = attacker.person()
    users = {"known": known.user_id, "alike": attacker.person(other_mails=("nowhere@home.example",)).user_id}
    if deployment.mode == "private":
        users["unknown"] = attacker.nobody()
    begun = {who: attacker.start(user_id).body for who, user_id in users.items()}
    service = deployment.client("sesv2")
    service.delete_email_identity(EmailIdentity="contoso.example")
    time.sleep(ASKED_AGAIN)
    try:
        assert alike({who: attacker.send(each["flow"]) for who, each in begun.items()}).status == 202
        assert attacker.story_until(begun["known"]["reference"], "message-failed")
    finally:
        service.create_email_identity(EmailIdentity="contoso.example")
    assert alike({who: attacker.verify(each["flow"], "99999x") for who, each in begun.items()}).code == "wrong-code"
    assert attacker.messages(known.other_mails[0]) == []


@ONE_MODE
def test_08_what_is_stored_and_logged_is_the_same_for_known_and_unknown(attacker):
    """As many records, events and lines of the log for both; store operations are counted where they are made."""

    def left_behind(user_id):
        log = attacker.stack.state / "log" / "ResetFunction.log"
        before = log.stat().st_size
        begun = attacker.start(user_id).body
        attacker.send(begun["flow"])
        attacker.verify(begun["flow"], "99999x")
        with log.open() as said:
            said.seek(before)
            lines = said.read().splitlines()
        table = attacker.services.recoveries
        stored = table.store.query(table.table, "subject", attacker.subject(user_id), limit=1_000)
        records = [item["record"].partition("#")[0] for item in stored]
        kinds = [kind for kind in attacker.happened(user_id) if not kind.startswith("message-")]
        keys = [sorted(json.loads(line)) for line in lines if line.startswith("{")]
        return sorted(records), kinds, len(attacker.outbox(begun["reference"])), keys

    known, unknown = left_behind(attacker.person().user_id), left_behind(attacker.nobody())
    assert known == unknown
    assert known[:3] == (["counts", "flow", "throttle"], ["reset-started", "code-requested", "proof-failed"], 1)
    assert len(known[3]) >= 3
    assert proved("tests/functions/test_store_operations.py", "test_start_takes_four_send_two_and_verify_three")
    assert proved("tests/functions/test_sameness.py", "test_start_send_and_verify_answer_everybody_alike")


def test_09_times_and_references_carry_no_pattern(attacker, mode):
    """`expires_at` and `resend_after` are the same distance from now for all; a reference is 40 random bits."""
    people = [attacker.person().user_id for _ in range(2)]
    if mode == "private":
        people.append(attacker.nobody())
    for user_id in people:
        before = attacker.services.now
        begun = attacker.start(user_id).body
        sent = attacker.send(begun["flow"]).body
        after = attacker.services.now
        for at, seconds in ((begun["expires_at"], 900), (sent["resend_after"], 30), (sent["expires_at"], 300)):
            assert before <= at - seconds <= after

    ids = [people[0], attacker.nobody()]
    answers = together(48, lambda number: attacker.start(ids[number % 2]), threads=4)
    references = [answer.body["reference"] for answer in answers]
    assert len(set(references)) == 48
    letters = [reference.replace("-", "")[1:] for reference in references]
    assert all(set(each) <= set(ALPHABET) for each in letters)
    for place in range(8):  # of 48 letters drawn from 32, about 25 are different, and hardly ever fewer than 16
        assert len({each[place] for each in letters}) >= 16, place
        assert max(sum(each[place] == digit for each in letters) for digit in ALPHABET) < 12, place
    assert 12 < sum(a < b for a, b in pairwise(letters)) < 36, "references go up or down with time"


def test_10_challenge_and_language_do_not_depend_on_the_account(attacker, mode):
    """The challenge is drawn before anybody is named; an account's language shows in its own mailbox only."""
    foreign = attacker.person(language="de")
    shapes = set()
    for query in ({}, {"user_id": foreign.user_id}, {"user_id": attacker.nobody()}):
        challenge = attacker.request("GET", "/api/challenge", query=query).body
        parameters = challenge["parameters"]
        shapes.add((tuple(challenge), tuple(parameters), parameters["cost"], parameters["algorithm"]))
    assert len(shapes) == 1
    own = {**attacker.own, "accept-language": "fr"}
    ids = {"foreign": foreign.user_id, "plain": attacker.person().user_id}
    if mode == "private":
        ids["nobody"] = attacker.nobody()

    def start(user_id):
        body = {"user_id": user_id, "proof": attacker.proof(), "language": "fr"}
        return attacker.request("POST", "/api/reset/start", json.dumps(body), headers=own)

    flows = {who: start(user_id).body["flow"] for who, user_id in ids.items()}
    alike({who: attacker.verify(flow, "99999x", headers=own) for who, flow in flows.items()})
    alike({who: attacker.post("/api/account/sign-in", {"user_id": user_id, "password": "x"}, headers=own)
           for who, user_id in ids.items()})  # fmt: skip
