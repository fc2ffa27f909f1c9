"""The end of a reset: a new password. How it begins is `regain.recovery.steps`."""

from regain.adapters.store import retry_on_conflict
from regain.api.contract import Finished, FinishReset
from regain.api.request_context import RequestContext
from regain.domain import passwords
from regain.problems import Refused
from regain.recovery import new_password
from regain.recovery.steps import Recovery
from regain.runtime.services import services


def finish(body: FinishReset, context: RequestContext) -> Finished:
    """Sets the new password, once every proof has been given. A refused one leaves the flow as it is (B7)."""
    recovery = Recovery("reset", services())
    password = passwords.normal(body.new_password)

    def step() -> Finished:
        opened, account = recovery.ready(body.flow, context)
        try:
            new_password.check(password, account, recovery.services)
        except Refused as refused:
            recovery.note("password-refused", opened, reason=refused.reason)
            raise
        change = recovery.services.accounts.password_write(
            account, new_password.hashed(password, recovery.services), recovery.services.now
        )
        return recovery.commit(opened, account, "password-reset", [change])

    return retry_on_conflict(step)
