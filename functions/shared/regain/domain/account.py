"""Accounts: whose password it is, and what is registered for them."""

from dataclasses import dataclass

from regain.domain.methods import Method
from regain.domain.policy import Recovery

ROLES = ("", "auditor", "helpdesk", "user-administrator", "administrator")


@dataclass(frozen=True, slots=True)
class Account:
    """One account. `password` is a PHC string; numbers are E.164; times are seconds since 1970.

    `generation` counts the passwords: a session of an earlier one is dead (B5).
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
    generation: int = 0
    version: int = 0

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every e-mail address of the account: all of them hear of a change (NIST SP 800-63B-4 4.6)."""
        return tuple(dict.fromkeys(filter(None, (self.mail, *self.other_mails)))) or (self.user_id,)

    @property
    def names(self) -> tuple[str, ...]:
        """What a password of this person must not hold."""
        return (self.given_name, self.surname, *self.display_name.split(), self.user_id.partition("@")[0])


def methods(account: Account, kinds: tuple[str, ...], domains: object) -> tuple[Method, ...]:
    """The registered methods of an account that the organisation offers, in the organisation's order.

    The first of a kind has the kind as its id, the next ones `kind-2` and so on. The mailbox that
    the lost password opens is no method (S74): only addresses outside the organisation's domains are.
    """
    outside = tuple(a for a in (account.mail,) if a and a.rpartition("@")[2] not in domains)
    places = {
        "email": tuple(dict.fromkeys((*account.other_mails, *outside))),
        "sms": (account.mobile_phone,),
        "call-mobile": (account.mobile_phone,),
        "call-office": (account.office_phone,),
    }
    return tuple(
        Method(kind if number == 1 else f"{kind}-{number}", kind, place)
        for kind in kinds
        for number, place in enumerate(filter(None, places[kind]), start=1)
    )


def gates(account: Account | None, recovery: Recovery) -> int:
    """How many proofs the account needs: whoever has a role always needs two (S15, B12)."""
    return 2 if account and account.role else recovery.gates


def enabled(account: Account, recovery: Recovery) -> bool:
    """Whether the organisation has turned self-service on for this account (S14)."""
    chosen = recovery.enabled_for
    return chosen == "all" or (chosen != "none" and bool(set(chosen) & set(account.groups)))
