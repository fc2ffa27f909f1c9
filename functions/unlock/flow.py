"""The last step of an unlock: the lockout of sign-in is lifted (B4). The other steps are `regain.recovery.steps`."""

from regain.adapters.store import retry_on_conflict
from regain.api.contract import Finished, FinishUnlock
from regain.api.request_context import RequestContext
from regain.recovery.steps import Recovery
from regain.runtime.services import services


def finish(body: FinishUnlock, context: RequestContext) -> Finished:
    """Lifts the lockout of sign-in after every proof. Does no harm if there was none."""
    recovery = Recovery("unlock", services())

    def step() -> Finished:
        opened, account = recovery.ready(body.flow, context)
        return recovery.commit(opened, account, "account-unlocked")

    return retry_on_conflict(step)
