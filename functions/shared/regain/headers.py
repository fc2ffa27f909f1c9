"""Headers of every answer, in one place: the embedded stack and the functions send the same."""

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)

_COMMON = {
    "strict-transport-security": "max-age=63072000; includeSubDomains; preload",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "x-frame-options": "DENY",
}

SITE_HEADERS = {"content-security-policy": CONTENT_SECURITY_POLICY, **_COMMON}
"""What each page and asset of the site carries."""

API_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    **_COMMON,
}
"""What each answer of the API carries."""


def kept_for(path: str) -> str:
    """The Cache-Control of a file of the site, by its path under the root.

    What stands under `assets/<fingerprint>/` never changes. Everything else a browser asks for anew after a minute;
    CloudFront keeps it until `publish` says that it has changed.
    """
    if path.startswith("assets/"):
        return "public, max-age=31536000, immutable"
    return "public, max-age=60, s-maxage=86400"
