"""The tokens of the stand-in for Entra ID: what AWS would sign, and what Microsoft would take for the app's."""

import base64
import hashlib
import json
import secrets
import uuid
from collections.abc import Mapping
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

ISSUER = "https://00000000-0000-0000-0000-000000000000.tokens.sts.global.api.aws"
SUBJECT = "arn:aws:iam::000000000000:role/regain-on-this-machine"
AUDIENCE = "api://AzureADTokenExchange"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=32)


class Refused(Exception):
    """The token endpoint's refusal: an error of OAuth 2.0, and Microsoft's number and words for it."""

    def __init__(self, error: str, number: int, words: str) -> None:
        super().__init__(words)
        self.error, self.number, self.words = error, number, words


class Aws:
    """The issuer of an AWS account with outbound identity federation, and its key."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(65537, 2048)

    def token(self, form: Mapping[str, str], now: float) -> str:
        """What GetWebIdentityToken gives to this form. ValueError: it breaks a rule of the operation."""
        seconds = int(form.get("DurationSeconds", "300"))
        if (form.get("Action"), form.get("SigningAlgorithm")) != ("GetWebIdentityToken", "RS256"):
            raise ValueError("GetWebIdentityToken with RS256 only")
        if not form.get("Audience.member.1") or not 60 <= seconds <= 3_600:
            raise ValueError("an audience, and 60 to 3600 seconds")
        claims = {
            "iss": ISSUER, "sub": SUBJECT, "aud": form["Audience.member.1"], "iat": int(now),
            "exp": int(now) + seconds, "jti": str(uuid.uuid4()),
            "https://sts.amazonaws.com/": {"aws_account": "000000000000", "principal_id": SUBJECT},
        }  # fmt: skip
        return self.signed({"alg": "RS256", "typ": "JWT", "kid": "1"}, claims)

    def signed(self, header: Mapping[str, Any], claims: Mapping[str, Any]) -> str:
        """A token of this header and these claims, right or wrong."""
        content = f"{encoded(header)}.{encoded(claims)}"
        signature = self.key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{content}.{_base64(signature)}"


class App:
    """The app registration: a federated credential, and perhaps a certificate (PEM)."""

    def __init__(self, tenant: str, client: str, aws: Aws) -> None:
        self.tenant, self.client, self.aws = tenant, client, aws
        self.certificate = ""
        self._seen: set[str] = set()

    def check(self, form: Mapping[str, str], now: float) -> None:
        """Raises Refused, if the form is not what Microsoft documents for the client credentials grant."""
        if form.get("client_id") != self.client:
            raise Refused("unauthorized_client", 700016, "Application was not found in the directory.")
        if form.get("grant_type") != "client_credentials":
            raise Refused("unsupported_grant_type", 70003, "The app requested an unsupported grant type.")
        if form.get("scope") != "https://graph.microsoft.com/.default":
            raise Refused("invalid_scope", 70011, "The provided value for the input parameter 'scope' is not valid.")
        if form.get("client_assertion_type") != ASSERTION_TYPE or "client_assertion" not in form:
            raise Refused("invalid_client", 7000218, "The request body must contain 'client_assertion'.")
        if unknown := form.keys() - {"client_id", "grant_type", "scope", "client_assertion_type", "client_assertion"}:
            raise Refused("invalid_request", 90014, f"Not expected here: {', '.join(sorted(unknown))}.")
        try:
            header, claims = (decoded(part) for part in form["client_assertion"].split(".")[:2])
        except ValueError:
            raise Refused("invalid_client", 50027, "JWT token is invalid or malformed.") from None
        if header.get("alg") == "PS256":
            self._check_certificate(form["client_assertion"], header, claims, now)
        else:
            self._check_federated(form["client_assertion"], header, claims, now)

    def _check_federated(self, token: str, header: dict[str, Any], claims: dict[str, Any], now: float) -> None:
        if claims.get("iss") != ISSUER:
            raise Refused("invalid_client", 700211, "No matching federated identity record for the issuer.")
        if claims.get("aud") != AUDIENCE:
            raise Refused("invalid_client", 700212, "No matching federated identity record for the audience.")
        if claims.get("sub") != SUBJECT:
            raise Refused("invalid_client", 700213, "No matching federated identity record for the subject.")
        content, _, signature = token.rpartition(".")
        try:
            self.aws.key.public_key().verify(unpacked(signature), content.encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            raise Refused("invalid_client", 7000272, "The signature of the assertion is not valid.") from None
        if header.get("alg") != "RS256" or not claims["iat"] <= now + 60 or not now < claims["exp"]:
            raise Refused("invalid_client", 700024, "Client assertion is not within its valid time range.")

    def _check_certificate(self, token: str, header: dict[str, Any], claims: dict[str, Any], now: float) -> None:
        if not self.certificate:
            raise Refused("invalid_client", 700027, "No certificate is registered on the application.")
        certificate = x509.load_pem_x509_certificate(self.certificate.encode())
        thumbprint = _base64(certificate.fingerprint(hashes.SHA256()))
        if header != {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}:
            raise Refused("invalid_client", 700027, "The certificate with this identifier is not registered.")
        content, _, signature = token.rpartition(".")
        public = certificate.public_key()
        try:
            assert isinstance(public, rsa.RSAPublicKey)  # noqa: S101 - what Entra ID takes
            public.verify(unpacked(signature), content.encode(), _PSS, hashes.SHA256())
        except InvalidSignature:
            raise Refused("invalid_client", 700027, "The client assertion failed signature validation.") from None
        audience = f"https://login.microsoftonline.com/{self.tenant}/oauth2/v2.0/token"
        if (claims.get("aud"), claims.get("iss"), claims.get("sub")) != (audience, self.client, self.client):
            raise Refused("invalid_client", 700023, "Client assertion audience, issuer or subject is not valid.")
        if not claims["nbf"] <= now + 60 or not now < claims["exp"] <= claims["nbf"] + 600:
            raise Refused("invalid_client", 700024, "Client assertion is not within its valid time range.")
        if not uuid.UUID(claims["jti"]) or claims["jti"] in self._seen:
            raise Refused("invalid_client", 700025, "The client assertion was used before.")
        self._seen.add(claims["jti"])


def access_token(permissions: frozenset[str], now: float) -> str:
    """An access token for Graph. Only its `roles` are like Microsoft's, and its signature is none."""
    claims = {"aud": "https://graph.microsoft.com", "roles": sorted(permissions), "exp": int(now) + 3_599}
    return f"{encoded({'typ': 'JWT', 'alg': 'RS256'})}.{encoded(claims)}.{secrets.token_urlsafe(32)}"


def encoded(part: Mapping[str, Any]) -> str:
    """A part of a JWT."""
    return _base64(json.dumps(part).encode())


def decoded(part: str) -> dict[str, Any]:
    """What a part of a JWT says. Raises ValueError."""
    found = json.loads(unpacked(part))
    if not isinstance(found, dict):
        raise ValueError(part)
    return found


def unpacked(part: str) -> bytes:
    """The bytes of a part of a JWT. Raises ValueError."""
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def hashed(password: str, salt: bytes) -> str:
    """A password as the stand-in keeps it."""
    return salt.hex() + hashlib.scrypt(password.encode(), salt=salt, n=1_024, r=8, p=1).hex()
