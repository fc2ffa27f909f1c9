"""The numbers and switches that an organisation sets; their defaults are the product's (design, 5)."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "email", "sms", "call-mobile", "call-office", "questions", "authenticator", "recovery-code", "passkey"
]  # fmt: skip
"""`questions` are for the second of two proofs at most, and never for whoever has a role (NIST and Microsoft advise
against them)."""


@dataclass(frozen=True)
class Recovery:
    """How people prove who they are. Sources: Microsoft Entra SSPR's 15 and 5 minutes, NIST SP 800-63B-4 3.1.3.

    `reconfirm_days` (0 is never): how long security info counts as right without being looked at.
    `remind_later_days` (0 is not at all): how long a person may put that off.
    `questions_registered`: how many a person registers; three of them are asked.
    `phone_countries` (ISO 3166-1): the only ones that numbers may be of, where any is named; a number
    without a country code is read as one of the first.
    """

    enabled_for: Literal["all", "none"] | tuple[str, ...] = "all"
    gates: Literal[1, 2] = 1
    methods: tuple[Kind, ...] = (
        "email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code",
    )  # fmt: skip
    disclosure: Literal["private", "detailed"] = "private"
    confirm_contact: bool = False
    flow_minutes: int = 15
    code_minutes: int = 5
    code_digits: int = 6
    code_tries: int = 5
    resend_seconds: int = 30
    help_after_seconds: int = 10
    challenge_minutes: int = 5
    reconfirm_days: int = 180
    remind_later_days: int = 14
    questions_registered: int = 3
    phone_countries: tuple[str, ...] = ()

    @property
    def offered(self) -> tuple[str, ...]:
        """The methods that people are offered, in the organisation's order."""
        return tuple(dict.fromkeys(self.methods))


@dataclass(frozen=True)
class Limits:
    """How often. A proof is limited per account and kind of method; a request per network."""

    failed_proofs_per_day: int = 5
    closed_hours: int = 24
    phone_messages_per_hour: int = 5
    emails_per_hour: int = 10
    messages_per_destination_per_day: int = 30
    starts_per_network: int = 300
    failures_per_network: int = 300
    network_window_minutes: int = 10
    sign_in_failures: int = 10
    sign_in_lock_seconds: int = 60
    sign_in_lock_most_hours: int = 24
    session_idle_minutes: int = 30
    session_hours: int = 8
    session_fresh_minutes: int = 15
    contacts_per_day: int = 5
    admin_lookups_per_hour: int = 300
    admin_changes_per_hour: int = 200


@dataclass(frozen=True)
class Administration:
    """How far roles reach. With `same-groups` whoever is not an administrator helps only people who share a group
    with them.
    """

    scope: Literal["all", "same-groups"] = "all"
    temporary_password_hours: int = 24


@dataclass(frozen=True)
class Passwords:
    """What a new password must be. `nist`: SP 800-63B-4 3.1.1; `entra`: Microsoft's 8 and three of four classes."""

    profile: Literal["nist", "entra"] = "nist"
    minimum: int = 0
    maximum: int = 256
    banned: tuple[str, ...] = ()
    points: int = 5

    @property
    def least(self) -> int:
        """The fewest characters: the organisation's number, or the profile's."""
        return self.minimum or (15 if self.profile == "nist" else 8)


@dataclass(frozen=True)
class Domain:
    """Where the accounts of one domain are kept, and whether they may be reset here."""

    directory: Literal["dynamodb", "elsewhere"] = "dynamodb"
    reset: Literal["on", "off"] = "on"
    help_url: str = ""
