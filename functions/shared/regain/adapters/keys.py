"""Keys: derived from AWS KMS HMAC keys once per process, at first use. Nothing secret is stored anywhere."""

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

    Drawn lazily, so that a snapshot of a started function holds none.
    """

    def __init__(self, client: Any, code_key: str, service_key: str, code_generation: str = "1") -> None:
        self._client = client
        self._generations = {"code": code_generation}
        self._ids = {"code": code_key}
        self._service_key = service_key
        self._derived: dict[str, bytes] = {}

    def of(self, purpose: str) -> bytes:
        """The 32-byte key for a purpose."""
        if purpose not in self._derived:
            answer = self._client.generate_mac(
                KeyId=self._ids.get(purpose, self._service_key),
                Message=f"regain/{self._generations.get(purpose, '1')}/{purpose}".encode(),
                MacAlgorithm="HMAC_SHA_256",
            )
            self._derived[purpose] = answer["Mac"]
        return self._derived[purpose]

    def digest(self, purpose: str, text: str) -> str:
        """A keyed hash of a text, 128 bits in hexadecimal: the same for the same text, and tells nothing."""
        return hmac.digest(self.of(purpose), text.encode(), hashlib.sha256).hex()[:32]
