"""Each role may do what its function does on tables, and nothing else (B19): recorded calls against the template."""

import pytest

from local.template import read
from notify import flow as notify_flow
from receipts import app as receipts
from tests.functions.conftest import Context
from tests.functions.helping import Helping
from tests.functions.registrant import Person
from tests.functions.test_audit import count_events, count_people
from tests.functions.test_contact import ask, support
from tests.functions.test_not_me import changed, secure
from tests.functions.test_notify import FakeMessenger, asked, deliver
from tests.functions.test_proofs import Owner, method
from tests.functions.test_receipts import telephone, told

_PARTS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}


def used(params, model):
    """What one call of DynamoDB needs: (action, table) for each table it touches."""
    if model.name == "BatchGetItem":
        return {("BatchGetItem", table) for table in params["RequestItems"]}
    if model.name == "TransactWriteItems":
        return {(_PARTS[verb], part["TableName"]) for item in params["TransactItems"] for verb, part in item.items()}
    return {(model.name, params["TableName"])}


def allowed(root, function):
    """What the template lets the function do on tables."""
    template = read(root / "template.yaml")
    found = set()
    for policy in template.resources[function]["Properties"]["Policies"]:
        for statement in policy["Statement"]:
            actions, resources = statement["Action"], statement["Resource"]
            for action in [actions] if isinstance(actions, str) else actions:
                for resource in [resources] if isinstance(resources, str) else resources:
                    if action.startswith("dynamodb:"):
                        found.add((action.removeprefix("dynamodb:"), resource.removeprefix("local:").partition(".")[0]))
    return found


@pytest.fixture
def record(world):
    """The set that every call on a table from now on is noted in."""
    calls, events = set(), world.services.store.client.meta.events

    def note(params, model, **_):
        calls.update(used(params, model))

    events.register("provide-client-params.dynamodb", note, unique_id="permissions")
    yield calls
    events.unregister("provide-client-params.dynamodb", unique_id="permissions")


def whole_flow(world, record, purpose):
    owner = Owner(world).everything()
    person = owner.account
    started = world.start(person.user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    code = world.code(started["reference"])
    record.clear()
    yield world.start(person.user_id, purpose)
    yield world.send(started["flow"], "sms", purpose)
    yield world.verify(started["flow"], "wrong", purpose=purpose)
    yield world.verify(started["flow"], code, purpose=purpose)
    saved = owner.start(purpose)
    yield owner.prove(saved, method(saved["methods"], "recovery-code"), purpose)
    if purpose == "reset":
        yield world.finish(started["flow"], "short")
    yield world.finish(started["flow"], purpose=purpose)


@pytest.mark.parametrize(("purpose", "function"), [("reset", "ResetFunction"), ("unlock", "UnlockFunction")])
def test_reset_and_unlock_may_do_what_they_do(world, record, root, purpose, function):
    assert all(answer.status < 500 for answer in whole_flow(world, record, purpose))
    assert record == allowed(root, function)


def registers_and_removes(person):
    begun = person.register("email", contact="m@mail.example").body
    assert person.confirm(begun["id"], code="wrong").status == 422
    assert person.remove(person.register("recovery-code").body["id"]).status == 200
    assert person.call("POST", "/keep").status == person.call("POST", "/later").status == 200


def test_the_account_function_may_do_what_it_does(world, record, root):
    person, other, owner = world.person(), world.person(), Person(world)
    token = changed(world, other)
    record.clear()
    session = world.sign_in(person.user_id).session
    for number in range(11):
        world.sign_in(other.user_id, f"wrong-{number}")
    assert world.request("GET", "/api/account", session=session).status == 200
    body = {"current_password": world.password, "new_password": "violet-Anchor-27-plum"}
    session = world.post("/api/account/password", body, session=session).session
    assert world.post("/api/account/sessions/end", {"session": "x"}, session=session).status == 200
    assert world.post("/api/account/sign-out", session=session).status == 200
    registers_and_removes(owner)
    assert secure(world, token).status == 200
    assert record == allowed(root, "AccountFunction")


def test_notify_may_do_what_it_does(world, record, root, monkeypatch):
    monkeypatch.setattr(notify_flow, "_messengers", lambda: {"email": FakeMessenger()})
    person, _, messages = asked(world, "email")
    helping = Helping(world)
    helping.prove()
    helping.over(person, "unlock")
    messages += [m for m in world.outbox_of(person.user_id) if m["channel"] == "roles"]
    world.person(role="administrator")
    record.clear()
    assert deliver(messages) == []
    assert record == allowed(root, "NotifyFunction")


def test_the_contact_function_may_do_what_it_does(world, record, root):
    person = world.person()
    flow = world.start(person.user_id).body["flow"]
    record.clear()
    assert ask(world, person.user_id, flow=flow).status == 202
    assert support(world).status == 202
    assert record == allowed(root, "ContactFunction")


def test_the_admin_function_may_do_what_it_does(world, record, root):
    helpdesk, administrator, person = Helping(world, role="helpdesk"), Helping(world), world.person()
    count_people(person.user_id)
    record.clear()
    assert helpdesk.prove().status == administrator.prove().status == 200
    assert helpdesk.look(person).status == 200
    flow = helpdesk.caller(person)
    assert helpdesk.over(person, "reset", {"caller": flow}).status == 200
    for act in ("reset", "unlock", "lift", "enable", "require-registration"):
        assert administrator.over(person, act).status == 200
    assert administrator.over(person, "methods", method="DELETE").status == 200
    assert administrator.over(person, "require-registration", method="DELETE").status == 200
    assert administrator.get("/events", account=person.user_id).status == 200
    assert administrator.get("/report").status == 200
    wrong = {"flow": helpdesk.over(person, "caller/start").body["flow"], "method": "email", "code": "x"}
    assert helpdesk.over(person, "caller/verify", wrong).status == 422
    assert record - {("Scan", "OutboxTable")} == allowed(root, "AdminFunction")


def test_the_report_function_may_do_what_it_does(world, record, root):
    person = world.person()
    world.start(person.user_id)
    happened = world.events(person.user_id)
    record.clear()
    assert count_events(happened) == count_people(person.user_id) == 1
    assert record == allowed(root, "ReportFunction")


def test_the_receipts_function_may_do_what_it_does(world, record, root):
    record.clear()
    assert receipts.lambda_handler(told(telephone("TEXT_DELIVERED", world)), Context()) == {"noted": 1}
    assert record == allowed(root, "ReceiptsFunction")


def test_nobody_but_reset_account_and_admin_writes_accounts_and_nobody_but_notify_sends(root):
    template = read(root / "template.yaml")
    writers, senders = set(), set()
    for function in template.functions:
        if {("PutItem", "AccountTable"), ("UpdateItem", "AccountTable")} & allowed(root, function.name):
            writers.add(function.name)
        if "ses:" in repr(template.resources[function.name]["Properties"].get("Policies")):
            senders.add(function.name)
    assert (writers, senders) == ({"ResetFunction", "AccountFunction", "AdminFunction"}, {"NotifyFunction"})
