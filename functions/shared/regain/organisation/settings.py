"""The typed settings of `organisation.yaml`, shared by the site and the functions."""

import functools
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from email.utils import formataddr
from pathlib import Path

import msgspec

from regain.domain import languages
from regain.domain.flow import REFUSED_PASSWORDS
from regain.domain.methods import uses_phone
from regain.domain.policy import Administration, Domain, Limits, Passwords, Recovery
from regain.phrases import Phrase, Plural, format_list

Name = str | dict[str, str]
"""One name for all languages, or a name by language tag."""


@dataclass(frozen=True)
class About:
    """Names and addresses that appear in the guidance and in messages.

    `languages`: the first is the organisation's own, for whoever wants none of them. `colour` (`#12355b`) and `logo` (a
    file beside `organisation.yaml`) are how people know the organisation. Pages of `embed_from` (origins) may show the
    form in a frame.
    """

    name: str
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    colour: str = ""
    logo: str = ""
    sign_in_url: str = "/account/"
    portal_name: Name = ""
    portal_url: str = ""
    apps_portal_name: Name = ""
    apps_portal_url: str = ""
    personal_accounts_url: str = ""
    site_url: str = ""
    time_zone: str = "UTC"
    embed_from: tuple[str, ...] = ()


@dataclass(frozen=True)
class Administrator:
    """Where "Contact your administrator" leads: a portal of the organisation's own, or an address.

    With neither, requests go to the people with the roles helpdesk, user administrator or administrator: the first
    that somebody has.
    """

    email: str = ""
    phone: str = ""
    portal_url: str = ""
    single: bool = False


@dataclass(frozen=True)
class Support:
    """Who helps if nobody in the organisation can."""

    name: Name = ""
    email: str = ""
    phone: str = ""
    url: str = ""
    per_service: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A link and its text."""

    name: Name
    url: str


@dataclass(frozen=True)
class Contacts:
    """Who can be asked. `security` is where a hole is reported to: an e-mail address, or a web address.

    Without it, reports go to the administrator's address.
    """

    administrator: Administrator = field(default_factory=Administrator)
    support: Support = field(default_factory=Support)
    security: str = ""
    communities: tuple[Link | str, ...] = ()
    training: tuple[Link | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an e-mail address."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]

    @property
    def header(self) -> str:
        """The mailbox for a From header, in ASCII: quoted (RFC 5322) and encoded (RFC 2047) where its name needs it."""
        return formataddr((self.name, self.address))

    def __str__(self) -> str:
        return f"{self.name} <{self.address}>"


class Notify(msgspec.Struct, frozen=True, rename={"sender": "from"}):
    """Who is told of a change, and by whom (S57)."""

    person: bool = True
    administrators: bool = True
    sender: str = ""


class Organisation(msgspec.Struct, frozen=True):
    """The whole file. Only `organisation.name` and `domains` have no default."""

    organisation: About
    domains: dict[str, Domain]
    contacts: Contacts = msgspec.field(default_factory=Contacts)
    recovery: Recovery = msgspec.field(default_factory=Recovery)
    limits: Limits = msgspec.field(default_factory=Limits)
    passwords: Passwords = msgspec.field(default_factory=Passwords)
    notify: Notify = msgspec.field(default_factory=Notify)
    administration: Administration = msgspec.field(default_factory=Administration)

    @property
    def default_domain(self) -> str:
        """The domain that completes a user name typed without one: the first in the file."""
        return next(iter(self.domains))

    @property
    def sender(self) -> Mailbox:
        """The From of every message (S57)."""
        given = mailbox(self.notify.sender)
        return Mailbox(
            given.name or f"{self.organisation.name} account help", given.address or f"no-reply@{self.default_domain}"
        )


def mailbox(text: str) -> Mailbox:
    """A mailbox as people write it: an address, or `Name <address>` with any name, in quotes or without."""
    name, bracket, address = text.strip().rpartition("<")
    if not bracket:
        return Mailbox("", text.strip())
    return Mailbox(name.strip().removeprefix('"').removesuffix('"').strip(), address.rstrip("> "))


def load(path: Path) -> Organisation:
    """The organisation from the JSON that the build makes of `organisation.yaml`."""
    return msgspec.json.decode(path.read_bytes(), type=Organisation)


@functools.cache
def current() -> Organisation:
    """The organisation of this process: `ORGANISATION_FILE`, or the file packed beside this one."""
    packed = Path(__file__).parents[1] / "organisation.json"
    return load(Path(os.environ.get("ORGANISATION_FILE") or packed))


def localised_name(name: Name, language: str, otherwise: object = "") -> object:
    """A name in a language, or else its first name, or else `otherwise`."""
    if isinstance(name, dict):
        return name.get(language) or next(iter(name.values()), otherwise)
    return name or otherwise


def facts(organisation: Organisation, language: str = languages.SOURCE_LANGUAGE) -> dict[str, object]:
    """What texts may name in braces: problems, messages and pages take every name and number from here.

    Whoever puts them into words says the phrases among them. Beside `code_minutes`, a number, stands `code_time`: that
    number of minutes in words.
    """
    about, limits, contacts = organisation.organisation, organisation.limits, organisation.contacts
    numbers = {**asdict(organisation.recovery), **asdict(limits), **asdict(organisation.administration)}
    return {
        **{name: value for name, value in numbers.items() if isinstance(value, int)},
        **_times(numbers),
        "messages_per_hour": _messages(organisation),
        "tries": Plural("{n} try", "{n} tries", organisation.recovery.code_tries),
        "organisation": about.name,
        "services": _joined(about.services) if about.services else Phrase("your work or school account"),
        "domains": _joined(organisation.domains),
        "example_user_id": f"maria.silva@{organisation.default_domain}",
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
        "password_minimum": organisation.passwords.minimum_length,
        "password_maximum": organisation.passwords.maximum,
        "password_points": organisation.passwords.points,
        "password_refusals": REFUSED_PASSWORDS,
        "support": localised_name(contacts.support.name, language, Phrase("Support")),
        "support_email": contacts.support.email,
        "support_phone": contacts.support.phone,
        "support_url": contacts.support.url,
    }


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
    """The limits of messages an hour, for the methods that are offered."""
    limits, kinds = organisation.limits, organisation.recovery.offered
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
