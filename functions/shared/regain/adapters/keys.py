"""Keys derived from AWS KMS HMAC keys, which never leave KMS. No key is stored anywhere."""

import hmac
from dataclasses import dataclass
from typing import Any

_CODE, _PROOF, _PASSWORD, _SERVICE = "CodeKey", "ProofKey", "PasswordKey", "ServiceKey"
_ROOTS = {
    "code": _CODE,
    **dict.fromkeys(
        ("registration", "step-up", "authenticator", "recovery-code", "answer", "temporary-password", "repudiation",
         "fingerprint"), _PROOF),
    "password": _PASSWORD,
}  # fmt: skip
"""The KMS key that each purpose is derived from; `ServiceKey` for all others."""

_CODES = {"register": "registration", "admin": "step-up", "caller": "step-up", "prove": "step-up"}


def codes_key(purpose: str) -> str:
    """The key that derives the one-time codes of a purpose, for `Keys.derive`.

    Codes of reset and unlock come from the KMS key `CodeKey`: only the functions that send or verify them may use it.
    """
    return _CODES.get(purpose, "code")


@dataclass(frozen=True, slots=True)
class RootKey:
    """A KMS key and its current generation. Generations count from 1."""

    id: str
    generation: int = 1


class Keys:
    """The keys of one process.

    KMS is called once for each key and generation, at first use, so that a SnapStart snapshot contains no secret. The
    MAC it returns is the root from which a key for each purpose is derived (NIST SP 800-108, HMAC as the PRF). Derived
    values are stored with their generation, so that incrementing it rotates the key for new values and keeps older ones
    valid. `ServiceKey` has one generation only, because names of records are derived from it.
    """

    def __init__(
        self, client: Any, service: str, code: RootKey | None = None, proof: RootKey | None = None,
        password: RootKey | None = None,
    ) -> None:  # fmt: skip
        self._client = client
        self._keys = {
            _SERVICE: RootKey(service),
            _CODE: code or RootKey(""),
            _PROOF: proof or RootKey(""),
            _PASSWORD: password or RootKey(""),
        }
        self._roots: dict[tuple[str, int], bytes] = {}
        self._derived: dict[tuple[str, int, str], bytes] = {}
        self._prepared: dict[tuple[int, str], hmac.HMAC] = {}

    def generation(self, purpose: str) -> int:
        """The current generation of the key that this purpose is derived from."""
        return self._keys[_root_of(purpose)].generation

    def derive(self, purpose: str, generation: int = 0) -> bytes:
        """The 32-byte key for a purpose, of a generation or (0) the current one.

        All generations up to the current one are requested together, so that the calls to KMS do not depend on whose
        proof is judged (B1).
        """
        root = _root_of(purpose)
        current = self._keys[root].generation
        wanted = generation or current
        name = root, wanted, purpose
        if name not in self._derived:
            for each in sorted({*range(1, current + 1), wanted}):
                self._ask(root, each)
            message = f"regain/1/{purpose}".encode()
            self._derived[name] = hmac.digest(self._roots[root, wanted], message, "sha256")
        return self._derived[name]

    def digest(self, purpose: str, text: str, generation: int = 0) -> str:
        """HMAC-SHA-256 of a text under the key for a purpose: the first 128 bits, in hexadecimal."""
        return self.mac(purpose, text.encode(), generation)[:16].hex()

    def mac(self, purpose: str, content: bytes, generation: int = 0) -> bytes:
        """HMAC-SHA-256 under the key for a purpose."""
        prepared = self._prepared.get((generation, purpose))
        if prepared is None:
            prepared = self._prepared[generation, purpose] = hmac.new(self.derive(purpose, generation), None, "sha256")
        mac = prepared.copy()  # a third of the work of setting up the key each time
        mac.update(content)
        return mac.digest()

    def _ask(self, root: str, generation: int) -> None:
        if (root, generation) not in self._roots:
            answer = self._client.generate_mac(
                KeyId=self._keys[root].id, Message=f"regain/{generation}".encode(), MacAlgorithm="HMAC_SHA_256"
            )
            self._roots[root, generation] = answer["Mac"]


def _root_of(purpose: str) -> str:
    return _ROOTS.get(purpose, _SERVICE)
