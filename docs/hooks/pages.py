"""Generates Markdown and template variables from the catalogue, the organisation and the language.

Pure functions that do not depend on MkDocs, so that another site generator can call them.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from hooks import policy_texts
from hooks.well_known import PRIVATE
from regain.api import contract
from regain.domain import events, limit_table, roles
from regain.domain.methods import LABELS, uses_phone
from regain.domain.policy import Recovery
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import Link, Organisation, localised_name
from regain.phrases import Phrase
from regain.problems import (
    ARTICLE_NUMBERS,
    CATALOGUE,
    Problem,
)

PAGES = {
    "home": "index.md",
    "account": "account.md",
    "accessibility": "accessibility.md",
    "admin": "admin/index.md",
    "administrator": "contact-administrator.md",
    "command-line": "admin/command-line.md",
    "is-it-us": "is-it-us.md",
    "no-code": "no-code.md",
    "not-me": "not-me.md",
    "password": "password.md",
    "problems": "problems.md",
    "register": "register.md",
    "reset": "reset.md",
    "support": "contact-support.md",
    "unlock": "unlock.md",
}
"""The names by which texts link to pages: `[text](page:reset)`."""

FRONT_MATTER = ("title", "description", "id", "audience", "topic", "owner", "reviewed", "keywords")
"""The front matter that every page must have (S1, S3, S4)."""

AUDIENCES, TOPICS = ("everybody", "administrators"), ("task", "concept", "troubleshooting", "reference")
REVIEWED = "2026-11-24"
"""When the texts of the problem catalogue were last reviewed."""

_METHOD_PAGES = {
    "email": (
        Phrase("An alternate e-mail address"),
        Phrase("One that you can read without the password of this account."),
    ),
    "sms": (Phrase("A mobile phone, for text messages"), Phrase("Your authentication phone, with its country code.")),
    "call-mobile": (Phrase("A mobile phone, for calls"), Phrase("A voice reads the code.")),
    "call-office": (Phrase("Your office phone"), Phrase("Only an administrator can enter it.")),
    "authenticator": (Phrase("An authenticator app"), Phrase("Codes from an app, also without a network.")),
    "recovery-code": (Phrase("A saved recovery code"), Phrase("A code to print and keep.")),
    "questions": (Phrase("Security questions"), Phrase("Each with another answer, only together with another proof.")),
    "passkey": (Phrase("A passkey"), Phrase("Your fingerprint, face or PIN.")),
}  # fmt: skip
"""For each kind of method, the text of the link to its page `methods/<kind>.md`, and a summary (S74)."""

_FORMS = {
    "recovery": ("/api/reset", "/api/unlock"),
    "account": ("/api/account",),
    "not-me": ("/api/account/secure",),
    "contact": ("/api/contact",),
    "admin": ("/api/admin",),
}
"""The API paths that each form calls, by the name of its partial."""

_LINK = re.compile(r"\[([^\]]+)\]\(([^)]+)\)")
_HELP_FROM = {
    "administrator": Phrase("Your administrator: [contact your administrator](page:administrator)."),
    "support": Phrase("Support: [contact support](page:support)."),
    "you": Phrase("You can do this yourself. If it does not help, [contact your administrator](page:administrator)."),
}
_HAPPENED, _TO_DO, _HELP = Phrase("What happened"), Phrase("What to do"), Phrase("Who can help")
_ALL_PROBLEMS = Phrase("[All messages and what they mean](page:problems)")
_DESCRIBED = Phrase("What it means when you see “{title}”, and what to do about it.")
_QUOTE = Phrase("If you see a **reference** (R- and eight letters and digits), quote it.")


class PageError(Exception):
    """The page must not be published; the message says what is wrong, and where."""


def can_occur(problem: Problem, organisation: Organisation) -> bool:
    """Whether the problem can occur with this organisation's settings."""
    recovery, offered = organisation.recovery, policies.offered(organisation)
    wanted = problem.features.split()
    if "several-domains" in wanted:
        return len(organisation.domains) > 1
    if "directory" in wanted:
        return any(domain.directory not in ("dynamodb", "elsewhere") for domain in organisation.domains.values())
    return not wanted or any(each in offered or getattr(recovery, each, False) for each in wanted)


def problems(organisation: Organisation) -> dict[str, Problem]:
    """The problems that can occur with this organisation's settings, by code."""
    return {code: problem for code, problem in CATALOGUE.items() if can_occur(problem, organisation)}


def problem_fields(organisation: Organisation, paths: tuple[str, ...]) -> dict[str, str]:
    """The problems that a form shows beside a field, by the name of the field: codes of the operations it calls.

    All that a form says of a problem stands in the response, in the language of the page.
    """
    operations = [operation for operation in contract.OPERATIONS if operation.path.startswith(paths)]
    listed = {problem.code for operation in operations for problem in operation.problems}
    fields: dict[str, str] = {}
    for code, problem in problems(organisation).items():
        if code in listed and problem.field:
            fields[problem.field] = f"{fields.get(problem.field, '')} {code}".strip()
    return fields


def problem_page(problem: Problem, language: Language) -> str:
    """The Markdown of a problem's page, `errors/<code>.md`, with its facts still in braces."""
    say = language.gettext
    title = say(problem.title)
    steps = "\n".join(f"{n}. {_linked(say(step))}" for n, step in enumerate(problem.steps, start=1))
    described = say(_DESCRIBED).replace("{title}", title)
    return f"""---
title: {json.dumps(title, ensure_ascii=False)}
description: {json.dumps(described, ensure_ascii=False)}
id: RG-{ARTICLE_NUMBERS[problem.code]}
audience: everybody
topic: troubleshooting
owner: Account help team
reviewed: {REVIEWED}
keywords: [{problem.code}, error message]
---
# {title}

## {say(_HAPPENED)} {{: #what-happened }}

{_linked(say(problem.explanation))}

## {say(_TO_DO)} {{: #what-to-do }}

{steps}

## {say(_HELP)} {{: #who-can-help }}

{_linked(say(_HELP_FROM[problem.help_from]))} {say(_QUOTE)}

{_linked(say(_ALL_PROBLEMS))}
"""


def published(path: str, organisation: Organisation) -> bool:
    """Whether a page belongs to this organisation's site. The page of a method does if anybody is offered it."""
    folder, _, name = path.rpartition("/")
    return folder != "methods" or name.removesuffix(".md") in policies.offered(organisation)


def form_in_use(meta: Mapping[str, Any], organisation: Organisation) -> bool:
    """Whether a page shows its form. A form for asking for help needs a recipient in the settings (S37)."""
    if meta.get("form") != "contact":
        return True
    if meta["purpose"] == "support":
        return bool(organisation.contacts.support.email)
    return not policies.shared(organisation).contacts.administrator.portal_url


def problem_rows(organisation: Organisation, language: Language) -> list[dict[str, str]]:
    """The rows of the table "Which message do you see?": the articles' four first, then the others by title (S63)."""
    say = language.gettext
    every = sorted(problems(organisation).values(), key=lambda p: (p.table_row or "Z", say(p.title)))
    return [
        {
            "code": problem.code,
            "title": say(problem.title),
            "means": _LINK.sub(r"\1", say(problem.explanation)),
            "do": _LINK.sub(r"\1", say(problem.steps[0])),
            "row": problem.table_row,
        }
        for problem in every
    ]


def variables(organisation: Organisation, language: Language) -> dict[str, Any]:
    """The variables of Jinja statements in pages and templates. Texts use `regain.organisation.facts`."""
    contacts, say = policies.shared(organisation).contacts, language.translate
    recovery = organisation.recovery
    offered = tuple(dict.fromkeys(kind for _, kinds in policies.by_domains(organisation, _kinds) for kind in kinds))
    return {
        **policy_texts.variables(organisation, language),
        "about": organisation.organisation,
        "communities": _named(contacts.communities, language),
        "training": _named(contacts.training, language),
        "administrator": contacts.administrator,
        "administration": organisation.administration,
        "event_kinds": {name: say(kind.sentence) for name, kind in events.KINDS.items()},
        "roles": {role: say(words) for role, words in reversed(roles.NAMES.items())},
        "support_contact": contacts.support,
        "personal_accounts_url": organisation.organisation.personal_accounts_url,
        "domains": organisation.domains,
        "elsewhere": {n: d for n, d in organisation.domains.items() if d.directory == "elsewhere"},
        "recovery": recovery,
        "settings": _settings(recovery),
        "limits": organisation.limits,
        "limit_rows": _limit_rows(organisation, language),
        "methods": {kind: say(LABELS[kind]) for kind in offered},
        "method_pages": {kind: tuple(map(say, _METHOD_PAGES[kind])) for kind in offered},
        "by_phone": [kind for kind in offered if uses_phone(kind)],
        "passwords": organisation.passwords,
        "problems": problems(organisation),
        "private": PRIVATE,
        "problem_fields": {form: problem_fields(organisation, paths) for form, paths in _FORMS.items()},
        "problem_rows": problem_rows(organisation, language),
    }


def _kinds(organisation: Organisation) -> tuple[str, ...]:
    return organisation.recovery.offered


def _limit_rows(organisation: Organisation, language: Language) -> list[dict[str, Any]]:
    """The table of limits in words, with this organisation's numbers."""
    return [
        {"counted": language.translate(row.counted), "by": language.translate(row.by), "most": f"{row.most:,}",
         "window": language.translate(row.window), "past": language.translate(row.past), "setting": row.setting,
         "varies": row.varies}
        for row in limit_table.rows(organisation.recovery, organisation.limits)
    ]  # fmt: skip


def _settings(recovery: Recovery) -> dict[str, str]:
    """Settings in the form they have in `organisation.yaml`."""
    chosen = recovery.enabled_for
    return {
        "enabled_for": chosen if isinstance(chosen, str) else ", ".join(chosen),
        "methods": ", ".join(recovery.offered),
        "confirm_contact": str(recovery.confirm_contact).lower(),
        "phone_countries": ", ".join(recovery.phone_countries) or "–",
    }


def links(organisation: Organisation, language: Language) -> dict[str, str]:
    """The URLs of `fact:` links by name; "" if the organisation has not set one."""
    about, contacts = organisation.organisation, organisation.contacts
    return {
        "administrator_link": administrator_link(organisation),
        "administrator_letter": administrator_mailto(organisation, language),
        "apps_portal_url": about.apps_portal_url,
        "personal_accounts_url": about.personal_accounts_url,
        "portal_url": about.portal_url,
        "sign_in_url": about.sign_in_url,
        "support_url": contacts.support.url,
    }


def address(target: str, known: Mapping[str, str]) -> str:
    """The URL of a link in a text: of `page:name`, relative to the language's root; of `fact:name`, from `known`."""
    kind, _, name = target.partition(":")
    if kind == "page":
        if name not in PAGES:
            raise PageError(f"there is no page called {name}")
        return re.sub(r"(^|/)index/$", r"\1", PAGES[name].removesuffix(".md") + "/") or "."
    if kind == "fact":
        if name not in known:
            raise PageError(f"{name} is no address of the organisation")
        return known[name]
    return target


def administrator_link(organisation: Organisation) -> str:
    """The URL of "Contact your administrator": the organisation's portal, or the page with the form (S36, S37)."""
    return policies.shared(organisation).contacts.administrator.portal_url or "contact-administrator/"


def administrator_mailto(organisation: Organisation, language: Language) -> str:
    """A letter to the administrator (S65); the page if no address is set, or not everybody has the same."""
    contact = policies.shared(organisation).contacts.administrator
    if contact.portal_url or not contact.email:
        return administrator_link(organisation)
    return policy_texts.mailto(contact, language)


def check_front_matter(meta: Mapping[str, Any], where: str) -> None:
    """Raises PageError if the front matter is incomplete or invalid."""
    missing = [key for key in FRONT_MATTER if not meta.get(key)]
    if missing:
        raise PageError(f"{where}: the front matter lacks {', '.join(missing)}")
    if meta["audience"] not in AUDIENCES or meta["topic"] not in TOPICS:
        raise PageError(f"{where}: audience is one of {AUDIENCES}, topic one of {TOPICS}")
    if not re.fullmatch(r"RG-\d{4}", str(meta["id"])):
        raise PageError(f"{where}: the id is RG- and four digits")


def check_unique(pages: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Raises PageError if two pages share a title or an id."""
    seen: dict[str, str] = {}
    for where, meta in pages:
        for key in (str(meta["title"]), str(meta["id"])):
            if key in seen:
                raise PageError(f"{where} and {seen[key]} share “{key}”")
            seen[key] = where


def _named(given: Iterable[Link | str], language: Language) -> list[dict[str, str]]:
    """Links with their text in the language. A bare URL is its own text."""
    each = [link if isinstance(link, Link) else Link(link, link) for link in given]
    return [{"name": str(localised_name(link.name, language.tag)), "url": link.url} for link in each]


def _linked(text: str) -> str:
    """Replaces `page:` links with relative links, which MkDocs checks."""

    def one(match: re.Match[str]) -> str:
        words, target = match.groups()
        if not target.startswith("page:"):
            return f"[{words}](fact:{target.removeprefix('fact:')})"
        address(target, {})
        return f"[{words}](../{PAGES[target.removeprefix('page:')]})"

    return _LINK.sub(one, text)
