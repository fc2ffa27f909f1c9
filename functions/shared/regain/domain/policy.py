"""The policy settings of an organisation, with the product's defaults."""

from dataclasses import dataclass, field
from typing import Literal

from regain.domain.cognito import Cognito
from regain.domain.entra import Entra
from regain.domain.ldap import LONGEST_BY_API, Ldap

Kind = Literal[
    "email", "sms", "call-mobile", "call-office", "questions", "authenticator", "recovery-code", "passkey"
]  # fmt: skip
"""`questions` are only ever one of two proofs, and never for an account with a role: NIST and Microsoft advise against
them."""


@dataclass(frozen=True)
class Recovery:
    """How people prove who they are. Sources: Microsoft Entra SSPR's 15 and 5 minutes, NIST SP 800-63B-4 3.1.3.

    `methods_registered` (0: as many as `gates` need): how many methods people are asked to register.
    `reconfirm_days` (0: never): when people are asked to confirm their security info again.
    `remind_later_days` (0: not at all): how long they may postpone that.
    `questions_registered`: how many a person registers; three of them are asked.
    `phone_countries` (ISO 3166-1): the countries that numbers may belong to, if any are given; a number without a
    country code belongs to the first.
    """

    enabled_for: Literal["all", "none"] | tuple[str, ...] = "all"
    gates: Literal[1, 2] = 1
    methods: tuple[Kind, ...] = (
        "email", "sms", "call-mobile", "call-office", "authenticator", "recovery-code",
    )  # fmt: skip
    methods_registered: int = 0
    disclosure: Literal["private", "detailed"] = "private"
    confirm_contact: bool = False
    flow_minutes: int = 15
    code_minutes: int = 5
    code_digits: int = 6
    email_code_digits: int = 8
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
        """The methods offered, in the organisation's order."""
        return tuple(dict.fromkeys(self.methods))

    @property
    def before_proof(self) -> "Recovery":
        """The policy to show before any proof, which depends on the domain alone."""
        return self

    @property
    def authenticator_digits(self) -> int:
        """The digits of an authenticator's code: the number that every app supports (RFC 6238)."""
        return 6

    def digits_of(self, kind: str) -> int:
        """The digits of a code that is sent: more by e-mail, where it is copied or replaced by a link."""
        return self.email_code_digits if kind == "email" else self.code_digits


@dataclass(frozen=True)
class GroupRecovery(Recovery):
    """The policy of somebody whose group has one. Before any proof, only the `domain`'s shows."""

    domain: Recovery = field(default_factory=Recovery)

    @property
    def before_proof(self) -> Recovery:
        """The domain's policy, which is the same for everybody in it."""
        return self.domain


@dataclass(frozen=True)
class Limits:
    """How often, and what is past each limit: `regain.domain.limits` says by whom each is counted.

    `..._of_all_...`: over all browsers that an account does not know, whatever their network. `accounts`: how many the
    organisation has, which the guess budget and the texts of a day are made for. `guess_budget`: how many accounts
    may be expected to be taken over by guessing codes, a year and 100,000 accounts. `phone_messages_per_day`: texts and
    calls of the whole organisation; 0 is one for 20 accounts, at least 500.
    """

    accounts: int = 50_000
    guess_budget: float = 0.08
    failed_proofs_per_day: int = 5
    failed_proofs_of_all_per_day: int = 20
    failed_proofs_of_all_per_month: int = 100
    phone_messages_per_hour: int = 3
    phone_messages_of_all_per_hour: int = 5
    phone_messages_per_day: int = 0
    emails_per_hour: int = 5
    emails_of_all_per_hour: int = 20
    codes_per_place_per_day: int = 3
    codes_to_new_places_per_day: int = 10
    starts_per_network: int = 300
    failures_per_network: int = 300
    network_window_minutes: int = 10
    sign_in_failures: int = 10
    sign_in_failures_of_all: int = 50
    right_passwords_per_hour: int = 60
    sign_in_lock_seconds: int = 60
    sign_in_lock_most_minutes: int = 15
    session_idle_minutes: int = 30
    session_hours: int = 8
    session_fresh_minutes: int = 15
    contacts_per_day: int = 5
    help_mails_per_hour: int = 30
    admin_lookups_per_hour: int = 300
    admin_changes_per_hour: int = 200

    @property
    def phone_messages_a_day(self) -> int:
        """The most texts and calls of the whole organisation in a day."""
        return self.phone_messages_per_day or max(500, self.accounts // 20)


@dataclass(frozen=True)
class Administration:
    """How far roles reach. With `same-groups`, only administrators can help people outside their own groups.

    `call_cost`: what a call to the helpdesk costs, in `currency` (ISO 4217): the report then says what resets saved.
    """

    scope: Literal["all", "same-groups"] = "all"
    temporary_password_hours: int = 24
    call_cost: int = 0
    currency: str = "USD"


LONGEST_PASSWORD = 256
"""The highest maximum length that an organisation may set."""


@dataclass(frozen=True)
class Passwords:
    """What a new password must be. `nist`: SP 800-63B-4 3.1.1; `entra`: Microsoft's 8 and three of four classes."""

    profile: Literal["nist", "entra"] = "nist"
    minimum: int = 0
    maximum: int = LONGEST_PASSWORD
    banned: tuple[str, ...] = ()
    points: int = 5

    @property
    def minimum_length(self) -> int:
        """The minimum length: the organisation's, or the profile's."""
        return self.minimum or (15 if self.profile == "nist" else 8)


ABILITIES = frozenset({"reset", "unlock", "sign-in", "change", "temporary-password"})
"""The operations that a directory may support."""
OFFERS = {
    "dynamodb": ABILITIES,
    "active-directory": ABILITIES,
    "openldap": ABILITIES,
    "aws-managed": frozenset({"reset"}),
    "cognito": ABILITIES - {"unlock"},
    "entra": frozenset({"reset", "temporary-password"}),
    "elsewhere": frozenset[str](),
}
"""The operations that each kind of directory supports. `ldap` stands for Active Directory, OpenLDAP and the API of AWS
Managed Microsoft AD, which are kinds of their own."""


@dataclass(frozen=True)
class Domain:
    """Where the accounts of one domain are kept, whether they may be reset here, and by which of `policies`.

    Passwords live in a table of Regain's, or in the directory that the group of the same name describes: `ldap` (Active
    Directory, OpenLDAP), `cognito` (Amazon Cognito) or `entra` (Microsoft Entra ID). With `sign_in: provider` people
    sign in here with the provider in `sign_in.oidc` alone, never with their password; with `sign_in: password` the
    provider does not speak for them.
    `sign_in_url`: where its people sign in, if that is not where the others do.
    """

    directory: Literal["dynamodb", "ldap", "cognito", "entra", "elsewhere"] = "dynamodb"
    ldap: Ldap | None = None
    cognito: Cognito | None = None
    entra: Entra | None = None
    reset: Literal["on", "off"] = "on"
    help_url: str = ""
    sign_in_url: str = ""
    policy: str = ""
    sign_in: Literal["any", "provider", "password"] = "any"

    @property
    def resets_here(self) -> bool:
        """Whether accounts of this domain may be reset or unlocked."""
        return self.directory != "elsewhere" and self.reset == "on"

    @property
    def kind(self) -> str:
        """The kind of its directory, a key of `OFFERS`."""
        return self.ldap.kind if self.directory == "ldap" and self.ldap else self.directory

    @property
    def has_directory(self) -> bool:
        """Whether its passwords are in a directory that Regain connects to."""
        return self.directory not in ("dynamodb", "elsewhere")

    @property
    def longest_password(self) -> int:
        """The maximum length of a password in its directory, in characters."""
        return LONGEST_BY_API if self.kind == "aws-managed" else LONGEST_PASSWORD

    @property
    def in_network(self) -> bool:
        """Whether only the function in the organisation's network can reach its directory."""
        return self.kind in ("active-directory", "openldap")

    @property
    def tells_groups(self) -> bool:
        """Whether Regain reads its people's groups. It does not for a user pool or AWS Directory Service."""
        return self.kind not in ("cognito", "aws-managed")

    @property
    def signs_in_with_password(self) -> bool:
        """Whether people may sign in here with their password."""
        return "sign-in" in self.offers and self.sign_in != "provider"

    @property
    def offers(self) -> frozenset[str]:
        """The operations that its directory supports. Pages and forms offer only these."""
        return OFFERS.get(self.kind, frozenset())  # `ldap` without settings, which the checks report, offers none

    @property
    def signs_in(self) -> bool:
        """Whether its directory can verify a password."""
        return "sign-in" in self.offers
