"""First passwords, from a people file."""

from collections.abc import Callable
from dataclasses import replace

from regain.adapters import common_passwords, password_hash
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.own_words import Owner
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.organisation.settings import Organisation


def check(organisation: Organisation) -> Callable[[str, Account], bool]:
    """A function that returns whether a first password, in normal form, meets every rule."""
    words = common_passwords.of(organisation)

    def fits(password: str, account: Account) -> bool:
        rules = policies.for_account(organisation, account).passwords
        return not passwords.failures(password, rules, words, Owner.of(account, SecurityInfo()))

    return fits


def set_first(
    account: Account, typed: str, now: int, accept: Callable[[str, Account], bool] | None, dry_run: bool
) -> Account:
    """The account with a first password, which must be changed at the first sign-in unless `accept` returns True."""
    password = passwords.normal(typed)
    accepted = accept is not None and accept(password, account)
    hashed = "not stored" if dry_run else password_hash.hash_password(password, None)
    return replace(account, password=hashed, password_changed_at=now, must_change_password=not accepted)
