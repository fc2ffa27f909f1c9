"""Uses every kind of secret, then searches for each, in every encoding, wherever it must not be (B20).

One long scenario uses every method, refusals, a failing service, helpdesk and repudiation. Then everything that the
functions have logged, stored, streamed, archived, exported and answered is searched.
"""

import json
import logging
import re
import uuid
from types import SimpleNamespace

import boto3
import pytest

from local.stream_poller import StreamPoller
from notify import app as notify
from notify import flow as sending
from regain.adapters.recoveries import open_token
from regain.adapters.store import unmarshal
from regain.recovery import repudiation
from report import app as report
from tests.cli.conftest import run
from tests.functions.agent import Agent
from tests.functions.conftest import Context, World
from tests.functions.person import Person
from tests.functions.secret_scan import leaks, stored
from tests.functions.test_notify import records
from tests.functions.test_proofs import KINDS, Owner, method

__all__ = ["run"]

WRONG, WEAK, NEW, LAST = (
    "wrong-Planted-11-oak",
    "maria Planted-93-kettle",
    "violet-Planted-27-plum",
    "harbour-Planted-64-fern",
)


class Failing:
    """A service that repeats in its error what it was asked to send."""

    def __init__(self):
        self.asked = []

    def send(self, to, letter, tags):
        self.asked.append(letter)
        raise RuntimeError(f"cannot send {letter!r} to {to}")


class Sending(Failing):
    """A service that sends."""

    def send(self, to, letter, tags):
        self.asked.append(letter)
        return f"id-{len(self.asked)}"


@pytest.fixture
def seen(monkeypatch, caplog, capsys):
    """What is seen from outside: addresses that were asked, refusals, and what was logged and printed."""
    caplog.set_level(logging.INFO)
    places = {"URLs": [], "problems": [], "answers": []}
    ask = World.request

    def asked(world, verb, path, body=None, **options):
        answer = ask(world, verb, path, body, **options)
        places["URLs"].append(f"{path}?{options.get('query') or ''}")
        places["problems" if answer.status >= 400 else "answers"].append(repr((answer.body, answer.headers)))
        return answer

    monkeypatch.setattr(World, "request", asked)

    def everything():
        printed = capsys.readouterr()
        logged = [record for when in ("setup", "call") for record in caplog.get_records(when)]
        lines = [record.getMessage() + repr(vars(record)) for record in logged if record.name == "regain"]
        return {
            **{name: "\n".join(found) for name, found in places.items()},
            "log": "\n".join(lines),
            "printed": printed.out + printed.err,
        }

    return everything


@pytest.fixture
def story(use, seen, monkeypatch, run):
    """Everything that can be secret, by name; the stories' places; and the world."""
    bucket = f"planted-{uuid.uuid4()}"
    boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    monkeypatch.setenv("ARCHIVE_BUCKET", bucket)
    world = use(
        organisation={"site_url": "https://help.contoso.example/"},
        recovery={"gates": 2, "methods": list(KINDS), "resend_seconds": 5},
    )
    owner = Owner(world).everything()
    secrets = {
        "session": owner.session, "session's secret": owner.session[22:], "recovery code": owner.code_saved, "app's secret": owner.app.secret,
        "app's key": owner.app.byte_secret(), **{f"answer to {question}": answer for question, answer in owner.questions.items()},
        "first password": world.password, "wrong password": WRONG, "weak password": WEAK, "new password": NEW, "last password": LAST,
        **{f"key for {purpose}": world.services.keys.derive(purpose) for purpose in ("code", "challenge", "subject", "temporary-password", "repudiation", "authenticator", "sealed-user-id")},
    }  # fmt: skip
    secrets |= _reset(world, owner, monkeypatch)
    secrets |= _unlock(world, owner)
    secrets |= _helped(world, owner)
    _sent(world, owner, monkeypatch, secrets)
    return world, owner, secrets


def _reset(world, owner, monkeypatch):
    """A reset with questions and e-mail, and what people type wrong on the way."""
    for body in ({"user_id": owner.account.user_id, "password": [WRONG]}, {WRONG: 1}):
        world.post("/api/account/sign-in", body)
    world.sign_in(owner.account.user_id, WRONG)
    world.sign_in(WRONG, WRONG)
    flow = owner.start()
    questions, email = method(flow["methods"], "questions"), method(flow["methods"], "email")
    owner.verify(flow, questions, {"answers": [WRONG] * 3})
    owner.verify(flow, email, {"code": WRONG})
    owner.prove(flow, questions)
    second = owner.prove(flow, email).body
    assert second["gates"]["passed"] == 2
    assert world.finish(flow["flow"], WEAK).code == "password-not-accepted"
    code = world.code(flow["reference"])  # it is sent while its flow is open, and never afterwards
    assert leaks(_letters(world.outbox(flow["reference"]), monkeypatch, Sending()), {"code": code}) == ["code"]
    assert world.finish(flow["flow"], NEW).status == 200
    token = _objection(world, flow["reference"])
    return {
        "flow": flow["flow"], "flow's secret": flow["flow"][22:], "code": code,
        "link's token": token, "link's secret": token[22:],
    }  # fmt: skip


def _objection(world, reference):
    """The token of the link in a notice."""
    notice = next(
        message for message in world.outbox(reference) if message["kind"] not in ("code", "temporary-password")
    )
    return repudiation.derive_token(world.services.keys, notice["subject"], reference, notice["facts"]["at"])


def _unlock(world, owner):
    """An unlock with the recovery code, which is replaced, and the passkey."""
    flow = owner.start("unlock")
    passkey = method(flow["methods"], "passkey")
    signed = owner.device.sign(passkey["challenge"])
    assert owner.verify(flow, passkey, {"credential": signed}, "unlock").status == 200
    owner.verify(flow, method(flow["methods"], "recovery-code"), {"code": "0000-1111-2222-3333"}, "unlock")
    assert owner.prove(flow, method(flow["methods"], "recovery-code"), "unlock").status == 200
    finished = world.finish(flow["flow"], purpose="unlock").body
    assert leaks(repr(owner.info()), _public(owner)) != []  # it is kept where it is needed, until it is set aside
    private = owner.device.key.private_numbers().private_value.to_bytes(32, "big")
    return {
        "unlock's flow": flow["flow"], "second recovery code": finished["recovery_code"], "passkey's private key": private,
        "passkey's signature": signed["response"]["signature"], "passkey's challenge": passkey["challenge"],
        "passkey's client data": signed["response"]["clientDataJSON"],
    }  # fmt: skip


def _public(owner):
    """The public part of a passkey, in the forms in which it is told."""
    return {"credential": owner.device.id, "credential's name": owner.device.sign("")["id"]}


def _helped(world, owner):
    """Helpdesk's part: a caller's code, a temporary password that is used, and the end by “this was not me”."""
    administrator = Agent(world)
    assert administrator.prove().status == 200
    begun = administrator.over(owner.account, "caller/start").body
    way = next(each["id"] for each in begun["methods"] if each["kind"] == "sms")
    administrator.over(owner.account, "caller/send", {"flow": begun["flow"], "method": way})
    code = world.code(begun["reference"], method=way)
    administrator.over(owner.account, "caller/verify", {"flow": begun["flow"], "method": way, "code": code})
    sent = next(each["id"] for each in administrator.look(owner.account).body["reachable"] if each["kind"] == "email")
    assert administrator.over(owner.account, "reset", {"to": sent}).status == 200
    shown = administrator.over(owner.account, "reset", {"caller": begun["flow"]}).body["temporary_password"]
    signed_in = world.sign_in(owner.account.user_id, shown)
    change = {"current_password": shown, "new_password": LAST}
    person = Person.signed_in(world, owner.account, signed_in.session)
    assert person.prove("sms").status == 200
    assert world.post("/api/account/password", change, session=signed_in.session).status == 200
    told = [message for message in world.outbox_of(owner.account.user_id) if message["kind"] == "password-changed"]
    token = repudiation.derive_token(
        world.services.keys, told[0]["subject"], told[0]["reference"], told[0]["facts"]["at"]
    )
    assert open_token(world.services.keys, token)
    assert world.post("/api/account/secure", {"token": token}).status == 200
    assert world.post("/api/account/secure", {"token": token}).code == "link-ended"
    owner.helper = administrator
    return {
        "caller's code": code, "caller's flow": begun["flow"], "temporary password": shown, "temporary letters": shown.replace("-", ""),
        "administrator's session": administrator.session, "administrator's app": administrator.own_app.secret,
        "second session": signed_in.session, "second link's token": token,
    }  # fmt: skip


def _sent(world, owner, monkeypatch, secrets):
    """Every message, by a service that fails and repeats what it was given, and then by one that sends."""
    messages = world.outbox_of(owner.account.user_id)
    for office in (Failing(), Sending()):
        letters = _letters(messages, monkeypatch, office)
        assert "link's token" in leaks(letters, secrets)  # what is searched for can be found
    # A temporary password that is sent is never shown: only its letter knows it.
    (sent,) = set(re.findall(r"\b(?:[0-9A-Z]{4}-){3}[0-9A-Z]{4}\b", letters)) - {secrets["temporary password"]}
    secrets["temporary password that was sent"] = sent


def _letters(messages, monkeypatch, office):
    """What a service is asked to send of these messages."""
    monkeypatch.setattr(sending, "_messengers", lambda: dict.fromkeys(("email", "text", "voice"), office))
    again = notify.lambda_handler(records(messages), Context())["batchItemFailures"]
    assert bool(again) == (type(office) is Failing)
    return "".join(repr(letter) for letter in office.asked)


def _given_up(world, owner):
    """What never could be sent goes to the queue, as the event source puts it there."""
    unsent = {
        "Stream": "local:OutboxTable.StreamArn",
        "DestinationConfig": {"OnFailure": {"Destination": "local:UnsentQueue.Arn"}},
    }
    stream = StreamPoller(SimpleNamespace(function=SimpleNamespace(name="NotifyFunction")), unsent)
    for record in records(world.outbox_of(owner.account.user_id))["Records"]:
        stream._give_up(record)


def _counted(world, owner):
    """The events go the way of their stream: archived, and counted."""
    items = [dict(item) for item in world.events(owner.account.user_id)]
    batch = records([{**item, "id": str(number)} for number, item in enumerate(items)])
    for record, item in zip(batch["Records"], items, strict=True):
        record["dynamodb"]["NewImage"].pop("id")
        assert unmarshal(record["dynamodb"]["NewImage"]) == item
    assert report.lambda_handler(batch, Context())["counted"] == len(items)


def test_no_secret_is_logged_stored_streamed_archived_exported_or_answered_in_any_form_b20(story, seen, run, tmp_path):
    world, owner, secrets = story
    _counted(world, owner)
    _given_up(world, owner)
    administrator = owner.helper
    shown = [administrator.look(owner.account), administrator.get("/report", days="30")]
    shown += [
        administrator.get("/events", account=owner.account.user_id, format=form) for form in ("json", "csv", "jsonl")
    ]
    shown += [
        administrator.get(f"/references/{event['reference']}") for event in world.events(owner.account.user_id)[:4]
    ]
    assert {answer.status for answer in shown} == {200}
    places = {
        "administrators' answers": "".join(repr((answer.body, answer.headers)) for answer in shown),
        **stored(world.services),
    }
    places |= {name: text for name, text in seen().items() if name != "answers"}
    status, places["story"], errors = run("explain", owner.account.user_id)
    assert (status, errors) == (1, ""), "the owner cannot get back in: a message that was not theirs has been reported"
    assert run("people", "export", tmp_path / "people.csv")[0] == 0
    places["export of people"] = (tmp_path / "people.csv").read_text()
    read = ("log", "printed", "problems", "URLs", "archive", "OutboxTable", "stream of OutboxTable", "UnsentQueue")
    assert [name for name in read if not places[name]] == []
    found = {place: names for place, text in places.items() if (names := leaks(text, secrets))}
    assert found == {}
    elsewhere = [place for place in places if "SecurityInfo" not in place]
    assert [place for place in elsewhere if leaks(places[place], _public(owner))] == []


def test_traces_hold_what_lambda_itself_writes_b20(root):
    """Nobody annotates a segment: X-Ray learns which function ran how long, and which services it called."""
    for path in (root / "functions").rglob("*.py"):
        assert not re.search(
            r"\b(aws_xray_sdk|Tracer|put_annotation|put_metadata|opentelemetry)\b", path.read_text()
        ), path


def test_the_search_itself_finds_each_form():
    """A search that could find nothing would prove nothing."""
    secret, code = "violet-Änchor/27+plum", "493027"
    for text in (
        f"x{secret}y", json.dumps({"a": secret}), repr(secret.encode().hex()), "a%20violet-%C3%84nchor%2F27%2Bplum",
        "dmlvbGV0LcOEbmNob3IvMjcrcGx1bQ==", "eHZpb2xldC3DhG5jaG9yLzI3K3BsdW0", "eHh2aW9sZXQtw4RuY2hvci8yNytwbHVt",
    ):  # fmt: skip
        assert leaks(text, {"it": secret}) == ["it"], text
    assert leaks(f'{{"code": "{code}"}}', {"it": code}) == ["it"]
    assert leaks(f"a{code}b 1{code}", {"it": code}) == []
    assert leaks("nothing of the kind", {"it": secret, "code": code}) == []
