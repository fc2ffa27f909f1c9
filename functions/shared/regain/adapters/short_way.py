"""The short way to DynamoDB: one signed request for a call, and botocore for whatever does not go smoothly.

Three quarters of a call in botocore are work that DynamoDB's calls have no use for: endpoint rules, events, user
agents, copies of each value and each header. Here a call is serialised, signed and sent once, over the connections that
botocore's own session keeps. Unless it succeeds or a condition does not hold, botocore asks again as it always does:
with the same `ClientRequestToken`, by which DynamoDB knows a transaction again. Handlers of botocore's events see only
what botocore asks.
"""

import functools
import hashlib
import hmac
import random
import time
import uuid
import zlib
from http.client import HTTPException
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import msgspec
from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError
from urllib3.exceptions import HTTPError

_CALLS = frozenset({"BatchGetItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"})
_CONDITIONS = ("ConditionalCheckFailedException", "TransactionCanceledException")
_CONTENT = "application/x-amz-json-1.0"
_OK, _BAD_REQUEST = 200, 400
_LONGEST_HEAD = 65_536
_TROUBLE = (BotoCoreError, HTTPError, HTTPException, OSError, ValueError)
_RANDOM = random.SystemRandom()  # copies of one SnapStart snapshot would share a seed


class ShortWay(BaseClient):  # type: ignore[misc]
    """Mixed into botocore's class of clients of DynamoDB, before all others."""

    def _make_api_call(self, operation: str, params: dict[str, Any]) -> Any:
        ask = functools.partial(super()._make_api_call, operation)
        if operation not in _CALLS or not self._is_plain:
            return ask(params)
        if operation == "TransactWriteItems":
            params = {"ClientRequestToken": str(uuid.uuid4()), **params}
        try:
            body = msgspec.json.encode(params)  # bytes in Base64
            answer = self._exchange(self._signed(f"DynamoDB_20120810.{operation}", body), body)
            told = _told(self, operation, answer)
        except _TROUBLE:
            return ask(params)
        if told is None:
            _pause()
            return ask(params)
        if answer.status_code != _OK:
            raise self.exceptions.from_code(told["Error"]["Code"])(told, operation)
        return told

    @functools.cached_property
    def _is_plain(self) -> bool:
        """Whether requests are signed, and go straight to the root of a server: through no proxy."""
        url = self.meta.endpoint_url
        proxy, parts = self._endpoint.http_session._proxy_config.proxy_url_for(url), urlsplit(url)
        simple = parts.path in ("", "/") and not parts.query and "@" not in parts.netloc
        return simple and not proxy and self._request_signer._credentials is not None

    def _exchange(self, headers: dict[str, str], body: bytes) -> Any:
        """One request, and what came of it. Nothing is tried again."""
        pool = self._pool
        connection = pool._get_conn()  # one that is alive, or a new one
        try:
            if connection.sock is None:
                connection.connect()
            connection.sock.settimeout(pool.timeout.read_timeout)
            told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            connection.sock.sendall(f"POST / HTTP/1.1\r\n{told}content-length: {len(body)}\r\n\r\n".encode() + body)
            answer = _read(connection.sock)
            if answer.headers.get("connection", "keep-alive").lower() != "keep-alive":
                connection.close()
            return answer
        except BaseException:
            connection.close()
            raise
        finally:
            pool._put_conn(connection)

    @functools.cached_property
    def _pool(self) -> Any:
        """The connections of botocore's own session, with its timeouts and authorities."""
        session, url = self._endpoint.http_session, self.meta.endpoint_url
        pool = session._get_connection_manager(url).connection_from_url(url)
        session._setup_ssl_cert(pool, url, session._verify)
        return pool

    def _signed(self, target: str, body: bytes) -> dict[str, str]:
        """The headers of a request, signed with Signature Version 4."""
        credentials = self._request_signer._credentials.get_frozen_credentials()
        moment = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        headers = {"content-type": _CONTENT, "host": _host(self.meta.endpoint_url), "x-amz-date": moment}
        if credentials.token:
            headers["x-amz-security-token"] = credentials.token
        headers["x-amz-target"] = target
        names = ";".join(headers)
        told = "".join(f"{name}:{value}\n" for name, value in headers.items())
        request = f"POST\n/\n\n{told}\n{names}\n{hashlib.sha256(body).hexdigest()}"
        scope = f"{moment[:8]}/{self.meta.region_name}/dynamodb/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(_key(credentials.secret_key, scope), text.encode(), hashlib.sha256).hex()
        whose = f"Credential={credentials.access_key}/{scope}"
        headers["authorization"] = f"AWS4-HMAC-SHA256 {whose}, SignedHeaders={names}, Signature={signature}"
        return headers


def mix_in(base_classes: list[type], **_: Any) -> None:
    """For botocore's event `creating-client-class.dynamodb`."""
    base_classes.insert(0, ShortWay)


def _read(sock: Any) -> SimpleNamespace:
    """An answer in the one form that DynamoDB has: HTTP/1.1 with its length. Whatever else it is, botocore is to read.

    Raises:
        HTTPException: it is another one, or not whole.
    """
    content = bytearray()  # which grows without being copied: an answer has up to 16 MB
    while (end := content.find(b"\r\n\r\n")) < 0:
        if len(content) > _LONGEST_HEAD:
            raise HTTPException("a head without an end")
        content += _more(sock)
    first, *lines = content[:end].decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers[name.lower()] = value.strip()
    version, status, *_ = first.split(" ", 2)
    if version != "HTTP/1.1" or not headers.get("content-length", "").isdecimal() or "transfer-encoding" in headers:
        raise HTTPException(version)
    length = int(headers["content-length"])
    del content[: end + 4]
    while len(content) < length:
        content += _more(sock)
    if len(content) > length:
        raise HTTPException("more than one answer")
    return SimpleNamespace(status_code=int(status), headers=headers, content=bytes(content))


def _more(sock: Any) -> bytes:
    part: bytes = sock.recv(65_536)
    if not part:
        raise HTTPException("the connection was closed")
    return part


def _told(client: Any, operation: str, answer: Any) -> dict[str, Any] | None:
    """What an answer says: a result, or that a condition does not hold. None: neither, so that botocore is to ask.

    Raises:
        ValueError: a result is no JSON. Botocore would take it for an empty one.
    """
    if answer.status_code not in (_OK, _BAD_REQUEST) or not _whole(answer):
        return None
    if answer.status_code == _OK:
        result: dict[str, Any] = msgspec.json.decode(answer.content)
        binary = b'"B"' in answer.content or b'"BS"' in answer.content
        return _parsed(client, operation, answer) if binary else result
    told = _parsed(client, operation, answer)
    return told if told["Error"]["Code"] in _CONDITIONS else None


def _pause() -> None:
    """Before DynamoDB is asked again that has answered otherwise, as when it throttles. Botocore waits longer."""
    time.sleep(_RANDOM.uniform(0, 0.05))


def _parsed(client: Any, operation: str, answer: Any) -> dict[str, Any]:
    """An answer as botocore reads it: with bytes, or with what an error tells."""
    endpoint, model = client._endpoint, client._service_model.operation_model(operation)
    parser = endpoint._response_parser_factory.create_parser("json")
    response = {"status_code": answer.status_code, "headers": answer.headers, "body": answer.content, "context": {}}
    parsed: dict[str, Any] = parser.parse(response, model.output_shape)
    if answer.status_code != _OK:
        endpoint._add_modeled_error_fields(response, parsed, model, parser)
    return parsed


def _whole(answer: Any) -> bool:
    """Whether the checksum fits, where there is one."""
    told = answer.headers.get("x-amz-crc32")
    return told is None or zlib.crc32(answer.content) == int(told)


@functools.cache
def _host(url: str) -> str:
    return urlsplit(url).netloc


@functools.lru_cache(maxsize=2)
def _key(secret: str, scope: str) -> bytes:
    """The signing key of a day."""
    key = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), hashlib.sha256)
    return key
