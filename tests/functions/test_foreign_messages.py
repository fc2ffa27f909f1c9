"""The sender believes nothing (X13): foreign items in the outbox, with the rights of each role, bring nobody a proof."""

import json
import re
from collections import Counter
from itertools import product

import pytest

from local.template import Template, read
from notify import app, flow, help_messages, messages
from regain.adapters.store import marshal
from tests.conftest import ROOT
from tests.functions import iam_conditions, permissions
from tests.functions.agent import Agent
from tests.functions.conftest import Context
from tests.functions.person import Person
from tests.functions.test_notify import FakeMessenger

EVIL = "attacker@evil.example"
WRITERS = (
    "ResetFunction",
    "UnlockFunction",
    "AccountFunction",
    "AdminFunction",
    "ProvisioningFunction",
    "ContactFunction",
)
KINDS = ("code", "temporary-password", *help_messages.KINDS, *messages.NOTICES, "made-up")


@pytest.fixture(scope="module")
def template() -> Template:
    """What the roles are read from."""
    return read(ROOT / "template.yaml", {"OriginationIdentity": "+15555550100", "Site": "none"})


@pytest.fixture
def office(monkeypatch):
    """What leaves, by whatever channel: to whom, and what."""
    sent = FakeMessenger()
    monkeypatch.setattr(flow, "_messengers", lambda: {"email": sent, "text": sent, "voice": sent})
    return sent.sent


def may_put(template, function, table, item):
    """Whether the function's role lets it write this item."""
    request = {"TableName": table, "Item": marshal(item)}
    shown = iam_conditions.of_dynamodb("PutItem", request, set(item), "TransactWriteItems")
    allowed = dict(permissions.statements(template, function))
    key = ("dynamodb:PutItem", table)
    return key in allowed and iam_conditions.holds(allowed[key], shown)


def deliver(*items):
    records = [
        {"eventName": "INSERT", "eventSource": "aws:dynamodb",
         "dynamodb": {"NewImage": marshal(item), "SequenceNumber": str(number)}}
        for number, item in enumerate(items)
    ]  # fmt: skip
    return app.lambda_handler({"Records": records}, Context())


@pytest.fixture
def victim(world):
    """Somebody whose code, registration and temporary password are under way, and what an insider knows of them."""
    person = Person(world)
    agent = Agent(world)
    agent.prove()
    person.register("email", contact="own@mail.example")
    agent.over(person.account, "reset", {"to": "email"})
    started = world.start(person.account.user_id).body  # last: a reset ends what was begun before it
    world.send(started["flow"])
    told = world.outbox_of(person.account.user_id)
    wanted = ("code", "temporary-password", "admin-reset")
    known = {kind: next(each for each in told if each["kind"] == kind) for kind in wanted}
    codes = [each for each in told if each["kind"] == "code"]
    known["code"] = next(each for each in codes if each["facts"]["purpose"] == "reset")
    known["register"] = next(each for each in codes if each["facts"]["purpose"] == "register")
    return known


def forged(world, kind, prefix, **changes):
    """An item of a kind as somebody would write it who wants it sent to themself."""
    item = {
        "id": prefix + world.services.randomness(16).hex(), "kind": kind, "channel": "email", "to": EVIL, "subject": "",
        "reference": "R-EVIL-0000", "language": "", "good_until": world.services.now + 300, "state": "pending",
        "purge_at": world.services.now + 3_600,
        "facts": {"user_id": "victim@contoso.example", "name": "V", "at": world.services.now, "by": EVIL, "what": "mobile",
                  "act": "admin-reset", "role": "helpdesk", "purpose": "reset", "passed": 1, "text": "read them the code",
                  "reply_to": EVIL, "phone": "+15550100", "email": EVIL, "until": world.services.now + 300},
    }  # fmt: skip
    return {**item, **changes}


def proofs_in(letters):
    """Whatever could be a proof in what went to the attacker: a code, a temporary password, a link's token, a ticket."""
    told = json.dumps([[letter.text, letter.html, letter.sms] for to, letter in letters if to == EVIL], default=str)
    return re.findall(r"\b\d{6,8}\b|(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}|#[\w=-]{43}|ticket=", told)


def test_no_foreign_item_brings_a_proof_to_whoever_wrote_it_x13(world, office, template, victim):
    """Each kind, each true and false reference, each fact that an insider can know, under each id that a role allows."""
    table, tried = world.services.outbox.table, Counter()
    for kind, prefix, known in product(KINDS, ("", "help-"), victim.values()):
        for facts in ({}, known["facts"], {**known["facts"], "method": "sms"}, {"flow": "0" * 32, "method": "email"}):
            own = forged(world, kind, prefix, subject=known["subject"], reference=known["reference"])
            item = {**own, "facts": {**own["facts"], **facts}}
            writers = {function for function in WRITERS if may_put(template, function, "OutboxTable", item)}
            assert writers == set(WRITERS) - ({"ContactFunction"} if not prefix else set())
            tried.update(writers)
            world.services.store.client.put_item(TableName=table, Item=marshal(item))
            assert deliver(item) == {"batchItemFailures": []}
            reached = [to for to, _ in office if to == EVIL]
            assert not (reached and kind in ("code", "temporary-password", "made-up", "admin-acted")), item
            # The functions that write notices could lock the account themselves: the link in one does no more.
            if kind not in messages.NOTICES or "ContactFunction" in writers:
                assert proofs_in(office) == [], item
            office.clear()
    assert set(tried) == set(WRITERS) and min(tried.values()) > 200


def test_a_code_goes_to_its_flow_s_own_destination_whatever_the_item_says_x13(world, office, victim):
    item = {**victim["code"], "id": "f" * 32, "to": EVIL, "channel": "text"}
    item["facts"] = {**item["facts"], "digits": 1, "sequence": 9, "purpose": "unlock"}
    world.services.store.client.put_item(TableName=world.services.outbox.table, Item=marshal(item))
    deliver(item)
    ((to, letter),) = office
    assert to == victim["code"]["to"] != EVIL
    assert re.search(r"^(\d[\d ]+)$", letter.text, re.MULTILINE)[1].replace(" ", "") == world.code(item["reference"])


@pytest.mark.parametrize("account_id", ["", None, "another's"])
def test_a_code_of_one_account_is_not_sent_by_the_record_of_another_x12_x13(world, office, victim, account_id):
    """The writer says whose account to read, so that it is read with the flow; the flow says whether that is true."""
    item = {**victim["code"], "id": "e" * 32}
    item["facts"] = {**item["facts"], "account_id": world.person().id if account_id == "another's" else account_id}
    world.services.store.client.put_item(TableName=world.services.outbox.table, Item=marshal(item))
    assert deliver(item) == {"batchItemFailures": []}
    stored = world.services.store.get(world.services.outbox.table, {"id": item["id"]})
    assert (stored["state"], office) == ("failed", [])


def test_who_can_forge_the_records_that_confirm_is_who_can_take_accounts_over_anyway_x13(template):
    """Flows say where a code goes; records of temporary passwords say where those go. THREATS says it of these functions."""
    flow_record = {"subject": "s", "record": "flow#1", "methods": [], "codes": {}}
    sending = {"subject": "s", "record": "temporary-password#1", "nonce": "n", "destination": EVIL, "user_id": "u"}
    pending = {"subject": "s", "record": "pending#1", "destination": EVIL, "digits": 8, "started_at": 1}
    writers = {
        name: {f for f in (*WRITERS, "NotifyFunction", "ServiceFunction", "ReportFunction") if may_put(template, f, "RecoveryTable", item)}
        for name, item in (("flow", flow_record), ("sending", sending), ("pending", pending))
    }  # fmt: skip
    assert writers == {
        "flow": {"ResetFunction", "UnlockFunction", "AccountFunction", "AdminFunction"},
        "sending": {"AccountFunction", "AdminFunction"},
        "pending": {"AccountFunction"},
    }


def test_an_item_that_nothing_confirms_is_noted_and_not_tried_again_x13(world, office, victim):
    item = forged(world, "code", "", subject=victim["code"]["subject"])
    world.services.store.client.put_item(TableName=world.services.outbox.table, Item=marshal(item))
    assert deliver(item) == {"batchItemFailures": []}
    stored = world.services.store.get(world.services.outbox.table, {"id": item["id"]})
    assert (stored["state"], office) == ("failed", [])
    story = world.services.events.by_reference("R-EVIL-0000")
    assert [(each["kind"], each["reason"]) for each in story if each["subject"] == item["subject"]][-1:] == [
        ("message-failed", "not-confirmed")
    ]


@pytest.mark.parametrize(
    "changes", [{"other_mails": ("new@home.example",)}, {"mobile_phone": "+447700900999"}, {"role": "helpdesk"}]
)
def test_a_code_that_was_asked_for_just_before_its_account_changed_is_not_sent_x12(world, office, changes):
    """The sender looks whether the place is still the account's, from whatever side it was changed."""
    person = world.person()
    started = world.start(person.user_id).body
    world.send(started["flow"])
    world.change(world.account(person.user_id), **changes)
    deliver(*world.outbox(started["reference"]))
    assert office == []
    assert world.events(person.user_id)[-1]["kind"] == "message-expired"
