"""The edge: headers, paths, bodies and connections as no browser sends them. No mode of disclosure changes any of it."""

import csv
import gzip
import io
import json
import re
import resource
import socket

import pytest

from local.message_log import MessageLog
from local.template import raw
from regain.api.contract import OPERATIONS
from regain.api.headers import API_HEADERS, SITE_HEADERS
from tests.abuse.client import exchange
from tests.abuse.evidence import proved
from tests.conftest import ROOT
from tests.functions.agent import Agent
from tests.functions.conftest import OWN
from tests.waiting import until

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "FOO")
SCRIPT = '<img src=x onerror="alert(1)"><script>alert(1)</script>'
TEMPLATES = "{{7*7}} ${7*7} {0} {name} %s <%= 7*7 %> #{7*7}"
_ADDRESSES = (
    "x-forwarded-for", "x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-cluster-client-ip",
)  # fmt: skip
SPOOFED = {
    **dict.fromkeys(_ADDRESSES, "203.0.113.9"),
    "forwarded": "for=203.0.113.9;host=evil.example", "cloudfront-viewer-address": "203.0.113.9:1",
}  # fmt: skip
HOSTS = dict.fromkeys(("x-forwarded-host", "x-viewer-host", "x-host", "x-forwarded-server"), "evil.example") | {
    "x-original-url": "/api/admin/report", "x-rewrite-url": "/api/admin/report", "x-forwarded-proto": "https",
    "x-http-method-override": "DELETE",
}  # fmt: skip


@pytest.fixture
def mode():
    """One mode: all of this is refused before anybody's account matters."""
    return "private"


def test_55_neither_links_nor_limits_follow_what_headers_say(attacker):
    """Links are made from the organisation's own address; limits count the connection's, or what CloudFront saw."""
    person = attacker.person()
    evil = {**attacker.own, **HOSTS, **SPOOFED}
    assert attacker.request("GET", "/api/health", headers=evil).body == {"status": "ok"}
    elsewhere = attacker.request("GET", "/api/health", headers={**evil, "host": "evil.example"})
    assert elsewhere.status in (400, 421), "a name that an attacker points here (DNS rebinding, X24)"
    begun = attacker.request("POST", "/api/unlock/start", _start(attacker, person), headers=evil).body
    sent = attacker.request(
        "POST", "/api/unlock/send", json.dumps({"flow": begun["flow"], "method": "email"}), headers=evil
    )
    assert sent.status == 202
    code = attacker.code(begun["reference"])
    assert attacker.verify(begun["flow"], code, purpose="unlock", headers=evil).status == 200
    body = json.dumps({"flow": begun["flow"]})
    assert attacker.request("POST", "/api/unlock/finish", body, headers=evil).status == 200
    attacker.received(person.mail, holding="/not-me/#")
    links = [link for m in attacker.messages() for link in re.findall(r"https?://\S+", m["body"])]
    assert any(link.startswith(attacker.stack.origin.replace("127.0.0.1", "localhost")) for link in links)
    assert "evil.example" not in json.dumps([m["body"] for m in attacker.messages(person.mail)])
    for address in (attacker.address, "127.0.0.1"):  # some servers believe the second what its headers say
        undo = attacker.fail(address, 300, "sign-in-failure")
        try:
            for headers in ({}, *({name: value} for name, value in SPOOFED.items()), SPOOFED):
                told = attacker.sign_in(person.user_id, "x", headers={**attacker.own, **headers}, address=address)
                assert told.code == "proof-of-work-needed", (address, headers)
        finally:
            undo()
    assert proved("tests/functions/test_trusted_proxy.py", "test_the_limits_follow_the_address_that_cloudfront_saw")


def _start(attacker, person):
    return json.dumps({"user_id": person.user_id, "proof": attacker.proof()})


def test_56_a_path_means_one_thing_and_local_is_only_here(attacker):
    """Doubled, dotted, encoded, upper-case and trailing forms are other addresses; nothing of `/local/` is deployed."""
    origin = attacker.stack.origin
    for path in ("//api/health", "/api//health", "/api/./health", "/api/x/../health", "/api/health/", "/API/health",
                 "/api/Health", "/api/%68ealth", "/api/health%2f", "/api/health%00", "/api%2fhealth", "/api/health;a=1",
                 "/api/health%20", "/./api/health", "/%2e%2e/api/health", "/x/../api/health", "/api/health/..;/"):  # fmt: skip
        status, pairs, body = exchange(origin, "GET", path)
        headers = dict(pairs)
        assert status in (404, 405) or (status == 308 and headers["location"] == f"{path}/"), (
            path
        )  # to a page that is none
        assert b'"ok"' not in body, path
        if status == 308:
            continue
        kind = "application/problem+json" if path.startswith("/api/") else headers["content-type"]
        assert headers["content-type"] == kind, path
    for path in ("/..%2f..%2ftemplate.yaml", "/%2e%2e/%2e%2e/organisation.yaml", "/....//people.csv", "/.git/config",
                 "/assets/../../state/stack.json", "/%5c..%5ctemplate.yaml", "/local/../people.csv", "/.state/stack.json"):  # fmt: skip
        status, _, body = exchange(origin, "GET", path)
        assert status == 404, path
        assert b"Resources" not in body and b"userPrincipalName" not in body and b"AWS_" not in body, path
    for operation in [each for each in OPERATIONS if each.path.startswith("/api/")]:
        path = re.sub(r"\{\w+\}", "x", operation.path)
        allowed = {each.method for each in OPERATIONS if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", each.path), path)}
        for method in METHODS:
            status, pairs, body = exchange(origin, method, path, headers=OWN.items() - {("host", OWN["host"])})
            if method in allowed:
                continue
            headers = dict(pairs)
            assert status in (404, 405), (method, path)
            assert headers["content-type"] == "application/problem+json", (method, path)
            assert method == "HEAD" or json.loads(body)["status"] == status, (method, path)
    template = raw(ROOT / "template.yaml")["Resources"]
    assert not re.search(r"/local\b", json.dumps(template, default=str))
    assert proved("tests/build/test_build.py", "test_each_function_ships_its_own_files_only")


def test_57_bodies_that_are_not_what_a_route_reads_are_problems(attacker):
    """Broken, deep, huge, doubled, of another encoding, packed, in pieces, or 16 KiB and one: never a fault."""
    good = json.dumps({"user_id": "nobody@contoso.example", "password": "x"}).encode()
    bad = {
        "malformed": b'{"user_id":', "deep": b"[" * 10_000, "deep objects": b'{"a":' * 2_500 + b"1" + b"}" * 2_500,
        "endless number": b'{"user_id":1e999}', "long number": b'{"user_id":' + b"9" * 8_000 + b"}",
        "double": b'{"user_id":"a","user_id":"b","password":"x"}', "mark": b"\xef\xbb\xbf" + good,
        "UTF-16": good.decode().encode("utf-16"), "UTF-32": good.decode().encode("utf-32"), "broken": good[:-1] + b"\xff}",
        "lone surrogate": b'{"user_id":"\\ud800","password":"x"}', "not a number": b'{"user_id":NaN}',
        "packed": gzip.compress(good), "empty": b"", "blank": b" " * 100, "two": good + good, "comment": b"/**/" + good,
    }  # fmt: skip
    for name, body in bad.items():
        answer = attacker.request("POST", "/api/account/sign-in", body)
        assert (answer.status, answer.code) == (400, "request-not-read"), name
    own = attacker.own
    bomb = gzip.compress(b" " * 10_000_000)
    assert attacker.request(
        "POST", "/api/account/sign-in", bomb, headers={**own, "content-encoding": "gzip"}
    ).status in (400, 413)
    assert attacker.request("POST", "/api/account/sign-in", b" " * 16_384).code == "request-not-read"
    assert attacker.request("POST", "/api/account/sign-in", b" " * 16_385).code == "request-too-large"
    for charset in ("utf-16", "latin-1", "x-user-defined"):
        typed = {**own, "content-type": f"application/json; charset={charset}"}
        assert attacker.request("POST", "/api/account/sign-in", good, headers=typed).code == "send-json", "(X25)"
    pieces = (good[at : at + 1] for at in range(len(good)))
    status, _, body = exchange(
        attacker.stack.origin, "POST", "/api/account/sign-in", pieces, own.items(), attacker.address
    )
    assert (status, json.loads(body)["code"]) == (401, "wrong-user-id-or-password")
    smuggled = [*own.items(), ("content-length", "5"), ("transfer-encoding", "chunked")]
    status, _, _ = exchange(attacker.stack.origin, "POST", "/api/account/sign-in", b"0\r\n\r\n", smuggled)
    assert status == 400
    assert attacker.request("GET", "/api/health").body == {"status": "ok"}


def test_58_slow_bodies_and_idle_connections_do_not_stop_others(attacker):
    """A request reaches a function when all of it is there: whoever is slow keeps a socket, and nobody waiting."""
    host = attacker.stack.origin.removeprefix("http://").split(":")
    port, many = int(host[1]), min(1_000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 3)
    head = b"POST /api/account/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n{"
    held = []
    try:
        for number in range(many):
            held.append(socket.create_connection((host[0], port), timeout=10, source_address=(attacker.address, 0)))
            if number % 10 == 0:
                held[-1].sendall(head)  # a body that never comes to its end
        person = attacker.person()
        for _ in range(3):
            assert attacker.sign_in(person.user_id).status == 200
        assert attacker.start(person.user_id).status == 201
        assert attacker.request("GET", "/").status == 200
    finally:
        for each in held:
            each.close()
    assert attacker.sign_in(person.user_id).status == 200
    assert not [line for line in attacker.stack.heard if "Traceback" in line], "somebody who hangs up is no fault"


def test_59_every_page_error_and_answer_carries_its_headers(attacker, site):
    """The policy without exceptions on each page and each error, `no-store` on the API, and no banner anywhere."""
    pages = [f"/{file.relative_to(site).as_posix()}" for file in site.rglob("*") if file.is_file()]
    assert len(pages) > 50
    shown = [("GET", path) for path in (*pages, "/", "/nothing/", "/nothing.html", "/assets/nothing.js", "/%00")]
    shown += [("POST", "/"), ("DELETE", "/reset/"), ("TRACE", "/")]
    answers = [(path, exchange(attacker.stack.origin, method, path)) for method, path in shown]
    asked = [(re.sub(r"\{\w+\}", "x", each.path), each) for each in OPERATIONS if each.path.startswith("/api/")]
    told = [(path, exchange(attacker.stack.origin, each.method, path)) for path, each in asked]
    told += [(f"{path}/no", exchange(attacker.stack.origin, each.method, f"{path}/no")) for path, each in asked]
    told += [(path, exchange(attacker.stack.origin, "PUT", path)) for path, _ in asked]
    for wanted, found in ((SITE_HEADERS, answers), (API_HEADERS, told)):
        for path, (status, pairs, body) in found:
            headers = dict(pairs)
            assert status < 500, path
            assert wanted.items() <= headers.items(), path
            assert not {"server", "x-powered-by", "via", "x-aspnet-version"} & set(headers), path
            names = rb"(?i)uvicorn|starlette|python/|powertools|ministack|botocore"
            assert status == 200 or not re.search(names, body), path
    problems = {status for _, (status, pairs, _) in told if dict(pairs)["content-type"] == "application/problem+json"}
    assert {404, 405} <= problems
    assert "unsafe" not in SITE_HEADERS["content-security-policy"]


def test_60_what_strangers_typed_is_text_wherever_it_is_shown(attacker, site):
    """HTML, script, templates and formulas in names and messages stay as they were typed: mails, pages, files."""
    name, number = f"{SCRIPT} {TEMPLATES}", attacker.number
    asked = attacker.post("/api/contact/support", {
        "name": name, "message": f"=1+1\n{name}", "phone": "+44 20 7946 0123", "email": f"x{number}@home.example",
        "proof": attacker.proof(),
    })  # fmt: skip
    assert asked.status == 202
    (letter,) = attacker.received("support@contoso.example", holding=asked.body["reference"])
    assert f"Name: {name}" in letter["body"]
    assert "\n> =1+1\n" in letter["body"]
    attacker.received(f"x{number}@home.example", holding=asked.body["reference"])
    sent = MessageLog(attacker.stack.state / "messages.jsonl").all()
    mails = {each["to"]: each["html"] for each in sent if asked.body["reference"] in each["body"]}
    assert (
        "&lt;script&gt;alert(1)" in mails["support@contoso.example"] and "{{7*7}}" in mails["support@contoso.example"]
    )
    for html in mails.values():
        assert "<img" not in html and "<script" not in html
    assert "alert(1)" not in mails[f"x{number}@home.example"], "a copy for a stranger repeats nothing (X17)"
    page = attacker.request("GET", "/local/outbox").body["text"]
    assert SCRIPT not in page and "&lt;script&gt;alert(1)" in page
    _in_the_page_and_the_file(attacker, name, site)


def _in_the_page_and_the_file(attacker, name, site):
    agent = Agent(attacker).proved()
    person = attacker.person(user_id=f"=1+1{attacker.number}@contoso.example", display_name=name, given_name=name)
    looked = agent.look(person)
    assert looked.headers["content-type"] == "application/json"
    assert looked.headers["x-content-type-options"] == "nosniff"
    assert looked.body["name"] == name
    told = until(lambda: _named(agent.get("/events", account=person.user_id, format="csv")))
    cells = {row["user_id"] for row in told}
    assert cells == {f"'{person.user_id}"}, "a spreadsheet would run it"
    paths = [f"/{file.relative_to(site).as_posix()}" for file in site.rglob("*.js")]
    scripts = [attacker.request("GET", path).body["text"] for path in paths]
    assert any("admin" in path for path in paths)
    unsafe = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|createContextualFragment"
    assert not [text for text in scripts if re.search(unsafe, text)]
    flow = attacker.proved(person.user_id).body["flow"]
    assert attacker.finish(flow, "violet-Anchor-27-plum").status == 200
    (notice,) = attacker.received(person.mail, holding="/not-me/#")
    assert f"Hello {name}," in notice["body"]


def _named(answer):
    rows = list(csv.DictReader(io.StringIO(answer.body["text"])))
    return rows if rows and all(row["user_id"] for row in rows) else None
