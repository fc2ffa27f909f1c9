"""The last step of an unlock: the lockout of sign-in is lifted (B4). The other steps are `regain.recovery.steps`."""

from regain.adapters.store import retry_on_conflict
from regain.api.contract import Finished, FinishUnlock
from regain.api.request_context import RequestContext
from regain.recovery import completion, in_directory
from regain.recovery.flows import Flows
from regain.runtime.services import services


def finish(body: FinishUnlock, context: RequestContext) -> Finished:
    """Lifts the lockout of sign-in after every proof. Does no harm if there was none.

    Nor does it twice, so that a directory needs no intent.
    """
    flows = Flows("unlock", services())

    def step() -> Finished:
        opened, account = completion.ready(flows, body.flow, context)
        if opened.person:
            in_directory.unlock(flows.services, account, opened.person)
        return completion.commit(flows, opened, account, "account-unlocked", context)

    return retry_on_conflict(step)
