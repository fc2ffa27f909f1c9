"""The stack's logs and terminal output, after secrets were typed everywhere (B20)."""

import json
import re

from tests.codes import code_in
from tests.conftest import fetch
from tests.functions.secret_scan import leaks
from tests.local.test_stack import newest, post, started
from tests.waiting import until

WRONG, NEW = "wrong-Planted-93-harp", "violet-Planted-58-plum"


def test_no_secret_reaches_the_logs_of_the_whole_stack_b20(stack, tester):
    flow = started(stack, tester.user_id)["flow"]
    assert post(stack, "/api/reset/send", {"flow": flow, "method": "email"})[0] == 202
    code = code_in(newest(stack, tester.mail)["body"])
    post(stack, f"/api/reset/verify?code={code}", {"flow": flow, "method": "email", "code": WRONG})
    post(stack, f"/api/reset/{NEW}", {"flow": flow})
    post(stack, "/api/reset/verify", {"flow": flow, "method": "email", "code": code, WRONG: NEW})
    assert post(stack, "/api/reset/verify", {"flow": flow, "method": "email", "code": code})[0] == 200
    assert post(stack, "/api/reset/finish", {"flow": flow, "new_password": NEW})[0] == 200
    body = json.dumps({"user_id": tester.user_id, "password": NEW}).encode()
    own = {"content-type": "application/json", "origin": stack.origin}
    status, headers, _ = fetch(f"{stack.origin}/api/account/sign-in", body, **own)
    assert status == 200
    session = headers["set-cookie"].partition("=")[2].partition(";")[0]
    own["cookie"] = f"__Host-session={session}"
    prove(stack, tester, own)
    _, _, begun = fetch(f"{stack.origin}/api/account/methods", json.dumps({"kind": "authenticator"}).encode(), **own)
    _, _, saved = fetch(f"{stack.origin}/api/account/methods", json.dumps({"kind": "recovery-code"}).encode(), **own)
    fetch(f"{stack.origin}/api/account?session={session}", None, **own)
    fetch(f"{stack.origin}/api/account/secure", json.dumps({"token": session}).encode(), **own)
    notice = until(lambda: [m for m in stack.messages(tester.mail) if "has been reset" in m["subject"]])[0]
    (link,) = set(re.findall(r"/not-me/#([\w-]+)", notice["body"]))
    secrets = {
        "flow": flow, "flow's secret": flow[22:], "code": code, "wrong": WRONG, "new password": NEW, "old password": tester.password,
        "session": session, "session's secret": session[22:], "app's secret": json.loads(begun)["secret"],
        "recovery code": json.loads(saved)["recovery_code"], "link": link, "user ID": tester.user_id, "address": tester.mail,
    }  # fmt: skip
    logs = {log.name: log.read_text() for log in (stack.state / "log").glob("*.log")}
    assert "answered" in logs["ResetFunction.log"]  # the logs can be read
    assert {name: found for name, text in logs.items() if (found := leaks(text, secrets))} == {}
    assert leaks((stack.state / "engine.log").read_text(), {**secrets, "user ID": WRONG, "address": WRONG}) == []


def prove(stack, tester, own):
    """Proves with a code by e-mail that this session may change security info."""
    proving = post(stack, "/api/account/prove/start", {}, **own)[1]
    method = next(each["id"] for each in proving["methods"] if each["kind"] == "email")
    before = len(stack.messages(tester.mail))
    assert post(stack, "/api/account/prove/send", {"flow": proving["flow"], "method": method}, **own)[0] == 202
    fresh = until(lambda: _codes(stack, tester, before))
    proof = {"flow": proving["flow"], "method": method, "code": fresh[0]}
    assert post(stack, "/api/account/prove/verify", proof, **own)[0] == 200


def _codes(stack, tester, before):
    """Codes in the messages to somebody that have come since there were `before`, newest first."""
    found = stack.messages(tester.mail)
    return [code for each in found[: len(found) - before] if (code := code_in(each["body"]))]
