"""The organisation: the typed content of `organisation.yaml`, which site and functions share."""

import functools
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

import msgspec

from regain.domain.methods import by_phone
from regain.domain.policy import Administration, Domain, Limits, Passwords, Recovery


@dataclass(frozen=True)
class About:
    """Names and addresses that appear in the guidance and in messages."""

    name: str
    services: tuple[str, ...] = ("Microsoft 365", "Azure", "Intune")
    languages: tuple[str, ...] = ("en",)
    sign_in_url: str = "/account/"
    portal_name: str = "the main portal"
    portal_url: str = ""
    apps_portal_name: str = "the apps portal"
    apps_portal_url: str = ""
    personal_accounts_url: str = ""
    site_url: str = ""
    time_zone: str = "UTC"


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
    """Who helps when nobody in the organisation can."""

    name: str = "Support"
    email: str = ""
    phone: str = ""
    url: str = ""
    per_service: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Link:
    """A link with its words."""

    name: str
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
    def sender(self) -> str:
        """The From of every message (S57)."""
        address = f"no-reply@{self.default_domain}"
        return self.notify.sender or f"{self.organisation.name} account help <{address}>"


def load(path: Path) -> Organisation:
    """The organisation from the JSON that the build makes of `organisation.yaml`."""
    return msgspec.json.decode(path.read_bytes(), type=Organisation)


@functools.cache
def current() -> Organisation:
    """The organisation of this process: `ORGANISATION_FILE`, or the file packed beside this one."""
    packed = Path(__file__).with_name("organisation.json")
    return load(Path(os.environ.get("ORGANISATION_FILE") or packed))


def facts(organisation: Organisation) -> dict[str, object]:
    """What texts may name in braces: problems, messages and pages take every number from here."""
    about, limits, contacts = organisation.organisation, organisation.limits, organisation.contacts
    return {
        **asdict(organisation.recovery),
        **asdict(limits),
        **asdict(organisation.administration),
        "messages_per_hour": _messages(organisation),
        "organisation": about.name,
        "services": _join(about.services),
        "domains": _join(tuple(organisation.domains)),
        "example_user_id": f"maria.silva@{organisation.default_domain}",
        "personal_accounts_url": about.personal_accounts_url,
        "password_minimum": organisation.passwords.least,
        "password_maximum": organisation.passwords.maximum,
        "support": contacts.support.name,
    }


def _messages(organisation: Organisation) -> str:
    """How many messages an hour, of the kinds that are offered."""
    limits, kinds = organisation.limits, organisation.recovery.offered
    phone = [f"{limits.phone_messages_per_hour} texts or calls"] if any(by_phone(kind) for kind in kinds) else []
    email = [f"{limits.emails_per_hour} e-mails"] if "email" in kinds else []
    return " and ".join(phone + email)


def _join(words: tuple[str, ...]) -> str:
    return words[0] if len(words) < 2 else f"{', '.join(words[:-1])} or {words[-1]}"
