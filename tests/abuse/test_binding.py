"""Binding and repudiation: a stolen password, a stolen session or a writer inside opens nothing more."""

import json
import re

import pyotp
import pytest

from regain.adapters.store import marshal, unmarshal
from regain.domain.session import MOST
from tests.abuse.evidence import proved
from tests.functions.agent import Agent
from tests.functions.person import Person
from tests.waiting import until

NEW = "violet-Anchor-27-plum"
EVIL = "attacker@evil.example"


@pytest.fixture
def mode():
    """No case here differs by mode."""
    return "private"


@pytest.mark.parametrize("role", ["", "helpdesk", "administrator"])
def test_74_with_the_password_alone_nothing_is_bound_and_nothing_is_done_to_anybody(attacker, role):
    """Registering needs a proof with what is there, a second factor that counts, or a code from an administrator (X1)."""
    thief, victim = Person(attacker, password_only=True, role=role), attacker.person()
    for kind, contact in (("authenticator", ""), ("email", EVIL), ("sms", "+447700900999"), ("recovery-code", ""), ("passkey", "")):  # fmt: skip
        assert thief.register(kind, **({"contact": contact} if contact else {})).code == "prove-it-is-you", kind
    assert thief.remove("entered-1").code == "prove-it-is-you"
    bare = Person(attacker, password_only=True, role=role, other_mails=(), mobile_phone="", office_phone="")
    begun = bare.register("authenticator")
    if not role:  # one gate and no method yet: there is nothing that it could be a second factor to
        assert begun.status == 201
        return
    assert begun.code == bare.post("prove/start").code == "registration-code-needed"
    for session in (thief.session, bare.session):
        refused = attacker.post(f"/api/admin/accounts/{victim.user_id}/reset", {}, session=session)
        assert refused.code == "second-factor-needed"
    assert attacker.sign_in(victim.user_id).status == 200
    assert proved(
        "tests/functions/test_binding.py", "test_two_gates_are_not_void_for_whoever_has_the_password_x1",
        "test_an_authenticator_is_not_replaced_without_being_asked_for_x1",
    )  # fmt: skip


def test_77_what_a_function_that_may_only_ask_for_help_writes_brings_no_code(attacker, deployment):
    """`notify` reads the flow itself, and sends its code to the place that the flow names (X13)."""
    victim = attacker.person()
    begun = attacker.start(victim.user_id).body
    assert attacker.send(begun["flow"]).status == 202
    attacker.code(begun["reference"])
    outbox, client = attacker.services.outbox.table, deployment.client("dynamodb")
    (honest,) = attacker.outbox(begun["reference"])
    now = attacker.services.now
    for kind, prefix in (("code", ""), ("code", "help-"), ("temporary-password", ""), ("temporary-password", "help-")):
        item = {**honest, "id": prefix + attacker.services.randomness(16).hex(), "kind": kind, "to": EVIL, "state": "pending",
                "good_until": now + 300, "purge_at": now + 3_600}  # fmt: skip
        client.put_item(TableName=outbox, Item=marshal(item))
    later = attacker.person()
    asked = attacker.start(later.user_id).body
    attacker.send(asked["flow"])
    attacker.code(asked["reference"])  # what was written before it has been delivered by now
    until(lambda: not [each for each in attacker._messages() if each["state"] == "pending" and each["to"] == EVIL])
    assert attacker.messages(EVIL) == []
    assert len([m for m in attacker.messages(victim.other_mails[0]) if begun["reference"] in m["body"]]) >= 1
    assert proved(
        "tests/functions/test_foreign_messages.py", "test_no_foreign_item_brings_a_proof_to_whoever_wrote_it_x13"
    )


def test_78_after_this_was_not_me_nothing_of_the_intruders_opens_anything(attacker):
    """Old password, recovery code, address, app, session, device cookie: none, also once the account is on again (X11)."""
    intruder = Person(attacker)
    victim, browser = intruder.account, attacker.sign_in(intruder.account.user_id).browser
    intruder.registered("email", f"intruder{attacker.number}@evil.example")
    begun = intruder.register("authenticator").body
    app = pyotp.TOTP(begun["secret"])
    saved = intruder.confirm(begun["id"], code=app.at(attacker.services.now)).body["recovery_code"]
    notice = attacker.received(victim.mail, holding="/not-me/#")[-1]
    token = re.search(r"/not-me/#([\w-]{43})", notice["body"])[1]
    assert attacker.post("/api/account/secure", {"token": token}).status == 200
    assert intruder.get("").code == "sign-in-needed"
    administrator = Agent(attacker).proved()
    assert administrator.over(victim, "enable").code == "methods-to-review", "turning on is a guided act"
    seen = administrator.look(victim).body
    assert {each["kind"] for each in seen["set_aside"]} >= {"email", "authenticator", "recovery-code"}
    made = administrator.over(victim, "enable", {"keep": []}).body["temporary_password"]
    assert attacker.sign_in(victim.user_id, browser=browser).code == "wrong-user-id-or-password"
    flow = attacker.start(victim.user_id).body
    now = attacker.services.now
    assert attacker.verify(flow["flow"], saved, "recovery-code").code == "wrong-recovery-code"
    assert attacker.verify(flow["flow"], app.at(now + 30), "authenticator").code == "wrong-authenticator-code"
    assert attacker.send(flow["flow"]).status == 202
    assert attacker.outbox(flow["reference"])[0]["channel"] == "none"
    assert intruder.get("").code == "sign-in-needed"
    assert attacker.sign_in(victim.user_id, made).body["must_change_password"] is True


def test_79_whole_places_and_exports_need_a_second_factor_and_leave_an_event(attacker):
    """A phished password of the helpdesk is no directory of everybody's recovery addresses (X16)."""
    victim, quoted = attacker.person(), ""
    quoted = attacker.start(victim.user_id).body["reference"]
    agents = [Agent(attacker, role=role) for role in ("helpdesk", "user-administrator", "auditor", "administrator")]
    reads = ((f"/references/{quoted}", {}), ("/events", {}), ("/events", {"format": "csv"}), ("/events", {"format": "jsonl"}))  # fmt: skip
    for agent in agents:
        seen = json.dumps(agent.look(victim).body)
        for place in (victim.mobile_phone, victim.office_phone, victim.other_mails[0]):
            assert place not in seen
        for path, query in reads:
            assert agent.get(path, **query).code in ("second-factor-needed", "not-for-your-role"), (path, query)
    agent = agents[-1].proved()
    assert victim.mobile_phone in json.dumps(agent.look(victim).body)
    assert agent.get("/events", format="csv").status == 200
    assert "admin-viewed-places" in attacker.happened(victim.user_id)
    assert "admin-exported" in attacker.happened(agent.account.user_id)


def test_84_a_password_typed_as_a_user_id_is_kept_nowhere_in_clear(attacker, deployment):
    """Flows, counters, sessions, messages, events, logs: what nobody has as a user ID is sealed or hashed (X30)."""
    typed = f"hunter2!secret#{attacker.number}"
    begun = attacker.start(f"{typed}@contoso.example")
    if begun.status == 201:
        attacker.send(begun.body["flow"])
        attacker.verify(begun.body["flow"], "00000000")
    attacker.sign_in(f"{typed}@contoso.example", "wrong")
    ask = {"user_id": f"{typed}@contoso.example", "proof": attacker.proof(), "reply_to": "me@home.example"}
    attacker.post("/api/contact/administrator", ask)
    bare = f"hunter3!secret{attacker.number}"
    assert attacker.start(f"{bare}@contoso.example").status == 201
    client = deployment.client("dynamodb")
    kept = "".join(
        json.dumps(unmarshal(item), default=str)
        for name in client.list_tables()["TableNames"]
        for page in client.get_paginator("scan").paginate(TableName=name)
        for item in page["Items"]
    ).lower()
    said = "".join(file.read_text() for file in (attacker.stack.state / "log").glob("*.log")).lower()
    for secret in (typed, bare):
        assert secret not in kept
        assert secret not in said


def test_85_an_account_has_twenty_sessions_and_the_next_one_ends_the_oldest(attacker):
    """Whoever has the password cannot fill the table, nor keep a forgotten session for ever (X27)."""
    person = attacker.person()
    sessions = [attacker.sign_in(person.user_id).session for _ in range(MOST + 3)]
    told = [attacker.request("GET", "/api/account", session=each).status for each in sessions]
    assert told.count(200) == MOST
    assert told[-1] == 200
