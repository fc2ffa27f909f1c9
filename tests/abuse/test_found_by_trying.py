"""The second list, found by trying: what strangers do stands in nobody's way, and tells nobody anything."""

import pyotp
import pytest

from tests.abuse.client import Attacker
from tests.codes import earlier_code
from tests.functions.agent import Agent
from tests.functions.conftest import PASSWORD, solve
from tests.functions.person import Person

KINDS = ("email", "sms", "call-mobile", "call-office", "authenticator")


@pytest.fixture
def mode():
    """No case here differs by mode."""
    return "private"


def spoil(deployment, user_id, networks):
    """Strangers on so many networks use up what they may for a user ID: codes, wrong proofs and wrong passwords."""
    for _ in range(networks):
        stranger = Attacker(deployment)
        for kind in KINDS[:2] if networks > 8 else KINDS:
            flow = stranger.start(user_id).body["flow"]
            if kind != "authenticator":
                stranger.send(flow, kind)
            for number in range(5):
                stranger.verify(flow, f"9999999{number}", kind)
        for number in range(10):
            stranger.sign_in(user_id, f"wrong-{stranger.number}-{number}")


def test_69_a_helpers_second_factor_is_judged_whatever_strangers_typed(attacker, deployment):
    """Helpers, callers and registrations have counts of their own, kept by session, not by user ID (X3)."""
    helper = Agent(attacker, role="helpdesk")
    spoil(deployment, helper.account.user_id, 2)
    assert helper.prove(helper.own_app.at(attacker.services.now + 30)).status == 200


def test_70_after_every_limit_is_used_up_a_known_browser_gets_in_and_everybody_can_ask_for_help(attacker, deployment):
    """A device cookie picks the count; the link in an e-mail gives one; help is counted by who asks (X2, X4, X5)."""
    person = attacker.person()
    browser = attacker.sign_in(person.user_id).browser
    spoil(deployment, person.user_id, 7)
    assert attacker.sign_in(person.user_id).code == "prove-it-is-you-first"
    assert attacker.sign_in(person.user_id, browser=browser).status == 200
    flow = attacker.post(
        "/api/reset/start", {"user_id": person.user_id, "proof": attacker.proof()}, browser=browser
    ).body
    attacker.begun[flow["reference"]] = person.user_id
    sent = attacker.post("/api/reset/send", {"flow": flow["flow"], "method": "email"}, browser=browser)
    assert (sent.status, sent.body["digits"]) == (202, 8)
    proof = {"flow": flow["flow"], "method": "email", "code": attacker.code(flow["reference"])}
    assert attacker.post("/api/reset/verify", proof, browser=browser).status == 200
    for number in range(6):
        stranger = Attacker(deployment)
        body = {"user_id": person.user_id, "proof": stranger.proof(), "reply_to": f"x{number}@home.example"}
        assert stranger.post("/api/contact/administrator", body).status == 202
    mine = {"user_id": person.user_id, "proof": attacker.proof(), "reply_to": person.other_mails[0]}
    assert attacker.post("/api/contact/administrator", mine).status == 202


def test_71_an_office_behind_one_address_works_on_for_some_work(attacker):
    """300 failures of one machine: right passwords and codes of its neighbours are judged, for a proof of work (X7)."""
    person = attacker.person()
    undo = attacker.fail(attacker.address, 300, "sign-in-failure")
    try:
        asked = attacker.sign_in(person.user_id)
        assert (asked.status, asked.code) == (428, "proof-of-work-needed")
        assert attacker.sign_in(person.user_id, proof=solve(asked.body["challenge"])).status == 200
        assert attacker.start(person.user_id).status == 201, "starts are counted apart"
    finally:
        undo()


def test_72_a_device_that_repeats_an_old_password_locks_nobody(attacker):
    """The same wrong secret for the same account counts once."""
    person = attacker.person()
    assert {attacker.sign_in(person.user_id, "the old one").code for _ in range(40)} == {"wrong-user-id-or-password"}
    assert attacker.sign_in(person.user_id).status == 200


def test_73_a_place_that_another_account_has_flooded_still_gets_its_owners_codes(attacker):
    """Messages count for the account that they are about, and for a place that is registered by its account (X6)."""
    person, other = attacker.person(), Person(attacker)
    flood = [other.register("email", contact=person.other_mails[0]).code for _ in range(2)]
    assert flood[1] == "wait-before-another-code"
    flow = attacker.start(person.user_id).body
    assert attacker.send(flow["flow"]).status == 202
    assert attacker.verify(flow["flow"], attacker.code(flow["reference"])).status == 200


def test_75_a_code_of_another_time_is_wrong_like_any_other_and_used_up(attacker):
    """A step that was recognised does not count when its time has come, and nothing tells that it was one (X9)."""
    person = Person(attacker)
    begun = person.register("authenticator").body
    app, now = pyotp.TOTP(begun["secret"]), attacker.services.now
    assert person.confirm(begun["id"], code=earlier_code(app)).status == 200
    flow = attacker.start(person.account.user_id).body["flow"]
    early = attacker.verify(flow, app.at(now + 180), "authenticator")
    wrong = attacker.verify(flow, "000000", "authenticator")
    assert (early.code, wrong.code) == ("wrong-authenticator-code", "wrong-authenticator-code")
    assert sorted(early.body) == sorted(wrong.body)
    kept = attacker.services.store.get(
        *attacker.services.security_infos.key(attacker.services.recoveries.subject(person.account.id))
    )
    assert (now + 180) // 30 in kept["authenticator"]["burned"]


def test_76_a_code_that_was_never_sent_opens_nothing(attacker):
    """A verify before any send is refused; a code that went nowhere is a wrong one (X14)."""
    person = attacker.person(other_mails=())
    flow = attacker.start(person.user_id).body
    assert attacker.verify(flow["flow"], "00000000").code == "no-code-asked-for"
    assert attacker.send(flow["flow"]).status == 202
    assert attacker.outbox(flow["reference"])[0]["channel"] == "none"
    assert attacker.verify(flow["flow"], "00000000").code == "wrong-code"


def test_86_neither_counters_nor_dead_flows_tell_when_an_owner_has_been_there(attacker, deployment):
    """A success clears its own network or browser; a flow that is over goes on as for nobody (X19)."""
    owner, person, nobody = Attacker(deployment), attacker.person().user_id, attacker.nobody()
    flows = {user_id: attacker.start(user_id).body["flow"] for user_id in (person, nobody)}
    for user_id, flow in flows.items():
        assert attacker.send(flow).status == 202
        for number in range(9):
            attacker.sign_in(user_id, f"wrong-{number}")
    assert owner.sign_in(person).status == 200
    assert owner.finish(owner.proved(person, methods=("sms",)).body["flow"]).status == 200
    for user_id, flow in flows.items():
        seen = [attacker.sign_in(user_id, f"more-{number}").code for number in range(2)]
        assert seen == ["wrong-user-id-or-password", "sign-in-locked"], user_id
        answer = attacker.verify(flow, "99999999")
        assert (answer.code, answer.body["attempts_left"]) == ("wrong-code", 4)


def test_87_an_open_flow_of_an_account_whose_address_changes_sends_and_finishes_nothing(attacker):
    """Each step looks whether the account is as it was at the start, from whatever side it changed (X12)."""
    person = attacker.person()
    begun, proved = attacker.start(person.user_id).body, attacker.proved(person.user_id, methods=("sms",)).body
    attacker.send(begun["flow"])
    code = attacker.code(begun["reference"])
    attacker.change(attacker.account(person.user_id), other_mails=("new@home.example",))
    assert attacker.verify(begun["flow"], code).code == "wrong-code"
    assert attacker.finish(proved["flow"]).code == "session-ended"
    assert attacker.sign_in(person.user_id, PASSWORD).status == 200
