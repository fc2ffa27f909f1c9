"""The embedded stack as people run it: what it prints, serves, keeps and refuses."""

import json
import re
import socket
import subprocess
from concurrent.futures import ThreadPoolExecutor

import pytest

from local import stream_poller as stack_poller
from local.engine import SCHEMA, Engine, EngineError
from regain.api.headers import API_HEADERS, SITE_HEADERS
from tests.codes import code_in
from tests.conftest import ROOT, fetch, launch
from tests.functions.conftest import solve
from tests.waiting import until


def post(stack, path, body, **headers):
    headers = {"content-type": "application/json", **headers}
    status, _, answer = fetch(f"{stack.origin}{path}", json.dumps(body).encode(), **headers)
    return status, json.loads(answer)


def started(stack, user_id, purpose="reset"):
    proof = solve(json.loads(stack.get("/api/challenge")[2]))
    return post(stack, f"/api/{purpose}/start", {"user_id": user_id, "proof": proof})[1]


def newest(stack, to, number=1):
    return until(lambda: len(found := stack.messages(to)) >= number and found)[0]


def test_it_says_where_everything_is_and_then_ready(stack):
    said = "\n".join(stack.said)
    for part in (
        f"site     {stack.origin.replace('127.0.0.1', 'localhost')}/",
        "/local/outbox",
        "maria.silva@contoso.example",
        "maple-Cedar-93-window",
        f"{stack.origin.replace('127.0.0.1', 'localhost')}/admin/",
    ):
        assert part in said
    assert stack.said[-1] == "ready"
    roles = {line.split()[0]: line.split()[-1] for line in stack.said if "@contoso.example " in line}
    assert (roles["ines.rossi@contoso.example"], roles["omar.haddad@contoso.example"]) == ("administrator", "helpdesk")


def test_helpdesk_of_the_demo_has_a_second_factor_whose_code_is_in_the_outbox_h10(stack):
    own = {"origin": stack.origin, "content-type": "application/json"}
    body = json.dumps({"user_id": "omar.haddad@contoso.example", "password": "thistle-Canyon-35-drum"}).encode()
    status, headers, _ = fetch(f"{stack.origin}/api/account/sign-in", body, **own)
    assert status == 200
    own["cookie"] = headers["set-cookie"].partition(";")[0]
    _, started = post(stack, "/api/admin/prove/start", {}, **own)
    assert [each["kind"] for each in started["methods"]] == ["sms", "call-mobile"]
    assert post(stack, "/api/admin/prove/send", {"flow": started["flow"], "method": "sms"}, **own)[0] == 202
    code = code_in(newest(stack, "+447700900127")["body"])
    proved = post(stack, "/api/admin/prove/verify", {"flow": started["flow"], "method": "sms", "code": code}, **own)
    assert proved[0] == 200


def test_the_state_is_readable_by_whoever_runs_the_stack_and_nobody_else_x24(stack):
    kept = [path for path in stack.state.rglob("*") if path.is_file()]
    assert {path.name for path in kept} >= {"stack.json", "organisation.json"}
    assert not [path for path in kept if path.stat().st_mode & 0o077]


def test_a_password_is_reset_over_http_with_the_code_from_the_outbox(stack):
    flow = started(stack, "chen.li@contoso.example")
    assert post(stack, "/api/reset/send", {"flow": flow["flow"], "method": "email"})[0] == 202
    message = newest(stack, "chen@home.example")
    assert (message["channel"], message["subject"]) == ("email", "Your code for your Contoso account c•••i")
    code = code_in(message["body"])
    verified = post(stack, "/api/reset/verify", {"flow": flow["flow"], "method": "email", "code": code})
    assert verified == (200, {"gates": {"required": 1, "passed": 1}, "methods": []})
    new = "pebble-Orchard-86-lamp"
    assert post(stack, "/api/reset/finish", {"flow": flow["flow"], "new_password": new})[0] == 200
    assert post(stack, "/api/account/sign-in", {"user_id": "chen.li@contoso.example", "password": new})[0] == 200
    assert newest(stack, "chen.li@contoso.example")["subject"] == "The password of your Contoso account has been reset"


@pytest.mark.parametrize(("method", "channel"), [("sms", "text"), ("call-mobile", "voice")])
def test_texts_and_calls_reach_the_outbox_through_the_stand_in(stack, method, channel):
    flow = started(stack, "ben.okafor@contoso.example", "unlock")
    assert post(stack, "/api/unlock/send", {"flow": flow["flow"], "method": method})[0] == 202
    found = until(lambda: [m for m in stack.messages("+447700900124") if m["channel"] == channel])
    assert len(set(re.findall(r"\b\d{6}\b", found[0]["body"]))) == 1
    assert "<" not in found[0]["body"]


def test_the_stand_in_checks_requests_with_the_services_own_model(stack):
    def call(action, body):
        target = {"x-amz-target": f"PinpointSMSVoiceV2.{action}"}
        status, _, answer = fetch(f"{stack.origin}/local/aws/", json.dumps(body).encode(), **target)
        return status, json.loads(answer).get("__type")

    assert call("SendTextMessage", {"DestinationPhoneNumber": "+447700900000", "MessageBody": "x"}) == (200, None)
    assert call("SendTextMessage", {"MessageBody": "x"}) == (400, "ValidationException")
    assert call("SendTextMessage", {"DestinationPhoneNumber": "+44", "Colour": "red"}) == (400, "ValidationException")
    assert call("SendVoiceMessage", {"DestinationPhoneNumber": "+447700900000"}) == (400, "ValidationException")
    assert call("DeletePool", {}) == (400, "UnknownOperationException")


@pytest.mark.parametrize(
    ("sender", "to", "status"),
    [
        ("Contoso account help <no-reply@contoso.example>", "a@home.example", 200),
        ('"Smith, Jones & Co account help" <no-reply@contoso.example>', "a@home.example", 200),
        ("=?utf-8?b?VW5pdmVyc2l0w6R0?= <no-reply@contoso.example>", "a@xn--mller-kva.example", 200),
        ("Smith, Jones & Co account help <no-reply@contoso.example>", "a@home.example", 400),
        ("Universität <no-reply@contoso.example>", "a@home.example", 400),
        ("Contoso <no-reply@contoso.example>", "a@müller.example", 400),
        ("Contoso <no-reply@contoso.example>", "müller@home.example", 400),
        ("Contoso", "a@home.example", 400),
    ],
)
def test_the_stand_in_of_ses_refuses_what_ses_documents_p18(stack, sender, to, status):
    words = {"Data": "x", "Charset": "UTF-8"}
    content = {"Simple": {"Subject": words, "Body": {"Text": words, "Html": words}}}
    body = {"FromEmailAddress": sender, "Destination": {"ToAddresses": [to]}, "Content": content}
    address = f"{stack.origin}/local/aws/v2/email/outbound-emails"
    answered, headers, _ = fetch(address, json.dumps(body).encode())
    assert answered == status
    assert ("x-amzn-errortype" in {name.lower() for name in headers}) == (status == 400)


def test_the_outbox_is_a_page_and_shows_messages_as_text(stack):
    status, headers, body = stack.get("/local/outbox")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert b"<script" not in body
    assert b"<h1>Outbox</h1>" in body


def test_programs_find_robots_and_whom_to_report_a_hole_to(stack):
    for path, line in (
        ("/robots.txt", b"Disallow: /account/\n"),
        ("/.well-known/security.txt", b"Contact: mailto:it@"),
    ):
        status, headers, body = stack.get(path)
        assert (status, headers["content-type"]) == (200, "text/plain; charset=utf-8")
        assert line in body


def test_answers_are_never_crossed_in_parallel(stack):
    """A resolver shared by threads would mix them up (one request at a time, like Lambda)."""

    def ask(number):
        path = f"/api/nothing-{number}" if number % 2 else "/api/health"
        status, _, body = stack.get(path)
        return number % 2, status, json.loads(body).get("code", "ok")

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(ask, range(200))) == {(0, 200, "ok"), (1, 404, "not-found")}


def test_the_site_and_the_api_carry_their_headers_and_no_banner(stack):
    for path in ("/", "/nothing/", "/local/outbox"):
        _, headers, _ = stack.get(path)
        assert SITE_HEADERS.items() <= headers.items(), path
        assert "server" not in headers
    _, headers, _ = stack.get("/api/health")
    assert API_HEADERS.items() <= headers.items()


@pytest.mark.parametrize(
    "path",
    [
        "/api/../template.yaml",
        "/..%2ftemplate.yaml",
        "/%2e%2e/template.yaml",
        "//etc/passwd",
        "/local/aws/../../x",
        "/local/x",
    ],
)
def test_no_path_leads_out_of_the_site(stack, path):
    status, _, body = stack.get(path)
    assert status in (404, 405)
    assert b"Transform" not in body


def test_a_path_with_a_name_in_it_finds_its_function(stack):
    status, headers, body = fetch(
        f"{stack.origin}/api/account/methods/x/confirm", b"{}", **{"content-type": "application/json"}
    )
    assert (status, json.loads(body)["code"]) == (403, "request-from-another-site")
    status, headers, body = stack.get("/api/account/methods/x")
    assert (status, headers["allow"]) == (405, "DELETE")


def test_the_address_of_the_caller_is_the_connections(stack):
    headers = dict.fromkeys(("x-forwarded-for", "forwarded", "x-real-ip", "cloudfront-viewer-address"), "203.0.113.1")
    status, _, _ = fetch(f"{stack.origin}/api/health", None, **headers)
    assert status == 200
    assert "203.0.113.1" not in "".join(p.read_text() for p in (stack.state / "log").glob("*.log"))


def test_a_body_that_no_gateway_takes_is_a_problem(stack):
    status, _, body = fetch(
        f"{stack.origin}/api/reset/start", b" " * (10 * 1024 * 1024 + 1), **{"content-type": "application/json"}
    )
    assert (status, json.loads(body)["code"]) == (413, "request-too-large")


def test_what_a_command_writes_is_sent_at_once_though_idle_streams_are_polled_once_a_minute(stack):
    """B42: an idle stack takes at most 0.2 % of a core."""
    assert stack_poller._IDLE_INTERVAL == 60
    newest_before = len(stack.messages("ben.okafor@contoso.example"))
    command = [
        ROOT / "regain",
        "--state",
        stack.state,
        "admin",
        "grant",
        "ben.okafor@contoso.example",
        "auditor",
        "--yes",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    newest(stack, "ben.okafor@contoso.example", newest_before + 1)
    subprocess.run([*command[:-2], "none", "--yes"], capture_output=True, check=True)


@pytest.fixture
def folder(tmp_path, site):
    """Starts stacks on one state folder, and stops what is left."""
    running = []

    def start(*options, **named):
        running.append(launch(tmp_path / "state", site, *options, **named))
        return running[-1]

    yield start
    for one in running:
        one.stop()


@pytest.mark.parametrize("kill", [False, True], ids=["stopped", "killed"])
def test_accounts_flows_and_the_outbox_survive_a_restart_h54(folder, kill):
    first = folder()
    assert "8 people added" in "\n".join(first.said)
    earlier = started(first, "chen.li@contoso.example")
    assert post(first, "/api/reset/send", {"flow": earlier["flow"], "method": "email"})[0] == 202
    kept = newest(first, "chen@home.example")
    flow = started(first, "maria.silva@contoso.example")
    if kill:
        first.kill()
    else:
        assert first.stop() == 0
    second = folder()
    assert "people added" not in "\n".join(second.said)
    assert kept in second.messages("chen@home.example")
    assert post(second, "/api/reset/send", {"flow": flow["flow"], "method": "email"})[0] == 202
    assert newest(second, "maria@home.example")["channel"] == "email"


def test_two_stacks_never_share_a_state(folder):
    assert folder().said[-1] == "ready"
    second = folder()
    assert "another stack uses" in "\n".join(second.said)
    assert second.process.wait(10) == 1


def test_a_port_in_use_is_said(folder):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        stopped = folder(port=port)
    assert f"port {port} is in use" in "\n".join(stopped.said)
    assert stopped.process.wait(10) == 1


@pytest.mark.parametrize(
    ("option", "text", "said"),
    [
        (
            "--people",
            "userPrincipalName,role\nann@contoso.example,\nben@contoso.example,king\n",
            "people.csv:3: role: `king` is not a role",
        ),
        (
            "--organisation",
            "organisation: {name: X}\ndomains: {x.example: {}}\nrecovery: {gats: 1}\n",
            "did you mean `gates`?",
        ),
    ],
)
def test_a_mistake_in_a_file_is_said_with_its_line_and_nothing_is_started(folder, tmp_path, option, text, said):
    path = tmp_path / ("people.csv" if option == "--people" else "organisation.yaml")
    path.write_text(text)
    stopped = folder(option, str(path))
    assert said in "\n".join(stopped.said)
    assert stopped.process.wait(10) == 1
    assert not (tmp_path / "state").exists()


def test_our_own_people_are_loaded(folder, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(
        "userPrincipalName,otherMails,password\nzoë@contoso.example,zoe@home.example,kettle-Magnet-41-harp\n"
    )
    stack = folder("--people", str(path), warm=True)  # as `make serve` starts it
    assert (
        post(stack, "/api/account/sign-in", {"user_id": "zoë@contoso.example", "password": "kettle-Magnet-41-harp"})[0]
        == 200
    )


@pytest.mark.parametrize("written", [None, "1", "3"])
def test_state_of_another_version_is_refused_with_the_remedy_b30(tmp_path, written):
    (tmp_path / "engine").mkdir()
    if written:
        (tmp_path / "schema").write_text(written)
    with pytest.raises(EngineError, match="`make clean` deletes it"):
        Engine(tmp_path / "no program", tmp_path, 1).start()
    assert (tmp_path / "engine").exists()


def test_new_state_says_its_version_and_is_opened_again_b30(tmp_path):
    for _ in range(2):
        with pytest.raises(EngineError, match="make install"):  # past the check
            Engine(tmp_path / "no program", tmp_path, 1).start()
        assert (tmp_path / "schema").read_text() == SCHEMA
        (tmp_path / "engine").mkdir(exist_ok=True)
