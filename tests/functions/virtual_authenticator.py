"""A virtual WebAuthn authenticator: answers as a browser would, for any origin it is told."""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

SITE = "https://help.contoso.example"
_PRESENT, _VERIFIED, _ATTESTED = 1, 4, 64


def encoded(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class VirtualAuthenticator:
    """One passkey. `count` is the signature counter."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = b"a-credential-id!"
    count: int = 0
    verified: bool = True

    def make(self, options: dict, site: str = SITE) -> dict:
        """What `navigator.credentials.create` answers."""
        numbers = self.key.public_key().public_numbers()
        x, y = (part.to_bytes(32, "big") for part in (numbers.x, numbers.y))
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(self.id).to_bytes(2, "big") + self.id + public
        data = self._data(site, _ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options["challenge"], site)
        return self._answer({"clientDataJSON": encoded(client), "attestationObject": encoded(attestation)})

    def sign(self, challenge: str, site: str = SITE) -> dict:
        """What `navigator.credentials.get` answers."""
        self.count += 1
        data, client = self._data(site), self._client("webauthn.get", challenge, site)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: encoded(value) for name, value in response.items()})

    def _data(self, site: str, flags: int = 0) -> bytes:
        flags |= _PRESENT | (_VERIFIED if self.verified else 0)
        host = hashlib.sha256(urlsplit(site).hostname.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, site: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": site}).encode()

    def _answer(self, response: dict) -> dict:
        named = {"id": encoded(self.id), "rawId": encoded(self.id), "type": "public-key"}
        return {**named, "response": response, "clientExtensionResults": {}}
