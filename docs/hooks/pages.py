"""Pure functions: catalogue and organisation in, Markdown and variables out. Knows nothing of MkDocs.

Kept apart from the hook so that another site generator can call them.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from regain import contract
from regain.domain import events, passwords
from regain.domain.account import ROLES
from regain.domain.methods import LABELS, by_phone, sent
from regain.organisation import Link, Organisation, facts
from regain.problems import ARTICLES, CATALOGUE, Problem

PAGES = {
    "home": "index.md",
    "account": "account.md",
    "reset": "reset.md",
    "unlock": "unlock.md",
    "register": "register.md",
    "password": "password.md",
    "no-code": "no-code.md",
    "problems": "problems.md",
    "not-me": "not-me.md",
    "administrator": "contact-administrator.md",
    "support": "contact-support.md",
}
"""The short names by which the catalogue links to pages: `[words](page:reset)`."""

FRONT_MATTER = ("title", "description", "id", "audience", "topic", "owner", "reviewed", "keywords")
"""What every page says of itself (S1, S3, S4)."""

AUDIENCES, TOPICS = ("everybody", "administrators"), ("task", "concept", "troubleshooting", "reference")
_METHOD_PAGES = {
    "email": ("An alternate e-mail address", "One that you can read without the password of this account."),
    "sms": ("A mobile phone, for text messages", "Your authentication phone, with its country code."),
    "call-mobile": ("A mobile phone, for calls", "A voice reads the code."),
    "call-office": ("Your office phone", "Only an administrator can enter it."),
    "authenticator": ("An authenticator app", "Codes from an app, also without a network."),
    "recovery-code": ("A saved recovery code", "A code to print and keep."),
    "questions": ("Security questions", "Each with another answer, only together with another proof."),
    "passkey": ("A passkey", "Your fingerprint, face or PIN."),
}
"""The page of each kind of method, `methods/<kind>.md`: the words of the link to it, and what matters most (S74)."""

_FORMS = {
    "form": ("/api/reset", "/api/unlock"),
    "account": ("/api/account",),
    "not-me": ("/api/account/secure",),
    "contact": ("/api/contact",),
    "admin": ("/api/admin",),
}
"""The paths that each form of the site calls, by the name of its partial."""

_SECURITY_TXT_LASTS = timedelta(days=335)  # less than a year is recommended (RFC 9116, 2.5.5)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_WHO = {
    "administrator": "Your administrator: [contact your administrator](../contact-administrator.md).",
    "support": "Support: [contact support](../contact-support.md).",
    "you": "You can do this yourself. If it does not help, [contact your administrator](../contact-administrator.md).",
}


class PageError(Exception):
    """A page that must not be published: what is missing, and where."""


def offered(problem: Problem, organisation: Organisation) -> bool:
    """Whether the problem can occur with this organisation's settings."""
    recovery = organisation.recovery
    wanted = problem.when.split()
    return not wanted or any(each in recovery.offered or getattr(recovery, each, False) for each in wanted)


def problems(organisation: Organisation) -> dict[str, Problem]:
    """The problems that can occur, by code."""
    return {code: problem for code, problem in CATALOGUE.items() if offered(problem, organisation)}


def form_problems(organisation: Organisation, paths: tuple[str, ...]) -> dict[str, Problem]:
    """The problems that a form may have to show: those of the operations under its paths, and of every request."""
    operations = [operation for operation in contract.OPERATIONS if operation.path.startswith(paths)]
    listed = {problem.code for operation in operations for problem in operation.problems}
    listed |= {problem.code for problem in (*contract.ANY_ROUTE, *contract.ANY_BODY)}
    return {code: problem for code, problem in problems(organisation).items() if code in listed}


def problem_page(problem: Problem, organisation: Organisation) -> str:
    """The page of guidance of one problem, at `errors/<code>.md`."""
    known = facts(organisation)
    happened = _linked(problem.happened.format_map(known), known)
    steps = "\n".join(f"{n}. {_linked(step.format_map(known), known)}" for n, step in enumerate(problem.to_do, start=1))
    return f"""---
title: "{problem.title}"
description: "What it means when you see “{problem.title}”, and what to do about it."
id: RG-{ARTICLES[problem.code]}
audience: everybody
topic: troubleshooting
owner: Account help team
reviewed: 2026-11-23
keywords: [{problem.code}, error message]
---
# {problem.title}

## What happened

{happened}

## What to do

{steps}

## Who can help

{_WHO[problem.who]} If you see a **reference** (R- and eight letters and digits), quote it.

[All messages and what they mean](../problems.md)
"""


def published(path: str, organisation: Organisation) -> bool:
    """Whether a page is part of this organisation's site: one about a method only where that is offered."""
    folder, _, name = path.rpartition("/")
    return folder != "methods" or name.removesuffix(".md") in organisation.recovery.offered


def in_use(meta: Mapping[str, Any], organisation: Organisation) -> bool:
    """Whether a page's form is in use: a request for help needs somebody here who takes it (S37)."""
    contacts = organisation.contacts
    if meta.get("form") != "contact":
        return True
    return bool(contacts.support.email) if meta["purpose"] == "support" else not contacts.administrator.portal_url


def event_kinds() -> dict[str, str]:
    """Every kind of event in words that fit any of them: for filters and counts."""
    known = {"by": "somebody who helps", "method": "a method"}
    last = re.compile(r"(: \{\w+\}|, \{channel\}(: \{message\})?)?\.$")
    plain = {name: last.sub("", kind.text).format(**known) for name, kind in events.KINDS.items()}
    return {name: text[0].upper() + text[1:] for name, text in plain.items()}


def problem_rows(organisation: Organisation) -> list[dict[str, str]]:
    """The table "Which message do you see?": the four rows of the articles first, then the rest by title (S63)."""
    known = facts(organisation)
    every = sorted(problems(organisation).values(), key=lambda p: (p.row or "Z", p.title))
    return [
        {
            "code": problem.code,
            "title": problem.title,
            "means": _unlinked(problem.happened.format_map(known)),
            "do": _unlinked(problem.to_do[0].format_map(known)),
            "row": problem.row,
        }
        for problem in every
    ]


def robots(organisation: Organisation) -> str:
    """`robots.txt` (RFC 9309): guidance may be found, pages for one person need not be."""
    lines = ["User-agent: *", *(f"Disallow: /{page}/" for page in ("account", "admin", "not-me"))]
    site = organisation.organisation.site_url.rstrip("/")
    return "\n".join(lines + ([f"Sitemap: {site}/sitemap.xml"] if site else [])) + "\n"


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


def variables(organisation: Organisation) -> dict[str, Any]:
    """What pages and templates may name."""
    recovery = organisation.recovery
    contact = organisation.contacts.administrator
    return {
        **facts(organisation),
        "about": organisation.organisation,
        "communities": _links(organisation.contacts.communities),
        "training": _links(organisation.contacts.training),
        "administrator": contact,
        "administrator_link": administrator_link(organisation),
        "administrator_letter": administrator_letter(organisation),
        "administration": organisation.administration,
        "event_kinds": event_kinds(),
        "roles": [role for role in reversed(ROLES) if role],
        "support_contact": organisation.contacts.support,
        "domains": organisation.domains,
        "elsewhere": {n: d for n, d in organisation.domains.items() if d.directory == "elsewhere"},
        "recovery": recovery,
        "limits": organisation.limits,
        "methods": {kind: LABELS[kind] for kind in recovery.offered},
        "sent_methods": {kind: LABELS[kind] for kind in recovery.offered if sent(kind)},
        "method_pages": {kind: _METHOD_PAGES[kind] for kind in recovery.offered},
        "by_phone": [kind for kind in recovery.offered if by_phone(kind)],
        "password_rules": passwords.help_text(organisation.passwords),
        "passwords": organisation.passwords,
        "sender": organisation.sender,
        "problems": problems(organisation),
        "form_problems": {form: form_problems(organisation, paths) for form, paths in _FORMS.items()},
        "problem_rows": problem_rows(organisation),
    }


def _links(given: Iterable[Link | str]) -> list[Link]:
    """Links with words; an address alone is its own words."""
    return [link if isinstance(link, Link) else Link(link, link) for link in given]


def administrator_link(organisation: Organisation) -> str:
    """Where "Contact your administrator" leads: the organisation's portal, or the page with the form (S36, S37)."""
    return organisation.contacts.administrator.portal_url or "contact-administrator/"


def administrator_letter(organisation: Organisation) -> str:
    """A letter that asks for what is needed, where the form cannot be used (S65); without an address, the page."""
    contact = organisation.contacts.administrator
    if contact.portal_url or not contact.email:
        return administrator_link(organisation)
    subject = f"I cannot sign in to my {organisation.organisation.name} account"
    body = "My user ID: \nWhat happened: \nReference (if the page showed one): \nHow you can reach me: \n"
    quoted = "&".join(f"{name}={quote(value, safe='')}" for name, value in (("subject", subject), ("body", body)))
    return f"mailto:{contact.email}?{quoted}"


def check_front_matter(meta: Mapping[str, Any], where: str) -> None:
    """Raises PageError where a page does not say what it must say of itself."""
    missing = [key for key in FRONT_MATTER if not meta.get(key)]
    if missing:
        raise PageError(f"{where}: the front matter lacks {', '.join(missing)}")
    if meta["audience"] not in AUDIENCES or meta["topic"] not in TOPICS:
        raise PageError(f"{where}: audience is one of {AUDIENCES}, topic one of {TOPICS}")
    if not re.fullmatch(r"RG-\d{4}", str(meta["id"])):
        raise PageError(f"{where}: the id is RG- and four digits")


def check_unique(pages: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Raises PageError where two pages share a title or an id."""
    seen: dict[str, str] = {}
    for where, meta in pages:
        for key in (str(meta["title"]), str(meta["id"])):
            if key in seen:
                raise PageError(f"{where} and {seen[key]} share “{key}”")
            seen[key] = where


def _linked(text: str, known: Mapping[str, Any]) -> str:
    """Short names and facts in links as addresses; a link to nothing as plain words."""

    def one(match: re.Match[str]) -> str:
        words, target = match.groups()
        if target.startswith("page:"):
            name = target.removeprefix("page:")
            if name not in PAGES:
                raise PageError(f"there is no page called {name}")
            return f"[{words}](../{PAGES[name]})"
        if target not in known:
            raise PageError(f"{target} is neither a page nor a fact")
        return f"[{words}]({known[target]})" if known[target] else words

    return _LINK.sub(one, text)


def _unlinked(text: str) -> str:
    return _LINK.sub(r"\1", text)
