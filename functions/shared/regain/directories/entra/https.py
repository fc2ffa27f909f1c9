"""Requests to Microsoft over HTTPS, bounded in time and size, without redirects or retries."""

import contextlib
import functools
import http.client
import json
import re
import ssl
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from regain.directories.base import NotAllowed, Unanswered

LOGIN, GRAPH = "https://login.microsoftonline.com", "https://graph.microsoft.com"
"""The only hosts that receive requests."""
LONGEST = 4 * 1024 * 1024
"""The maximum size of a response in bytes: 999 groups with all their properties take two million."""
_LOOPBACK = re.compile(r"http://127\.0\.0\.1:\d{1,5}")
_LONGEST_WAIT = 600


@dataclass(frozen=True)
class Timeouts:
    """Timeouts in seconds, for connecting and for a response."""

    connect: float = 2
    answer: float = 4


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, and the JSON object in the body: None if that is something else, too long, or truncated."""

    status: int
    body: dict[str, Any] | None
    retry_after: int = 0


@dataclass(frozen=True)
class Origin:
    """The origin that requests go to. A stand-in may replace a host on loopback only.

    Raises:
        ValueError: it is another address.
    """

    url: str
    timeouts: Timeouts = field(default_factory=Timeouts)

    def __post_init__(self) -> None:
        if self.url not in (LOGIN, GRAPH) and not _LOOPBACK.fullmatch(self.url):
            raise ValueError("Microsoft's hosts only, or a stand-in on 127.0.0.1")

    @contextlib.contextmanager
    def connected(self) -> Iterator["Connection"]:
        """A connection for a few requests in a row.

        Raises:
            NotAllowed: the certificate is not trusted.
            Unanswered: nothing was sent.
        """
        host, port = urlsplit(self.url).hostname or "", urlsplit(self.url).port
        made: http.client.HTTPConnection
        if self.url.startswith("https:"):
            made = http.client.HTTPSConnection(host, port, timeout=self.timeouts.connect, context=tls())
        else:
            made = http.client.HTTPConnection(host, port, timeout=self.timeouts.connect)
        with contextlib.closing(made):
            try:
                made.connect()
            except ssl.SSLCertVerificationError as error:
                raise NotAllowed(f"certificate of {host}: {error.verify_message}") from None
            except OSError as error:
                raise Unanswered(True, f"{host}: {type(error).__name__}") from None
            yield Connection(made, host, self.timeouts.answer)


@dataclass(frozen=True)
class Connection:
    """A connection to `host`."""

    made: http.client.HTTPConnection
    host: str
    seconds: float

    def exchange(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"", write: bool = False
    ) -> Answer:
        """One request and its answer.

        Raises:
            Unanswered: it was cut off. A `write` may have taken effect.
        """
        ends = time.monotonic() + self.seconds
        try:
            self._wait_until(ends)
            self.made.request(method, path, body or None, {"Accept": "application/json", **headers})
            self._wait_until(ends)
            response = self.made.getresponse()
        except (OSError, http.client.HTTPException) as error:
            raise Unanswered(not write, f"{self.host}: {type(error).__name__}") from None
        return Answer(response.status, self._read(response, ends), seconds(response.headers.get("Retry-After", "")))

    def _read(self, response: http.client.HTTPResponse, ends: float) -> dict[str, Any] | None:
        """The JSON object of a response. If it is too long, the rest is discarded with the connection."""
        content = b""
        try:
            while part := response.read1(65_536):
                content += part
                if len(content) > LONGEST:
                    self.made.close()
                    return None
                self._wait_until(ends)
            found = json.loads(content)
        except (OSError, http.client.HTTPException, ValueError, RecursionError):
            return None
        finally:
            response.close()  # the connection may go on
        return found if isinstance(found, dict) else None

    def _wait_until(self, ends: float) -> None:
        left = ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if self.made.sock:
            self.made.sock.settimeout(left)


@functools.cache
def tls() -> ssl.SSLContext:
    """TLS 1.2 or later that verifies certificate and name. Reading the system's authorities takes 20 ms, once."""
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    return made


def seconds(text: str) -> int:
    """The value of `Retry-After` in seconds; 0 if it is not usable."""
    return min(int(text), _LONGEST_WAIT) if re.fullmatch(r"[0-9]{1,9}", text) else 0
