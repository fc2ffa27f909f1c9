"""Doors: what is answered before anybody is known leads nowhere else, repeats nothing, and costs whoever asks."""

import random
import urllib.parse

import pytest

from regain.adapters import rate_limits
from tests.abuse.client import WINDOW, Attacker, exchange
from tests.abuse.evidence import proved

HOSTILE = (
    "/",
    "//",
    "\\",
    "%2f",
    "%5c",
    "%2F%2f",
    ".",
    "..",
    "%2e%2e",
    "\t",
    "%09",
    "%0d%0a",
    "@",
    "evil.example",
    "https:",
    ";",
)


@pytest.fixture
def mode():
    """No case here differs by mode."""
    return "private"


def test_80_no_answer_with_a_location_leads_to_another_site(attacker):
    """One function makes every Location, only for addresses that a page can have; CloudFront's has the same rule (X10)."""
    origin, chance = attacker.stack.origin, random.Random(80)
    tried = ["/de//evil.example/?language=en", "/es//evil.example/reset/?language=en", "/de/%2fevil.example/", "/de/\\evil.example/",
             "//evil.example/", "/\\evil.example/", "/de///evil.example/..;/", "/.//evil.example/", "/de/..//evil.example/"]  # fmt: skip
    for folder in ("", "/de", "/en", "/zh-Hant"):
        for _ in range(60):
            path = folder + "/" + "".join(chance.choices(HOSTILE, k=chance.randint(1, 5)))
            tried.append(chance.choice(("", "?language=en", "?language=//evil.example")).join((path, "")))
    led = 0
    for target in tried:
        status, pairs, _ = exchange(origin, "GET", target.replace("\t", "%09"), headers=[("accept-language", "de")])
        assert status < 500, target
        for location in (value for name, value in pairs if name == "location"):
            led += 1
            assert urllib.parse.urljoin(f"{origin}/", location.replace("\\", "/")).startswith(f"{origin}/"), target
    assert led >= 1 or exchange(origin, "GET", "/", headers=[("accept-language", "de")])[0] in (302, 303, 307, 308)
    assert proved("tests/local/test_cloudfront_functions.py", "test_no_redirect_of_cloudfront_leaves_the_site_x10")
    assert proved("tests/domain/test_languages.py", "test_no_redirect_leaves_the_site_whatever_is_asked_for_x10")


def support(deployment, **fields):
    """Somebody elsewhere asks support for help, and may be called at a number of their own. The answer, and who asked."""
    asking = Attacker(deployment)
    place = {"email": f"stranger{asking.number}@home.example", "phone": f"+44 20 7946 {asking.number % 1_000:04}"}
    body = {"name": "Maria", "message": "It fails", **place, "proof": asking.proof(), **fields}
    return asking.post("/api/contact/support", body), body


def test_81_a_message_to_a_stranger_repeats_nothing_that_a_stranger_typed(attacker, deployment):
    """The confirmation names a reference and a time: no relay for links, numbers or lures in our name (X17)."""
    lures = ("\\\\203.0.113.7\\portal", "file://203.0.113.7/x", "203.0.113.7/login", "hxxps:evil[.]example", "tel:+15550100",
             "contoso-login。example/verify", "Contoso Security: urgent, read us the code you get")  # fmt: skip
    for lure in lures:
        asked, body = support(deployment, name=lure[:60], message=f"{lure} now")
        assert asked.status == 202, asked
        (copy,) = attacker.received(body["email"])
        shown = f"{copy['subject']}\n{copy['body']}"
        assert asked.body["reference"] in shown
        for piece in (lure, lure[:12], body["phone"], "203.0.113", "evil"):
            assert piece not in shown, piece


def test_82_one_proof_of_work_pays_for_one_request_that_is_refused_too(attacker):
    """A refusal by domain or form spends it; what was not paid counts no start of the network (X20)."""
    spent = attacker.proof()
    told = [
        attacker.post("/api/reset/start", {"user_id": "x@elsewhere.example", "proof": spent}).code for _ in range(25)
    ]
    assert told == ["domain-not-ours"] + ["robot-check-failed"] * 24
    form = {"name": " ", "message": "x", "phone": "1", "email": "x", "proof": attacker.proof()}
    assert attacker.post("/api/contact/support", form).code == "contact-details-not-read"
    right = {**form, "name": "Maria", "phone": f"+44 20 7946 {attacker.number % 1_000:04}", "email": f"m{attacker.number}@home.example"}  # fmt: skip
    assert attacker.post("/api/contact/support", right).code == "robot-check-failed"
    assert attacker.post("/api/contact/support", {**right, "proof": attacker.proof()}).status == 202
    network, now = rate_limits.network(attacker.address), attacker.services.now
    starts = [attacker.services.rate_limits.key("start", network, now - earlier, WINDOW) for earlier in (0, WINDOW)]
    assert [rate_limits.number(each) for each in attacker.services.store.batch_get(starts)] == [0, 0]


def test_83_a_foreign_name_that_points_at_this_machine_reads_nothing(attacker):
    """The embedded stack answers its own names only: a page of another site cannot rebind to it (X24)."""
    origin = attacker.stack.origin
    port = urllib.parse.urlsplit(origin).port
    for host in ("evil.example", f"evil.example:{port}", f"localhost.evil.example:{port}", f"127.0.0.1.nip.example:{port}",
                 "localhost", f"localhost:{port + 1}", f"0.0.0.0:{port}"):  # fmt: skip
        for path in ("/local/outbox.json", "/local/outbox", "/api/health", "/reset/"):
            status, _, content = exchange(origin, "GET", path, headers=[("host", host)])
            assert status == 421, (host, path)
            assert b"flow" not in content and b"subject" not in content
    assert exchange(origin, "GET", "/local/outbox.json", headers=[("host", f"localhost:{port}")])[0] == 200
    assert proved("tests/local/test_edge.py", "test_a_websocket_is_held_to_the_same_host_check_x24")


def test_88_the_worst_case_of_a_pattern_is_read_like_any_other_text(deployment):
    """2,000 letters on which a pattern would backtrack are taken as they are; each pattern is tried at its worst (X32)."""
    for worst in ("a-" * 999 + ".", "a.1-" * 500, "@" * 2_000, "a" * 1_999 + "!"):
        asked, _ = support(deployment, name=worst[:80], message=worst)
        assert asked.status == 202, asked
    assert proved("tests/test_regular_expressions.py", "test_no_pattern_takes_more_than_linear_time_x32")
