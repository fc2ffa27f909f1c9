"""The short way against a server that misbehaves: what is on the wire, and who asks again."""

import datetime
import gzip
import json
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import botocore.endpoint
import pytest
from botocore.credentials import RefreshableCredentials
from botocore.exceptions import BotoCoreError, ClientError, SSLError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from urllib3.connection import HTTPConnection

from regain.adapters import aws, short_way
from regain.adapters.messengers import Email, RenderedMessage, Undeliverable
from regain.adapters.store import Conflict, Store, put_new

KEY = ("Things", {"id": "1"})
ITEM = {"Item": {"id": {"S": "1"}}}


def http(content, status="200 OK", length=None, more=""):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    length = len(content) if length is None else length
    return f"HTTP/1.1 {status}\r\ncontent-length: {length}\r\n{more}\r\n".encode() + content


def failed(code, **more):
    return http({"__type": f"com.amazonaws.dynamodb.v20120810#{code}", **more}, "400 Bad Request")


class Server:
    """Answers with `script`, a part for each request; a None in it closes the connection. Then it echoes keys."""

    def __init__(self, context=None):
        self.script, self.asked, self.connections = [], [], 0
        self._context, self._lock = context, threading.Lock()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listening.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            with connection if not self._context else self._context.wrap_socket(connection, server_side=True) as sock:
                stream = sock.makefile("rb")
                while stream.readline():
                    headers = {}
                    while line := stream.readline().strip():
                        name, _, value = line.decode().partition(": ")
                        headers[name.lower()] = value
                    body = json.loads(stream.read(int(headers["content-length"])))
                    with self._lock:
                        self.asked.append(("botocore" if "user-agent" in headers else "short", headers, body))
                        parts = self.script.pop(0) if self.script else [http({"Item": body.get("Key", {})})]
                    for part in parts:
                        if part is None:
                            return
                        sock.sendall(part)
        except OSError:
            return

    @property
    def ways(self):
        return [way for way, _, _ in self.asked]


@pytest.fixture
def reach(monkeypatch):
    """Makes a client of an address."""
    monkeypatch.setattr(botocore.endpoint.time, "sleep", lambda _: None)
    for name in ("AWS_CA_BUNDLE", "HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIA")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")

    def make(url, service="dynamodb", config=aws._DEFAULT_CONFIG):
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        aws._session.cache_clear()
        return aws.client.__wrapped__(service, config, "eu-west-1")

    yield make
    aws._session.cache_clear()


@pytest.fixture
def server():
    one = Server()
    yield one
    one.close()


@pytest.fixture
def client(server, reach):
    return reach(f"http://127.0.0.1:{server.port}")


@pytest.mark.parametrize(
    "answer",
    [
        [None],  # closed without a word
        [http(ITEM)[:-4], None],  # half an answer
        [b"HTTP/1.1 200 OK\r\ncontent-", None],  # half a head
        [b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n"],
        [http(gzip.compress(b"{}"), more="content-encoding: gzip\r\n")],
        [http(b"<html>", more="content-type: text/html\r\n")],
        [http(b'{"Item": {"id": {"B": "'), None],
        [http(ITEM, more="x-amz-crc32: 1\r\n")],
        [http(ITEM, more="x-amz-crc32: many\r\n")],
        [http(b"", "307 Temporary Redirect", more="location: http://127.0.0.1:1/\r\n")],
        [b"HTTP/1.1 100 Continue\r\n\r\n" + http(ITEM)],
        [http(ITEM) + http({"Item": {"id": {"S": "of another"}}})],
        [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 20_000, None],
        [http({}, "503 Service Unavailable")],
        [failed("ProvisionedThroughputExceededException")],
        [failed("ExpiredTokenException")],
        [failed("InvalidSignatureException", message="Signature expired")],
        [http(b"not JSON", "400 Bad Request")],
    ],
)  # fmt: skip
def test_botocore_asks_again_where_an_answer_is_not_a_good_one(client, server, answer):
    server.script = [answer, [http(ITEM)], [http({"Item": {"id": {"S": "2"}}})]]
    assert Store(client).get(*KEY) == {"id": "1"}
    assert Store(client).get(*KEY) == {"id": "2"}
    assert server.ways == ["short", "botocore", "short"]


def test_a_transaction_whose_answer_is_lost_is_asked_for_again_with_its_own_token_and_is_no_conflict(client, server):
    server.script = [[None], [failed("TransactionInProgressException")], [http({})]]
    Store(client).commit([put_new("Things", {"id": "1"})])
    assert server.ways == ["short", "botocore", "botocore"]
    bodies = [body for _, _, body in server.asked]
    assert bodies[0] == bodies[1] == bodies[2]
    assert len(bodies[0]["ClientRequestToken"]) == 36


def test_another_try_after_a_conflict_of_transactions_is_a_transaction_of_its_own(client, server):
    reasons = {"CancellationReasons": [{"Code": "TransactionConflict"}]}
    server.script = [[failed("TransactionCanceledException", **reasons)], [http({})]]
    Store(client).commit([put_new("Things", {"id": "1"})])
    assert server.ways == ["short", "short"]
    assert len({body["ClientRequestToken"] for _, _, body in server.asked}) == 2


def test_a_condition_is_not_judged_by_an_answer_that_is_damaged(client, server):
    reasons = {"CancellationReasons": [{"Code": "ConditionalCheckFailed"}]}
    whole = failed("TransactionCanceledException", **reasons)
    server.script = [[whole.replace(b"\r\n\r\n", b"\r\nx-amz-crc32: 1\r\n\r\n")], [whole]]
    with pytest.raises(Conflict):
        Store(client).commit([put_new("Things", {"id": "1"})])
    assert server.ways == ["short", "botocore"]


def test_there_is_a_pause_before_a_service_that_throttles_is_asked_again(client, server, monkeypatch):
    paused = []
    monkeypatch.setattr(short_way, "_pause", lambda: paused.append(len(server.asked)))
    server.script = [[failed("ThrottlingException")], [http(ITEM)]]
    assert Store(client).get(*KEY) == {"id": "1"}
    assert paused == [1]
    server.script = [[failed("AccessDeniedException")], [failed("AccessDeniedException")]]
    with pytest.raises(ClientError, match="AccessDenied"):
        Store(client).get(*KEY)


def test_a_connection_that_the_server_has_closed_while_idle_is_not_used(client, server):
    server.script = [[http(ITEM), None], [http(ITEM, more="connection: close\r\n"), None]]
    for _ in range(3):
        assert Store(client).get(*KEY) == {"id": "1"}
    assert server.connections == 3
    assert len(server.asked) == 3


def test_a_large_answer_comes_in_parts(client, server):
    item = {"id": {"S": "1"}, "text": {"S": "x" * 10_000_000}}
    server.script = [[http({"Item": item})]]
    assert len(Store(client).get(*KEY)["text"]) == 10_000_000
    assert server.ways == ["short"]


def test_threads_share_a_client_and_each_has_its_own_answer(client, server):
    def ask(number):
        return Store(client).get("Things", {"id": str(number)})

    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(ask, range(200))) == [{"id": str(number)} for number in range(200)]
    assert set(server.ways) == {"short"}


def test_credentials_that_have_expired_are_fetched_anew(client, server, monkeypatch):
    """A role's credentials, as in a function that SnapStart restores (AWS_CONTAINER_CREDENTIALS_FULL_URI)."""
    now, fetched = datetime.datetime.now(datetime.UTC), iter(("first", "second"))

    def fetch():
        name = next(fetched)
        expires = now + datetime.timedelta(hours=1 if name == "second" else -1)
        return {"access_key": name, "secret_key": name, "token": name, "expiry_time": expires.isoformat()}

    expired = RefreshableCredentials.create_from_metadata(fetch(), fetch, "test")
    monkeypatch.setattr(client._request_signer, "_credentials", expired)
    assert Store(client).get(*KEY) == {"id": "1"}
    ((way, headers, _),) = server.asked
    assert (way, headers["x-amz-security-token"]) == ("short", "second")
    assert "Credential=second/" in headers["authorization"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for `localhost` and no other name, which is its own authority; with its key."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, now, now + datetime.timedelta(days=1))
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.write_bytes(signed.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.mark.parametrize(
    ("host", "trusted", "reached"), [("localhost", True, True), ("127.0.0.1", True, False), ("localhost", False, False)]
)
def test_nothing_is_sent_to_a_server_without_the_name_and_an_authority_of_ours(
    reach, certificate, monkeypatch, host, trusted, reached
):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = Server(context)
    if trusted:
        monkeypatch.setenv("AWS_CA_BUNDLE", str(certificate))
    store = Store(reach(f"https://{host}:{server.port}"))
    if reached:
        assert store.get(*KEY) == {"id": "1"}
        assert store.get(*KEY) == {"id": "1"}
        assert (server.ways, server.connections) == (["short", "short"], 1)
    else:
        with pytest.raises(SSLError):
            store.get(*KEY)
        assert server.asked == []
    server.close()


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/path", "http://127.0.0.1:1/?a=b", "http://user@127.0.0.1:1"])
def test_an_address_with_more_than_a_server_in_it_is_left_to_botocore(reach, url):
    assert not reach(url)._is_plain


# --- e-mail --------------------------------------------------------------------------------------

LETTER = RenderedMessage("Código – 123456", "Ihr Code: 123456", "<p>الرمز: <b>123456</b></p>")
SENT = {"MessageId": "0100018c"}


@pytest.fixture
def email(server, reach):
    client = reach(f"http://127.0.0.1:{server.port}", "sesv2", aws.SEND_CONFIG)
    return Email(client, "Contoso <reset@contoso.example>", "receipts")


def send(email):
    return email.send("maria@bücher.example", LETTER, {"reference": "ABC", "kind": "code"})


def test_an_email_is_what_botocore_would_send(email, server, monkeypatch):
    server.script = [[http(SENT)], [http(SENT)]]
    assert send(email) == "0100018c"
    monkeypatch.setitem(vars(email.client), "_is_plain", False)
    assert send(email) == "0100018c"
    (first, ours, body), (then, theirs, same) = server.asked
    assert (first, then, ours["content-type"], body) == ("short", "botocore", theirs["content-type"], same)
    assert body["Destination"] == {"ToAddresses": ["maria@xn--bcher-kva.example"]}


@pytest.mark.parametrize(
    "answer",
    [
        http(SENT, more="connection: close\r\n"), http(SENT, more="x-amzn-requestid: 1\r\nX-Odd : 1\r\n"),
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n19\r\n" + json.dumps(SENT).encode() + b"\r\n0\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + http(SENT),
    ],
)  # fmt: skip
def test_whatever_form_the_answer_has_an_email_is_sent_once(email, server, answer):
    server.script = [[answer], [http(SENT)]]
    assert (send(email), send(email)) == ("0100018c", "0100018c")
    assert server.ways == ["short", "short"]


@pytest.mark.parametrize(
    "answer", [[None], [http(SENT)[:-4], None], [b"HTTP/1.1 200 OK\r\ncontent-", None], [http(b"<html>")], [b"SSH-2.0\r\n\r\n", None]]
)  # fmt: skip
def test_an_email_whose_answer_is_lost_is_not_sent_again_here(email, server, answer):
    server.script = [answer]
    with pytest.raises(BotoCoreError):
        send(email)
    assert server.ways == ["short"]


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        ("400 Bad Request", "MessageRejected", Undeliverable),
        ("400 Bad Request", "BadRequestException", Undeliverable),
        ("429 Too Many Requests", "TooManyRequestsException", ClientError),
        ("403 Forbidden", "ExpiredTokenException", ClientError),
        ("503 Service Unavailable", "", ClientError),
    ],
)
def test_a_refused_email_is_told_as_botocore_tells_it(email, server, monkeypatch, status, code, expected):
    refusal = http(
        {"message": "no"}, status, more=f"x-amzn-errortype: {code}:http://internal.example/\r\n" if code else ""
    )
    server.script = [[refusal], [refusal]]
    told = []
    for plain in (True, False):
        monkeypatch.setitem(vars(email.client), "_is_plain", plain)
        with pytest.raises(expected) as caught:
            send(email)
        told.append((type(caught.value), str(caught.value).replace(" (reached max retries: 0)", "")))
    assert told[0] == told[1]
    assert server.ways == ["short", "botocore"]


def test_where_nothing_was_sent_yet_botocore_sends_an_email(email, server, monkeypatch):
    monkeypatch.setattr(short_way.ShortWay, "_pool", SimpleNamespace(_new_conn=lambda: HTTPConnection("127.0.0.1", 1)))
    server.script = [[http(SENT)]]
    assert send(email) == "0100018c"
    assert server.ways == ["botocore"]
