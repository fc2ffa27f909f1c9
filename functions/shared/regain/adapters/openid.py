"""A client of one OpenID provider: discovery, the authorization code flow with PKCE, and verification of tokens.

OpenID Connect Core 1.0 and Discovery 1.0, RFC 7636 (PKCE), RFC 9207 (`iss`), Back-Channel Logout 1.0. PyJWT verifies
signatures and claims, and is imported with the first token.
"""

import contextlib
import importlib
import json
import os
import time
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from hmac import compare_digest
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from regain.adapters import aws
from regain.adapters.keys import Keys
from regain.domain.provider import CLOCK_SKEW, GOOGLE, Oidc
from regain.problems import PROVIDER_REFUSED, PROVIDER_UNAVAILABLE, SIGN_IN_NOT_FINISHED, SIGN_IN_NOT_TRUSTED, Refused

CALLBACK = "/api/account/oidc/callback"
LOCAL_SECRET = "REGAIN_OIDC_SECRET"  # noqa: S105 - the variable that holds it on a laptop, not the secret
ALGORITHMS = frozenset(
    {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
)  # fmt: skip
"""Asymmetric algorithms only: a public key must never be used as an HMAC secret, and `none` is unsigned."""
_CLIENTS_FAULT = (
    "invalid_client", "invalid_request", "invalid_scope", "unauthorized_client", "unsupported_grant_type",
    "unsupported_response_type",
)  # fmt: skip
_KEPT, _BETWEEN_FETCHES = 3_600, 30  # seconds
_CONNECT, _READ, _WHOLE = 2.0, 3.0, 5.0  # seconds: three requests fit in the time of one invocation
_LARGEST, _LONGEST_TOKEN = 262_144, 32_768
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
_LOGOUT_LIFE = 600


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sign-in's state, nonce and code verifier, stored in the browser's cookie and nowhere else."""

    state: str
    nonce: str
    verifier: str

    @property
    def challenge(self) -> str:
        """The code challenge (RFC 7636, S256)."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()


@dataclass
class Provider:
    """The organisation's provider. Caches its discovery document and keys for an hour. `clock`: seconds since 1970."""

    settings: Oidc
    clock: Callable[[], float]
    _known: dict[str, tuple[float, Any]] = field(default_factory=dict)
    _secret: str = ""

    def authorization_url(self, redirect_uri: str, attempt: Attempt) -> str:
        """The URL to redirect the browser to. Raises Refused(PROVIDER_UNAVAILABLE or SIGN_IN_NOT_TRUSTED)."""
        settings, factor = self.settings, self.settings.second_factor
        asked = {
            "response_type": "code",
            "client_id": settings.client_id,
            "redirect_uri": redirect_uri,
            "scope": "openid profile email",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
            **({"max_age": factor.max_age} if factor else {}),
            **({"acr_values": " ".join(factor.acr)} if factor and factor.acr else {}),
        }
        endpoint = self.endpoint("authorization_endpoint")
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"

    def subject(self, sub: str, keys: Keys) -> str:
        """A keyed hash of a subject (`sub`). Its first part identifies this client: others have other subjects."""
        client = keys.digest("provider", f"{self.settings.issuer}\x1f{self.settings.client_id}")[:8]
        return f"{client}-{keys.digest('provider', sub)}"

    def check_issuer(self, named: str) -> None:
        """Checks that an authorization response is from this provider, against mix-up attacks (RFC 9207).

        Raises:
            Refused: SIGN_IN_NOT_TRUSTED.
        """
        promised = self.discovered().get("authorization_response_iss_parameter_supported") is True
        if (named or promised) and named not in self._issuers:
            raise Refused(SIGN_IN_NOT_TRUSTED, reason="iss of another provider")

    def redeem(self, code: str, redirect_uri: str, attempt: Attempt) -> dict[str, Any]:
        """Redeems an authorization code, and returns the claims of the ID token.

        Raises:
            Refused: PROVIDER_UNAVAILABLE; SIGN_IN_NOT_FINISHED if the code is not valid; SIGN_IN_NOT_TRUSTED.
        """
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        status, answer = self._token(fields)
        if answer.get("error") == "invalid_client" and self.settings.client_secret_arn:
            self._secret = ""  # it may have been rotated
            status, answer = self._token(fields)
        if status != 200:
            raise refusal(str(answer.get("error", "")), status)
        return self.id_claims(answer.get("id_token"), attempt.nonce)

    def id_claims(self, token: object, nonce: str) -> dict[str, Any]:
        """The claims of an ID token issued to this client for this sign-in. Raises Refused like `redeem`."""
        claims = self._claims(token, ("exp", "iat", "sub", "iss", "aud"))
        if not compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _untrusted("nonce")
        if not isinstance(claims["sub"], str) or not claims["sub"]:
            raise _untrusted("sub")
        return claims

    def logout_claims(self, token: str) -> dict[str, Any]:
        """The claims of a logout token (Back-Channel Logout 1.0, 2.6). Raises Refused like `redeem`."""
        claims = self._claims(token, ("iat", "iss", "aud", "jti"))
        events = claims.get("events")
        if not isinstance(events, dict) or _LOGOUT not in events or "nonce" in claims:
            raise _untrusted("no logout token")
        if int(claims["iat"]) < self.clock() - _LOGOUT_LIFE:
            raise _untrusted("old")
        if not isinstance(claims.get("sub"), str):
            raise _untrusted("sub")
        return claims

    # --- tokens ----------------------------------------------------------------------------------

    def _claims(self, token: object, required: tuple[str, ...]) -> dict[str, Any]:
        jwt = importlib.import_module("jwt")
        if not isinstance(token, str) or len(token) > _LONGEST_TOKEN:
            raise _untrusted("no token")
        try:
            header = jwt.get_unverified_header(token)
            algorithm = header.get("alg")
            if algorithm not in ALGORITHMS:
                raise _untrusted("alg")
            claims: dict[str, Any] = jwt.decode(
                token, self._key(header.get("kid"), algorithm), algorithms=[algorithm],
                audience=self.settings.client_id, issuer=self._issuers, leeway=CLOCK_SKEW,
                options={"require": list(required)},
            )  # fmt: skip
        except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as error:
            raise _untrusted(type(error).__name__) from None
        audience, party = claims["aud"], claims.get("azp")
        if (party or (isinstance(audience, list) and len(audience) > 1)) and party != self.settings.client_id:
            raise _untrusted("azp")
        return claims

    def _key(self, kid: object, algorithm: str) -> Any:
        """The provider's key with this `kid`. If it is unknown, the keys are fetched again, since they rotate."""
        jwt = importlib.import_module("jwt")
        for renewed in (False, True):
            listed = self.keys(renewed)
            named = [each for each in listed if each.get("kid") == kid] if kid is not None else listed
            if len(named) == 1:
                return jwt.PyJWK(named[0], algorithm)
        raise _untrusted("kid")

    def keys(self, renewed: bool = False) -> list[dict[str, Any]]:
        """The provider's signing keys (JWKs). Raises Refused like `discovered`."""
        document = self._fetched("jwks_uri", lambda: self.endpoint("jwks_uri"), renewed)
        listed = document.get("keys")
        found = [each for each in (listed if isinstance(listed, list) else []) if isinstance(each, dict)]
        return [each for each in found if each.get("use", "sig") == "sig" and each.get("kty") != "oct"]

    @property
    def _issuers(self) -> list[str]:
        """The accepted issuers: that of the settings, and for Google also its second documented form."""
        own = self.settings.issuer
        return [own, own.removeprefix("https://")] if own == GOOGLE else [own]

    # --- documents -------------------------------------------------------------------------------

    def endpoint(self, name: str) -> str:
        """The URL of an endpoint: always HTTPS, unless the issuer is on this machine."""
        url = self.discovered().get(name)
        wanted = ("https", urlsplit(self.settings.issuer).scheme)
        if not isinstance(url, str) or urlsplit(url).scheme not in wanted or not urlsplit(url).hostname:
            raise _untrusted(f"discovery: {name}")
        return url

    def discovered(self) -> dict[str, Any]:
        """The discovery document. Raises Refused(PROVIDER_UNAVAILABLE or SIGN_IN_NOT_TRUSTED)."""
        well_known = f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration"
        document = self._fetched("discovery", lambda: well_known)
        if document.get("issuer") != self.settings.issuer:
            raise _untrusted("discovery: issuer")
        return document

    def _fetched(self, name: str, url: Callable[[], str], renewed: bool = False) -> dict[str, Any]:
        """A document of the provider, cached for an hour; `renewed` fetches it again, at most every 30 seconds."""
        now = self.clock()
        at, document = self._known.get(name, (0.0, None))
        if document is None or now - at > (_BETWEEN_FETCHES if renewed else _KEPT):
            status, document = self._request("GET", url())
            if status != 200:
                raise _unavailable(f"{name}: {status}")
            self._known[name] = now, document
        found: dict[str, Any] = document
        return found

    def _token(self, fields: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """A token response. The client authenticates by the method that the provider supports (RFC 6749, 2.3.1)."""
        endpoint, settings, secret = self.endpoint("token_endpoint"), self.settings, self._client_secret()
        if not secret:
            return self._request("POST", endpoint, {**fields, "client_id": settings.client_id})
        supported = self.discovered().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        if "client_secret_basic" not in supported:
            return self._request("POST", endpoint, {**fields, "client_id": settings.client_id, "client_secret": secret})
        basic = b64encode(f"{quote(settings.client_id, '')}:{quote(secret, '')}".encode()).decode()
        return self._request("POST", endpoint, fields, {"authorization": f"Basic {basic}"})

    def _client_secret(self) -> str:
        """The secret, from the environment on a laptop, or from AWS Secrets Manager; "" for a public client."""
        if not self._secret and os.environ.get(LOCAL_SECRET):
            self._secret = os.environ[LOCAL_SECRET]
        if not self._secret and self.settings.client_secret_arn:
            self._secret = _read_secret(self.settings.client_secret_arn)
        return self._secret

    def _request(
        self, method: str, url: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, dict[str, Any]]:
        """The status and JSON of a response. Raises Refused(PROVIDER_UNAVAILABLE)."""
        status, _, body = exchange(method, url, fields, headers)
        try:
            content = json.loads(body)
        except (ValueError, RecursionError):
            raise _unavailable("no JSON") from None
        return status, content if isinstance(content, dict) else {}


def exchange(
    method: str, url: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, Mapping[str, str], bytes]:
    """The status, headers and body of a response, bounded in size and time. Redirects are not followed.

    Raises:
        Refused: PROVIDER_UNAVAILABLE.
    """
    urllib3 = importlib.import_module("urllib3")
    try:
        with contextlib.closing(
            urllib3.request(
                method, url, body=urlencode(fields) if fields else None, redirect=False, retries=False,
                timeout=urllib3.Timeout(connect=_CONNECT, read=_READ), preload_content=False,
                headers={"accept": "application/json", **_form(fields), **(headers or {})},
            )
        ) as answer:  # fmt: skip
            return answer.status, answer.headers, _body(answer)
    except (urllib3.exceptions.HTTPError, OSError) as error:
        raise _unavailable(type(error).__name__) from None


def _body(answer: Any) -> bytes:
    """The whole body. Raises Refused(PROVIDER_UNAVAILABLE) if it is too large or too slow."""
    ends, body = time.monotonic() + _WHOLE, b""
    while chunk := answer.read1(65_536):
        body += chunk
        if len(body) > _LARGEST or time.monotonic() > ends:
            raise _unavailable("too large or too slow")
    return body


def _read_secret(arn: str) -> str:
    """A secret's value. Raises Refused(PROVIDER_REFUSED) if it does not exist or may not be read."""
    try:
        return str(aws.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])
    except (ClientError, BotoCoreError, KeyError) as error:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise Refused(PROVIDER_REFUSED, reason=f"client secret: {code}") from None


def _form(fields: Mapping[str, str] | None) -> dict[str, str]:
    return {"content-type": "application/x-www-form-urlencoded"} if fields else {}


def refusal(error: str, status: int = 0) -> Refused:
    """The problem for an error of the authorization or token endpoint (RFC 6749, 4.1.2.1 and 5.2)."""
    if status in (429, 500, 502, 503, 504) or error in ("server_error", "temporarily_unavailable"):
        return _unavailable(f"answered {status or error}")
    known = error in _CLIENTS_FAULT
    problem = PROVIDER_REFUSED if known or status else SIGN_IN_NOT_FINISHED
    if error == "invalid_grant":
        problem = SIGN_IN_NOT_FINISHED
    return Refused(problem, reason=f"provider: {error if known else status or 'not finished'}")


def _untrusted(why: str) -> Refused:
    return Refused(SIGN_IN_NOT_TRUSTED, reason=f"provider: {why}")


def _unavailable(why: str) -> Refused:
    return Refused(PROVIDER_UNAVAILABLE, reason=f"provider: {why}", retry_after=10)
