"""Accounts: the people whose passwords are managed, and the methods they can use."""

import re
from collections.abc import Container, Iterable
from dataclasses import dataclass

from regain.domain.methods import Method, can_pass
from regain.domain.policy import Recovery
from regain.domain.security_info import SecurityInfo

_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
EXTERNAL_ID = "externalId:"
"""The prefix of a SCIM client's `externalId` (RFC 7643 3.1) among an account's identifiers."""
ROLES = ("", "auditor", "helpdesk", "user-administrator", "administrator")


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `password` is a hash (`adapters.password_hash`); numbers are E.164; times are seconds since 1970.

    `generation` is incremented with each new password, which ends every older session (B5). `security_info_at` is when
    an administrator last changed an address or number, `created_at` when the account was created (0: unknown), and
    `role_since` when its role was granted (0: when the account was created). A temporary password allows one sign-in
    before `temporary_until`. `local_changes` names the fields that the person or an administrator has set in Regain:
    imports do not overwrite them. All data of an account is stored under its `id`, which never changes; the `user_id`
    can. `source_ids` identify the person in source systems (`employeeId:1001`), `external_id` in provisioning.
    `shared_places` are addresses and numbers that prove nothing because more than five accounts have them.
    `aliases` are other names that the owner may type instead of the user ID (`domain.aliases`), stored as identifiers.
    """

    user_id: str
    display_name: str = ""
    given_name: str = ""
    surname: str = ""
    mail: str = ""
    other_mails: tuple[str, ...] = ()
    mobile_phone: str = ""
    office_phone: str = ""
    enabled: bool = True
    password: str = ""
    password_changed_at: int = 0
    must_change_password: bool = False
    role: str = ""
    groups: tuple[str, ...] = ()
    language: str = ""
    temporary_until: int = 0
    temporary_used: bool = False
    generation: int = 0
    security_info_at: int = 0
    created_at: int = 0
    role_since: int = 0
    local_changes: tuple[str, ...] = ()
    id: str = ""
    external_id: str = ""
    source_ids: tuple[str, ...] = ()
    shared_places: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    version: int = 0

    @property
    def identifiers(self) -> tuple[str, ...]:
        """Everything that identifies this account alone: the user ID first, then its ids in source systems."""
        return (self.user_id, *self.source_ids, *([EXTERNAL_ID + self.external_id] if self.external_id else []))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every e-mail address of the account. All are notified of a change (NIST SP 800-63B-4 4.6)."""
        return tuple(dict.fromkeys(filter(None, (self.mail, *self.other_mails)))) or (self.user_id,)

    @property
    def names(self) -> tuple[str, ...]:
        """Names that this person's password must not contain."""
        return (self.given_name, self.surname, self.display_name, self.user_id.partition("@")[0])


def make_id(made_of: bytes) -> str:
    """An account id made from 16 bytes, which are random for a new account."""
    digits = made_of.hex()
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def is_id(text: str) -> bool:
    """Whether a text has the form of an account id. No user ID has that form."""
    return _ID.fullmatch(text) is not None


def methods(account: Account, info: SecurityInfo, recovery: Recovery, domains: Container[str]) -> tuple[Method, ...]:
    """The account's methods that the organisation offers, in the organisation's order; none after a repudiation.

    The first of a kind has the kind as its id; the next are `kind-2` and so on.
    """
    if info.suspended:
        return ()
    places = _places(account, info, domains)
    return tuple(
        Method(kind if number == 1 else f"{kind}-{number}", kind, place)
        for kind in recovery.offered
        if kind != "questions" or may_answer_questions(account, recovery)
        for number, place in enumerate(_usable(places.get(kind, ()), account), start=1)
    )


def _places(account: Account, info: SecurityInfo, domains: Container[str]) -> dict[str, tuple[str, ...]]:
    """The destinations by kind of method. Those that the person registered replace those an administrator entered."""
    entered = places_count(account, info)
    mobile = info.destinations("mobile") or ((account.mobile_phone,) if entered else ())
    others = ("authenticator", "recovery-code", "questions", "passkey")
    return {
        "email": info.destinations("email") or (prepopulated_addresses(account, domains) if entered else ()),
        "sms": mobile,
        "call-mobile": mobile,
        "call-office": (account.office_phone,) if entered else (),
        **{kind: (kind,) for kind in others if info.has(kind)},
    }


def _usable(places: Iterable[str], account: Account) -> list[str]:
    return [place for place in places if place and place not in account.shared_places]


def places_count(account: Account, info: SecurityInfo) -> bool:
    """Whether the addresses and numbers that IT entered count: not those marked as lost, until they are updated."""
    return not info.places_lost_at or account.security_info_at > info.places_lost_at


def prepopulated_addresses(account: Account, domains: Container[str]) -> tuple[str, ...]:
    """The addresses that an administrator entered, except mailboxes that open with the lost password (S74)."""
    outside = account.mail and account.mail.rpartition("@")[2] not in domains
    return tuple(dict.fromkeys((*account.other_mails, *([account.mail] if outside else []))))


def may_answer_questions(account: Account, recovery: Recovery) -> bool:
    """Whether questions may be a proof: never the only one, and never for an account with a role (S15, B12)."""
    return not account.role and required_gates(account, recovery) > 1


def required_gates(account: Account | None, recovery: Recovery) -> int:
    """The number of proofs that the account needs. An account with a role always needs two (S15, B12)."""
    return 2 if account and account.role else recovery.gates


def can_prove(account: Account, own: Iterable[Method], recovery: Recovery) -> bool:
    """Whether the account's `own` methods suffice for all the proofs that it needs."""
    return can_pass(own, required_gates(account, recovery), recovery.before_proof.offered)


def self_service_enabled(account: Account, recovery: Recovery) -> bool:
    """Whether the organisation has turned self-service on for this account (S14)."""
    chosen = recovery.enabled_for
    return chosen == "all" or (chosen != "none" and bool(set(chosen) & set(account.groups)))
