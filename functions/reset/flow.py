"""The story of a reset: prove who you are, then set a new password."""

from regain.adapters import common_passwords, password_hash
from regain.adapters.store import retrying
from regain.caller import Caller
from regain.contract import Finished, FinishReset, Send, Sent, Start, Started, Verified, Verify
from regain.domain import passwords
from regain.domain.account import Account
from regain.problems import PASSWORD_NOT_ACCEPTED, Refused
from regain.recovery import Opened, Recovery
from regain.services import services


def _reset() -> Recovery:
    return Recovery("reset", services())


def start(body: Start, caller: Caller) -> Started:
    """Begins a reset."""
    return _reset().start(body, caller)


def send(body: Send, caller: Caller) -> Sent:
    """Asks for a code."""
    return _reset().send(body, caller)


def verify(body: Verify, caller: Caller) -> Verified:
    """Gives a proof."""
    return _reset().verify(body, caller)


def finish(body: FinishReset, caller: Caller) -> Finished:
    """Sets the new password, once every proof has been given."""
    recovery = _reset()
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
