"""Administration over HTTP on the embedded stack: sign-in, second factor, an action, and counts made by the streams."""

import json
import urllib.request

import pytest

from tests.codes import code_in
from tests.conftest import fetch
from tests.local.test_stack import newest, post, started
from tests.waiting import until


class Desk:
    """A signed-in administrator of the demo, as a program uses the API."""

    def __init__(self, stack):
        self.stack = stack
        body = {"user_id": "ines.rossi@contoso.example", "password": "saffron-Bridge-73-owl"}
        asked = urllib.request.Request(
            f"{stack.origin}/api/account/sign-in", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with urllib.request.urlopen(asked, timeout=20) as answer:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]

    def get(self, path):
        status, headers, body = fetch(f"{self.stack.origin}/api/admin{path}", cookie=self.cookie)
        return status, json.loads(body) if headers["content-type"].endswith("json") else body.decode()

    def do(self, path, body):
        headers = {"cookie": self.cookie, "origin": self.stack.origin}
        return post(self.stack, f"/api/admin{path}", body, **headers)

    def prove(self):
        begun = self.do("/prove/start", {})[1]
        number = len(self.stack.messages("+447700900126"))
        assert self.do("/prove/send", {"flow": begun["flow"], "method": "sms"})[0] == 202
        code = code_in(newest(self.stack, "+447700900126", number + 1)["body"])
        return self.do("/prove/verify", {"flow": begun["flow"], "method": "sms", "code": code})


@pytest.fixture(scope="module")
def desk(stack):
    return Desk(stack)


def test_an_administrator_unlocks_somebody_and_both_the_person_and_the_audit_hear_of_it(stack, desk):
    assert desk.do("/accounts/dana.novak@contoso.example/unlock", {})[1]["code"] == "second-factor-needed"
    assert desk.prove() == (200, {"done": True})
    assert desk.do("/accounts/dana.novak%40contoso.example/unlock", {}) == (200, {"done": True})
    assert newest(stack, "dana.novak@contoso.example")["subject"] == "Your Contoso account has been unlocked"
    status, listed = desk.get("/events?account=dana.novak@contoso.example&kind=admin-unlocked")
    assert status == 200
    assert listed["events"][0]["text"] == "An administrator or helpdesk unlocked sign-in. (ines.rossi@contoso.example)"
    status, text = desk.get("/events?account=dana.novak@contoso.example&format=csv")
    assert text.startswith("at,kind,user_id")


def test_the_streams_keep_the_counts_of_the_report(stack, desk):
    def report():
        return desk.get("/report?days=1")[1]

    until(lambda: report()["people"]["accounts"] >= 8, every=0.2)
    before = report()["resets"][0]["started"]
    reference = started(stack, "maria.silva@contoso.example")["reference"]
    until(lambda: report()["resets"][0]["started"] == before + 1)
    until(lambda: desk.get(f"/references/{reference}")[1].get("user_id") == "maria.silva@contoso.example")
