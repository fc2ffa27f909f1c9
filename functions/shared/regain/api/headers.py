"""Security headers and cache control of every response, for the functions and the embedded stack."""

import re
from collections.abc import Iterable

_NONE = "'none'"


def content_security_policy(ancestors: str = _NONE) -> str:
    """The Content-Security-Policy of pages (CSP 3): everything is denied but what is listed.

    `ancestors` may embed the page in a frame. The one Trusted Types policy creates the service worker's URL only.
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
    "strict-transport-security": "max-age=63072000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_NO_FRAME = {"x-frame-options": "DENY"}

SITE_HEADERS = {"content-security-policy": content_security_policy(), **_COMMON, **_NO_FRAME}
"""Headers of each page and asset of the site."""

API_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    **_COMMON,
    **_NO_FRAME,
}
"""Headers of each response of the API."""


def site_headers(path: str, embed_from: Iterable[str] = ()) -> dict[str, str]:
    """Headers of a page of the site. Origins in `embed_from` may embed the reset and unlock forms, and load the script
    that does it; no origin may embed another page (clickjacking), or load another file.
    """
    origins = " ".join(embed_from)
    if origins and path == "/embed.js":
        return {**SITE_HEADERS, "cross-origin-resource-policy": "cross-origin"}
    if not origins or not re.search(r"/(reset|unlock)/$", path):
        return SITE_HEADERS
    return {"content-security-policy": content_security_policy(f"'self' {origins}"), **_COMMON}


def cache_control(path: str) -> str:
    """The Cache-Control of a file of the site, by its path under the root.

    Files under `assets/<fingerprint>/` never change. Browsers ask again for everything else after a minute; CloudFront
    keeps it until `publish` invalidates it.
    """
    if path.startswith("assets/"):
        return "public, max-age=31536000, immutable"
    return "public, max-age=60, s-maxage=86400"
