"""The second factor of whoever helps (B12), and the proof of a caller before helpdesk changes anything (B13)."""

from dataclasses import replace

from admin.helper import Helper, helper
from regain import attended
from regain.adapters.store import Write, retrying
from regain.attended import Attended
from regain.caller import Caller
from regain.contract import Done, Proving, Send, Sent, Verify
from regain.problems import COULD_NOT_VERIFY, NO_SECOND_FACTOR


def start(caller: Caller) -> Proving:
    """Begins to give one's own second factor."""
    mine = helper(caller)
    return attended.begin(
        "admin", mine.account, attended.SECOND_FACTORS, NO_SECOND_FACTOR, mine.who.subject, caller, mine.services
    )


def send(body: Send, caller: Caller) -> Sent:
    """Sends a code to oneself."""
    mine = helper(caller)
    return Attended("admin", mine.services, mine.account, mine.who.subject).send(body, caller)


def verify(body: Verify, caller: Caller) -> Done:
    """Judges the second factor; with the same write changes can be made for a while."""
    return retrying(lambda: _verify(body, caller))


def _verify(body: Verify, caller: Caller) -> Done:
    mine = helper(caller)
    proof = Attended("admin", mine.services, mine.account, mine.who.subject, lambda: _proved(mine), once=True)
    proof.verify_once(body, caller)
    return Done(True)


def _proved(mine: Helper) -> list[Write]:
    services, who = mine.services, mine.who
    session = replace(who.session, proved_at=services.now, seen_at=services.now)
    event = who.event("admin-second-factor", by=mine.account.user_id)
    return [services.sessions.write(who.subject, session), event]


def caller_start(user_id: str, caller: Caller) -> Proving:
    """Begins to let somebody on the telephone prove who they are."""
    mine = helper(caller)
    helped = mine.acts("reset", user_id)
    return attended.begin(
        "caller", helped.account, attended.CALLERS, COULD_NOT_VERIFY, mine.who.subject, caller, mine.services
    )


def caller_send(user_id: str, body: Send, caller: Caller) -> Sent:
    """Sends the caller a code, which they read out."""
    mine = helper(caller)
    helped = mine.acts("reset", user_id)
    return Attended("caller", mine.services, helped.account, mine.who.subject).send(body, caller)


def caller_verify(user_id: str, body: Verify, caller: Caller) -> Done:
    """Judges what the caller has read out."""
    mine = helper(caller)
    helped = mine.acts("reset", user_id)
    proof = Attended("caller", mine.services, helped.account, mine.who.subject,
                     lambda: [mine.event("admin-caller-proved", helped)])  # fmt: skip
    proof.verify(body, caller)
    return Done(True)
