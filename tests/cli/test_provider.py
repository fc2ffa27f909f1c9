"""What `doctor` says of the organisation's identity provider: a certified one, and small ones that are broken (B34)."""

import contextlib
import http.server
import json
import threading
import time
from email.utils import formatdate

import pytest

from cli.provider import check
from local import sign_in
from local.listening import free_port
from regain.adapters import openid
from regain.domain.provider import Claims, Oidc, SecondFactor
from regain.problems import PROVIDER_REFUSED, Refused
from tests.functions.openid_stand_in import EC, RSA, StandIn

REDIRECT = "https://help.contoso.example/api/account/oidc/callback"


class Broken:
    """A provider that answers whatever a test puts in `answers`: status, headers and body by path."""

    def __init__(self):
        broken = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, headers, body = broken.answers.get(self.path.partition("?")[0], (404, {}, "{}"))
                self.send_response_only(status)
                for name, value in {"Date": formatdate(usegmt=True), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(body.encode())

            do_POST = do_GET  # noqa: N815 - the base class's names

            def log_message(self, *_):
                """Says nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server.server_port}"
        self.keys = [StandIn.public("one", RSA[0]), StandIn.public("two", EC)]
        self.document = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token", "jwks_uri": f"{self.issuer}/keys",
        }  # fmt: skip
        self.answers = {
            "/token": (400, {}, '{"error": "invalid_grant"}'),
            "/authorize": (303, {"Location": f"{REDIRECT}?error=login_required&state=x"}, ""),
        }
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def found(self, **settings):
        """What doctor says, but for what is well."""
        made = {
            "/.well-known/openid-configuration": (200, {}, json.dumps(self.document)),
            "/keys": (200, {}, json.dumps({"keys": self.keys})),
        }
        self.answers = {**made, **self.answers}
        oidc = Oidc(**{"issuer": self.issuer, "client_id": "regain", **settings})
        every = list(check(openid.Provider(oidc, time.time), REDIRECT, time.time()))
        return [(each.state, each.what, each.to_do) for each in every if each.state != "ok"]


@pytest.fixture
def broken():
    made = Broken()
    yield made
    made.server.shutdown()
    made.server.server_close()


def test_nothing_is_wrong_with_a_provider_as_it_should_be(broken):
    assert broken.found() == []


@pytest.fixture(scope="module")
def certified(tmp_path_factory):
    """The address of oidc-provider, which knows one client with a secret and one redirect URI."""
    port = free_port()
    settings = {"port": port, "client": "regain", "secret": "of the client", "people": {}, "redirects": [REDIRECT]}
    provider = sign_in.start(settings, tmp_path_factory.mktemp("certified") / "provider.log")
    yield f"http://localhost:{port}"
    provider.stop()


@pytest.mark.parametrize(
    ("secret", "settings", "redirect", "wrong"),
    [
        ("of the client", {}, REDIRECT, []),
        ("another", {}, REDIRECT, ["The provider refuses the client regain (invalid_client)."]),
        ("of the client", {"client_id": "other"}, REDIRECT, ["The provider refuses the client other (invalid_client).",
                                                             "The provider begins no sign-in (status 400)."]),
        ("of the client", {}, f"{REDIRECT}/", ["The provider begins no sign-in (status 400)."]),
        ("of the client", {"claims": Claims("employee", "groups"), "second_factor": SecondFactor(acr=("urn:gold",))}, REDIRECT,
         ["The provider's `claims_supported` does not list employee.",
          "The provider's `acr_values_supported` does not list urn:gold."]),
    ],
)  # fmt: skip
def test_a_certified_provider_is_asked_about_client_secret_redirect_uri_and_claims(
    certified, monkeypatch, secret, settings, redirect, wrong
):
    monkeypatch.setenv(openid.LOCAL_SECRET, secret)
    oidc = Oidc(**{"issuer": certified, "client_id": "regain", **settings})
    found = list(check(openid.Provider(oidc, time.time), redirect, time.time()))
    assert [each.what for each in found if each.state != "ok"] == wrong
    assert all(each.to_do for each in found if each.state != "ok")
    if not wrong:
        assert [each.what for each in found] == [
            f"The provider {certified} answers.", "The provider has 1 keys that can sign ID tokens.",
            "The provider takes the client regain and its secret, if it has one.",
            f"The provider knows the redirect URI {REDIRECT}.",
        ]  # fmt: skip


def _document(**changes):
    return lambda broken: broken.document.update(changes)


def _answer(path, status, body="{}", **headers):
    return lambda broken: broken.answers.update({path: (status, headers, body)})


def _keys(*keys):
    return lambda broken: broken.keys.__setitem__(slice(None), keys)


DISCOVERY = "/.well-known/openid-configuration"
ONE = StandIn.public("one", RSA[0])


@pytest.mark.parametrize(
    ("breaks", "what", "to_do"),
    [
        (_answer(DISCOVERY, 404), "is no discovery document (status 404)", "`sign_in.oidc.issuer`"),
        (_answer(DISCOVERY, 302, location="/other"), "is no discovery document (status 302)", "`sign_in.oidc.issuer`"),
        (_answer(DISCOVERY, 200, "<html>"), "is no discovery document", "`sign_in.oidc.issuer`"),
        (_answer(DISCOVERY, 200, "[" * 300_000), "does not answer (too large or too slow)", "the way there"),
        (_document(issuer="https://other.example/\x1b[2J"), 'calls itself "https://other.example/\\u001b[2J"', "to the letter"),
        (_document(issuer=None), "calls itself null", "to the letter"),
        (_document(token_endpoint="http://login.contoso.example/token", jwks_uri="ftp://x/"), "no encrypted address for jwks_uri",
         "provider to repair"),
        (_answer("/keys", 500), "keys (`jwks_uri`) do not come: jwks_uri: 500", "provider to repair"),
        (_keys({"kty": "oct", "k": "c2VjcmV0", "kid": "one"}), "(0 for signatures) Regain can use none", "RS256"),
        (_keys({**ONE, "use": "enc"}), "(0 for signatures) Regain can use none", "RS256"),
        (_keys({**ONE, "alg": "HS256"}, {"kty": "RSA", "n": 7}, {"kty": "EC", "crv": "P-9"}), "(3 for signatures) Regain can use none",
         "publish that key"),
        (_keys(ONE, StandIn.public("one", RSA[1])), 'have the same name ("one")', "provider to repair"),
        (_document(id_token_signing_alg_values_supported=["HS256", "none", 7]), "ways that Regain does not take", "RS256"),
        (_document(claims_supported=["sub", "email"]), "`claims_supported` does not list preferred_username", "sign_in.oidc.claims"),
        (_document(scopes_supported=["openid"]), "`scopes_supported` does not list profile, email", "Allow them"),
        (_document(code_challenge_methods_supported=["plain"]), "does not list S256", "PKCE"),
        (_answer("/token", 401, '{"error": "invalid_client"}'), "refuses the client regain (invalid_client)", "the secret"),
        (_answer("/token", 400, '{"error": "unauthorized_client"}'), "refuses the client regain", "the secret"),
        (_answer("/token", 401, ""), "does not say whether it takes the client (no JSON)", "Sign in once"),
        (_answer("/token", 401), "refuses the client regain (401)", "the secret"),
        (_answer("/token", 400, '{"error": "invalid_request"}'), "does not say whether", "Sign in once"),
        (_answer("/token", 503), "does not say whether it takes the client (answered 503)", "Sign in once"),
        (_answer("/authorize", 400), "begins no sign-in (status 400)", REDIRECT),
        (_answer("/authorize", 303, location=f"{REDIRECT}?error=invalid_scope"), 'says why: "invalid_scope"', "scopes"),
        (_answer("/authorize", 303, location=f"{REDIRECT}.evil.example?error=login_required"), "does not say whether it knows", REDIRECT),
        (_answer("/authorize", 200, "<html>"), "does not say whether it knows the redirect URI", REDIRECT),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_provider_is_a_finding_of_its_own_with_its_remedy(broken, breaks, what, to_do):
    breaks(broken)
    ((state, told, helps),) = broken.found()
    assert state in ("wrong", "warning") and what in told and to_do in helps
    assert told.isprintable() and helps.isprintable(), "what somebody else said cannot move the cursor"


def test_a_clock_that_is_wrong_is_told_with_its_seconds(broken):
    broken.answers[DISCOVERY] = (200, {"Date": formatdate(time.time() - 600, usegmt=True)}, json.dumps(broken.document))
    ((state, what, to_do),) = broken.found()
    assert (
        state == "wrong"
        and "600 seconds apart" in what.replace("599", "600").replace("601", "600")
        and "clock" in to_do
    )


def test_a_provider_that_is_not_there_is_told_before_anything_else():
    oidc = Oidc("http://127.0.0.1:9", "regain")
    (finding,) = check(openid.Provider(oidc, time.time), REDIRECT, time.time())
    assert finding.state == "wrong" and "does not answer (NewConnectionError)" in finding.what


@pytest.mark.parametrize(
    ("code", "state"), [("AccessDeniedException", "warning"), ("ResourceNotFoundException", "wrong")]
)
def test_a_secret_that_cannot_be_read_is_told_apart_from_one_that_the_provider_refuses(
    broken, monkeypatch, code, state
):
    def read(_arn):
        raise Refused(PROVIDER_REFUSED, reason=f"client secret: {code}")

    monkeypatch.setattr(openid, "_read_secret", read)
    arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:oidc-a1B2c3"
    ((found, what, _),) = broken.found(client_secret_arn=arn)
    assert found == state and code in what
