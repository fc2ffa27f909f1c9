"""Requests to an identity provider over HTTP (B34): what does not answer, answers too much, or too slowly."""

import contextlib
import http.server
import threading
import time

import pytest

from regain.adapters import openid
from regain.domain.provider import Oidc
from regain.problems import Refused


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with contextlib.suppress(OSError):  # the client has hung up, as it should
            getattr(self, self.path.split("/")[1])()

    def _head(self, status=200, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def huge(self):
        self._head()
        for _ in range(10 * 16):  # 10 MB
            self.wfile.write(b"[" * 65_536)

    def slow(self):
        self._head()
        for _ in range(200):
            self.wfile.write(b"[")
            self.wfile.flush()
            time.sleep(0.05)

    def silent(self):
        time.sleep(1)

    def redirect(self):
        self._head(302, location="/good/")

    def deep(self):
        self._head()
        self.wfile.write(b"[" * 100_000)

    def text(self):
        self._head()
        self.wfile.write(b"<html>")

    def failed(self):
        self._head(500)
        self.wfile.write(b"{}")

    def listed(self):
        self._head()
        self.wfile.write(b"[1]")

    def log_message(self, *_):
        """Says nothing."""


@pytest.fixture(scope="module")
def origin():
    """A server on this machine that answers badly."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "code"),
    [("huge", "unavailable"), ("slow", "unavailable"), ("silent", "unavailable"), ("redirect", "unavailable"),
     ("deep", "unavailable"), ("text", "unavailable"), ("failed", "unavailable"), ("listed", "not-trusted")],
)  # fmt: skip
def test_a_provider_that_does_not_answer_as_it_should_is_a_problem_with_a_page(origin, monkeypatch, path, code):
    monkeypatch.setattr(openid, "_READ", 0.4)
    monkeypatch.setattr(openid, "_WHOLE", 0.6)
    provider = openid.Provider(Oidc(f"{origin}/{path}", "regain"), time.time)
    began = time.monotonic()
    with pytest.raises(Refused) as refused:
        provider.authorization_url("http://localhost/", openid.Attempt("s", "n", "v"))
    assert refused.value.problem.code.endswith(code)
    assert time.monotonic() - began < 8


def test_a_provider_that_is_not_there_is_a_problem_with_a_page():
    provider = openid.Provider(Oidc("http://127.0.0.1:9", "regain"), time.time)
    with pytest.raises(Refused) as refused:
        provider.authorization_url("http://localhost/", openid.Attempt("s", "n", "v"))
    assert refused.value.problem.code == "sign-in-provider-unavailable"
    assert refused.value.facts["retry_after"] > 0
