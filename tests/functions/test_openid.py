"""Signing in with the organisation's identity provider (B34): what is believed, and what becomes of it."""

import hashlib
import json
import os
import subprocess
import sys
import time
from base64 import urlsafe_b64encode

import jwt
import pytest

from local.template import read
from regain.adapters import openid
from tests.functions.openid_stand_in import EC, FORM, ISSUER, OIDC, RSA, SITE, StandIn, Visit, refused
from tests.functions.permissions import allowed


@pytest.fixture
def visit(use, monkeypatch):
    """A visit where people may sign in with the provider."""
    provider = StandIn(monkeypatch)
    return Visit(use(sign_in={"oidc": OIDC}, **SITE), provider)


def test_start_leads_to_the_provider_with_pkce_state_and_nonce_and_stores_nothing_b34(visit):
    answer = visit.start(to="/account/#change")
    asked = visit.provider.at_start(answer)
    assert answer.status == 303 and answer.headers["location"].startswith("https://login.contoso.example/authorize?")
    assert {name: asked[name] for name in ("response_type", "client_id", "redirect_uri", "code_challenge_method")} == {
        "response_type": "code", "client_id": "regain", "code_challenge_method": "S256",
        "redirect_uri": "https://help.contoso.example/api/account/oidc/callback",
    }  # fmt: skip
    assert "openid" in asked["scope"].split() and (asked["max_age"], asked["acr_values"]) == ("600", "urn:two")
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert all(len(asked[name]) == 43 for name in ("state", "nonce", "code_challenge"))
    assert set(answer.operations) <= {"BatchGetItem"}
    (cookie,) = answer.cookies
    assert cookie.startswith("__Host-sign-in=") and "; Path=/" in cookie
    for each in ("Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"):
        assert each in cookie
    assert asked["state"] not in cookie and asked["nonce"] not in cookie


def test_a_sign_in_begins_a_session_and_returns_to_the_view_that_was_asked_for(visit):
    person = visit.world.person()
    answer = visit.sign_in(person.user_id, {"to": "/de/account/#change"})
    assert (answer.status, answer.headers["location"]) == (303, "/de/account/#change")
    assert visit.world.request("GET", "/api/account", session=answer.session).body["user_id"] == person.user_id
    assert [each["kind"] for each in visit.world.events(person.user_id)] == ["provider-signed-in"]
    assert answer.browser and "__Host-sign-in=;" in "".join(answer.cookies).replace('""', "")
    assert visit.session(answer).began == "provider"


def test_the_code_is_redeemed_with_the_verifier_of_its_own_challenge(visit):
    """RFC 7636: whoever steals the code on its way cannot redeem it."""
    started = visit.start()
    asked = visit.provider.at_start(started)
    visit.back(started, code="c-7")
    sent = visit.provider.fields
    hashed = hashlib.sha256(sent["code_verifier"].encode()).digest()
    assert urlsafe_b64encode(hashed).rstrip(b"=").decode() == asked["code_challenge"]
    assert (sent["grant_type"], sent["code"], sent["client_id"]) == ("authorization_code", "c-7", "regain")
    assert sent["redirect_uri"] == asked["redirect_uri"]


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example/account/", "/\\evil.example", "/account/\r\nx: y", "javascript:alert(1)",
     "/errors/x/", "/account/../api", "", "/account"],
)  # fmt: skip
def test_no_sign_in_leads_anywhere_but_to_our_own_pages(visit, to):
    assert visit.sign_in(visit.world.person().user_id, {"to": to}).headers["location"] == "/account/"


def test_the_admin_page_is_returned_to_as_well(visit):
    role = visit.world.person(role="helpdesk")
    assert (
        visit.sign_in(role.user_id, {"to": "/admin/?view=events#a=1"}).headers["location"] == "/admin/?view=events#a=1"
    )


# --- What is not believed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("claims", "sign"),
    [
        ({"iss": "https://login.contoso.example/other-tenant"}, {}),
        ({"aud": "another-client"}, {}),
        ({"aud": ["regain", "another"]}, {}),
        ({"aud": ["regain", "another"], "azp": "another"}, {}),
        ({"azp": "another"}, {}),
        ({"exp": int(time.time()) - 3_600}, {}),
        ({"exp": None}, {}),
        ({"iat": int(time.time()) + 3_600}, {}),
        ({"iat": None}, {}),
        ({"nbf": int(time.time()) + 3_600}, {}),
        ({"nonce": "of another sign-in"}, {}),
        ({"nonce": None}, {}),
        ({"sub": None}, {}),
        ({"sub": ""}, {}),
        ({"sub": 7}, {}),
        ({}, {"key": RSA[1]}),
        ({}, {"headers": {"kid": "unknown"}}),
        ({}, {"key": "", "algorithm": "none"}),
        ({}, {"key": EC, "algorithm": "ES256"}),
        ({}, {"key": "the provider’s public key, taken for a secret", "algorithm": "HS256"}),
    ],
)
def test_a_token_that_is_not_ours_signs_nobody_in_b34(visit, claims, sign):
    """Wrong issuer (also of another tenant), audience, time, nonce, subject, key and algorithm; `alg: none`."""
    visit.provider.sign = {**visit.provider.sign, **sign}
    refused(visit.sign_in(visit.world.person().user_id, **claims), "sign-in-not-trusted")


@pytest.mark.parametrize("token", [None, 7, "", "a.b", "a.b.c", "." * 40_000, ["x"]])
def test_what_is_no_token_signs_nobody_in(visit, token):
    visit.provider.token_answer = 200, {"id_token": token}
    refused(visit.sign_in(visit.world.person().user_id), "sign-in-not-trusted")


def test_clocks_may_differ_by_a_minute(visit):
    person, now = visit.world.person(), int(time.time())
    assert visit.sign_in(person.user_id, exp=now - 30).session
    assert visit.sign_in(person.user_id, iat=now + 30, nbf=now + 30).session


def test_a_sign_in_is_finished_once_in_its_own_browser_with_its_own_state_b34(visit):
    person = visit.world.person()
    visit.provider.claims = {"preferred_username": person.user_id}
    one, two = visit.start(), visit.start()
    refused(visit.back(one, attempt=two.attempt), "sign-in-not-finished")  # another browser's cookie
    refused(visit.back(one, attempt=""), "sign-in-not-finished")
    refused(visit.back(one, attempt=one.attempt[:-4] + "AAAA"), "sign-in-not-finished")
    refused(visit.back(one, state="swapped"), "sign-in-not-finished")
    refused(visit.back(one, state=None), "sign-in-not-finished")
    assert visit.provider.fields == {}  # the provider was asked for nothing
    assert visit.back(one).session
    refused(visit.back(one), "sign-in-not-finished")  # replayed
    late = visit.start()
    refused(visit.back(late, iss="https://evil.example"), "sign-in-not-trusted")  # mixed up (RFC 9207)
    refused(visit.back(visit.start(), iss=None), "sign-in-not-trusted")  # the provider promises it


def test_a_sign_in_that_took_longer_than_ten_minutes_begins_anew(visit, monkeypatch):
    started = visit.start()
    monkeypatch.setattr(type(visit.world.services), "now", property(lambda _: int(time.time()) + 601))
    refused(visit.back(started), "sign-in-not-finished")


@pytest.mark.parametrize(
    ("error", "code"),
    [("access_denied", "sign-in-not-finished"), ("server_error", "sign-in-provider-unavailable"),
     ("unauthorized_client", "sign-in-provider-refused"), ("made up\r\n<b>", "sign-in-not-finished")],
)  # fmt: skip
def test_an_error_that_the_browser_brings_back_has_its_page(visit, error, code):
    refused(visit.back(visit.start(), error=error, code=None), code)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [(400, "invalid_grant", "sign-in-not-finished"), (401, "invalid_client", "sign-in-provider-refused"),
     (400, "invalid_request", "sign-in-provider-refused"), (503, "", "sign-in-provider-unavailable"),
     (429, "slow_down", "sign-in-provider-unavailable"), (404, "", "sign-in-provider-refused")],
)  # fmt: skip
def test_an_error_of_the_token_endpoint_has_its_page(visit, status, error, code):
    visit.provider.token_answer = status, {"error": error} if error else {}
    refused(visit.back(visit.start()), code)


# --- Documents -----------------------------------------------------------------------------------------


def test_documents_are_kept_and_an_unknown_key_is_looked_for_once_more_but_not_every_moment(visit, monkeypatch):
    person, provider = visit.world.person(), visit.provider
    clock = {"now": time.time()}
    monkeypatch.setattr(visit.world.services.provider, "clock", lambda: clock["now"])
    assert visit.sign_in(person.user_id).session
    fetched = [url for method, url in provider.asked if method == "GET"]
    assert len(fetched) == 2  # discovery, keys
    assert visit.sign_in(person.user_id).session
    provider.keys, provider.sign = (
        {"one": RSA[0], "two": RSA[1]},
        {**provider.sign, "key": RSA[1], "headers": {"kid": "two"}},
    )
    refused(visit.sign_in(person.user_id), "sign-in-not-trusted")  # just fetched: a stranger makes no flood of it
    assert len([url for method, url in provider.asked if method == "GET"]) == 2
    clock["now"] += 31
    assert visit.sign_in(person.user_id).session  # rotated, with two keys side by side
    assert len([url for method, url in provider.asked if method == "GET"]) == 3
    provider.keys, provider.sign = {"two": RSA[1]}, {**provider.sign, "key": RSA[0], "headers": {"kid": "one"}}
    clock["now"] += 3_601
    refused(visit.sign_in(person.user_id), "sign-in-not-trusted")  # a key that was taken away is no longer good


def test_a_key_without_a_name_is_taken_where_it_is_the_only_one_and_of_every_kind_of_signature(visit):
    person, provider = visit.world.person(), visit.provider
    provider.sign = {"key": RSA[0], "algorithm": "PS256"}
    assert visit.sign_in(person.user_id).session
    provider.keys, provider.sign = {"e": EC}, {"key": EC, "algorithm": "ES256", "headers": {"kid": "e"}}
    visit.world.services.provider._known.clear()
    assert visit.sign_in(person.user_id).session


@pytest.mark.parametrize(
    ("name", "value"),
    [("issuer", "https://evil.example"), ("issuer", f"{ISSUER}/"), ("authorization_endpoint", "http://login.contoso.example/"),
     ("authorization_endpoint", None), ("authorization_endpoint", "javascript:alert(1)"), ("authorization_endpoint", 7)],
)  # fmt: skip
def test_a_discovery_document_of_somebody_else_leads_nobody_there(visit, name, value):
    visit.provider.discovery[name] = value
    refused(visit.start(), "sign-in-not-trusted")


def test_a_client_with_a_secret_shows_it_as_the_provider_wants_and_reads_it_anew_once(use, monkeypatch):
    provider = StandIn(monkeypatch)
    arn = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:oidc-a1B2c3"
    visit = Visit(use(sign_in={"oidc": {**OIDC, "client_secret_arn": arn}}, **SITE), provider)
    read = iter(["old", "n:w", "n:w"])
    monkeypatch.setattr(openid, "_read_secret", lambda named: next(read) if named == arn else "")
    person = visit.world.person()
    provider.token_answer = 401, {"error": "invalid_client"}
    refused(visit.sign_in(person.user_id), "sign-in-provider-refused")
    provider.token_answer = None
    assert visit.sign_in(person.user_id).session
    assert provider.headers == {"authorization": "Basic cmVnYWluOm4lM0F3"}  # regain:n%3Aw
    assert "client_secret" not in provider.fields
    provider.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert visit.sign_in(person.user_id).session
    assert provider.fields["client_secret"] == "n:w" and provider.headers == {}


def test_without_a_provider_there_is_no_such_address_and_none_of_it_is_loaded(world):
    assert (
        world.request("GET", "/api/account/oidc/start", headers={}).headers["location"].startswith("/errors/not-found/")
    )
    assert world.request("GET", "/api/account/oidc/callback", headers={}).status == 303
    answer = world.request("POST", "/api/account/oidc/logout", "logout_token=x", headers={"content-type": FORM})
    assert answer.status == 404


# --- Shapes of real providers -----------------------------------------------------------------------------

ENTRA = "https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0"
GOOGLE = "https://accounts.google.com"


def test_an_id_token_of_entra_in_its_documented_shape_b34(use, monkeypatch):
    """learn.microsoft.com, "ID token claims reference" and the v2.0 discovery document: no `iss` in the answer, `tid`."""
    provider = StandIn(monkeypatch, ENTRA, "6731de76-14a6-49ae-97bc-6eba6914391e")
    tenant = "9188040d-6c67-4c5b-b112-36a304b66dad"
    base = f"https://login.microsoftonline.com/{tenant}"
    provider.discovery = {
        "token_endpoint": f"{base}/oauth2/v2.0/token", "jwks_uri": f"{base}/discovery/v2.0/keys", "issuer": ENTRA,
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
        "subject_types_supported": ["pairwise"], "id_token_signing_alg_values_supported": ["RS256"],
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize", "request_uri_parameter_supported": False,
        "response_types_supported": ["code", "id_token", "code id_token", "id_token token"],
        "scopes_supported": ["openid", "profile", "email", "offline_access"], "http_logout_supported": True,
    }  # fmt: skip
    oidc = {"issuer": ENTRA, "client_id": provider.client}
    visit = Visit(use(sign_in={"oidc": oidc}, **SITE), provider)
    person = visit.world.person()
    provider.claims = {
        "ver": "2.0", "sub": "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ", "name": "Abe Lincoln", "aio": "Df2UVXL1ix!lMCWMSOJBc",
        "preferred_username": person.user_id.upper(), "oid": "00000000-0000-0000-66f3-3332eca7ea81", "tid": tenant,
        "rh": "0.AX0", "uti": "x",
    }  # fmt: skip
    assert visit.back(visit.start(), iss=None, session_state="7f1c").session
    provider.claims["iss"] = ENTRA.replace("9188040d", "00000000")
    refused(visit.back(visit.start(), iss=None), "sign-in-not-trusted")


def test_an_id_token_of_google_in_its_documented_shape_b34(use, monkeypatch):
    """developers.google.com, "OpenID Connect": `hd` is the Workspace domain; `iss` may stand without https."""
    provider = StandIn(monkeypatch, GOOGLE, "1234987819200.apps.googleusercontent.com")
    provider.discovery = {
        "issuer": GOOGLE, "authorization_endpoint": "https://accounts.google.com/o/oauth2/v2/auth",
        "token_endpoint": "https://oauth2.googleapis.com/token", "jwks_uri": "https://www.googleapis.com/oauth2/v3/certs",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "code_challenge_methods_supported": ["plain", "S256"], "subject_types_supported": ["public"],
    }  # fmt: skip
    visit = Visit(
        use(sign_in={"oidc": {"issuer": GOOGLE, "client_id": provider.client, "claims": {"user_id": "email"}}}, **SITE),
        provider,
    )
    person = visit.world.person()
    provider.claims = {
        "iss": "accounts.google.com", "azp": provider.client, "aud": provider.client, "sub": "10769150350006150715113082367",
        "at_hash": "HK6E_P6Dh8Y93mRNtsDB1Q", "hd": "contoso.example", "email": person.user_id, "email_verified": True,
    }  # fmt: skip
    assert visit.back(
        visit.start(), iss=None, scope="email openid", authuser="0", prompt="none", hd="contoso.example"
    ).session
    for another in ({"hd": None}, {"hd": "other.example"}):
        provider.claims.update(another)
        refused(visit.back(visit.start(), iss=None), "sign-in-not-trusted")


def test_who_signs_in_with_passwords_alone_loads_no_library_of_tokens():
    """What a function costs to start does not depend on what others can have."""
    script = "import sys, account.app; print('jwt' in sys.modules)"
    path = os.pathsep.join(each for each in sys.path if each)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "False"


def test_one_function_may_read_the_clients_secret_and_only_where_there_is_one_b19(root):
    arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:regain-oidc-a1B2c3"
    for given, wanted in ((arn, {"AccountFunction"}), ("", set())):
        template = read(root / "template.yaml", {"Site": "none", "SignInSecretArn": given})
        readers = {
            function.name
            for function in template.functions
            if any(action == "secretsmanager:GetSecretValue" for action, _ in allowed(template, function.name))
        }
        assert readers == wanted


def test_secrets_of_a_sign_in_reach_no_log_and_no_store(visit, capfd):
    person = visit.world.person()
    started = visit.start()
    asked = visit.provider.at_start(started)
    visit.provider.claims = {"preferred_username": person.user_id, "sub": "the-subject-itself"}
    assert visit.back(started, code="the-code-itself").session
    verifier, token = visit.provider.fields["code_verifier"], visit.provider.token()
    written = "".join(capfd.readouterr())
    client = visit.world.services.store.client
    for table in client.list_tables()["TableNames"]:
        written += json.dumps(client.scan(TableName=table, ConsistentRead=True)["Items"], default=str)
    for secret in (
        asked["state"],
        asked["nonce"],
        verifier,
        token,
        "the-code-itself",
        "the-subject-itself",
        started.attempt,
    ):
        assert secret not in written
    assert jwt.get_unverified_header(token)["alg"] == "RS256"
