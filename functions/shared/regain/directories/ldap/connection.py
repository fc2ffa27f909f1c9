"""One connection to an LDAP server: always over TLS, one request at a time, with responses bounded in size and time."""

import contextlib
import socket
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import sansldap

from regain.directories.base import NotAllowed, Unanswered
from regain.directories.ldap.messages import (
    Answer,
    Change,
    Control,
    Entry,
    Malformed,
    complete_length,
    pack_modify,
    unpack_modified,
)

_START_TLS = "1.3.6.1.4.1.1466.20037"
_LARGEST_ANSWER = 1 << 20
_CHUNK = 1 << 14
_FIRST_MODIFY = 1 << 30  # far from the numbers that `sansldap` gives to its own requests
_READ_FAULTS = (sansldap.LDAPError, ValueError, IndexError, sansldap.asn1.NotEnougData)

MOST = 4
"""The most entries of an answer: nobody needs more of one person."""


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for a connection, its TLS included, and for each answer."""

    connect: float = 3.0
    answer: float = 5.0


def tls_context(ca: str = "") -> ssl.SSLContext:
    """TLS 1.2 or later that verifies the certificate and the host name: by authorities in PEM, or the system's."""
    context = ssl.create_default_context(cadata=ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


class Connection:
    """A connection to one server.

    A request that fails on its way raises Unanswered: `known` if it was never sent. After any failure the connection is
    closed.
    """

    def __init__(self, url: str, tls: ssl.SSLContext, timeouts: Timeouts = Timeouts()) -> None:
        """Connects and starts TLS.

        Raises:
            NotAllowed: the certificate is not trusted, or the server offers no TLS.
            Unanswered: nobody answers.
        """
        self.used_at = time.monotonic()
        self.closed = False
        self._timeouts = timeouts
        self._client = sansldap.LDAPClient()
        self._modified = _FIRST_MODIFY
        self._received = bytearray()
        parts = urlsplit(url)
        self._host = parts.hostname or ""
        port = parts.port or (636 if parts.scheme == "ldaps" else 389)
        try:
            self._socket: socket.socket = socket.create_connection((self._host, port), timeout=timeouts.connect)
        except OSError as error:
            raise Unanswered(known=True, why=f"no connection: {type(error).__name__}") from error
        with self._closing_on_failure():
            if parts.scheme != "ldaps":
                self._start_tls()
            self._socket.settimeout(timeouts.connect)
            self._wrap(tls)

    @property
    def certificate(self) -> Mapping[str, object]:
        """The server's certificate, as `ssl` describes it."""
        return cast("ssl.SSLSocket", self._socket).getpeercert() or {}

    def bind(self, name: str, password: str, controls: Sequence[Control] = ()) -> Answer:
        """A simple bind. An empty password would succeed as an anonymous bind (RFC 4513 5.1.2) and is never sent."""
        if not password:
            return Answer(49)
        return self._result(self._client.bind_simple(name, password, controls=_controls(controls)))

    def search(
        self, base: str, scope: sansldap.SearchScope, found_by: sansldap.LDAPFilter, attributes: Sequence[str],
        most: int = MOST,
    ) -> tuple[Answer, list[Entry]]:  # fmt: skip
        """The result and the first `most` entries of a search. Referrals are not followed.

        A server that sends more (Samba knows no size limit) is not listened to any further.
        """
        self._client.search_request(
            base, scope, size_limit=most, time_limit=int(self._timeouts.answer), filter=found_by,
            attributes=list(attributes),
        )  # fmt: skip
        entries: list[Entry] = []
        with self._closing_on_failure():
            self._send(self._client.data_to_send())
            deadline = time.monotonic() + self._timeouts.answer
            while True:
                message = self._read(self._frame(deadline))
                if isinstance(message, sansldap.SearchResultEntry):
                    entries.append(_entry(message))
                    if len(entries) > most:
                        self.close()
                        return Answer(0), entries[:most]
                elif isinstance(message, sansldap.SearchResultDone | sansldap.ExtendedResponse):
                    return _answer(message), entries

    def modify(self, dn: str, changes: Sequence[Change], controls: Sequence[Control] = ()) -> Answer:
        """Changes an entry, all of it or nothing."""
        self._modified += 1
        with self._closing_on_failure():
            self._send(pack_modify(self._modified, dn, changes, controls))
            frame = self._frame(time.monotonic() + self._timeouts.answer)
            modified = unpack_modified(frame)
            if modified is None or modified[0] != self._modified:
                raise Malformed("not the answer to the request")
            return modified[1]

    def extended(self, oid: str, value: bytes | None = None, controls: Sequence[Control] = ()) -> Answer:
        """An extended operation (RFC 4511 4.12)."""
        return self._result(self._client.extended_request(oid, value, controls=_controls(controls)))

    def close(self) -> None:
        """Closes the connection. Idempotent."""
        self.closed = True
        with contextlib.suppress(OSError):
            self._socket.close()

    def _start_tls(self) -> None:
        """Starts TLS (RFC 4511 4.14). Data received before it is discarded, and nothing is sent without it."""
        answer = self._result(self._client.extended_request(_START_TLS))
        if answer.code or self._received:
            raise NotAllowed("tls: the server does not start TLS")

    def _wrap(self, tls: ssl.SSLContext) -> None:
        try:
            self._socket = tls.wrap_socket(self._socket, server_hostname=self._host)
        except ssl.SSLCertVerificationError as error:
            raise NotAllowed(f"certificate: {error.verify_message}") from error
        except ssl.SSLError as error:
            raise NotAllowed(f"tls: {error.reason or 'no TLS'}") from error
        except OSError as error:
            raise Unanswered(known=True) from error

    def _result(self, _number: int) -> Answer:
        with self._closing_on_failure():
            self._send(self._client.data_to_send())
            return _answer(self._read(self._frame(time.monotonic() + self._timeouts.answer)))

    def _send(self, data: bytes) -> None:
        if self.closed:
            raise Unanswered(known=True)
        self.used_at = time.monotonic()
        try:
            self._socket.settimeout(self._timeouts.answer)
            self._socket.sendall(data)
        except OSError as error:
            raise Unanswered(known=False) from error

    def _frame(self, deadline: float) -> bytes:
        """One whole message."""
        while True:
            length = complete_length(self._received, _LARGEST_ANSWER)
            if length and len(self._received) >= length:
                frame = bytes(self._received[:length])
                del self._received[:length]
                return frame
            self._received += self._chunk(deadline)

    def _chunk(self, deadline: float) -> bytes:
        try:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001))
            data = self._socket.recv(_CHUNK)
        except OSError as error:
            raise Unanswered(known=False) from error
        if not data:
            raise Unanswered(known=False)
        return data

    def _read(self, frame: bytes) -> Any:
        try:
            messages = self._client.receive(frame)
        except _READ_FAULTS as error:
            raise Malformed("not an answer") from error
        if len(messages) != 1:
            raise Malformed("not one whole answer")
        return messages[0]

    @contextlib.contextmanager
    def _closing_on_failure(self) -> Any:
        """Closes the connection on failure, because its further content is undefined."""
        try:
            yield
        except Malformed as error:
            self.close()
            raise Unanswered(known=False, why=str(error)) from error
        except BaseException:
            self.close()
            raise


def _controls(controls: Sequence[Control]) -> list[sansldap.LDAPControl]:
    return [sansldap.LDAPControl(each.oid, each.critical, each.value) for each in controls]


def _answer(message: Any) -> Answer:
    result = getattr(message, "result", None)
    if result is None:
        raise Malformed("not an answer")
    controls = {each.control_type: each.value or b"" for each in message.controls}
    return Answer(int(result.result_code), result.diagnostics_message, controls)


def _entry(message: sansldap.SearchResultEntry) -> Entry:
    return Entry(message.object_name, {each.name.lower(): tuple(each.values) for each in message.attributes})
