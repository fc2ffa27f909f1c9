"""Which way a request came: through CloudFront, which shows a key, or straight to the API.

Behind CloudFront the connection is CloudFront's own, so that the caller's address and the host they asked for are in
headers. Those are believed only beside a key that nobody else has; without one, whoever found the API's own address
could give themselves any address, and go round the firewall.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regain.problems import NOT_FOUND, Refused

_AT_MOST = 2  # keys that are shown


@dataclass(frozen=True, slots=True)
class Viewer:
    """The network address and the host that the platform vouches for."""

    address: str
    host: str


def viewer(event: Mapping[str, Any], keys: str) -> Viewer:
    """Where a request came from. `keys` are ours, separated by spaces; without any, the connection counts.

    Two are in use at a time, so that one can be replaced while the other is good.

    Raises:
        Refused: NOT_FOUND, where there are keys and none of them is shown.
    """
    headers = event.get("headers", {})
    if not keys:
        return Viewer(event["requestContext"]["http"]["sourceIp"], headers.get("host", ""))
    shown = headers.get("x-origin-keys", "").split()[:_AT_MOST]
    good = [hmac.compare_digest(ours.encode(), theirs.encode()) for ours in keys.split() for theirs in shown]
    if not any(good):
        raise Refused(NOT_FOUND, reason="not-through-the-site")
    address = headers.get("cloudfront-viewer-address", "").rpartition(":")[0].strip("[]")
    return Viewer(address, headers.get("x-viewer-host", ""))
