"""Headers of every answer, in one place: the embedded stack and the functions send the same."""

import re
from collections.abc import Iterable

_NOBODY = "'none'"


def content_security_policy(ancestors: str = _NOBODY) -> str:
    """What pages may load and do, from nothing upwards (CSP 3). `ancestors` may show them in a frame.

    The one policy of Trusted Types makes the address of the service worker and no other.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            f"frame-ancestors {ancestors}",
            "require-trusted-types-for 'script'",
            "trusted-types offline",
        )
    )


_COMMON = {
    "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_NO_FRAME = {"x-frame-options": "DENY"}

SITE_HEADERS = {"content-security-policy": content_security_policy(), **_COMMON, **_NO_FRAME}
"""What each page and asset of the site carries."""

API_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    **_COMMON,
    **_NO_FRAME,
}
"""What each answer of the API carries."""


def site_headers(path: str, embed_from: Iterable[str] = ()) -> dict[str, str]:
    """What a page of the site carries. The form of reset and unlock may be shown in a frame by those whom the
    organisation names, and no other page by anybody: a frame is how people are made to select what they do not see.
    """
    origins = " ".join(embed_from)
    if not origins or not re.search(r"/(reset|unlock)/$", path):
        return SITE_HEADERS
    return {"content-security-policy": content_security_policy(f"'self' {origins}"), **_COMMON}


def kept_for(path: str) -> str:
    """The Cache-Control of a file of the site, by its path under the root.

    What stands under `assets/<fingerprint>/` never changes. Everything else a browser asks for anew after a minute;
    CloudFront keeps it until `publish` says that it has changed.
    """
    if path.startswith("assets/"):
        return "public, max-age=31536000, immutable"
    return "public, max-age=60, s-maxage=86400"
