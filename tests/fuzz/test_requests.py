"""Every event gets a response: one that the contract lists, or the records to retry."""

import base64
import json
import os

import msgspec
import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from hypothesis import example, given
from hypothesis import strategies as st

from notify import app as notify
from receipts import app as receipts
from regain.adapters import passkeys, proof_of_work
from regain.adapters.keys import Keys
from regain.api import requests
from regain.api.contract import BODY_PROBLEMS, OPERATIONS
from regain.api.handler import ContractResolver
from regain.domain.account import Account
from regain.organisation import settings as organisations
from regain.problems import BAD_REQUEST, ROBOT_CHECK_EXPIRED, ROBOT_CHECK_FAILED, Refused
from report import app as report
from tests.functions.conftest import Context
from tests.functions.virtual_authenticator import SITE, VirtualAuthenticator
from tests.fuzz.strategies import bounded, text, values
from tests.fuzz.test_parsers import OURS, Kms

REQUESTS = sorted({op.request for op in OPERATIONS if op.request and not op.form}, key=lambda kind: kind.__name__)
QUERIES = sorted({op.query for op in OPERATIONS if op.query}, key=lambda kind: kind.__name__)


@pytest.fixture(autouse=True, scope="module")
def _served(tmp_path_factory):
    """Our own organisation, and no store: what is refused here has to be refused before anything is read."""
    path = tmp_path_factory.mktemp("organisation") / "organisation.json"
    path.write_bytes(msgspec.json.encode(OURS))
    before = os.environ.get("ORGANISATION_FILE")
    os.environ["ORGANISATION_FILE"] = str(path)
    organisations.current.cache_clear()
    yield
    organisations.current.cache_clear()
    if before is None:
        del os.environ["ORGANISATION_FILE"]
    else:
        os.environ["ORGANISATION_FILE"] = before


def read(event):
    """An event as the resolver reads it."""
    return APIGatewayProxyEventV2(event, requests.loads)


@bounded
@given(kind=st.sampled_from(REQUESTS), content=values, raw=st.none() | st.binary(max_size=100), encoded=st.booleans())
@example(kind=REQUESTS[0], content="\ud800", raw=None, encoded=False)
@example(kind=REQUESTS[0], content=None, raw=b"[" * 10_000, encoded=False)
@example(kind=REQUESTS[0], content=None, raw=b"9" * 5_000, encoded=True)
def test_a_body_becomes_its_type_or_a_problem_that_the_contract_lists(kind, content, raw, encoded):
    sent = json.dumps(content) if raw is None else raw.decode("latin-1")
    event = {"headers": {"content-type": "application/json"}, "body": sent, "isBase64Encoded": encoded}
    if encoded and raw is not None and len(raw) % 2:
        event["body"] = base64.b64encode(raw).decode()
    try:
        assert isinstance(requests.body(read(event), kind), kind)
    except Refused as refused:
        assert refused.problem in BODY_PROBLEMS


@bounded
@given(kind=st.sampled_from(REQUESTS), data=st.data())
def test_a_body_of_the_right_shape_is_read_and_one_more_field_is_refused(kind, data):
    schema = msgspec.json.schema_components([kind])[1][kind.__name__]
    fields = {name: data.draw(_shaped(part)) for name, part in schema["properties"].items() if "enum" not in part}
    event = {"headers": {"content-type": "application/json"}, "body": json.dumps({**fields, "role": "administrator"})}
    with pytest.raises(Refused) as refused:
        requests.body(read(event), kind)
    assert refused.value.problem is BAD_REQUEST


def _shaped(part):
    kinds = {"string": text, "array": st.lists(text, max_size=5), "object": st.dictionaries(text, values, max_size=3)}
    return kinds.get(part.get("type"), values)


@bounded
@given(
    kind=st.sampled_from(QUERIES),
    query=st.none() | st.dictionaries(text | st.sampled_from(["start", "end", "days", "format"]), text, max_size=4),
)
def test_a_query_becomes_its_type_or_a_problem(kind, query):
    try:
        assert isinstance(requests.query(read({"queryStringParameters": query}), kind), kind)
    except Refused as refused:
        assert refused.problem is BAD_REQUEST


_names = st.sampled_from(
    ["host", "origin", "content-type", "cookie", "x-origin-keys", "x-viewer-host", "cloudfront-viewer-address"]
)
_header = text | st.sampled_from(
    ["http://[", "[", "[::1", "//", "https://localhost:99999999", "localhost:x", "https://help.contoso.example"]
)


@bounded
@given(
    operation=st.sampled_from([op for op in OPERATIONS if "{" not in op.path]), headers=st.dictionaries(_names, _header, max_size=4),
    cookies=st.none() | st.lists(text, max_size=3), keys=st.sampled_from(["", "one two"]),
)  # fmt: skip
@example(operation=OPERATIONS[0], headers={"host": "["}, cookies=None, keys="")
@example(
    operation=next(op for op in OPERATIONS if op.session and op.method == "POST"),
    headers={"origin": "http://["},
    cookies=None,
    keys="",
)
def test_no_header_or_cookie_breaks_the_reading_of_a_request(operation, headers, cookies, keys):
    app = ContractResolver()
    app.route(operation.path, operation.method)(lambda *_: {})
    event = {
        "requestContext": {"http": {"method": operation.method, "sourceIp": "192.0.2.1"}, "requestId": "r", "stage": "$default"},
        "rawPath": operation.path, "headers": headers, "body": "{}", **({"cookies": cookies} if cookies is not None else {}),
    }  # fmt: skip
    before, os.environ["ORIGIN_KEYS"] = os.environ.get("ORIGIN_KEYS", ""), keys
    try:
        answer = app.resolve(event, Context())
    finally:
        os.environ["ORIGIN_KEYS"] = before
    assert answer["statusCode"] < 500


@bounded
@given(
    path=text.map("/{}".format) | st.sampled_from(["/api/account/methods/keep", "/api/admin/accounts/%ff/reset"]),
    method=text,
)
def test_what_is_not_there_is_a_problem_whatever_it_is_called(path, method):
    http = {"method": method, "sourceIp": "192.0.2.1"}
    event = {"requestContext": {"http": http, "stage": "$default"}, "rawPath": path}
    assert ContractResolver().resolve(event, Context())["statusCode"] in (404, 405)


@bounded
@given(
    image=values
    | st.dictionaries(
        text, st.dictionaries(st.sampled_from(["S", "N", "M", "L", "BOOL"]), values, max_size=2), max_size=4
    )
)
@example(image={"id": {"S": "x"}, "kind": {"S": "code"}, "state": {"S": 7}})
@example(image={"id": {"M": {"x": {"N": "1e9"}}}})
def test_a_record_of_the_outbox_that_cannot_be_read_comes_again_and_breaks_nothing(image):
    record = {
        "eventSource": "aws:dynamodb",
        "eventName": "INSERT",
        "dynamodb": {"NewImage": image, "SequenceNumber": "7"},
    }
    assert notify.lambda_handler({"Records": [record]}, Context()) == {"batchItemFailures": [{"itemIdentifier": "7"}]}


@bounded
@given(body=text | values.map(json.dumps))
def test_a_message_of_a_queue_that_cannot_be_read_comes_again_and_breaks_nothing(body):
    record = {"eventSource": "aws:sqs", "messageId": "m", "body": body}
    expected = {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert notify.lambda_handler({"Records": [record]}, Context()) == expected
    assert report.lambda_handler({"Records": [record]}, Context()) == expected


_told = st.dictionaries(
    st.sampled_from(["eventType", "mail", "delivery", "bounce", "eventTimestamp", "context"]),
    values | st.sampled_from(["Delivery", "Bounce", "TEXT_DELIVERED"]),
    max_size=5,
)


@bounded
@given(message=text | values.map(json.dumps) | _told.map(json.dumps))
@example(message="[]")
@example(message='{"eventType": "Delivery", "mail": 1}')
@example(message='{"eventType": ["Delivery"], "mail": {}}')
@example(message='{"eventType": "Bounce", "mail": {"tags": {"subject": "s"}, "timestamp": "x"}}')
@example(message='{"eventType": "TEXT_DELIVERED", "eventTimestamp": "x"}')
@example(
    message='{"eventType": "TEXT_DELIVERED", "eventTimestamp": 1e300, "context": {"subject": "s", "reference": "r"}}'
)
def test_a_notification_that_cannot_be_read_is_passed_over_and_breaks_nothing_b10(message):
    assert receipts.lambda_handler({"Records": [{"Sns": {"Message": message, "MessageId": "m"}}]}, Context()) == {
        "recorded": 0
    }


CHALLENGE, ACCOUNT = b"c" * 32, Account("a@contoso.example")
DEVICE = VirtualAuthenticator()
MADE = DEVICE.make({"challenge": passkeys.bytes_to_base64url(CHALLENGE)})
SIGNED = DEVICE.sign(passkeys.bytes_to_base64url(CHALLENGE))
KEY = passkeys.verify_registration(MADE, CHALLENGE, SITE, "k", "", 0)


def _changed(credential, path, value):
    """A credential in which one place holds something else."""
    changed = json.loads(json.dumps(credential))
    place = changed
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    return changed


_same = st.sampled_from(["id", "rawId", "type", "response"])


@bounded
@given(
    credential=st.dictionaries(text, values, max_size=4),
    name=_same | st.sampled_from(sorted(MADE["response"])),
    value=values,
)
def test_a_passkey_that_was_never_made_is_not_registered(credential, name, value):
    for answer in (credential, _changed(MADE, ("response", name) if name in MADE["response"] else (name,), value)):
        try:
            made = passkeys.verify_registration(answer, CHALLENGE, SITE, "k", "", 0)
        except passkeys.VerificationFailed:
            continue
        assert (made.credential, made.public_key) == (KEY.credential, KEY.public_key)


@bounded
@given(
    credential=st.dictionaries(text, values, max_size=4),
    name=_same | st.sampled_from(sorted(SIGNED["response"])),
    value=values,
)
def test_what_a_passkey_never_signed_is_not_accepted(credential, name, value):
    for answer in (credential, _changed(SIGNED, ("response", name) if name in SIGNED["response"] else (name,), value)):
        if answer.get("response") == SIGNED["response"]:
            continue
        with pytest.raises(passkeys.VerificationFailed):
            passkeys.verify_authentication(answer, CHALLENGE, SITE, [KEY])


@bounded
@given(proof=text | values.map(lambda value: base64.b64encode(json.dumps(value).encode()).decode()))
def test_a_proof_of_work_that_was_not_done_is_refused(proof):
    with pytest.raises(Refused) as refused:
        proof_of_work.verify(Keys(Kms(), "s"), proof, 1_800_000_000)
    assert refused.value.problem in (ROBOT_CHECK_FAILED, ROBOT_CHECK_EXPIRED)
