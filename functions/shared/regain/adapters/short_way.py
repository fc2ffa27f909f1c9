"""A fast path for calls to DynamoDB and SES: one signed request, with botocore as the fallback.

Three quarters of botocore's work for a call is not needed here: endpoint rules, events, user agents, and copies of
values and headers. The fast path serialises, signs and sends a call once, over connections of botocore's own session.
Handlers of botocore's events see only the calls that fall back to botocore.
"""

import functools
import hashlib
import hmac
import random
import re
import select
import time
import uuid
import zlib
from collections import deque
from collections.abc import Callable
from http.client import HTTPException, HTTPResponse
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import msgspec
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, HTTPClientError
from urllib3.exceptions import HTTPError

_CALLS = frozenset({"BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"})
_CONDITIONS = ("ConditionalCheckFailedException", "TransactionCanceledException")
_OK, _BAD_REQUEST = 200, 400
_LONGEST_HEAD = 65_536
_FIELDS = re.compile(r"\r\n([^:\r\n]+):[ \t]*([^\r\n]*)")
_EMAILS = "/v2/email/outbound-emails"
_TROUBLE = (BotoCoreError, HTTPError, HTTPException, OSError, ValueError)
_RANDOM = random.SystemRandom()  # copies of one SnapStart snapshot would share a seed


class NothingSent(HTTPException):
    """There was no connection, so nothing was sent."""


class _Idle(deque[Any]):
    """Idle connections, most recently used last: a sixth of the work of urllib3's queue."""

    def __del__(self) -> None:
        for connection in self:
            connection.close()


class ShortWay(BaseClient):  # type: ignore[misc]
    """One request over a connection of botocore's session: the base for both services."""

    _protocol, _content = "", ""

    @functools.cached_property
    def _is_plain(self) -> bool:
        """Whether requests are signed, and go directly to the root of a server, without a proxy."""
        url = self.meta.endpoint_url
        proxy, parts = self._endpoint.http_session._proxy_config.proxy_url_for(url), urlsplit(url)
        simple = parts.path in ("", "/") and not parts.query and "@" not in parts.netloc
        return simple and not proxy and self._request_signer._credentials is not None

    @functools.cached_property
    def _idle(self) -> "_Idle":
        return _Idle()

    def _connected(self) -> Any:
        """A connection that is alive, or a new one. Raises NothingSent."""
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread took it
                break
            if not _has_ended(connection.sock):
                return connection
            connection.close()
        connection = self._pool._new_conn()
        try:
            connection.connect()
            connection.sock.settimeout(self._pool.timeout.read_timeout)
        except _TROUBLE as error:
            connection.close()
            raise NothingSent from error
        return connection

    def _exchange(self, path: str, headers: dict[str, str], body: bytes, read: Callable[[Any], Any]) -> Any:
        """Sends one request without retries, and returns the response. Raises NothingSent, or any later error."""
        connection = self._connected()
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        head = f"POST {path} HTTP/1.1\r\n{told}content-length: {len(body)}\r\n\r\n"
        try:
            connection.sock.sendall(head.encode() + body)
            answer = read(connection.sock)
        except BaseException:
            connection.close()
            raise
        if answer.headers.get("connection", "keep-alive").lower() == "keep-alive":
            self._idle.append(connection)
        else:
            connection.close()
        return answer

    @functools.cached_property
    def _pool(self) -> Any:
        """The connection pool of botocore's own session, with its timeouts and certificate authorities."""
        session, url = self._endpoint.http_session, self.meta.endpoint_url
        pool = session._get_connection_manager(url).connection_from_url(url)
        session._setup_ssl_cert(pool, url, session._verify)
        return pool

    def _signed(self, path: str, body: bytes, target: str = "") -> dict[str, str]:
        """The headers of a request, signed with Signature Version 4."""
        credentials = self._request_signer._credentials.get_frozen_credentials()
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"content-type": self._content, "host": _host(self.meta.endpoint_url), "x-amz-date": moment}
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        if target:
            headers["x-amz-target"] = target
        names = ";".join(headers)
        told = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"POST\n{path}\n\n{told}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{moment[:8]}/{self.meta.region_name}/{self._service_model.signing_name}/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = _key(credentials.secret_key, scope).copy()
        signature.update(text.encode())
        whose = f"Credential={credentials.access_key}/{scope}"
        headers["authorization"] = f"AWS4-HMAC-SHA256 {whose}, SignedHeaders={names}, Signature={signature.hexdigest()}"
        return headers

    def _parsed(self, operation: str, answer: Any) -> dict[str, Any]:
        """A response as parsed by botocore, for binary values and for errors."""
        endpoint, model = self._endpoint, self._service_model.operation_model(operation)
        parser = endpoint._response_parser_factory.create_parser(self._protocol)
        response = {"status_code": answer.status_code, "headers": answer.headers, "body": answer.content, "context": {}}
        parsed: dict[str, Any] = parser.parse(response, model.output_shape)
        if answer.status_code != _OK:
            endpoint._add_modeled_error_fields(response, parsed, model, parser)
        return parsed


class ToDynamoDB(ShortWay):
    """Mixed into botocore's client class for DynamoDB, as its first base.

    Unless a call succeeds or a condition fails, botocore repeats it in its usual way, with the same
    `ClientRequestToken`, which makes transactions idempotent.
    """

    _protocol, _content = "json", "application/x-amz-json-1.0"

    def _make_api_call(self, operation: str, params: dict[str, Any]) -> Any:
        ask = functools.partial(super()._make_api_call, operation)
        if operation not in _CALLS or not self._is_plain:
            return ask(params)
        if operation == "TransactWriteItems":
            params = {"ClientRequestToken": str(uuid.uuid4()), **params}
        try:
            body = msgspec.json.encode(params)  # bytes in Base64
            headers = self._signed("/", body, f"DynamoDB_20120810.{operation}")
            answer = self._exchange("/", headers, body, _read)
            told = self._told(operation, answer)
        except _TROUBLE:
            return ask(params)
        if told is None:
            _pause()
            return ask(params)
        if answer.status_code != _OK:
            raise self.exceptions.from_code(told["Error"]["Code"])(told, operation)
        return told

    def _told(self, operation: str, answer: Any) -> dict[str, Any] | None:
        """The result, or the error of a failed condition; None for any other response, after which botocore takes over.

        Raises:
            ValueError: the result is not JSON, which botocore would treat as an empty result.
        """
        if answer.status_code not in (_OK, _BAD_REQUEST) or not _whole(answer):
            return None
        if answer.status_code == _OK:
            result: dict[str, Any] = msgspec.json.decode(answer.content)
            binary = b'"B"' in answer.content or b'"BS"' in answer.content
            return self._parsed(operation, answer) if binary else result
        told = self._parsed(operation, answer)
        return told if told["Error"]["Code"] in _CONDITIONS else None


class ToSes(ShortWay):
    """Mixed into botocore's client class for SES, as its first base.

    A message is sent once: botocore takes over only if nothing was sent yet. Responses are parsed as by botocore, and
    the outbox decides whether to retry.
    """

    _protocol, _content = "rest-json", "application/json"

    def _make_api_call(self, operation: str, params: dict[str, Any]) -> Any:
        ask = functools.partial(super()._make_api_call, operation)
        if operation != "SendEmail" or not self._is_plain:
            return ask(params)
        body = msgspec.json.encode(params)
        try:
            answer = self._exchange(_EMAILS, self._signed(_EMAILS, body), body, _read_any)
            told = msgspec.json.decode(answer.content) if answer.status_code == _OK else self._parsed(operation, answer)
        except NothingSent:
            return ask(params)
        except _TROUBLE as error:
            raise HTTPClientError(error=error) from None
        if answer.status_code != _OK:
            raise self.exceptions.from_code(told["Error"]["Code"])(told, operation)
        return told


def mix_in(way: type[ShortWay], base_classes: list[type], **_: Any) -> None:
    """A handler of botocore's event `creating-client-class` that adds the fast path to a service's client class."""
    base_classes.insert(0, way)


def _has_ended(sock: Any) -> bool:
    """Whether the server has closed an idle connection, or sent data without a request."""
    waiting = select.poll()
    waiting.register(sock, select.POLLIN)
    return bool(waiting.poll(0))


def _read(sock: Any) -> SimpleNamespace:
    """A response in the form that DynamoDB uses: HTTP/1.1 with `Content-Length`. Others are left to botocore.

    Raises:
        HTTPException: it has another form, or is incomplete.
    """
    content = bytearray()  # grows without copies: a response has up to 16 MB
    while (end := content.find(b"\r\n\r\n")) < 0:
        if len(content) > _LONGEST_HEAD:
            raise HTTPException("a head without an end")
        content += _more(sock)
    head = content[:end].decode("latin-1")
    headers = {name.lower(): value for name, value in _FIELDS.findall(head)}
    version, status, *_ = head.split(" ", 2)
    if version != "HTTP/1.1" or not headers.get("content-length", "").isdecimal() or "transfer-encoding" in headers:
        raise HTTPException(version)
    length = int(headers["content-length"])
    del content[: end + 4]
    while len(content) < length:
        content += _more(sock)
    if len(content) > length:
        raise HTTPException("more than one answer")
    return SimpleNamespace(status_code=int(status), headers=headers, content=bytes(content))


def _read_any(sock: Any) -> SimpleNamespace:
    """A response in any form that HTTP/1.1 allows.

    Raises:
        HTTPException, OSError: it is incomplete.
    """
    response = HTTPResponse(sock, method="POST")
    response.begin()
    headers = {name.lower(): value for name, value in response.getheaders()}
    if response.will_close:
        headers["connection"] = "close"
    return SimpleNamespace(status_code=response.status, headers=headers, content=response.read())


def _more(sock: Any) -> bytes:
    part: bytes = sock.recv(65_536)
    if not part:
        raise HTTPException("the connection was closed")
    return part


def _pause() -> None:
    """A short pause before botocore repeats a call, such as one that DynamoDB throttled."""
    time.sleep(_RANDOM.uniform(0, 0.05))


def _whole(answer: Any) -> bool:
    """Whether the checksum, if there is one, matches the body."""
    told = answer.headers.get("x-amz-crc32")
    return told is None or zlib.crc32(answer.content) == int(told)


@functools.cache
def _host(url: str) -> str:
    return urlsplit(url).netloc


@functools.lru_cache(maxsize=2)
def _key(secret: str, scope: str) -> hmac.HMAC:
    """The HMAC object for a day's signing key. Copying it takes a third of the work of setting it up."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.new(key, None, "sha256")
