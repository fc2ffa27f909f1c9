"""Files of the site that programs read: `robots.txt`, `security.txt` and the service worker."""

import json
from datetime import datetime, timedelta

from regain.organisation.settings import Organisation

_SECURITY_TXT_VALIDITY = timedelta(days=335)  # less than a year is recommended (RFC 9116, 2.5.5)
PRIVATE = ("account", "admin", "not-me")
"""Pages, named by their form, that search engines must not list."""
_ESSENTIAL = ("", "offline/", "problems/", "contact-administrator/", "no-code/")
"""Pages that can be read offline after one visit, beside those visited."""


def robots(organisation: Organisation) -> str:
    """`robots.txt` (RFC 9309): guidance may be crawled, private pages may not."""
    folders = ["", *(f"/{tag}" for tag in organisation.organisation.languages[1:])]
    private = [f"Disallow: {folder}/{page}/" for folder in folders for page in PRIVATE]
    site = organisation.organisation.site_url.rstrip("/")
    lines = ["User-agent: *", *private, *([f"Sitemap: {site}/sitemap.xml"] if site else [])]
    return "\n".join(lines) + "\n"


def security_txt(organisation: Organisation, now: datetime) -> str:
    """`security.txt` (RFC 9116), valid for eleven months; "" if the settings name no contact."""
    contact = organisation.contacts.security or organisation.contacts.administrator.email
    if not contact:
        return ""
    about = organisation.organisation
    site, ends = about.site_url.rstrip("/"), (now + _SECURITY_TXT_VALIDITY).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {ends}",
        f"Preferred-Languages: {', '.join(about.languages)}",
    ]
    return "\n".join(lines + ([f"Canonical: {site}/.well-known/security.txt"] if site else [])) + "\n"


def service_worker(source: str, organisation: Organisation, assets: str) -> str:
    """The service worker's script, with this site's values."""
    known = {
        "version": assets.rpartition("/")[2],
        "languages": organisation.organisation.languages[1:],
        "essential": _ESSENTIAL,
        "assets": [f"/{assets}/guidance.css", f"/{assets}/icon.svg"],
    }
    return source.replace("const SITE = {};", f"const SITE = {json.dumps(known, separators=(',', ':'))};", 1)
