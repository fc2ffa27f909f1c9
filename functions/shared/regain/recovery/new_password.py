"""Validates new passwords against every rule."""

from collections.abc import Iterable

from regain.adapters import common_passwords
from regain.api.contract import PasswordRule
from regain.directories.base import Requirements
from regain.domain import passwords
from regain.domain.account import Account
from regain.domain.own_words import Owner
from regain.domain.reason import Reason, feedback
from regain.domain.security_info import SecurityInfo
from regain.organisation import policies
from regain.problems import PASSWORD_NOT_ACCEPTED, Refused
from regain.runtime.services import Services

_NOTHING = Requirements()


def own_rules(
    account: Account, services: Services, change: bool = False, asked: Requirements = _NOTHING
) -> list[PasswordRule]:
    """The rules for this person's new password; empty if they are those that the pages show to everybody.

    `asked` are the additional requirements of the person's directory.
    """
    if not services.organisation.policies and asked == _NOTHING:
        return []
    policy = policies.for_account(services.organisation, account).passwords
    hours = max(0, -(-(asked.changeable_at - services.now) // 3_600))
    rules = passwords.rules(policy, change, asked.least, asked.classes, asked.history, hours)
    return [PasswordRule(each.name, each.text, each.least, each.most) for each in rules]


def check(
    password: str, account: Account, info: SecurityInfo, services: Services, current: str | None = None,
    also: Iterable[Reason] = (),
) -> None:  # fmt: skip
    """Refuses a password that breaks a rule, and reports everything that is wrong with it (B7).

    Passwords are in normal form. For a change, `current` is what the person typed as their current password. The stored
    hash is not consulted: otherwise a reset could be used to test guesses at the current password (X18). `also` are
    further reasons against it.

    Raises:
        Refused: PASSWORD_NOT_ACCEPTED. Its reason lists the rules that were broken, never the password.
    """
    policy = policies.for_account(services.organisation, account).passwords
    words = common_passwords.of(services.organisation)
    broken = (*passwords.failures(password, policy, words, Owner.of(account, info), current), *also)
    if broken:
        rules = " ".join(each.rule for each in broken)
        raise Refused(PASSWORD_NOT_ACCEPTED, reason=rules, feedback=feedback(broken))
