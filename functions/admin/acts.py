"""What is done to somebody's account: each act is one transaction with its event and its notices (B12, B13)."""

from dataclasses import replace

from admin.helper import Helped, Helper, helper
from regain import attended, new_password, temporary_password
from regain.adapters.outbox import Message
from regain.adapters.store import Write, retrying
from regain.caller import Caller
from regain.contract import Done, ForCaller, Reset, TemporaryPassword
from regain.domain import roles
from regain.domain.methods import Method, channel, mask
from regain.problems import METHOD_NOT_OFFERED, SESSION_ENDED, Refused

_SENT_TO = ("email", "sms")


def reset(user_id: str, body: Reset, caller: Caller) -> TemporaryPassword:
    """Sets a temporary password: shown once, or sent to a method of the person's own. Everything older is dead (B5)."""
    return retrying(lambda: _reset(user_id, body, caller))


def _reset(user_id: str, body: Reset, caller: Caller) -> TemporaryPassword:
    mine = helper(caller)
    helped = mine.acts("reset", user_id)
    proved = _caller(mine, helped, "reset", body.caller)
    services, now = mine.services, mine.services.now
    to = _destination(mine, helped, body.to) if body.to else None
    nonce = services.randomness(16).hex()
    made = temporary_password.derive(services.keys, helped.subject, nonce)
    until = now + services.organisation.administration.temporary_password_hours * 3_600
    writes = [
        services.accounts.temporary_password_write(helped.account, new_password.hashed(made, services), now, until),
        services.recoveries.standing_write(helped.subject, helped.standing.cleared(), now),
        services.recoveries.clear_sign_ins_write(helped.subject),
        *proved,
        *mine.told("admin-reset", helped),
    ]
    if to:
        writes.append(services.outbox.write(_letter(mine, helped, to, nonce, until), now))
    services.store.commit(writes)
    if to:
        return TemporaryPassword(True, sent_to=mask(to), until=until)
    return TemporaryPassword(True, temporary_password=made, until=until)


def _destination(mine: Helper, helped: Helped, wanted: str) -> Method:
    """The person's own method with this id. Raises Refused(METHOD_NOT_OFFERED)."""
    found = attended.own(helped.account, helped.info, _SENT_TO, mine.services)
    for method in found:
        if method.id == wanted:
            return method
    raise Refused(METHOD_NOT_OFFERED)


def _letter(mine: Helper, helped: Helped, to: Method, nonce: str, until: int) -> Message:
    facts = {"nonce": nonce, "user_id": helped.account.user_id, "until": until}
    return Message(
        id=mine.services.randomness(16).hex(), kind="temporary-password", channel=channel(to.kind), to=to.destination,
        subject=helped.subject, reference=mine.who.caller.reference, language=helped.account.language, facts=facts,
        good_until=until,
    )  # fmt: skip


def unlock(user_id: str, caller: Caller) -> Done:
    """Sign-in works again with the password that the person has. Harmless where nothing is locked."""
    return _act("unlock", user_id, caller, "admin-unlocked", _unlocked)


def _unlocked(mine: Helper, helped: Helped) -> list[Write]:
    return [mine.services.recoveries.clear_sign_ins_write(helped.subject)]


def lift(user_id: str, caller: Caller) -> Done:
    """The person may prove again who they are: no failed proof counts any more."""
    return _act("lift", user_id, caller, "admin-lifted", _lifted)


def _lifted(mine: Helper, helped: Helped) -> list[Write]:
    open_again = replace(helped.standing, failed={}, closed={})
    return [mine.services.recoveries.standing_write(helped.subject, open_again, mine.services.now)]


def enable(user_id: str, caller: Caller) -> Done:
    """Turns an account on that is off, as after “this was not me”."""
    return _act("enable", user_id, caller, "admin-enabled", _enabled)


def _enabled(mine: Helper, helped: Helped) -> list[Write]:
    return [mine.services.accounts.enable_write(helped.account)]


def clear_methods(user_id: str, caller: Caller) -> Done:
    """Removes what the person has registered, as when a telephone was stolen. What was entered for them stays."""
    return _act("clear-methods", user_id, caller, "admin-methods-cleared", _cleared)


def _cleared(mine: Helper, helped: Helped) -> list[Write]:
    services = mine.services
    empty = replace(
        helped.info, contacts=(), authenticator=None, recovery_code=None, answers=(), passkeys=(), remind_at=0
    )
    overtaken = helped.standing.overtaken()
    return [
        services.security_infos.write(helped.subject, empty),
        services.recoveries.standing_write(helped.subject, overtaken, services.now),
    ]


def require(user_id: str, body: ForCaller, caller: Caller) -> Done:
    """At the next sign-in the person looks through their security info, and cannot put it off."""

    def demanded(mine: Helper, helped: Helped) -> list[Write]:
        proved = _caller(mine, helped, "require-registration", body.caller)
        info = replace(helped.info, required=True, remind_at=0)
        return [mine.services.security_infos.write(helped.subject, info), *proved]

    return _act("require-registration", user_id, caller, "admin-registration-required", demanded)


def waive(user_id: str, caller: Caller) -> Done:
    """Takes that demand back."""
    return _act("require-registration", user_id, caller, "admin-registration-waived", _waived)


def _waived(mine: Helper, helped: Helped) -> list[Write]:
    return [mine.services.security_infos.write(helped.subject, replace(helped.info, required=False))]


def _act(act: str, user_id: str, caller: Caller, kind: str, writes: object) -> Done:
    def step() -> Done:
        mine = helper(caller)
        helped = mine.acts(act, user_id)
        mine.services.store.commit([*writes(mine, helped), *mine.told(kind, helped)])
        return Done(True)

    return retrying(step)


def _caller(mine: Helper, helped: Helped, act: str, token: str) -> list[Write]:
    """The write that uses the caller's proof up, where this act needs one. Raises Refused(CALLER_NOT_PROVED)."""
    if not roles.needs_caller(act, mine.account):
        return []
    try:
        return [attended.check_proved(token, "caller", helped.account, mine.who.subject, mine.services)]
    except Refused as refused:
        if refused.problem is not SESSION_ENDED:
            raise
        roles.check_caller(act, mine.account, proved=False)
        raise
