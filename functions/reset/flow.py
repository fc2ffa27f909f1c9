"""The end of a reset: a new password. How it begins is `regain.recovery`."""

from regain.adapters import common_passwords, password_hash
from regain.adapters.store import retrying
from regain.caller import Caller
from regain.contract import Finished, FinishReset
from regain.domain import passwords
from regain.domain.account import Account
from regain.problems import PASSWORD_NOT_ACCEPTED, Refused
from regain.recovery import Opened, Recovery
from regain.services import services


def finish(body: FinishReset, caller: Caller) -> Finished:
    """Sets the new password, once every proof has been given."""
    recovery = Recovery("reset", services())
    password = passwords.normal(body.new_password)

    def step() -> Finished:
        opened, account = recovery.ready(body.flow, caller)
        _check(recovery, opened, account, password)
        change = recovery.services.accounts.password_write(
            account, password_hash.hash_password(password), recovery.services.now
        )
        recovery.commit(opened, account, "password-reset", [change])
        return recovery.finished()

    return retrying(step)


def _check(recovery: Recovery, opened: Opened, account: Account, password: str) -> None:
    """Refuses a password that breaks a rule, with everything that is wrong with it. The flow goes on (B7)."""
    policy = recovery.services.organisation.passwords
    fits = len(password) <= policy.maximum  # nothing longer is ever hashed
    broken = passwords.failures(
        password,
        policy,
        common_passwords.words(policy.banned),
        account.names,
        is_current=fits and password_hash.matches(account.password, password),
    )
    if broken:
        recovery.note("password-refused", opened, reason=" ".join(failure.rule for failure in broken))
        raise Refused(PASSWORD_NOT_ACCEPTED, feedback=[{"rule": f.rule, "message": f.message} for f in broken])
