"""The end of an unlock: sign-in works again with the password you have (B4). See `regain.recovery.steps`."""

from regain.adapters.store import retrying
from regain.api.contract import Finished, FinishUnlock
from regain.api.request_context import RequestContext
from regain.recovery.steps import Recovery
from regain.runtime.services import services


def finish(body: FinishUnlock, context: RequestContext) -> Finished:
    """Forgets the failed sign-ins, once every proof has been given. Harmless where nothing was locked."""
    recovery = Recovery("unlock", services())

    def step() -> Finished:
        opened, account = recovery.ready(body.flow, context)
        return recovery.commit(opened, account, "account-unlocked")

    return retrying(step)
