"""The token endpoint of Microsoft Entra ID: how the app proves itself, what refusals mean, and that a wrong proof is one."""

import datetime
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
from local.directories.entra_tenant import CLIENT, TENANT, Request, Response
from local.directories.entra_tokens import AUDIENCE, ISSUER, SUBJECT, Aws, decoded, encoded
from local.template import read
from regain.adapters import aws
from regain.directories.base import NotAllowed, Unanswered
from regain.directories.entra import assertions
from regain.directories.entra.https import LOGIN
from regain.directories.entra.tokens import ASSERTION_TYPE, SCOPE
from regain.domain.entra import Entra
from tests.functions.permissions import allowed, denied, recording

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


def test_the_stand_in_for_awss_token_service_wants_a_signed_request_for_one_audience(entra):
    made = aws.client("sts").get_web_identity_token(Audience=["x"], SigningAlgorithm="RS256", DurationSeconds=300)
    assert granted(entra.running, form(entra.running, client_assertion=made["WebIdentityToken"])) == (401, 700212)
    for wrong in ({}, {"Action": "GetWebIdentityToken", "SigningAlgorithm": "ES384", "Audience.member.1": "x"}):
        with pytest.raises(ValueError, match="only"):
            Aws().token(wrong, 0)


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


def test_while_the_token_endpoint_is_silent_the_token_of_before_is_used_to_its_end(entra):
    """And the endpoint is left alone for as long as it asks."""
    clock = [1_000.0]
    view = entra.connect()
    view.graph.tokens.clock = lambda: clock[0]
    view.find("maria@contoso.example")
    entra.running.faults["token"] = [Response(429, {}, {"Retry-After": "90"}), Response(503, {}), Response(503, {})]
    entra.running.asked.clear()
    for later in (3_400, 60, 40):  # it is good for 3,599 seconds
        clock[0] += later
        assert view.find("nobody@contoso.example") is None
    assert entra.running.asked == ["token", "find", "find", "token", "find"]
    clock[0] += 100
    with pytest.raises(Unanswered, match="token: 503"):
        view.find("nobody@contoso.example")
    assert view.find("nobody@contoso.example") is None


@pytest.mark.parametrize("code", ["AccessDenied", "OutboundWebIdentityFederationDisabledException"])
def test_what_aws_refuses_to_vouch_for_is_named(entra, code):
    entra.running.aws_refuses = code
    try:
        with pytest.raises(NotAllowed, match=f"sts: {code}"):
            entra.connect().find("maria@contoso.example")
    finally:
        entra.running.aws_refuses = ""


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


KEY = "arn:aws:kms:eu-west-1:123456789012:key/0a1b2c3d-1111-2222-3333-444455556666"
RIGHTS = {"EntraFederation": "yes"}, {"EntraKeyArn": KEY}
RESETTING = {"ResetFunction", "AccountFunction", "AdminFunction"}


@pytest.mark.parametrize("given", RIGHTS, ids=["federation", "certificate"])
def test_the_functions_that_reset_may_prove_who_they_are_to_microsoft_and_no_other_b19(
    root, entra, certificate, monkeypatch, given
):
    """What they call is recorded from botocore and compared with the template, conditions and all."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:9")  # nobody is there
    template = read(root / "template.yaml", given)
    used = recording(monkeypatch)
    if "EntraKeyArn" in given:
        with pytest.raises((NotAllowed, Unanswered), match=r"^kms: "):
            assertions.from_certificate(Entra(TENANT, CLIENT, certificate=certificate[0]), KEY)
    else:
        assertions.from_aws()
    (right,) = used
    assert right in {("sts:GetWebIdentityToken", "*"), ("kms:Sign", KEY)}
    assert {each.name for each in template.functions if right in allowed(template, each.name)} == RESETTING
    assert {each.name for each in template.functions if "ENTRA_KEY" in each.environment} == RESETTING
    assert [denied(template, name, used.calls) for name in RESETTING] == [set()] * 3
    ((action, resource, context),) = used.calls
    for key in context:
        wrong = {**context, key: ("100000000",)}
        assert denied(template, "ResetFunction", [(action, resource, wrong)]), f"{key} does not matter"
    without = read(root / "template.yaml")
    assert not [each.name for each in without.functions if right in allowed(without, each.name)]
