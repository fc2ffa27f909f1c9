"""Keys: derived from AWS KMS HMAC keys, which never leave KMS. Nothing secret is stored anywhere."""

import hashlib
import hmac
from typing import Any

_BESIDE_A_SESSION = {"register": "registration", "admin": "attended", "caller": "attended"}


def codes_key(purpose: str) -> str:
    """The key that codes of a purpose are derived with. Only those of reset and unlock come from the code key, so
    that no other function can work them out.
    """
    return _BESIDE_A_SESSION.get(purpose, "code")


class Keys:
    """`code` derives codes; every other purpose comes from the service's key. Another generation is another key.

    KMS is asked once for each of its keys, at first use, so that a snapshot of a started function holds none. What it
    answers is the key that those of all purposes are derived from (NIST SP 800-108, HMAC as the function).
    """

    def __init__(self, client: Any, code_key: str, service_key: str, code_generation: str = "1") -> None:
        self._client = client
        self._code = code_key, code_generation
        self._service = service_key, "1"
        self._roots: dict[tuple[str, str], bytes] = {}
        self._derived: dict[str, bytes] = {}

    def derive(self, purpose: str) -> bytes:
        """The 32-byte key for a purpose."""
        if purpose not in self._derived:
            root = self._root(*(self._code if purpose == "code" else self._service))
            self._derived[purpose] = hmac.digest(root, f"regain/1/{purpose}".encode(), hashlib.sha256)
        return self._derived[purpose]

    def _root(self, key: str, generation: str) -> bytes:
        if (key, generation) not in self._roots:
            message = f"regain/{generation}".encode()
            answer = self._client.generate_mac(KeyId=key, Message=message, MacAlgorithm="HMAC_SHA_256")
            self._roots[key, generation] = answer["Mac"]
        return self._roots[key, generation]

    def digest(self, purpose: str, text: str) -> str:
        """A keyed hash of a text, 128 bits in hexadecimal: the same for the same text, and tells nothing."""
        return hmac.digest(self.derive(purpose), text.encode(), hashlib.sha256).hex()[:32]
