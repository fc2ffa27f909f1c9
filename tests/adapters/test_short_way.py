"""The short way to DynamoDB: signed as botocore signs, and left to botocore for whatever does not go smoothly."""

import json
import ssl
import zlib
from http.client import RemoteDisconnected
from types import SimpleNamespace

import botocore.endpoint
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.endpoint import Endpoint

from regain.adapters import aws, short_way
from regain.adapters.short_way import ShortWay
from regain.adapters.store import Conflict, Store, put_new

ITEM = {"id": "1", "raw": b"\x00\xff", "list": ["a", 1, None, True, {"b": b"\x01"}], "set": frozenset({"x"})}
KEY = ("Things", {"id": "1"})


@pytest.fixture
def client(monkeypatch):
    """A client with credentials of a role, which reaches nobody."""
    for name, value in (("ACCESS_KEY_ID", "AKIA"), ("SECRET_ACCESS_KEY", "secret"), ("SESSION_TOKEN", "token")):
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)
    aws._session.cache_clear()
    made = aws.client.__wrapped__("dynamodb", region="eu-west-1")
    yield made
    aws._session.cache_clear()


@pytest.fixture
def answers(monkeypatch):
    """What comes of the attempts, in turn; the bodies that were sent, by each of both ways."""
    told, short, long = [], [], []

    def exchange(self, path, headers, body, read):
        short.append(json.loads(body))
        if isinstance(told[0], Exception):
            raise told.pop(0)
        return told.pop(0)

    def send(endpoint, request):
        long.append(json.loads(request.body))
        return botocore.awsrequest.AWSResponse(request.url, 200, {}, _Raw(b"{}"))

    monkeypatch.setattr(ShortWay, "_exchange", exchange)
    monkeypatch.setattr(Endpoint, "_send", send)
    return told, short, long


class _Raw:
    def __init__(self, content):
        self.content = content

    def stream(self, *_, **__):
        yield self.content


def http(status, headers, content):
    return SimpleNamespace(status_code=status, headers=headers, content=content)


def answer(body, status=200, **headers):
    return http(status, headers, json.dumps(body).encode())


@pytest.mark.parametrize("token", ["token", None])
def test_a_request_is_signed_as_botocore_signs_it(client, monkeypatch, token, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    credentials = Credentials("AKIA", "secret", token)
    monkeypatch.setattr(client._request_signer, "_credentials", credentials)
    ours = client._signed("/", b'{"a": "1"}', "DynamoDB_20120810.GetItem")
    headers = {"content-type": ours["content-type"], "x-amz-target": ours["x-amz-target"]}
    theirs = AWSRequest("POST", "https://dynamodb.eu-west-1.amazonaws.com/", headers, b'{"a": "1"}')
    SigV4Auth(credentials, "dynamodb", "eu-west-1").add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours.get("x-amz-security-token") == token


def test_an_email_is_signed_as_botocore_signs_it(client, time_machine):
    time_machine.move_to(1_800_000_000, tick=False)
    ses = aws.client.__wrapped__("sesv2", aws.SEND_CONFIG, "eu-west-1")
    ours = ses._signed("/v2/email/outbound-emails", b"{}")
    address = "https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails"
    theirs = AWSRequest("POST", address, {"content-type": ours["content-type"]}, b"{}")
    SigV4Auth(Credentials("AKIA", "secret", "token"), "ses", "eu-west-1").add_auth(theirs)
    assert ours["authorization"] == theirs.headers["Authorization"]
    assert ours["host"] == "email.eu-west-1.amazonaws.com"


def test_certificates_are_verified_and_times_are_bounded_as_botocore_does(client):
    pool = client._pool
    assert (pool.scheme, pool.host) == ("https", "dynamodb.eu-west-1.amazonaws.com")
    assert (pool.cert_reqs, bool(pool.ca_certs)) == ("CERT_REQUIRED", True)
    assert pool._new_conn().ssl_context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert (pool.timeout.connect_timeout, pool.timeout.read_timeout) == (2, 5)


@pytest.mark.parametrize(
    "trouble",
    [
        RemoteDisconnected(), ConnectionResetError(), TimeoutError(), answer({}, 500),
        answer({"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}, 400),
        answer({"__type": "x#TransactionInProgressException"}, 400), answer({}, **{"x-amz-crc32": "1"}),
    ],
)  # fmt: skip
def test_what_does_not_go_smoothly_is_asked_again_by_botocore_as_the_same_transaction(client, answers, trouble):
    told, short, long = answers
    told.append(trouble)
    Store(client).commit([put_new("Things", ITEM)])
    assert short == long
    assert short[0]["ClientRequestToken"]


def test_a_condition_that_does_not_hold_is_an_answer_and_nobody_is_asked_again(client, answers):
    told, short, long = answers
    reasons = [{"Code": "ConditionalCheckFailed", "Message": "no"}]
    told.append(answer({"__type": "x#TransactionCanceledException", "CancellationReasons": reasons}, 400))
    with pytest.raises(Conflict):
        Store(client).commit([put_new("Things", ITEM)])
    assert (len(short), long) == (1, [])


def test_an_item_comes_back_as_it_was_sent_also_with_bytes_in_it(client, answers):
    told, short, _ = answers
    told.append(answer({}))
    Store(client).commit([put_new("Things", ITEM)])
    item = short[0]["TransactItems"][0]["Put"]["Item"]
    content = json.dumps({"Item": item}).encode()
    told.append(http(200, {"x-amz-crc32": str(zlib.crc32(content))}, content))
    assert Store(client).get(*KEY) == ITEM


def test_a_query_goes_on_until_there_is_no_more_or_enough(client, answers):
    told, short, _ = answers
    page = {"Items": [{"id": {"S": "1"}}], "LastEvaluatedKey": {"id": {"S": "1"}}}
    told += [answer(page), answer({"Items": [{"id": {"S": "2"}}]}), answer(page)]
    assert [each["id"] for each in Store(client).query("Things", "id", "1", limit=9)] == ["1", "2"]
    assert short[1]["ExclusiveStartKey"] == page["LastEvaluatedKey"]
    assert len(Store(client).query("Things", "id", "1", limit=1)) == 1


def test_behind_a_proxy_botocore_asks(client, answers, monkeypatch):
    _, short, long = answers
    monkeypatch.setattr(
        client._endpoint.http_session._proxy_config, "proxy_url_for", lambda url: "http://proxy.example"
    )
    Store(client).commit([put_new("Things", ITEM)])
    assert (len(short), len(long)) == (0, 1)


def test_other_calls_and_other_services_go_botocores_way(client):
    assert short_way.ToDynamoDB in type(client).__mro__
    kms = aws.client.__wrapped__("kms", Config(), "eu-west-1")
    assert short_way.ShortWay not in type(kms).__mro__
