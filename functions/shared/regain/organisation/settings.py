"""The typed settings of `organisation.yaml`, shared by the site and the functions."""

import functools
import os
from dataclasses import dataclass, field
from email.utils import formataddr
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import UNSET, UnsetType

from regain.domain.policy import Administration, Domain, Kind, Limits, Passwords, Recovery
from regain.domain.provider import SignIn

Name = str | dict[str, str]
"""One name for all languages, or a name by language tag."""


ACCOUNT_PAGE = "/account/"
"""Where people sign in to this site."""


@dataclass(frozen=True)
class About:
    """Names and addresses that appear in the guidance and in messages.

    `languages`: the first is the organisation's own, for whoever wants none of them. `user_id` is what people call
    their user ID ("matriculation number"), and `example_user_id` one as they would type it. With
    `user_id_aliases: [mail]` they may type their address instead, if it is one person's only. `colour` (`#12355b`) and
    `logo` (a file beside `organisation.yaml`) are how people know the organisation. Pages of `embed_from` (origins) may
    show the form in a frame; those of this machine (`http://localhost:3000`) where the site runs on it too.
    """

    name: Name
    services: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    user_id: Name = ""
    example_user_id: str = ""
    user_id_aliases: tuple[Literal["mail"], ...] = ()
    colour: str = ""
    logo: str = ""
    sign_in_url: str = ACCOUNT_PAGE
    portal_name: Name = ""
    portal_url: str = ""
    apps_portal_name: Name = ""
    apps_portal_url: str = ""
    personal_accounts_url: str = ""
    site_url: str = ""
    time_zone: str = "UTC"
    embed_from: tuple[str, ...] = ()

    @property
    def deployed_embed_from(self) -> tuple[str, ...]:
        """The origins that may show the form of a deployed site: none of this machine's."""
        return tuple(origin for origin in self.embed_from if origin.startswith("https://"))

    @property
    def own_name(self) -> str:
        """The name in the organisation's own language."""
        return str(localised_name(self.name, self.languages[0]))


@dataclass(frozen=True)
class Administrator:
    """Where "Contact your administrator" leads: a portal of the organisation's own, or an address.

    `hours`: when the telephone is answered. `in_person`: where to go, and what to bring as identification.

    With neither, requests go to the people with the roles helpdesk, user administrator or administrator: the first
    that somebody has.
    """

    email: str = ""
    phone: str = ""
    hours: Name = ""
    in_person: Name = ""
    portal_url: str = ""
    single: bool = False


@dataclass(frozen=True)
class Support:
    """Who helps if nobody in the organisation can."""

    name: Name = ""
    email: str = ""
    phone: str = ""
    hours: Name = ""
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
    """Who is told of a change, and by whom (S57).

    `invitation`: a sentence of yours in the mail that asks people to register. `invitations_per_hour`: how many of
    these mails are sent, so that codes never wait behind them.
    """

    person: bool = True
    administrators: bool = True
    sender: str = ""
    invitation: Name = ""
    invitations_per_hour: int = 6_000


class AboutPolicy(msgspec.Struct, frozen=True):
    """What some people call the organisation and their user ID."""

    name: Name | UnsetType = UNSET
    user_id: Name | UnsetType = UNSET
    example_user_id: str | UnsetType = UNSET


class ContactsPolicy(msgspec.Struct, frozen=True):
    """Whom some people ask: it replaces the other as a whole, so that nobody is given one desk's hours and another's
    number.
    """

    administrator: Administrator | UnsetType = UNSET


class RecoveryPolicy(msgspec.Struct, frozen=True):
    """How some people prove who they are."""

    gates: Literal[1, 2] | UnsetType = UNSET
    methods: tuple[Kind, ...] | UnsetType = UNSET
    methods_registered: int | UnsetType = UNSET


class PasswordsPolicy(msgspec.Struct, frozen=True):
    """What the passwords of some people must be."""

    profile: Literal["nist", "entra"] | UnsetType = UNSET
    minimum: int | UnsetType = UNSET
    maximum: int | UnsetType = UNSET


class Policy(msgspec.Struct, frozen=True):
    """What differs for the people of the domains and groups that name it: keys of the sections of the same names.

    What it leaves out is as for everybody (`regain.organisation.policies`).
    """

    organisation: AboutPolicy = AboutPolicy()
    contacts: ContactsPolicy = ContactsPolicy()
    recovery: RecoveryPolicy = RecoveryPolicy()
    passwords: PasswordsPolicy = PasswordsPolicy()


class GroupSettings(msgspec.Struct, frozen=True):
    """The policy of a group, by the group's name."""

    policy: str


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
    sign_in: SignIn = msgspec.field(default_factory=SignIn)
    policies: dict[str, Policy] = {}
    groups: dict[str, GroupSettings] = {}

    @property
    def default_domain(self) -> str:
        """The domain that completes a user name typed without one: the first in the file."""
        return next(iter(self.domains))

    def domain_of(self, user_id: str) -> Domain | None:
        """The domain of a user ID, or None for one that the file does not name."""
        return self.domains.get(user_id.rpartition("@")[2])

    @property
    def sender(self) -> Mailbox:
        """The From of every message (S57)."""
        given = mailbox(self.notify.sender)
        name = given.name or f"{self.organisation.own_name} account help"
        return Mailbox(name, given.address or f"no-reply@{self.default_domain}")


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
