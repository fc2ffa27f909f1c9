"""What programs read of a site: which pages may be found, whom to tell of a hole, what is kept for times offline."""

import json
from datetime import datetime, timedelta

from regain.organisation.settings import Organisation

_SECURITY_TXT_LASTS = timedelta(days=335)  # less than a year is recommended (RFC 9116, 2.5.5)
PRIVATE = ("account", "admin", "not-me")
"""The pages for one person, by their form: they are for no search engine."""
_ESSENTIAL = ("", "offline/", "problems/", "contact-administrator/", "no-code/")
"""What whoever has been here once can read offline, besides the pages that they have seen."""


def robots(organisation: Organisation) -> str:
    """`robots.txt` (RFC 9309): guidance may be found, pages for one person need not be."""
    folders = ["", *(f"/{tag}" for tag in organisation.organisation.languages[1:])]
    private = [f"Disallow: {folder}/{page}/" for folder in folders for page in PRIVATE]
    site = organisation.organisation.site_url.rstrip("/")
    lines = ["User-agent: *", *private, *([f"Sitemap: {site}/sitemap.xml"] if site else [])]
    return "\n".join(lines) + "\n"


def security_txt(organisation: Organisation, now: datetime) -> str:
    """`security.txt` (RFC 9116), good for eleven months; "" where nobody is named to report to."""
    contact = organisation.contacts.security or organisation.contacts.administrator.email
    if not contact:
        return ""
    about = organisation.organisation
    site, ends = about.site_url.rstrip("/"), (now + _SECURITY_TXT_LASTS).strftime("%Y-%m-%dT00:00:00Z")
    lines = [
        f"Contact: {contact if contact.startswith('https://') else f'mailto:{contact}'}",
        f"Expires: {ends}",
        f"Preferred-Languages: {', '.join(about.languages)}",
    ]
    return "\n".join(lines + ([f"Canonical: {site}/.well-known/security.txt"] if site else [])) + "\n"


def service_worker(source: str, organisation: Organisation, assets: str) -> str:
    """The script that keeps guidance readable without a network, with what it needs to know of this site."""
    known = {
        "version": assets.rpartition("/")[2],
        "languages": organisation.organisation.languages[1:],
        "essential": _ESSENTIAL,
        "assets": [f"/{assets}/site.css", f"/{assets}/icon.svg"],
    }
    return source.replace("const SITE = {};", f"const SITE = {json.dumps(known, separators=(',', ':'))};", 1)
