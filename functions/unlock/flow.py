"""The end of an unlock: sign-in works again with the password you have (B4). How it begins is `regain.recovery`."""

from regain.adapters.store import retrying
from regain.caller import Caller
from regain.contract import Finished, FinishUnlock
from regain.recovery import Recovery
from regain.services import services


def finish(body: FinishUnlock, caller: Caller) -> Finished:
    """Forgets the failed sign-ins, once every proof has been given. Harmless where nothing was locked."""
    recovery = Recovery("unlock", services())

    def step() -> Finished:
        opened, account = recovery.ready(body.flow, caller)
        return recovery.commit(opened, account, "account-unlocked")

    return retrying(step)
