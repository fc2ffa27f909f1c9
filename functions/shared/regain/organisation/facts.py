"""The organisation's facts: every name and number that a text may name in braces."""

from collections.abc import Iterable
from dataclasses import asdict

from regain.domain import languages
from regain.domain.flow import REFUSED_PASSWORDS
from regain.domain.methods import uses_phone
from regain.organisation import policies
from regain.organisation.settings import Organisation, localised_name
from regain.phrases import Phrase, Plural, format_list


def facts(organisation: Organisation, language: str = languages.SOURCE_LANGUAGE) -> dict[str, object]:
    """The values that texts may name in braces. Problems, messages and pages take every name and number from here.

    Values can be phrases, which the caller translates. Each number with a unit, such as `code_minutes`, is also there
    as a duration in words, `code_time`.
    """
    about, limits, contacts = organisation.organisation, organisation.limits, policies.shared(organisation).contacts
    numbers = {**asdict(organisation.recovery), **asdict(limits), **asdict(organisation.administration)}
    return {
        **{name: value for name, value in numbers.items() if isinstance(value, int)},
        **_times(numbers),
        "messages_per_hour": _messages(organisation),
        "tries": Plural("{n} try", "{n} tries", organisation.recovery.code_tries),
        "organisation": localised_name(about.name, language),
        "services": _joined(about.services) if about.services else Phrase("your work or school account"),
        "domains": _joined(organisation.domains),
        "reset_domains": _joined(policies.reset_domains(organisation) or organisation.domains),
        "example_user_id": _joined(_examples(organisation)),
        "provider": localised_name(
            organisation.sign_in.oidc.name if organisation.sign_in.oidc else "",
            language,
            localised_name(about.name, language),
        ),
        "portal": localised_name(about.portal_name, language, Phrase("the main portal")),
        "portal_url": about.portal_url,
        "apps_portal": localised_name(about.apps_portal_name, language, Phrase("the apps portal")),
        "apps_portal_url": about.apps_portal_url,
        "personal_accounts_url": about.personal_accounts_url,
        "site_url": about.site_url,
        "sign_in_url": about.sign_in_url,
        "sender": str(organisation.sender),
        "administrator_email": contacts.administrator.email,
        "administrator_phone": contacts.administrator.phone,
        "password_minimum": _by_domains(policies.by_domains(organisation, lambda each: each.passwords.minimum_length)),
        "password_points": organisation.passwords.points,
        "password_refusals": REFUSED_PASSWORDS,
        "support": localised_name(contacts.support.name, language, Phrase("Support")),
        "support_email": contacts.support.email,
        "support_phone": contacts.support.phone,
        "support_hours": localised_name(contacts.support.hours, language),
        "support_url": contacts.support.url,
    }


def example(domains: tuple[str, ...]) -> str:
    """An example of a user ID in the first of these domains."""
    return f"maria.silva@{domains[0]}"


def _examples(organisation: Organisation) -> list[str]:
    """An example for each way in which people's user IDs look."""
    found = policies.by_domains(organisation, lambda each: each.organisation.example_user_id)
    return list(dict.fromkeys(given or example(domains) for domains, given in found))


def at_domains(domains: Iterable[str]) -> object:
    """Domains as people know them, as alternatives: `@a.example or @b.example`."""
    return _joined([f"@{name}" for name in domains])


def _by_domains(found: list[tuple[tuple[str, ...], object]]) -> object:
    """The value, if it is the same for every domain; otherwise each value with its domains."""
    if len(found) == 1:
        return found[0][1]
    return format_list(Phrase("{value} ({domains})", value=value, domains=at_domains(names)) for names, value in found)


_UNITS = {
    "seconds": lambda n: Plural("{n} second", "{n} seconds", n),
    "minutes": lambda n: Plural("{n} minute", "{n} minutes", n),
    "hours": lambda n: Plural("{n} hour", "{n} hours", n),
    "days": lambda n: Plural("{n} day", "{n} days", n),
}


def _times(numbers: dict[str, object]) -> dict[str, Plural]:
    """Each setting whose name ends in a unit, as a duration in words."""
    parts = {name: name.rpartition("_") for name in numbers}
    return {
        f"{stem}_time": _UNITS[unit](numbers[name]) for name, (stem, _, unit) in parts.items() if unit in _UNITS
    }  # fmt: skip


def _messages(organisation: Organisation) -> object:
    """The limits of messages per hour, for the methods that are offered."""
    limits, kinds = organisation.limits, policies.offered(organisation)
    phone = Plural("{n} text or call", "{n} texts or calls", limits.phone_messages_per_hour)
    email = Plural("{n} e-mail", "{n} e-mails", limits.emails_per_hour)
    if not any(uses_phone(kind) for kind in kinds):
        return email
    return Phrase("{first} and {last}", first=phone, last=email) if "email" in kinds else phone


def _joined(words: Iterable[str]) -> object:
    """The words as alternatives in a sentence: a, b or c."""
    *before, last = words
    if not before:
        return last
    return Phrase("{first} or {last}", first=format_list(before), last=last)
