"""Each role may do what its function does, and nothing else (B19), down to table, index, action and attribute.

The calls are recorded from botocore while the function's own stories are played, and compared with the template.
"""

import copy

import pytest

from local.template import read
from notify import app
from receipts import app as receipts
from regain.runtime import services as composition
from report.index import index_people, list_locked
from tests.functions import test_invitations as invitations
from tests.functions.agent import Agent
from tests.functions.conftest import Context, solve
from tests.functions.directory_stand_in import StandIn, people
from tests.functions.openid_stand_in import signing_in
from tests.functions.permissions import ALL, allowed, denied, recording
from tests.functions.person import Person
from tests.functions.provisioner import Provisioner
from tests.functions.test_audit import count_events, count_people
from tests.functions.test_notify import asked, deliver
from tests.functions.test_proofs import Owner, method
from tests.functions.test_receipts import telephone, told
from tests.functions.test_repudiation import changed, secure


@pytest.fixture
def template(root):
    """The template as the tests' tables were made from it."""
    return read(root / "template.yaml", {"Site": "none", "OriginationIdentity": "+15555550100"})


@pytest.fixture
def record(world, monkeypatch):
    """What every call on AWS from now on is noted in. Keys are derived anew, as in a new process."""
    used = recording(monkeypatch)
    fresh(used, world)
    return used


@pytest.fixture
def plays(world, template, monkeypatch):
    """Reads of accounts show what they show to this function."""

    def function(name):
        own = next(f.environment for f in template.functions if f.name == name)
        made = composition.compose({**own, "ORGANISATION_FILE": ""}, world.services.organisation, None, None)
        monkeypatch.setattr(world.services.store, "_views", made.store._views)

    return function


def fresh(record, world):
    """Forgets what setting up has called, and what it has derived."""
    record.clear()
    world.forget_keys()


def differences(record, template, function):
    """What the role lacks or has to spare, and what a condition denies, be it because AWS leaves a key out (A21)."""
    # What the tests look up themselves is no call of the function.
    used = {key: names for key, names in record.items() if key[0] != "dynamodb:Scan"}
    may = allowed(template, function)
    missing = {key: names - may.get(key, set()) for key, names in used.items() if may.get(key) != {ALL}}
    spare = {key: names if key not in used else names - used[key] - {ALL} for key, names in may.items()}
    found = [("missing", *key, name) for key, names in missing.items() for name in names]
    found += [("to spare", *key, name) for key, names in spare.items() for name in names]
    return found + [("denied", *each) for each in sorted(denied(template, function, record.calls))]


def whole_flow(world, record, purpose, begin):
    owner = Owner(world).everything()
    person = owner.account
    started = world.start(person.user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    code = world.code(started["reference"])
    begin()
    fresh(record, world)
    yield world.start(person.user_id, purpose)
    yield world.send(started["flow"], "sms", purpose)
    for kind in ("email", "sms", "authenticator"):
        yield world.verify(started["flow"], "999999", kind, purpose=purpose)
    yield world.verify(started["flow"], code, purpose=purpose)
    saved = owner.start(purpose)
    yield owner.prove(saved, method(saved["methods"], "recovery-code"), purpose)
    if purpose == "reset":
        yield world.finish(started["flow"], "short")
    yield world.finish(started["flow"], purpose=purpose)
    with people(world, StandIn()) as domain:
        yield world.finish(world.proved(domain.directory.add().user_id, purpose).body["flow"], purpose=purpose)


@pytest.mark.parametrize(("purpose", "function"), [("reset", "ResetFunction"), ("unlock", "UnlockFunction")])
def test_reset_and_unlock_may_do_what_they_do(world, record, template, plays, purpose, function):
    assert all(answer.status < 500 for answer in whole_flow(world, record, purpose, lambda: plays(function)))
    assert differences(record, template, function) == []


def registers_and_removes(person):
    begun = person.register("email", contact="m@mail.example").body
    assert person.confirm(begun["id"], code="99999999").status == 422
    assert person.prove("recovery-code", person.register("recovery-code").body["recovery_code"]).status == 200
    assert person.remove("recovery-code").status == 200
    assert person.call("POST", "/keep").status == person.call("POST", "/later").status == 200


def test_the_account_function_may_do_what_it_does(use, record, template, monkeypatch):
    visit, world = signing_in(use, monkeypatch, limits={"failures_per_network": 10})
    person, other, owner = world.person(), world.person(), Person(world)
    token = changed(world, other)
    fresh(record, world)
    session = world.sign_in(person.user_id).session
    for number in range(10):
        world.sign_in(other.user_id, f"wrong-{number}")
    work = world.sign_in(person.user_id).body["challenge"]
    assert world.sign_in(person.user_id, proof=solve(work)).status == 200
    assert world.request("GET", "/api/account", session=session).status == 200
    assert world.post("/api/account/language", {"language": "de"}, session=session).status == 200
    work = world.sign_in(person.user_id).body["challenge"]
    body = {"current_password": world.password, "new_password": "violet-Anchor-27-plum", "proof": solve(work)}
    session = world.post("/api/account/password", body, session=session).session
    assert world.post("/api/account/sessions/end", {"session": "x"}, session=session).status == 200
    assert world.post("/api/account/sign-out", session=session).status == 200
    registers_and_removes(owner)
    assert visit.sign_in(owner.account.user_id).session and secure(world, token).status == 200
    world.address = "203.0.113.7"  # not the network that has to work for each request
    with people(world, StandIn()) as domain:
        session = world.sign_in(domain.directory.add().user_id, "the First password 1").session
        body = {"current_password": "the First password 1", "new_password": "violet-Anchor-27-plum"}
        assert world.post("/api/account/password", body, session=session).status == 200
    assert differences(record, template, "AccountFunction") == []


def test_notify_may_do_what_it_does(world, record, template, plays):
    person, _, messages = asked(world, "email", "sms", "call-mobile")
    Agent(world).proved().over(person, "unlock")
    messages += [m for m in world.outbox_of(person.user_id) if m["kind"] in ("admin-acted", "admin-unlocked")]
    world.person(role="administrator")
    plays("NotifyFunction")
    fresh(record, world)
    assert deliver(messages) == deliver(messages) == []
    with people(world, StandIn()):
        app.lambda_handler({}, Context())
    assert differences(record, template, "NotifyFunction") == []


def test_the_provisioning_function_may_do_what_it_does(use, record, template):
    world = use(organisation={"user_id_aliases": ["mail"]})
    provisioner, person = Provisioner(world), Owner(world).everything()
    fresh(record, world)
    found = provisioner.send("GET", "/Users", filter=f'userName eq "{person.account.user_id}"').body["Resources"][0]
    where = f"/Users/{found['id']}"
    assert provisioner.send("PUT", where, {**found, "externalId": "4711", "active": True}).status == 200
    members = [{"value": found["id"]}]
    group = provisioner.send("POST", "/Groups", {"displayName": "Permitted", "externalId": "g", "members": members})
    assert provisioner.send("GET", "/Users").status == provisioner.send("GET", "/Groups").status == 200
    renamed = {"op": "replace", "path": "userName", "value": f"renamed{world.number}@contoso.example"}
    assert provisioner.patch(where, renamed).status == 200
    assert provisioner.send("GET", "/Users", token="x").status == 401
    assert provisioner.send("DELETE", where).status == 204
    assert provisioner.send("DELETE", f"/Groups/{group.body['id']}").status == 204
    assert differences(record, template, "ProvisioningFunction") == []


def test_the_report_function_may_do_what_it_does(world, record, template, plays, time_machine, monkeypatch):
    person = world.person()
    world.start(person.user_id)
    happened = world.events(person.user_id)
    index_people("id", [person.id])
    world.change(world.account(person.user_id), display_name="Other Words")
    named = world.subject(person.user_id)
    monkeypatch.setitem(world.services.__dict__, "sleep", lambda _: None)
    group, (registers, _) = invitations.group(world, 2)
    invitation = world.services.invitations.get(invitations.invite(world, group=group))
    assert invitations.minute() == 2
    world.change(registers, other_mails=("m@home.example",))
    invitations.invite(world, listed=[person.id, invitations.group(world, 1)[1][0].id])
    plays("ReportFunction")
    fresh(record, world)
    assert count_events(happened) == count_people(person.id) == 1
    list_locked([{"kind": "sign-in-locked", "subject": named}])
    assert index_people("subject", [named]) == 0  # the stream of accounts has told already
    assert invitations.minute() == index_people("id", [registers.id]) == 1
    for due in (invitation.rounds[1].due, invitation.ends_at):
        time_machine.move_to(due, tick=False)
        invitations.minute()
    assert differences(record, template, "ReportFunction") == []


def test_the_receipts_function_may_do_what_it_does(world, record, template):
    delivered = told(telephone("TEXT_DELIVERED", world))
    fresh(record, world)
    assert receipts.lambda_handler(delivered, Context()) == {"recorded": 1}
    assert differences(record, template, "ReceiptsFunction") == []


def test_the_service_function_reads_the_pages_for_what_is_not_there_and_nothing_else(root):
    template = read(root / "template.yaml", {"Site": "cloudfront"})
    reads = {key: {ALL} for key in (("s3:GetObject", "SiteBucket/404.html"), ("s3:GetObject", "SiteBucket/*/404.html"))}
    assert allowed(template, "ServiceFunction") == {("kms:GenerateMac", "ServiceKey"): {ALL}, **reads}
    without_site = read(root / "template.yaml", {"Site": "none"})
    assert allowed(without_site, "ServiceFunction") == {("kms:GenerateMac", "ServiceKey"): {ALL}}


def who_may(template, *keys):
    return {f.name for f in template.functions if any(key in allowed(template, f.name) for key in keys)}


def test_who_writes_accounts_reads_passwords_and_sends(template):
    writes = [(f"dynamodb:{verb}", "AccountTable") for verb in ("PutItem", "UpdateItem", "DeleteItem")]
    assert who_may(template, *writes) == {"ResetFunction", "AccountFunction", "AdminFunction", "ProvisioningFunction"}
    reads = {
        f.name: allowed(template, f.name).get(("dynamodb:BatchGetItem", "AccountTable"), set())
        for f in template.functions
    }
    see = {name for name, names in reads.items() if names & {ALL, "password"}}
    assert see == {"ResetFunction", "AccountFunction", "ProvisioningFunction"}  # the last moves them to another user ID
    assert not reads["ContactFunction"] and not reads["ServiceFunction"]
    sends = (
        ("sms-voice:SendTextMessage", ALL),
        ("sms-voice:SendVoiceMessage", ALL),
        ("ses:SendEmail", "identity/*"),
    )
    assert who_may(template, *sends) == {"NotifyFunction"}
    derives = ("kms:GenerateMac", "CodeKey")
    assert who_may(template, derives) == {"ResetFunction", "UnlockFunction", "NotifyFunction"}


def test_functions_that_prove_nobody_can_derive_no_proof_x23(template):
    proofs = ("kms:GenerateMac", "ProofKey")
    proving = {"ResetFunction", "UnlockFunction", "AccountFunction", "AdminFunction", "NotifyFunction"}
    assert who_may(template, proofs) == proving
    assert {f.name for f in template.functions if "PROOF_KEY" in f.environment} == proving
    assert who_may(template, ("kms:GenerateMac", "ServiceKey")) == proving | {
        "ContactFunction", "ProvisioningFunction", "ReportFunction", "ServiceFunction",
    }  # fmt: skip


def test_only_functions_that_verify_or_set_passwords_may_use_their_pepper_x22(template):
    peppers = ("kms:GenerateMac", "PasswordKey")
    assert who_may(template, peppers) == {"ResetFunction", "AccountFunction", "AdminFunction"}
    known = {f.name for f in template.functions if "PASSWORD_KEY" in f.environment}
    assert known == {"ResetFunction", "AccountFunction", "AdminFunction"}


TRANSACTION = {"dynamodb:EnclosingOperation": ("TransactWriteItems",)}


@pytest.mark.parametrize(
    ("function", "action", "resource", "context"),
    [
        ("AdminFunction", "dynamodb:UpdateItem", "AccountTable", {"dynamodb:ReturnValues": ("ALL_OLD",)}),
        (
            "AdminFunction",
            "dynamodb:UpdateItem",
            "AccountTable",
            {"dynamodb:ReturnValues": ("ALL_OLD",), **TRANSACTION},
        ),
        ("AdminFunction", "dynamodb:UpdateItem", "AccountTable", {"dynamodb:Attributes": ("user_id", "enabled")}),
        ("AdminFunction", "dynamodb:UpdateItem", "AccountTable", {"dynamodb:Attributes": ("role",), **TRANSACTION}),
        ("AdminFunction", "dynamodb:BatchGetItem", "AccountTable", {"dynamodb:Select": ("ALL_ATTRIBUTES",)}),
        ("UnlockFunction", "dynamodb:BatchGetItem", "AccountTable", {"dynamodb:Attributes": ("password",)}),
        ("ReportFunction", "dynamodb:BatchGetItem", "AccountTable", {"dynamodb:Select": ("ALL_ATTRIBUTES",)}),
        ("ContactFunction", "dynamodb:PutItem", "OutboxTable", {"dynamodb:ReturnValues": ("ALL_OLD",)}),
        ("ContactFunction", "dynamodb:PutItem", "EventTable", {"dynamodb:ReturnValues": ("ALL_OLD",)}),
        ("NotifyFunction", "ses:SendEmail", "identity/*", {"ses:FromAddress": ("help@other.example",)}),
        ("NotifyFunction", "ses:SendEmail", "identity/*", {"ses:FromAddress": ("help@evil-contoso.example",)}),
    ],
)
def test_what_a_role_may_not_read_it_cannot_have_handed_out_either(template, function, action, resource, context):
    """A27: a write that returns the item it replaces is a read. A15: mail goes out as the organisation's domain only."""
    assert (action, resource) in allowed(template, function)
    assert denied(template, function, [(action, resource, context)])


def test_a_condition_that_depends_on_a_key_that_aws_may_leave_out_is_found(world, record, template, plays):
    """A21: `StringEquals` on dynamodb:Select would deny unlock, admin and report altogether, were it not there."""
    person = world.person()
    plays("ReportFunction")
    fresh(record, world)
    count_people(person.id)
    strict = copy.deepcopy(template)
    (policy,) = strict.resources["ReportRole"]["Properties"]["Policies"]
    for statement in policy["PolicyDocument"]["Statement"]:
        condition = statement.get("Condition", {})
        if "StringEqualsIfExists" in condition:
            condition["StringEquals"] = condition.pop("StringEqualsIfExists")
    assert denied(template, "ReportFunction", record.calls) == set()
    assert denied(strict, "ReportFunction", record.calls) == {
        ("dynamodb:BatchGetItem", "AccountTable", "dynamodb:Select")
    }


@pytest.mark.parametrize("change", ["one more", "one less", "one more attribute", "one less attribute"])
def test_a_change_of_a_role_is_found(world, record, template, change):
    """The comparison itself: it fails for an action, and for an attribute, that is added or taken away."""
    delivered = told(telephone("TEXT_DELIVERED", world))
    fresh(record, world)
    assert receipts.lambda_handler(delivered, Context()) == {"recorded": 1}
    record["dynamodb:UpdateItem", "LimitTable"] |= {"id", "count"}
    changed = copy.deepcopy(template)
    statements = changed.resources["ReceiptsRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    counts = {"Sid": "Count", "Effect": "Allow", "Action": "dynamodb:UpdateItem", "Resource": "local:LimitTable.Arn"}
    names = {"one more attribute": ["id", "count", "purge_at"], "one less attribute": ["id"]}.get(
        change, ["id", "count"]
    )
    counts["Condition"] = {"ForAllValues:StringEquals": {"dynamodb:Attributes": names}}
    statements += [] if change == "one less" else [counts]
    if change == "one more":
        assert differences(record, changed, "ReceiptsFunction") == []
        statements.append(
            {"Sid": "Spare", "Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": "local:LimitTable.Arn"}
        )
    assert differences(record, changed, "ReceiptsFunction")
