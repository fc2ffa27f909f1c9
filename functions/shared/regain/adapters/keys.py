"""Keys derived from AWS KMS HMAC keys, which never leave KMS. No key is stored anywhere."""

import hashlib
import hmac
from typing import Any

_FROM_SERVICE_KEY = {"register": "registration", "admin": "attended", "caller": "attended"}


def codes_key(purpose: str) -> str:
    """The key that derives the one-time codes of a purpose, for `Keys.derive`.

    Codes of reset and unlock come from the KMS key `CodeKey`: only the functions that send or verify them may use it.
    """
    return _FROM_SERVICE_KEY.get(purpose, "code")


class Keys:
    """The keys of one process.

    Each KMS key is asked once for each generation, at first use, so that a SnapStart snapshot holds no secret. The MAC
    it returns is the root that a key for each purpose is derived from (NIST SP 800-108, HMAC as the PRF). Generations
    count from 1: counting one up replaces everything that is derived from that KMS key.
    """

    def __init__(
        self, client: Any, code_key: str, service_key: str, code_generation: str = "1",
        password_key: str = "", password_generation: int = 1,
    ) -> None:  # fmt: skip
        self._client = client
        self._code_key = code_key
        self.code_generation = code_generation
        self._service = service_key, "1"
        self._password_key = password_key
        self.password_generation = password_generation
        self._roots: dict[tuple[str, str], bytes] = {}
        self._derived: dict[tuple[str, str, str], bytes] = {}

    def derive(self, purpose: str, generation: str = "") -> bytes:
        """The 32-byte key for a purpose: `code` comes from `CodeKey`, all others from `ServiceKey`.

        `generation` is that of `CodeKey`, for a flow that began with it; the current one where none is given.
        """
        if purpose == "code":
            return self._subkey(self._code_key, generation or self.code_generation, purpose)
        return self._subkey(*self._service, purpose)

    def pepper(self, generation: int = 0) -> bytes:
        """The 32-byte pepper of passwords, from `PasswordKey`: that of a generation, or the current one.

        All generations up to the current one are derived together, so that the calls to KMS do not depend on whose
        password is verified (B1).
        """
        for each in range(1, self.password_generation + 1):
            self._root(self._password_key, str(each))
        return self._subkey(self._password_key, str(generation or self.password_generation), "password")

    def digest(self, purpose: str, text: str) -> str:
        """HMAC-SHA-256 of a text under the key for a purpose: the first 128 bits, in hexadecimal."""
        return hmac.digest(self.derive(purpose), text.encode(), hashlib.sha256).hex()[:32]

    def _subkey(self, key: str, generation: str, purpose: str) -> bytes:
        name = key, generation, purpose
        if name not in self._derived:
            root = self._root(key, generation)
            self._derived[name] = hmac.digest(root, f"regain/1/{purpose}".encode(), hashlib.sha256)
        return self._derived[name]

    def _root(self, key: str, generation: str) -> bytes:
        if (key, generation) not in self._roots:
            message = f"regain/{generation}".encode()
            answer = self._client.generate_mac(KeyId=key, Message=message, MacAlgorithm="HMAC_SHA_256")
            self._roots[key, generation] = answer["Mac"]
        return self._roots[key, generation]
