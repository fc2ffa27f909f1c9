"""What pages say where not everybody has the same policy: each thing once for all, or for each domain.

Only domains are told apart: what a group has shows after a proof, and on no page.
"""

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from regain.domain import languages, passwords
from regain.domain.policy import ABILITIES
from regain.organisation import facts, policies
from regain.organisation.language import Language, without_isolates
from regain.organisation.settings import Administrator, Organisation, localised_name
from regain.phrases import Phrase

_NUMBER = re.compile(r"\+?[\d\s().-]+")
_MARKDOWN = re.compile(r"[\\`*_{}\[\]()#+.!|<>&\"'~=-]")


def variables(organisation: Organisation, language: Language) -> dict[str, Any]:
    """The variables of pages in which domains are told apart. Each is a list with `domains`: "" where it is for all."""
    return {
        "password_rules": _rules(organisation, language, change=False),
        "change_rules": _rules(organisation, language, change=True),
        "proofs": _each(organisation, language, lambda one: {"gates": one.recovery.gates}),
        "offers": _each(organisation, language, lambda one: {"kinds": one.recovery.offered}),
        "desks": _desks(organisation, language),
        "user_ids": _user_ids(organisation, language),
        "groups_differ": bool(organisation.groups),
        "can": frozenset[str]().union(*(policies.abilities(organisation, name) for name in organisation.domains)),
        "cannot": {each.replace("-", "_"): _lacking(organisation, each, language) for each in ABILITIES},
        "in_directory": any(domain.has_directory for domain in organisation.domains.values()),
        "searchable": _searchable(organisation, language),
        "sign_ins": _sign_ins(organisation, language),
        "later": any(domain.ldap and domain.ldap.usable_minutes for domain in organisation.domains.values()),
        "provider": organisation.sign_in.oidc is not None,
        "passwords_sign_in": any(
            policies.takes_passwords(organisation, each) for each in organisation.domains.values()
        ),
        "form_methods": policies.offered(organisation),
        "spoken_instead": _spoken_instead(organisation, language),
    }


def _spoken_instead(organisation: Organisation, language: Language) -> str:
    """The name of the language that calls are in, where it is not this one (L9); "" where it is."""
    if language.info.voice:
        return ""
    return languages.LANGUAGES[languages.spoken_instead(organisation.organisation.languages)].name


def plain(text: object) -> Markup:
    """Text as it is, in Markdown: no sign of it becomes markup."""
    return Markup(_MARKDOWN.sub(lambda sign: f"&#{ord(sign[0])};", str(text).strip()))  # noqa: S704 - nothing is left of it


def telephone(number: str) -> Markup:
    """A telephone number as a link that calls it (RFC 3966); as it is where it is none, or has more than a number."""
    text, called = plain(number), _NUMBER.fullmatch(without_isolates(number).strip())
    digits = re.sub(r"[^\d+]", "", called[0]) if called else ""
    return Markup('<a href="tel:{}">{}</a>').format(digits, text) if digits else text


def mailto(contact: Administrator, language: Language) -> str:
    """A `mailto:` URL with a body to fill in, for when the form cannot be used (S65)."""
    say = language.translate
    asked = (
        Phrase("My user ID:"),
        Phrase("What happened:"),
        Phrase("Reference (if the page showed one):"),
        Phrase("How you can reach me:"),
    )
    written = {
        "subject": say(Phrase("I cannot sign in to my {organisation} account")),
        "body": "".join(f"{say(each)} \n" for each in asked),
    }
    return f"mailto:{contact.email}?" + "&".join(f"{name}={quote(text, safe='')}" for name, text in written.items())


def _each(
    organisation: Organisation, language: Language, of: Callable[[Organisation], dict[str, Any]]
) -> list[dict[str, Any]]:  # fmt: skip
    """What something is for everybody, or for the people of each domain."""
    found = policies.by_domains(organisation, of)
    several = len(found) > 1
    return [{"domains": _at(domains, language) if several else "", **value} for domains, value in found]


def _lacking(organisation: Organisation, ability: str, language: Language) -> str:
    """The domains whose people cannot do what those of others can; "" where all are alike."""
    found = policies.lacking(organisation, ability)
    return _at(found, language) if found else ""


def _searchable(organisation: Organisation, language: Language) -> str:
    """The domains whose directory is searched by the beginning of names; "" for none."""
    found = tuple(name for name, domain in organisation.domains.items() if domain.in_network)
    return _at(found, language) if found else ""


def _sign_ins(organisation: Organisation, language: Language) -> list[dict[str, Any]]:
    """Where people sign in who do not do so here: each page once, with its domains."""
    away = [
        name
        for name, domain in organisation.domains.items()
        if domain.offers and not policies.signs_in(organisation, domain)
    ]
    own = {name: policies.for_domain(organisation, f"@{name}").organisation.sign_in_url for name in away}
    return [
        {"domains": _at(tuple(name for name in away if own[name] == url), language), "url": url}
        for url in dict.fromkeys(own.values())
    ]


def _at(domains: tuple[str, ...], language: Language) -> str:
    return language.translate(Phrase("{domains}", domains=facts.at_domains(domains)))


def _rules(organisation: Organisation, language: Language, change: bool) -> list[dict[str, Any]]:
    def rules(one: Organisation) -> dict[str, Any]:
        given = passwords.rules(one.passwords, change)
        return {"rules": [{**asdict(rule), "text": language.translate(rule.text)} for rule in given]}

    return _each(organisation, language, rules)


def _desks(organisation: Organisation, language: Language) -> list[dict[str, Any]]:
    def desk(one: Organisation) -> dict[str, Any]:
        contact = one.contacts.administrator
        ways = filter(None, (contact.email, contact.phone, contact.portal_url))
        return {
            "email": plain(language.isolate(contact.email)),
            "letter": mailto(contact, language) if contact.email and not contact.portal_url else "",
            "phone": telephone(str(language.isolate(contact.phone))),
            "portal_url": contact.portal_url,
            "hours": plain(localised_name(contact.hours, language.tag)),
            "in_person": plain(localised_name(contact.in_person, language.tag)),
            "ways": plain(", ".join(str(language.isolate(way)) for way in ways)),
        }

    return _each(organisation, language, desk)


def _user_ids(organisation: Organisation, language: Language) -> list[dict[str, Any]]:
    """What people call their user ID, with an example; nothing where nobody has a word of their own for it."""

    def called(one: Organisation) -> tuple[str, str]:
        return str(localised_name(one.organisation.user_id, language.tag)), one.organisation.example_user_id

    found = policies.by_domains(organisation, called)
    if not any(name for _, (name, _) in found):
        return []
    usual = language.translate(Phrase("address or user name"))
    return [
        {
            "domains": _at(domains, language) if len(found) > 1 else "",
            "name": plain(name or usual),
            "example": language.isolate(example or facts.example(domains)),
        }
        for domains, (name, example) in found
    ]
