"""Microsoft Entra ID: what is asked of Microsoft, what its answers mean, and that a wrong request is refused.

Microsoft is a stand-in here. It checks what Microsoft documents of each request; the first half of this file checks it.
"""

import datetime
import http.client
import json
import ssl
import time
from functools import partial
from urllib.parse import urlencode

import botocore.session
import pytest
from botocore.validate import ParamValidator
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.x509.oid import NameOID

from local.directories.entra import StandIn
from local.directories.entra_tenant import CLIENT, TENANT, Request, Response, Tenant, refusal
from local.directories.entra_tokens import AUDIENCE, ISSUER, SUBJECT, Aws, decoded, encoded
from regain.adapters import aws
from regain.directories.base import NotAccepted, NotAllowed, Stopped, Unanswered
from regain.directories.entra import assertions
from regain.directories.entra.directory import EntraDirectory
from regain.directories.entra.graph import Graph
from regain.directories.entra.https import GRAPH, LOGIN, LONGEST, Origin, Timeouts
from regain.directories.entra.tokens import ASSERTION_TYPE, SCOPE, Tokens
from regain.domain.entra import Entra

NEXT = "the Second password 2"
HURRIED = Timeouts(connect=30, answer=0.3)
HEADER = {"alg": "RS256", "typ": "JWT", "kid": "1"}


@pytest.fixture(scope="module")
def stand_in():
    running = StandIn()
    running.tenant.add("maria@contoso.example", "the First password 1")
    return running


def claims(**others):
    now = int(time.time())
    return {"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "exp": now + 300, **others}


def form(stand_in, **others):
    right = {
        "client_id": CLIENT, "scope": SCOPE, "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE, "client_assertion": stand_in.tenant.aws.signed(HEADER, claims()),
    }  # fmt: skip
    return {name: value for name, value in {**right, **others}.items() if value is not None}


def granted(stand_in, given, kind="application/x-www-form-urlencoded"):
    made = stand_in.grant(Request("POST", "", {"content-type": kind}, urlencode(given).encode()))
    return made.status, (made.body.get("error_codes") or [0])[0]


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"client_id": "another"}, 700016), ({"scope": "https://graph.microsoft.com/User.Read"}, 70011),
        ({"grant_type": "password"}, 70003), ({"client_assertion_type": "x"}, 7000218),
        ({"client_assertion": None}, 7000218), ({"client_assertion": "x"}, 50027),
        ({"client_secret": "x"}, 90014), ({"username": "maria@contoso.example"}, 90014),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_a_form_that_microsoft_would_refuse(stand_in, wrong, number):
    assert granted(stand_in, form(stand_in)) == (200, 0)
    assert granted(stand_in, form(stand_in), "application/json")[0] == 400
    status, found = granted(stand_in, form(stand_in, **wrong))
    assert (status in (400, 401), found) == (True, number)


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"iss": "https://another.example"}, 700211), ({"aud": "sts.amazonaws.com"}, 700212),
        ({"sub": SUBJECT.upper()}, 700213), ({"exp": 1}, 700024), ({"iat": 4_000_000_000}, 700024),
    ],
)  # fmt: skip
def test_the_stand_in_refuses_an_assertion_with_a_wrong_claim_or_signature(stand_in, wrong, number):
    signed = stand_in.tenant.aws.signed(HEADER, claims(**wrong))
    assert granted(stand_in, form(stand_in, client_assertion=signed)) == (401, number)
    for forged in (
        Aws().signed(HEADER, claims()),
        f"{encoded({'alg': 'none'})}.{encoded(claims())}.",
        stand_in.tenant.aws.signed({"alg": "PS256"}, claims()),
    ):
        assert granted(stand_in, form(stand_in, client_assertion=forged))[0] == 401


def test_the_stand_in_refuses_requests_to_graph_that_break_a_documented_rule(stand_in):
    tenant = stand_in.tenant
    (key,) = tenant.users
    headers = {"authorization": f"Bearer {tenant.grant()}", "content-type": "application/json"}

    def ask(method, path, body=None, **others):
        content = json.dumps(body).encode() if body is not None else b""
        return tenant.answer(Request(method, path, {**headers, **others}, content))

    profile = {"password": NEXT, "forceChangePasswordNextSignIn": False}
    assert ask("GET", f"/users/{key}", authorization="Bearer x").status == 401
    assert "accountEnabled" not in ask("GET", f"/users/{key}").body, "what is not selected is not told"
    for method, path, body, others in (
        ("GET", f"/users/{key}?$select=password", None, {}),
        ("GET", f"/users/{key}/transitiveMemberOf?$top=1000", None, {}),
        ("PATCH", f"/users/{key}", {"passwordProfile": profile}, {"content-type": "text/plain"}),
        ("PATCH", f"/users/{key}", {"passwordProfile": profile, "accountEnabled": True}, {}),
        ("PATCH", f"/users/{key}", {"passwordProfile": {"password": NEXT}}, {}),
        ("PATCH", f"/users/{key}", {"passwordProfile": {**profile, "forceChangePasswordNextSignIn": "no"}}, {}),
        ("POST", f"/users/{key}/revokeSignInSessions", {}, {}),
        ("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": "users/x"}]}, {}),
        ("POST", "/$batch", {"requests": [{"id": "1", "method": "GET", "url": "/users/x"}] * 2}, {}),
        ("POST", "/$batch", {"requests": []}, {}),
    ):
        assert ask(method, path, body, **others).status == 400, (method, path, body)
    assert tenant.signs_in(key, "the First password 1")
    assert ask("GET", "/users/nobody@contoso.example").body["error"]["code"] == "Request_ResourceNotFound"


def test_the_stand_in_for_awss_token_service_wants_a_signed_request_for_one_audience(entra):
    made = aws.client("sts").get_web_identity_token(Audience=["x"], SigningAlgorithm="RS256", DurationSeconds=300)
    assert granted(entra.running, form(entra.running, client_assertion=made["WebIdentityToken"])) == (401, 700212)
    for wrong in ({}, {"Action": "GetWebIdentityToken", "SigningAlgorithm": "ES384", "Audience.member.1": "x"}):
        with pytest.raises(ValueError, match="only"):
            Aws().token(wrong, 0)


def test_a_person_is_looked_up_with_one_request_and_so_is_nobody(entra):
    entra.person(name="o'brien")
    for typed in ("o'brien", "nobody", "per/son", "maria?$select=id", "ünal", "$batch"):
        entra.running.asked.clear()
        found = entra.find(typed)
        assert (entra.running.asked, bool(found)) == (["find"], typed == "o'brien")
    assert entra.find("O'BRIEN").user_id == "O'BRIEN@contoso.example"
    key = entra.find("o'brien").key
    assert entra.directory.find(key) is entra.directory.find(f"{key}@contoso.example") is None, "an ID is no name"


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"onPremisesSyncEnabled": True}, "elsewhere"), ({"userType": "Guest"}, "elsewhere"),
        ({"accountEnabled": False}, "disabled"), ({"accountEnabled": None}, "disabled"),
    ],
)  # fmt: skip
def test_whom_nobody_may_change_here_is_refused_before_anything_is_asked(entra, properties, reason):
    person = entra.person(**properties)
    entra.running.asked.clear()
    with pytest.raises(Stopped) as stopped:
        entra.directory.reset(person, NEXT)
    assert (stopped.value.reason, entra.running.asked) == (reason, [])


@pytest.mark.parametrize(
    ("name", "kind", "more"),
    [
        ("Global Administrator", "directoryRole", {}), ("Directors", "group", {}),
        ("Tier 0", "group", {"isAssignableToRole": True}),
    ],
)  # fmt: skip
def test_administrators_and_protected_groups_are_not_changed(entra, name, kind, more):
    person = entra.person()
    assert not entra.find(person.user_id.partition("@")[0]).protected
    entra.tenant.join(person.key, name, kind, **more)
    assert entra.find(person.user_id.partition("@")[0]).protected


def test_whoever_has_more_memberships_than_graph_tells_is_not_changed(entra):
    person = entra.person()
    for number in range(1_000):
        entra.tenant.join(person.key, f"group {number}")
    found = entra.find(person.user_id.partition("@")[0])
    assert found.protected and len(found.groups) == 999


def test_groups_without_a_name_are_none(entra):
    entra.tenant.permissions = entra.tenant.permissions - {"GroupMember.Read.All"}
    try:
        person = entra.person()
        entra.tenant.join(person.key, "staff")
        assert entra.find(person.user_id.partition("@")[0]).groups == ()
    finally:
        entra.tenant.permissions = entra.tenant.permissions | {"GroupMember.Read.All"}


def test_a_reset_sets_the_password_ends_the_sessions_and_says_whether_it_is_temporary(entra):
    person = entra.person()
    for temporary in (True, False):
        entra.running.asked.clear()
        entra.directory.reset(person, NEXT, temporary)
        assert entra.running.asked == ["reset", "revoke"]
        assert entra.tenant.must_change[person.key] is temporary
    assert entra.tenant.ended[person.key] == 2


@pytest.mark.parametrize(
    ("password", "change", "reason"),
    [("short", {}, "unknown"), ("alllowercaseletters", {}, "unknown"), (NEXT, {"onPremisesSyncEnabled": True}, "elsewhere"),
     (NEXT, {"userType": "Guest"}, "elsewhere")],
)  # fmt: skip
def test_what_graph_refuses_is_told_by_its_words(entra, password, change, reason):
    person = entra.person()
    entra.change(person, **change)  # after it was looked up
    with pytest.raises((NotAccepted, Stopped)) as refused:
        entra.directory.reset(person, password)
    assert reason in (getattr(refused.value, "rule", ""), getattr(refused.value, "reason", ""))
    assert entra.signs_in(person, "the First password 1")


def test_a_person_who_was_removed_is_gone_and_a_403_is_for_the_organisation_to_repair(entra):
    gone, administrator = entra.person(), entra.person()
    entra.remove(gone)
    with pytest.raises(Stopped, match="gone"):
        entra.directory.reset(gone, NEXT)
    entra.tenant.join(administrator.key, "Helpdesk Administrator", "directoryRole")
    with pytest.raises(NotAllowed, match="graph: 403 Authorization_RequestDenied"):
        entra.directory.reset(administrator, NEXT)


BUSY = Response(429, {"error": {"code": "TooManyRequests"}}, {"Retry-After": "17"})
BROKEN = refusal(503, "serviceNotAvailable", "The service is unavailable.")
DENIED = refusal(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
LONG_WAIT = Response(429, None, {"Retry-After": "Fri, 31 Dec 2100 23:59:59 GMT"})


@pytest.mark.parametrize("kind", ["token", "find", "reset", "revoke"])
@pytest.mark.parametrize(
    ("fault", "known", "wait"),
    [(BUSY, True, 17), (LONG_WAIT, True, 0), (BROKEN, None, 0), ("cut", None, 0), ("slow", None, 0), ("long", None, 0)],
    ids=["busy", "busy until", "broken", "cut", "slow", "long"],
)  # fmt: skip
def test_a_lost_answer_is_unknown_after_a_write_only_and_retry_after_is_passed_on(entra, kind, fault, known, wait):
    """A response of 10 MB is given up on early; for a write its status is all that counts."""
    person = entra.person()
    view = entra.connect(HURRIED) if fault == "slow" else entra.connect()
    entra.running.faults[kind] = [fault]
    entra.running.asked.clear()
    written = kind == "revoke" or (kind == "reset" and known is None)

    def act():
        view.find(person.user_id)
        view.reset(person, NEXT)

    if fault == "long" and kind in ("reset", "revoke"):
        act()
        return
    with pytest.raises(Unanswered) as failed:
        act()
    assert failed.value.known is not written
    assert failed.value.retry_after == (0 if kind == "revoke" else wait)
    assert entra.running.asked.count("reset") == (kind in ("reset", "revoke")), "a write is sent once"


def test_a_missing_right_is_named_and_after_the_password_is_set_nothing_is_known_to_be_undone(entra):
    person, view = entra.person(), entra.connect()
    entra.running.faults = {"find": [DENIED], "reset": [DENIED], "revoke": [DENIED]}
    for action in (lambda: view.find(person.user_id), lambda: view.reset(person, NEXT)):
        with pytest.raises(NotAllowed, match="403 Authorization_RequestDenied"):
            action()
    with pytest.raises(Unanswered, match="revokeSignInSessions: graph: 403") as failed:
        view.reset(person, NEXT)
    assert not failed.value.known and entra.signs_in(person, NEXT)


def test_a_token_that_graph_takes_no_more_is_asked_for_anew_once(entra):
    person, view = entra.person(), entra.connect()
    view.find(person.user_id)
    entra.tenant.tokens.clear()
    entra.running.asked.clear()
    view.reset(person, NEXT)
    assert entra.running.asked == ["reset", "token", "reset", "revoke"]
    entra.running.faults["find"] = [refusal(401, "InvalidAuthenticationToken", "")] * 2
    with pytest.raises(NotAllowed, match="graph: 401 InvalidAuthenticationToken"):
        view.find(person.user_id)


@pytest.mark.parametrize("body", [None, {}, {"responses": []}, {"responses": [{"id": "0", "status": 200}] * 2}])
def test_an_answer_that_makes_no_sense_is_none(entra, body):
    person = entra.person()
    entra.running.faults["find"] = [Response(200, body)]
    with pytest.raises(Unanswered, match="not understood"):
        entra.directory.find(person.user_id)


TOKEN_ERRORS = [
    (400, "invalid_request", 900144), (400, "invalid_scope", 70011), (400, "unauthorized_client", 700016),
    (400, "unsupported_grant_type", 70003), (400, "invalid_grant", 70000), (401, "invalid_client", 700213),
]  # fmt: skip


@pytest.mark.parametrize(("status", "error", "number"), TOKEN_ERRORS)
def test_a_refusal_of_the_token_endpoint_is_named_and_not_asked_for_again_for_a_minute(entra, status, error, number):
    clock = [1_000.0]
    view = entra.connect()
    view.graph.tokens.clock = lambda: clock[0]
    body = {"error": error, "error_description": f"AADSTS{number}: of {TENANT}", "error_codes": [number]}
    entra.running.faults["token"] = [Response(status, body)]
    entra.running.asked.clear()
    for _ in range(3):
        with pytest.raises(NotAllowed, match=f"^token: {error} AADSTS{number}$"):
            view.find("maria@contoso.example")
    assert entra.running.asked == ["token"]
    clock[0] += 61
    assert view.find("nobody@contoso.example") is None


def test_what_is_only_temporarily_unavailable_is_asked_for_again_at_once(entra):
    view = entra.connect()
    entra.running.faults["token"] = [Response(400, {"error": "temporarily_unavailable"})]
    with pytest.raises(Unanswered):
        view.find("nobody@contoso.example")
    assert view.find("nobody@contoso.example") is None


@pytest.mark.parametrize("token", ["", "a b", "a\r\nHost: x", 7, None])
def test_a_token_that_is_none_is_never_sent(entra, token):
    entra.running.faults["token"] = [Response(200, {"access_token": token, "expires_in": 3_599})]
    entra.running.asked.clear()
    with pytest.raises(Unanswered):
        entra.connect().find("nobody@contoso.example")
    assert entra.running.asked == ["token"]


def test_a_token_is_kept_until_shortly_before_it_ends(entra):
    clock = [1_000.0]
    view = entra.connect()
    view.graph.tokens.clock = lambda: clock[0]
    entra.running.asked.clear()
    for later in (0, 3_000, 400):
        clock[0] += later
        view.find("nobody@contoso.example")
    assert entra.running.asked == ["token", "find", "find", "token", "find"]
    assert "ey" not in repr(view.graph.tokens)


@pytest.mark.parametrize("code", ["AccessDenied", "OutboundWebIdentityFederationDisabledException"])
def test_what_aws_refuses_to_vouch_for_is_named(entra, code):
    entra.running.aws_refuses = code
    try:
        with pytest.raises(NotAllowed, match=f"sts: {code}"):
            entra.connect().find("maria@contoso.example")
    finally:
        entra.running.aws_refuses = ""


def test_nothing_but_a_reset_is_offered(entra):
    person = entra.person()
    assert entra.directory.offers == {"reset"}
    for action in (
        lambda: entra.directory.verify(person, person.user_id, "the First password 1"),
        lambda: entra.directory.change(person, "the First password 1", NEXT),
        lambda: entra.directory.unlock(person),
    ):
        with pytest.raises(NotAllowed):
            action()


@pytest.mark.parametrize(
    "url",
    ["http://graph.microsoft.com", "https://graph.microsoft.com.evil.example", "https://login.microsoftonline.com:8443",
     "http://127.0.0.1.evil.example:80", "http://localhost:80", "https://127.0.0.1:1", ""],
)  # fmt: skip
def test_only_microsofts_hosts_are_asked_and_a_stand_in_on_loopback(url):
    assert {Origin(each).url for each in (LOGIN, GRAPH, "http://127.0.0.1:80")}
    with pytest.raises(ValueError, match="hosts only"):
        Origin(url)


def test_a_certificate_that_is_not_trusted_is_a_fault_of_the_set_up(entra, monkeypatch):
    error = ssl.SSLCertVerificationError()
    error.verify_message = "self-signed certificate"

    def refuse(_):
        raise error

    monkeypatch.setattr(http.client.HTTPSConnection, "connect", refuse)
    given = Entra(TENANT, CLIENT)
    view = EntraDirectory(given, Graph(Origin(GRAPH), Tokens(given, Origin(LOGIN), lambda: "x")))
    with pytest.raises(NotAllowed, match=r"login\.microsoftonline\.com: self-signed"):
        view.find("maria@contoso.example")


def test_nobody_listens(entra):
    given = Entra(TENANT, CLIENT)
    nobody = Origin("http://127.0.0.1:9", Timeouts(2, 2))
    with pytest.raises(Unanswered) as failed:
        EntraDirectory(given, Graph(nobody, Tokens(given, nobody, lambda: "x"))).find("maria@contoso.example")
    assert failed.value.known


def test_the_bound_of_an_answer_lets_the_most_memberships_through():
    assert 999 * 2_000 < LONGEST < 10_000_000


def test_state_is_kept_for_the_next_start(tmp_path):
    tenant = Tenant(tmp_path / "tenant.json")
    key = tenant.add("maria@contoso.example", "the First password 1")
    again = Tenant(tmp_path / "tenant.json")
    assert again.signs_in(key, "the First password 1") and "First" not in (tmp_path / "tenant.json").read_text()


@pytest.mark.parametrize(
    ("missing", "said"),
    [("User.Read.All", "The app lacks User.Read.All"), ("User-PasswordProfile.ReadWrite.All", "sets passwords"),
     ("User.RevokeSessions.All", "ends sessions"), ("GroupMember.Read.All", "does not see the names of groups")],
)  # fmt: skip
def test_the_doctor_says_which_permission_is_missing(entra, missing, said):
    entra.person(mail="m@home.example")
    before, entra.tenant.permissions = entra.tenant.permissions, entra.tenant.permissions - {missing}
    try:
        found = list(entra.connect().check())
    finally:
        entra.tenant.permissions = before
    assert said in " ".join(each.what for each in found if each.state != "ok")
    assert [each.what for each in entra.connect().check() if each.state == "wrong"] == []


@pytest.mark.parametrize(
    ("number", "hint"), [(700016, "`client`"), (90002, "`tenant`"), (700213, "federated credential")]
)
def test_the_doctor_says_what_helps_against_a_refusal(entra, number, hint):
    entra.running.faults["token"] = [Response(400, {"error": "invalid_client", "error_codes": [number]})]
    (found,) = entra.connect().check()
    assert found.state == "wrong" and f"AADSTS{number}" in found.what and hint in found.to_do


def test_the_doctor_counts_people_whose_password_is_kept_on_premises_and_permissions_that_are_too_many(entra):
    entra.person(onPremisesSyncEnabled=True)
    before, entra.tenant.permissions = entra.tenant.permissions, entra.tenant.permissions | {"Directory.ReadWrite.All"}
    try:
        said = " ".join(f"{each.what} {each.to_do}" for each in entra.connect().check())
    finally:
        entra.tenant.permissions = before
    assert "synchronised from on-premises" in said and "directory: ldap" in said
    assert "more than it needs: Directory.ReadWrite.All" in said


@pytest.fixture
def certificate(entra):
    """A certificate in the app registration, and its key."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Regain")])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    built = built.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=30))
    pem = built.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM).decode()
    entra.tenant.app.certificate = pem
    yield pem, key
    entra.tenant.app.certificate = ""


class Kms:
    """`kms:Sign` by a key that is at hand. botocore's own model judges the request."""

    def __init__(self, key, **wrong):
        self.key, self.wrong = key, wrong

    def sign(self, **given):
        model = botocore.session.get_session().get_service_model("kms").operation_model("Sign")
        report = ParamValidator().validate(given, model.input_shape)
        assert not report.has_errors(), report.generate_report()
        assert (given["KeyId"], given["SigningAlgorithm"]) == ("key-of-regain", "RSASSA_PSS_SHA_256")
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=self.wrong.get("salt", 32))
        return {"Signature": self.key.sign(given["Message"], pss, Prehashed(hashes.SHA256()))}


def by_certificate(entra, pem, key, monkeypatch, **wrong):
    monkeypatch.setattr(aws, "client", lambda service: {"kms": Kms(key, **wrong)}[service])
    given = Entra(TENANT, wrong.get("client", CLIENT), certificate=pem)
    return entra.connect(assertion=partial(assertions.from_certificate, given, "key-of-regain"))


def test_a_certificate_whose_key_is_in_kms_proves_the_app_in_place_of_aws(entra, certificate, monkeypatch):
    person = entra.person()
    assert by_certificate(entra, *certificate, monkeypatch).find(person.user_id).key == person.key


@pytest.mark.parametrize(
    ("wrong", "number"), [({"client": "99999999-bbbb-3333-cccc-4444dddd5555"}, 700023), ({"salt": 0}, 700027)]
)
def test_the_stand_in_refuses_an_assertion_that_is_not_of_the_certificate(
    entra, certificate, monkeypatch, wrong, number
):
    pem, key = certificate
    another = rsa.generate_private_key(65537, 2048)
    for given, expected in ((key, number), (another, 700027)):
        with pytest.raises(NotAllowed, match=f"invalid_client AADSTS{expected}"):
            by_certificate(entra, pem, given, monkeypatch, **wrong).find("maria@contoso.example")
    entra.tenant.app.certificate = ""
    with pytest.raises(NotAllowed, match="invalid_client AADSTS700027"):
        by_certificate(entra, pem, key, monkeypatch).find("maria@contoso.example")


def test_an_assertion_by_certificate_is_good_once_and_for_five_minutes(entra, certificate, monkeypatch):
    pem, key = certificate
    monkeypatch.setattr(aws, "client", lambda _: Kms(key))
    signed = assertions.from_certificate(Entra(TENANT, CLIENT, certificate=pem), "key-of-regain")
    said = decoded(signed.split(".")[1])
    assert said["exp"] - said["nbf"] == 300 and said["aud"] == f"{LOGIN}/{TENANT}/oauth2/v2.0/token"
    given = form(entra.running, client_assertion=signed)
    assert [granted(entra.running, given) for _ in range(2)] == [(200, 0), (401, 700025)]
