"""The last step of an unlock: lifting the lockout of sign-in (B4). Earlier steps are in `regain.recovery.steps`."""

from regain.adapters.store import retry_on_conflict
from regain.api.contract import Finished, FinishUnlock
from regain.api.request_context import RequestContext
from regain.recovery import completion, in_directory
from regain.recovery.flows import Flows
from regain.runtime.services import services


def finish(body: FinishUnlock, context: RequestContext) -> Finished:
    """Lifts the lockout of sign-in, if every proof has been given.

    Unlocking is idempotent, so a directory needs no recorded intent.
    """
    flows = Flows("unlock", services())

    def step() -> Finished:
        opened, account = completion.ready(flows, body.flow, context)
        if opened.person:
            in_directory.unlock(flows.services, account, opened.person)
        return completion.commit(flows, opened, account, "account-unlocked", context)

    return retry_on_conflict(step)
