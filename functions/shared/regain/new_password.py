"""A new password, judged by every rule at once, wherever it is set."""

from regain.adapters import common_passwords, password_hash
from regain.domain import passwords
from regain.domain.account import Account
from regain.organisation import Organisation
from regain.problems import PASSWORD_NOT_ACCEPTED, Refused


def check(password: str, account: Account, organisation: Organisation) -> None:
    """Refuses a password (in its normal form) that breaks a rule, with everything that is wrong with it (B7).

    Raises:
        Refused: PASSWORD_NOT_ACCEPTED; its reason names the rules, never the password.
    """
    policy = organisation.passwords
    fits = len(password) <= policy.maximum  # nothing longer is ever hashed
    broken = passwords.failures(
        password,
        policy,
        common_passwords.words(policy.banned),
        account.names,
        is_current=fits and password_hash.matches(account.password, password),
    )
    if broken:
        feedback = [{"rule": failure.rule, "message": failure.message} for failure in broken]
        reason = " ".join(failure.rule for failure in broken)
        raise Refused(PASSWORD_NOT_ACCEPTED, reason=reason, feedback=feedback)
