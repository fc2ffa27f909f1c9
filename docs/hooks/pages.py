"""Generates Markdown and template variables from the catalogue, the organisation and the language.

Pure functions that do not depend on MkDocs, so that another site generator can call them.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from hooks import policy_texts, problem_pages
from hooks.addresses import PageError
from hooks.catalogues import terms
from hooks.well_known import PRIVATE
from regain.domain import events, limit_table, roles
from regain.domain.methods import LABELS, channel, sends_code, uses_phone
from regain.domain.policy import Recovery
from regain.organisation import policies
from regain.organisation.language import Language
from regain.organisation.settings import Link, Organisation, localised_name
from regain.phrases import Phrase

FRONT_MATTER = ("title", "description", "id", "audience", "topic", "owner", "reviewed", "keywords")
"""The front matter that every page must have (S1, S3, S4)."""

AUDIENCES, TOPICS = ("everybody", "administrators"), ("task", "concept", "troubleshooting", "reference")
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


def published(path: str, organisation: Organisation) -> bool:
    """Whether a page belongs to this organisation's site. That of a method, or of unlocking, does if it is offered."""
    folder, _, name = path.rpartition("/")
    if path == "unlock.md":
        return policies.unlocks(organisation)
    return folder != "methods" or name.removesuffix(".md") in policies.offered(organisation)


def form_in_use(meta: Mapping[str, Any], organisation: Organisation) -> bool:
    """Whether a page shows its form. Asking for help needs a recipient (S37), and a reset somebody who may (F13)."""
    can = [policies.abilities(organisation, name) for name in organisation.domains]
    if meta.get("form") == "recovery":
        return any(meta["purpose"] in each for each in can)
    if meta.get("form") == "account":
        return any("sign-in" in each for each in can)
    if meta.get("form") != "contact":
        return True
    if meta["purpose"] == "support":
        return bool(organisation.contacts.support.email)
    return not policies.shared(organisation).contacts.administrator.portal_url


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
        "support_contact": replace(
            contacts.support,
            per_service={policy_texts.plain(name): url for name, url in contacts.support.per_service.items()},
        ),
        "has_support": problem_pages.has_support(organisation),
        "self_service": policies.self_service(organisation),
        "administrators_can_reset": len({channel(kind) for kind in offered if kind != "questions"}) > 1,
        "sent_methods": [kind for kind in offered if sends_code(kind)],
        "sign_in_url": sign_in_url(organisation),
        "personal_accounts_url": organisation.organisation.personal_accounts_url,
        "domains": organisation.domains,
        "elsewhere": {n: d for n, d in organisation.domains.items() if d.directory == "elsewhere"},
        "recovery": recovery,
        "settings": _settings(recovery),
        "limits": organisation.limits,
        "limit_rows": _limit_rows(organisation, language),
        "methods": {kind: say(LABELS[kind]) for kind in offered},
        "method_pages": {kind: tuple(map(say, _METHOD_PAGES[kind])) for kind in offered},
        "terms": terms.of(language.tag),
        "by_phone": [kind for kind in offered if uses_phone(kind)],
        "passwords": organisation.passwords,
        "problems": problem_pages.problems(organisation),
        "private": PRIVATE,
        "problem_fields": problem_pages.fields_of_forms(organisation),
        "problem_rows": problem_pages.problem_rows(organisation, language),
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
        if row.name != limit_table.PROVIDER or organisation.sign_in.oidc
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
        "sign_in_url": sign_in_url(organisation),
        "support_url": contacts.support.url,
    }


def sign_in_url(organisation: Organisation) -> str:
    """Where everybody signs in; "" where some do so elsewhere."""
    found = policies.by_domains(organisation, lambda each: each.organisation.sign_in_url)
    return found[0][1] if len(found) == 1 else ""


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
    return [{"name": policy_texts.plain(localised_name(link.name, language.tag)), "url": link.url} for link in each]
