"""Leaks: what must be secret is planted, used, and searched for everywhere else. No mode of disclosure changes any of it."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from regain.adapters.store import marshal, unmarshal
from regain.api.headers import SITE_HEADERS
from tests.abuse.evidence import proved
from tests.conftest import ROOT
from tests.functions.agent import Agent
from tests.functions.conftest import holds
from tests.functions.person import Person

TIMES = re.compile(r"\d\d:\d\d:\d\d[.,]\d{3,6}|datetime\([^)]*\)")
"""Parts of a second are digits too, and nobody's code."""


@pytest.fixture
def mode():
    """One mode: what is secret is so in both."""
    return "private"


def test_61_nothing_secret_is_left_anywhere(attacker, deployment):
    """Codes, tokens, passwords, cookies, app secrets: in no log, trace, metric, event, stream, table, queue or address."""
    secrets = planted(attacker)
    codes = {name: value for name, value in secrets.items() if re.fullmatch(r"\d{6}|\d{8}", value)}
    places = {
        **logs(attacker),
        **tables(deployment),
        **streams(deployment),
        **queues(deployment),
        **archive(deployment),
    }
    assert {"ResetFunction.log", "EventTable", "OutboxTable stream", "LostQueue", "archivebucket"} <= set(places)
    assert all(
        place for name, place in places.items() if name in ("ResetFunction.log", "EventTable", "OutboxTable stream")
    )
    places = {name: TIMES.sub("", text) for name, text in places.items()}
    for name, secret in secrets.items():
        found = [where for where, text in places.items() if (holds(text, secret) if name in codes else secret in text)]
        assert found == [], f"{name} stands in {found}"
    assert SITE_HEADERS["referrer-policy"] == "no-referrer", "no address is told to another site"
    letters = [message["body"] for message in attacker.messages()]
    assert not [link for text in letters for link in re.findall(r"https?://\S+", text) if "?" in link]
    assert proved("tests/functions/test_secrets.py", "test_a_whole_flow_leaves_no_secret_behind",
                  "test_what_people_type_into_the_wrong_field_is_kept_nowhere")  # fmt: skip
    assert proved(
        "tests/functions/test_registration.py", "test_questions_are_registered_hashed_and_never_shown_s46_s74"
    )


def planted(attacker):
    """A day in the life of an account, and everything that was secret in it."""
    number, owner, agent = attacker.number, Person(attacker), Agent(attacker)
    person = owner.account
    begun = owner.register("authenticator").body
    saved = owner.register("recovery-code").body["recovery_code"]
    flow = attacker.proved(person.user_id).body["flow"]
    new, wrong = f"Planted-anchor-{number}-plum", f"Planted-wrong-{number}-moss"
    code = attacker.code(next(ref for ref, who in attacker.begun.items() if who == person.user_id))
    assert attacker.finish(flow, f"{wrong} maria").code == "password-not-accepted"
    assert attacker.finish(flow, new).status == 200
    assert attacker.sign_in(person.user_id, wrong).status == 401
    session = attacker.sign_in(person.user_id, new).session
    unlock = attacker.proved(person.user_id, "unlock").body["flow"]
    assert attacker.finish(unlock, purpose="unlock").status == 200
    notice = attacker.received(person.mail, holding="/not-me/#")[0]
    not_me = re.search(r"/not-me/#([\w-]{43})", notice["body"])[1]
    proof_code = agent.own_app.at(attacker.services.now)
    assert agent.prove(proof_code).status == 200
    temporary = agent.over(person, "reset").body["temporary_password"]
    assert attacker.sign_in(person.user_id, temporary).status == 200
    attacker.story_until(next(iter(attacker.begun)), "message-sent")
    return {
        "flow": flow, "flow's secret": flow[22:], "unlock": unlock, "new password": new, "wrong password": wrong,
        "code": code, "session": session, "session's secret": session[22:], "not-me token": not_me, "its secret": not_me[22:],
        "app's secret": begun["secret"], "app's code": proof_code, "recovery code": saved,
        "recovery code, typed": saved.replace("-", ""), "temporary password": temporary,
        "temporary password, typed": temporary.replace("-", ""),
    }  # fmt: skip


def logs(attacker):
    """What the functions and the engine have said, metrics and traces among it."""
    return {file.name: file.read_text() for file in [*(attacker.stack.state / "log").glob("*.log"), attacker.stack.state / "engine.log"]}  # fmt: skip


def tables(deployment):
    client = deployment.client("dynamodb")
    pages = {name: client.get_paginator("scan").paginate(TableName=name) for name in client.list_tables()["TableNames"]}
    return {name: "".join(repr(page["Items"]) for page in each) for name, each in pages.items()}


def streams(deployment):
    """What each stream has carried, from its beginning."""
    client, found = deployment.client("dynamodbstreams"), {}
    for stream in client.list_streams()["Streams"]:
        text = ""
        for shard in client.describe_stream(StreamArn=stream["StreamArn"])["StreamDescription"]["Shards"]:
            start = {"StreamArn": stream["StreamArn"], "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
            iterator = client.get_shard_iterator(**start)["ShardIterator"]
            while iterator:
                told = client.get_records(ShardIterator=iterator)
                text += repr(told["Records"])
                iterator = told.get("NextShardIterator") if told["Records"] else None
        found[f"{stream['TableName']} stream"] = text
    return found


def queues(deployment):
    client, found = deployment.client("sqs"), {}
    for url in client.list_queues()["QueueUrls"]:
        told = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
        found[url.rpartition("/")[2]] = repr(told.get("Messages", []))
    return found


def archive(deployment):
    client = deployment.client("s3")
    names = [bucket["Name"] for bucket in client.list_buckets()["Buckets"]]
    return {name: "".join(_objects(client, name)) for name in names}


def _objects(client, bucket):
    for page in client.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for each in page.get("Contents", ()):
            yield client.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode()


TELLING = re.compile(
    r"Traceback|File \"|\bline \d+\b|\w+\.py\b|\w+(Error|Exception)\b|msgspec|botocore|boto3|powertools|argon2|altcha|webauthn"
    r"|starlette|uvicorn|dynamodb|lambda|amazon|ministack|/home/|/root/|/var/|site-packages|0x[0-9a-f]{6}",
    re.IGNORECASE,
)


def test_62_errors_tell_no_trace_and_no_library(attacker):
    """A real fault, unreadable requests and refusals: each is a problem in words; its place is in the log, not here."""
    person = Person(attacker)
    flow = attacker.start(person.account.user_id).body["flow"]
    spoil(attacker, flow)
    fault = attacker.verify(flow, "000000")
    assert (fault.status, fault.code) == (500, "something-went-wrong")
    log = (attacker.stack.state / "log" / "ResetFunction.log").read_text()
    assert fault.body["reference"] in log
    answers = [fault, attacker.request("GET", "/api/nothing"), attacker.request("PUT", "/api/reset/start")]
    values = (
        "{",
        "[]",
        '{"a":1}',
        '{"user_id":1}',
        "\x00",
        '{"user_id":"a@contoso.example","proof":"e30="}',
        '{"kind":"x"}',
        "9" * 5_000,
    )
    posts = ("/api/reset/start", "/api/account/sign-in", "/api/contact/support", "/api/account/methods")
    answers += [attacker.request("POST", path, value, session=person.session) for path in posts for value in values]
    queries = ({"start": "x"}, {"cursor": "%"}, {"days": "0"}, {"format": "xml"})
    gets = ("/api/admin/events", "/api/admin/report")
    answers += [attacker.request("GET", path, query=each, session=person.session) for path in gets for each in queries]
    answers += [attacker.request("GET", "/api/account", session=each) for each in ("x", "A" * 43, "é", "../../x")]
    for answer in answers:
        assert answer.status >= 400
        text = json.dumps(answer.body) + repr(answer.headers)
        assert not TELLING.search(text), text


def spoil(attacker, flow):
    """Makes a flow's record one that cannot be read, as no request could."""
    _, subject, flow_id = attacker.services.recoveries.held(flow)
    client, table = attacker.services.store.client, attacker.services.recoveries.table
    key = marshal({"subject": subject, "record": f"flow#{flow_id}"})
    item = unmarshal(client.get_item(TableName=table, Key=key)["Item"])
    client.put_item(TableName=table, Item=marshal({**item, "expires_at": "soon"}))


class Fields(HTMLParser):
    """The fields of a page, and what a browser may fill into them."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        if tag == "input":
            self.found.append(dict(attributes))


def test_63_the_browser_keeps_nothing(attacker, site):
    """Pages are the same for everybody, answers are never stored, fields are named; the rest is seen in Chromium."""
    person = Person(attacker)
    for path in ("/api/account", "/api/account/methods", "/api/nothing"):
        assert attacker.request("GET", path, session=person.session).headers["cache-control"] == "no-store"
    named = {
        "password": {"current-password", "new-password"},
        "code": {"one-time-code", "off"},
        "user_id": {"username"},
    }
    others = {"user_id": {"off"}}  # whom an administrator looks for is not the one who signs in
    seen = set()
    for page in ("/reset/", "/unlock/", "/account/", "/admin/"):
        shown = [attacker.request("GET", page, session=session).body["text"] for session in ("", person.session)]
        assert shown[0] == shown[1], f"{page} depends on who asks"
        fields = Fields()
        fields.feed(shown[0])
        for each in fields.found:
            kind = "password" if each.get("type") == "password" else each.get("name", "")
            if kind in named:
                allowed = named[kind] | (others.get(kind, set()) if page == "/admin/" else set())
                assert each.get("autocomplete") in allowed, (page, each)
                seen.add(kind)
    assert seen == set(named)
    keeping = r"localStorage|indexedDB|document\.cookie|caches\.open|serviceWorker"
    scripts = [*(ROOT / "docs/theme/assets").glob("*.js"), Path(site) / "sw.js"]
    assert {file.name for file in scripts if re.search(keeping, file.read_text())} == {"sw.js", "offline.js"}
    assert "api|local" in (Path(site) / "sw.js").read_text()  # pages only: `browser/test_offline.py`
    assert proved("tests/browser/test_recovery.py", "test_nothing_secret_stays_in_the_browser",
                  "test_the_back_button_goes_back_in_the_form_and_never_past_what_was_done_s51")  # fmt: skip
    assert proved("tests/browser/test_account.py", "test_a_reload_stays_signed_in_and_signing_out_does_not",
                  "test_the_cookie_is_out_of_reach_of_scripts")  # fmt: skip
    assert proved("tests/browser/test_autofill.py",
                  "test_chromiums_password_manager_does_not_put_an_old_password_into_the_reset_form",
                  "test_fields_are_named_so_that_browsers_and_phones_can_fill_them_b23")  # fmt: skip
