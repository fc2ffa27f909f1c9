"""A provider that signs whatever a test wants, where a real one would not: its documents and tokens, without HTTP."""

import json
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from regain.adapters import openid

ISSUER = "https://login.contoso.example/v2.0"
LOGOUT = "http://schemas.openid.net/event/backchannel-logout"
OIDC = {
    "issuer": ISSUER, "client_id": "regain", "claims": {"user_id": "preferred_username", "groups": "groups"},
    "roles": {"administrator": "regain-admins"}, "second_factor": {"acr": ["urn:two"], "amr": ["mfa"], "max_age": 600},
}  # fmt: skip
SITE = {"organisation": {"site_url": "https://help.contoso.example/"}}
FORM = "application/x-www-form-urlencoded"
RSA = [rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2)]
EC = ec.generate_private_key(ec.SECP256R1())


class StandIn:
    """Answers the requests of `openid.Provider`. Tests change what it says: `discovery`, `keys`, `claims`, `sign`."""

    def __init__(self, monkeypatch: Any, issuer: str = ISSUER, client: str = "regain") -> None:
        self.client, self.issuer, self.nonce, self.claims = client, issuer, "", {}
        self.discovery: dict[str, Any] = {
            "issuer": issuer, "authorization_endpoint": "https://login.contoso.example/authorize",
            "token_endpoint": "https://login.contoso.example/token", "jwks_uri": "https://login.contoso.example/keys",
            "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        self.keys = {"one": RSA[0]}
        self.sign = {"key": RSA[0], "algorithm": "RS256", "headers": {"kid": "one"}}
        self.token_answer: tuple[int, dict[str, Any]] | None = None
        self.asked: list[tuple[str, str]] = []
        self.fields: dict[str, str] = {}
        self.headers: dict[str, str] = {}
        monkeypatch.setattr(openid.Provider, "_request", self._request)

    def _request(self, method: str, url: str, fields: Any = None, headers: Any = None) -> tuple[int, dict[str, Any]]:
        self.asked.append((method, url))
        if url.endswith("/.well-known/openid-configuration"):
            return 200, self.discovery
        if url == self.discovery["jwks_uri"]:
            return 200, {"keys": [self.public(kid, key) for kid, key in self.keys.items()]}
        self.fields, self.headers = dict(fields), dict(headers or {})
        return self.token_answer or (200, {"id_token": self.token(), "token_type": "Bearer"})

    @staticmethod
    def public(kid: str, key: Any) -> dict[str, Any]:
        """A key as a JWKS has it."""
        algorithm = jwt.algorithms.ECAlgorithm if key is EC else jwt.algorithms.RSAAlgorithm
        return {**json.loads(algorithm.to_jwk(key.public_key())), "kid": kid, "use": "sig"}

    def token(self, **claims: Any) -> str:
        """An ID token. A claim that is None is left out."""
        now = int(time.time())
        standard = {
            "iss": self.issuer,
            "aud": self.client,
            "sub": "s-1",
            "iat": now,
            "exp": now + 300,
            "nonce": self.nonce,
        }
        given = {name: value for name, value in {**standard, **self.claims, **claims}.items() if value is not None}
        return jwt.encode(given, **self.sign)

    def logout_token(self, **claims: Any) -> str:
        """A logout token."""
        return self.token(**{"nonce": None, "jti": "1", "events": {LOGOUT: {}}, **claims})

    def at_start(self, answer: Any) -> dict[str, str]:
        """What the browser was sent here with."""
        asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        self.nonce = asked["nonce"]
        return asked


class Visit:
    """Somebody at a browser, and the provider that they sign in at."""

    def __init__(self, world, provider):
        self.world, self.provider = world, provider

    def start(self, **query):
        """Goes to the provider."""
        options = {name: query.pop(name) for name in ("session", "browser", "address") if name in query}
        return self.world.request("GET", "/api/account/oidc/start", query=query, headers={}, **options)

    def back(self, started, **changes):
        """Comes back, from another site: without the cookies that are strictly ours."""
        asked = self.provider.at_start(started)
        attempt, address = changes.pop("attempt", started.attempt), changes.pop("address", "")
        query = {"code": "c-1", "state": asked["state"], "iss": ISSUER, **changes}
        given = {name: value for name, value in query.items() if value is not None}
        return self.world.request(
            "GET", "/api/account/oidc/callback", query=given, headers={}, attempt=attempt, address=address
        )

    def sign_in(self, user_id, query=None, **claims):
        """Signs in at the provider as a person with this user ID, each with a subject of their own."""
        self.provider.claims = {"preferred_username": user_id, "sub": f"sub of {user_id}", **claims}
        return self.back(self.start(**(query or {})))

    def session(self, answer):
        """The session that has begun, as it is stored."""
        services = self.world.services
        held = services.recoveries.held(answer.session)
        return services.sessions.from_item(services.store.get(*services.sessions.key(held.subject, held.id)))


def refused(answer, code):
    """A refusal leads the browser to the problem's page, with the reference, and begins no session."""
    assert (answer.status, answer.session) == (303, ""), answer
    page, _, reference = answer.headers["location"].partition("#")
    assert page == f"/errors/{code}/" and reference.startswith("R-")


def signing_in(use: Any, monkeypatch: Any, **changes: Any) -> tuple[Visit, Any]:
    """A visit where people may sign in with the stand-in as a public client, and its world."""
    provider = StandIn(monkeypatch)
    oidc = {"issuer": provider.issuer, "client_id": provider.client}
    world = use(sign_in={"oidc": oidc}, organisation={"site_url": "https://help.contoso.example/"}, **changes)
    return Visit(world, provider), world
