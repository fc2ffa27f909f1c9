"""Requests are validated strictly: anything else is a problem, never an internal error."""

import base64
import json

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regain.api.contract import OPERATIONS
from regain.api.headers import API_HEADERS

POSTS = [
    op.path
    for op in OPERATIONS
    if op.request and op.method == "POST" and not op.form and not op.path.endswith("/confirm")
]
BARE = {operation.path for operation in OPERATIONS if operation.optional_body}
NOTHING_NEEDED = {
    op.path
    for op in OPERATIONS
    if op.request
    and not op.form
    and not msgspec.json.schema_components([op.request])[1][op.request.__name__].get("required")
}
FLOW = "A" * 43


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        "", "null", "[]", '"text"', "1", "{", "{}", "\ufeff{}", '{"a":1}', "[" * 10_000, '{"user_id":1e999}', "NaN",
        '{"flow":"' + FLOW + '","flow":"x"}', '{"user_id":"\\ud800","password":"x","proof":"x"}', "9" * 5_000,
    ],
)  # fmt: skip
def test_a_body_that_is_not_what_the_route_reads_is_a_problem(world, path, body):
    if (body == "{}" and path in NOTHING_NEEDED) or (body == "" and path in BARE):
        return
    answer = world.request("POST", path, body)
    assert (answer.status, answer.code, answer.operations) == (400, "request-not-read", ())


@pytest.mark.parametrize("value", [["maria"], {"a": 1}, 1, 1.5, None, True, "", "x" * 321])
def test_a_user_id_is_a_text_of_bounded_length(world, value):
    answer = world.post("/api/account/sign-in", {"user_id": value, "password": "x"})
    assert (answer.code, answer.operations) == ("request-not-read", ())


@pytest.mark.parametrize("extra", ["gates", "passed", "account", "role", "admin", "__proto__"])
def test_an_unknown_field_is_refused(world, extra):
    answer = world.post("/api/reset/finish", {"flow": FLOW, "new_password": "x", extra: 1})
    assert answer.code == "request-not-read"
    assert extra not in answer.body["wrong"]


def test_a_key_that_stands_twice_is_refused(world):
    body = '{"user_id":"maria","user_id":"ben","password":"x"}'
    assert world.request("POST", "/api/account/sign-in", body).code == "request-not-read"


@pytest.mark.parametrize(
    "media_type", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"]
)
def test_only_json_is_read(world, media_type):
    answer = world.request("POST", "/api/account/sign-in", "{}", headers={"content-type": media_type})
    assert (answer.status, answer.code) == (415, "send-json")


@pytest.mark.parametrize(
    ("parameters", "status"),
    [("; charset=utf-8", 401), ('; charset="UTF-8"', 401), (";", 401), ("; x=y", 401), ("; charset=utf-16", 415),
     ("; charset=utf-8; charset=utf-7", 415), ("; charset=", 415), ("; charset=iso-8859-1", 415)],
)  # fmt: skip
def test_json_is_utf_8_and_may_say_so_x25(world, parameters, status):
    headers = {"content-type": f"application/json{parameters}"}
    body = json.dumps({"user_id": "nobody@contoso.example", "password": "x"})
    assert world.request("POST", "/api/account/sign-in", body, headers=headers).status == status


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 200), ("https://help.contoso.example", 200), ("https://evil.example", 403), ("null", 403), ("", 403)],
)
def test_no_other_site_signs_anybody_in_x25(world, origin, status):
    """Login CSRF: a foreign page would leave somebody in the attacker's account. Programs send no Origin."""
    headers = {"content-type": "application/json", "host": "help.contoso.example"}
    headers |= {} if origin is None else {"origin": origin}
    body = json.dumps({"user_id": world.person().user_id, "password": world.password})
    assert world.request("POST", "/api/account/sign-in", body, headers=headers).status == status


@pytest.mark.parametrize(
    ("size", "code"), [(16_384, "request-not-read"), (16_385, "request-too-large"), (200_000, "request-too-large")]
)
@pytest.mark.parametrize("encoded", [False, True])
def test_a_request_has_16_kib_at_most(world, size, code, encoded):
    body = " " * size
    body = base64.b64encode(body.encode()).decode() if encoded else body
    assert world.request("POST", "/api/reset/start", body, base64_encoded=encoded).code == code


@pytest.mark.parametrize(
    "raw", [b"\xff\xfe{\x00}\x00", b"\x1f\x8b\x08\x00", b"\xc3("], ids=["UTF-16", "gzip", "broken UTF-8"]
)
def test_other_encodings_are_a_problem(world, raw):
    answer = world.request("POST", "/api/reset/start", base64.b64encode(raw).decode(), base64_encoded=True)
    assert answer.code == "request-not-read"


@pytest.mark.parametrize(
    "flow", ["x", FLOW, FLOW + "A", FLOW[:-1], FLOW[:-1] + "B", "é" * 20, "../../../etc", "A" * 42 + "=", "%00" * 10]
)
@pytest.mark.parametrize("step", ["send", "verify", "finish"])
def test_a_flow_that_never_was_has_ended(world, flow, step):
    body = {"send": {"method": "email"}, "verify": {"method": "email", "code": "1"}, "finish": {"new_password": "x"}}[
        step
    ]
    answer = world.post(f"/api/reset/{step}", {"flow": flow, **body})
    assert (answer.status, answer.code, answer.operations) == (410, "session-ended", ("BatchGetItem",))


def test_a_changed_flow_token_leads_nowhere(world):
    flow = world.proved(world.person().user_id).body["flow"]
    for changed in (flow[:-2] + "AA", "AAAA" + flow[4:], flow.swapcase(), flow + "A"):
        assert world.finish(changed).code == "session-ended"
    assert world.finish(flow).status == 200


def test_every_answer_carries_the_headers(world):
    for answer in (
        world.request("GET", "/api/health"),
        world.post("/api/reset/start", {}),
        world.request("POST", "/api/nothing"),
    ):
        assert API_HEADERS.items() <= answer.headers.items()


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(POSTS),
    body=st.dictionaries(
        st.sampled_from(
            ["flow", "method", "code", "new_password", "user_id", "password", "proof", "language", "contact"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=50),
            lambda s: st.lists(s, max_size=3),
            max_leaves=5,
        ),
    ),
)
def test_no_body_is_ever_a_fault(world, path, body):
    try:
        text = json.dumps(body)
    except UnicodeEncodeError:
        return
    answer = world.request("POST", path, text)
    assert answer.status in (400, 401, 410, 422, 429)
    assert answer.body["type"] == f"/errors/{answer.code}/"
