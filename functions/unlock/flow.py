"""The story of an unlock: prove who you are; sign-in works again with the password you have (B4)."""

from regain.adapters.store import retrying
from regain.caller import Caller
from regain.contract import Finished, FinishUnlock, Send, Sent, Start, Started, Verified, Verify
from regain.recovery import Recovery
from regain.services import services


def _unlock() -> Recovery:
    return Recovery("unlock", services())


def start(body: Start, caller: Caller) -> Started:
    """Begins an unlock."""
    return _unlock().start(body, caller)


def send(body: Send, caller: Caller) -> Sent:
    """Asks for a code."""
    return _unlock().send(body, caller)


def verify(body: Verify, caller: Caller) -> Verified:
    """Gives a proof."""
    return _unlock().verify(body, caller)


def finish(body: FinishUnlock, caller: Caller) -> Finished:
    """Forgets the failed sign-ins, once every proof has been given. Harmless where nothing was locked."""
    recovery = _unlock()

    def step() -> Finished:
        opened, account = recovery.ready(body.flow, caller)
        recovery.commit(opened, account, "account-unlocked")
        return recovery.finished()

    return retrying(step)
