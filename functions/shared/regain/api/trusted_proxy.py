"""The client's address and host behind CloudFront, whose headers are trusted only beside a key that nobody else has.

Without the check, whoever finds the API's own address could choose an address for each request, and go round the
firewall and the limits.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass

from regain.problems import NOT_FOUND, Refused

_MAX_KEYS = 2  # one in use, and one that replaces it


@dataclass(frozen=True, slots=True)
class Viewer:
    """The client as the platform vouches for it; CloudFront's word for a client is *viewer*."""

    address: str
    host: str


def viewer(headers: Mapping[str, str], source_ip: str, keys: str) -> Viewer:
    """The client of a request. `headers` have lower-case names; `source_ip` is the connection's.

    `keys` are those that CloudFront may show, separated by spaces. Where there are none, CloudFront is not used, and
    the connection's address counts, not a header's.

    Raises:
        Refused: NOT_FOUND, where keys are set and the request shows none of them.
    """
    if not keys:
        return Viewer(source_ip, headers.get("host", ""))
    shown = headers.get("x-origin-keys", "").split()[:_MAX_KEYS]
    matches = [hmac.compare_digest(ours.encode(), theirs.encode()) for ours in keys.split() for theirs in shown]
    if not any(matches):
        raise Refused(NOT_FOUND, reason="not-through-the-site")
    address = headers.get("cloudfront-viewer-address", "").rpartition(":")[0].strip("[]")
    return Viewer(address, headers.get("x-viewer-host", ""))
