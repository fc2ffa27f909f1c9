"""Actions on an account: each is one transaction with its event and its notices (B12, B13)."""

from collections.abc import Callable
from dataclasses import replace

from admin import directory_actions
from admin.agent import Agent, Target, signed_in_agent
from admin.directory_actions import Made
from regain.adapters import password_hash
from regain.adapters.outbox import Message
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import Act, Done, Enable, RequireRegistration, SetTemporaryPassword, TemporaryPassword
from regain.api.request_context import RequestContext
from regain.domain import binding, roles
from regain.domain.methods import Method, channel, mask
from regain.problems import METHOD_NOT_OFFERED, METHODS_TO_REVIEW, SESSION_ENDED, Refused
from regain.recovery import step_up, temporary_password

_SENT_TO = ("email", "sms")


def reset(user_id: str, body: SetTemporaryPassword, context: RequestContext) -> TemporaryPassword:
    """Sets a temporary password, shown once or sent to a method of its owner. Sessions and flows end (B5)."""
    return retry_on_conflict(lambda: _reset(user_id, body, context))


def _reset(user_id: str, body: SetTemporaryPassword, context: RequestContext) -> TemporaryPassword:
    agent = signed_in_agent(context)
    target = agent.authorise("reset", user_id)
    proved = _use_caller_proof(agent, target, "reset", body.caller)
    services, now = agent.services, agent.services.now
    to = _destination(agent, target, body) if body.to else None
    made = directory_actions.derive(agent, target)

    def writes(target: Target) -> list[Write]:
        return [
            *_methods_lost(agent, target, body.methods_lost),
            services.recoveries.throttle_write(target.subject, target.throttle.lifted().distrusting(), now),
            *proved,
            *agent.event_and_notices("admin-reset", target, body.reason),
            *(_sent(agent, target, to, made) if to else ()),
        ]

    if target.person:
        directory_actions.set_temporary(agent, target, target.person, "admin-reset", made.password, writes)
    else:
        hashed = password_hash.hash_password(made.password, services.keys)
        own = services.accounts.password_write(target.account, hashed, now, made.until)
        services.store.commit([own, *writes(target)])
    until = 0 if target.person else made.until  # no directory knows when a temporary password ends
    if to:
        return TemporaryPassword(True, sent_to=mask(to), until=until)
    return TemporaryPassword(True, temporary_password=made.password, until=until)


def _methods_lost(agent: Agent, target: Target, lost: bool) -> list[Write]:
    """The write that marks the methods as lost, so that the temporary password works without them."""
    if not lost:
        return []
    roles.check_may_vouch(agent.account, target.account)
    services = agent.services
    marked = binding.lost(target.info, services.now)
    return [services.security_infos.write(target.subject, marked), agent.event("admin-methods-lost", target)]


def _destination(agent: Agent, target: Target, body: SetTemporaryPassword) -> Method:
    """The account's method to send to. Raises Refused(METHOD_NOT_OFFERED), also where they are marked as lost."""
    found = () if body.methods_lost else step_up.of_kinds(agent.holder(target), _SENT_TO)
    for method in found:
        if method.id == body.to:
            return method
    raise Refused(METHOD_NOT_OFFERED)


def _sent(agent: Agent, target: Target, to: Method, made: Made) -> list[Write]:
    """The message that brings the password, and the record by which `notify` knows that it may."""
    services = agent.services
    generation = services.keys.generation("temporary-password")
    sending = temporary_password.Sending(
        made.nonce, generation, to.kind, to.destination, target.account.user_id, made.until
    )
    message = Message(
        id=services.randomness(16).hex(), kind="temporary-password", channel=channel(to.kind), to=to.destination,
        subject=target.subject, reference=agent.who.context.reference, language=target.account.language,
        good_until=made.until,
    )  # fmt: skip
    return [
        temporary_password.sending_write(services.recoveries, target.subject, message.id, sending),
        services.outbox.write(message, services.now),
    ]


def unlock(user_id: str, body: Act, context: RequestContext) -> Done:
    """Lifts the lockout of sign-in. Does no harm if there is none."""
    return act_on("unlock", user_id, body.reason, context, "admin-unlocked", _unlocked)


def lift(user_id: str, body: Act, context: RequestContext) -> Done:
    """Lifts the throttle: wrong proofs and passwords no longer count."""
    return act_on("lift", user_id, body.reason, context, "admin-lifted", _lifted)


def disable(user_id: str, body: Act, context: RequestContext) -> Done:
    """Turns an account off: nobody can sign in to it, and every session and open flow ends."""
    return act_on("disable", user_id, body.reason, context, "admin-disabled", _disabled)


def _disabled(agent: Agent, target: Target) -> list[Write]:
    services = agent.services
    return [
        services.accounts.disable_write(target.account),
        services.recoveries.throttle_write(target.subject, target.throttle.overtaken(), services.now),
    ]


def _unlocked(agent: Agent, target: Target) -> list[Write]:
    """The same, and in the directory, where the password lives in one."""
    return [*_lifted(agent, target), *directory_actions.unlock(agent, target)]


def _lifted(agent: Agent, target: Target) -> list[Write]:
    """Whatever was counted for the account counts no more. What was counted for its callers stays (X15)."""
    return [agent.services.recoveries.throttle_write(target.subject, target.throttle.lifted(), agent.services.now)]


def enable(user_id: str, body: Enable, context: RequestContext) -> TemporaryPassword:
    """Enables a disabled account. After a repudiation its methods are gone through, and a temporary password is set.

    Where the directory knows none, the owner resets the password with a method that was kept.
    """
    return retry_on_conflict(lambda: _enable(user_id, body, context))


def _enable(user_id: str, body: Enable, context: RequestContext) -> TemporaryPassword:
    agent = signed_in_agent(context)
    target = agent.authorise("enable", user_id)
    services, now, told = (
        agent.services,
        agent.services.now,
        agent.event_and_notices("admin-enabled", target, body.reason),
    )
    if target.person:
        directory_actions.check_changeable(target.person)
    if not target.info.suspended:
        services.store.commit([services.accounts.enable_write(target.account), *told])
        return TemporaryPassword(True)
    if body.keep is None:
        raise Refused(METHODS_TO_REVIEW)
    keep, made = body.keep, directory_actions.derive(agent, target)

    def writes(target: Target) -> list[Write]:
        return [
            services.security_infos.write(target.subject, binding.reviewed(target.info, keep, now)),
            services.recoveries.throttle_write(target.subject, target.throttle.distrusting(), now),
            *told,
        ]

    if not agent.is_possible("reset", target.account):
        services.store.commit([services.accounts.enable_write(target.account), *writes(target)])
        return TemporaryPassword(True)
    if target.person:
        directory_actions.set_temporary(agent, target, target.person, "admin-enabled", made.password, writes, True)
        return TemporaryPassword(True, temporary_password=made.password)
    hashed = password_hash.hash_password(made.password, services.keys)
    own = services.accounts.enable_with_password_write(target.account, hashed, now, made.until)
    services.store.commit([own, *writes(target)])
    return TemporaryPassword(True, temporary_password=made.password, until=made.until)


def require_registration(user_id: str, body: RequireRegistration, context: RequestContext) -> Done:
    """Makes the owner go through their security info at the next sign-in, without postponing it."""

    def required(agent: Agent, target: Target) -> list[Write]:
        proved = _use_caller_proof(agent, target, "require-registration", body.caller)
        info = replace(target.info, required=True, remind_at=0)
        return [agent.services.security_infos.write(target.subject, info), *proved]

    return act_on("require-registration", user_id, body.reason, context, "admin-registration-required", required)


def waive_registration(user_id: str, body: Act, context: RequestContext) -> Done:
    """Withdraws that requirement."""
    return act_on("require-registration", user_id, body.reason, context, "admin-registration-waived", _waived)


def _waived(agent: Agent, target: Target) -> list[Write]:
    return [agent.services.security_infos.write(target.subject, replace(target.info, required=False))]


def act_on(
    act: str, user_id: str, reason: str, context: RequestContext, kind: str,
    writes: Callable[[Agent, Target], list[Write]],
) -> Done:  # fmt: skip
    """One act: what `writes` returns, with its event, which says the reason, and its notices."""

    def step() -> Done:
        agent = signed_in_agent(context)
        target = agent.authorise(act, user_id)
        agent.services.store.commit([*writes(agent, target), *agent.event_and_notices(kind, target, reason)])
        return Done(True)

    return retry_on_conflict(step)


def _use_caller_proof(agent: Agent, target: Target, act: str, token: str) -> list[Write]:
    """The write that uses up the caller's proof, if this act needs one. Raises Refused(CALLER_NOT_VERIFIED)."""
    if not roles.needs_caller_verification(act, agent.account):
        return []
    try:
        by, services = agent.who.subject, agent.services
        return [step_up.check_proved(token, "caller", target.account, target.info, by, services)]
    except Refused as refused:
        if refused.problem is not SESSION_ENDED:
            raise
        roles.check_caller_verified(act, agent.account, proved=False)
        raise
