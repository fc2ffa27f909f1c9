"""A new password, judged by every rule at once, wherever it is set."""

from regain.adapters import common_passwords, password_hash
from regain.adapters.keys import Keys
from regain.domain import passwords
from regain.domain.account import Account
from regain.problems import PASSWORD_NOT_ACCEPTED, Refused
from regain.runtime.services import Services


def check_key(keys: Keys) -> bytes:
    """The key that salts are drawn with (`password_hash`)."""
    return keys.derive("password-check")


def hashed(password: str, services: Services) -> str:
    """A new password (in its normal form) as it is stored."""
    return password_hash.hash_password(password, check_key(services.keys))


def check(password: str, account: Account, services: Services) -> None:
    """Refuses a password (in its normal form) that breaks a rule, with everything that is wrong with it (B7).

    Raises:
        Refused: PASSWORD_NOT_ACCEPTED; its reason names the rules, never the password.
    """
    policy = services.organisation.passwords
    fits = len(password) <= policy.maximum  # nothing longer is ever hashed
    broken = passwords.failures(
        password,
        policy,
        common_passwords.words(policy.banned),
        account.names,
        is_current=fits and password_hash.is_current(account.password, password, check_key(services.keys)),
    )
    if broken:
        feedback = [{"rule": failure.rule, "message": failure.message} for failure in broken]
        reason = " ".join(failure.rule for failure in broken)
        raise Refused(PASSWORD_NOT_ACCEPTED, reason=reason, feedback=feedback)
