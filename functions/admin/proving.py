"""The second factor of whoever helps (B12), and the proof of a caller before helpdesk changes anything (B13)."""

from dataclasses import replace

from admin.helper import Helped, helper
from regain import attended
from regain.adapters import recoveries
from regain.adapters.store import retrying
from regain.caller import Caller
from regain.contract import Done, Proving, Send, Sent, Verify
from regain.problems import COULD_NOT_VERIFY, NO_SECOND_FACTOR, SESSION_ENDED, Refused
from regain.recovery import Recovery


def start(caller: Caller) -> Proving:
    """Begins to give one's own second factor."""
    mine = helper(caller)
    return attended.begin(
        "admin", mine.account, attended.SECOND_FACTORS, NO_SECOND_FACTOR, mine.who.subject, caller, mine.services
    )


def send(body: Send, caller: Caller) -> Sent:
    """Sends a code to oneself."""
    mine = helper(caller)
    return Recovery("admin", mine.services).send(body, caller)


def verify(body: Verify, caller: Caller) -> Done:
    """Judges the second factor; from then on changes can be made for a while."""
    Recovery("admin", helper(caller).services).verify(body, caller)
    return retrying(lambda: _proved(body, caller))


def _proved(body: Verify, caller: Caller) -> Done:
    mine = helper(caller)
    services, who = mine.services, mine.who
    used = attended.check_proved(body.flow, "admin", mine.account, who.subject, services)
    session = replace(who.session, proved_at=services.now, seen_at=services.now)
    event = who.event("admin-second-factor", by=mine.account.user_id)
    services.store.commit([used, services.sessions.write(who.subject, session), event])
    return Done(True)


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
    _check_about(mine.acts("reset", user_id), body.flow)
    return Recovery("caller", mine.services).send(body, caller)


def caller_verify(user_id: str, body: Verify, caller: Caller) -> Done:
    """Judges what the caller has read out."""
    mine = helper(caller)
    helped = mine.acts("reset", user_id)
    _check_about(helped, body.flow)
    Recovery("caller", mine.services).verify(body, caller)
    mine.services.store.commit([mine.event("admin-caller-proved", helped)])
    return Done(True)


def _check_about(helped: Helped, flow: str) -> None:
    """Raises Refused(SESSION_ENDED) where the flow is another account's: the story of this one would tell a lie."""
    subject, _ = recoveries.open_token(flow) or ("", "")
    if subject != helped.subject:
        raise Refused(SESSION_ENDED, reason="another account's flow")
