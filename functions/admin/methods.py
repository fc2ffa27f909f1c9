"""What administrators do to the methods of an account: remove them, agree to one, give a code to register with."""

from admin.actions import act_on
from admin.agent import Agent, Target, signed_in_agent
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import Act, Done, IssuedRegistrationCode
from regain.api.request_context import RequestContext
from regain.domain import binding, roles
from regain.problems import NO_SUCH_SECURITY_INFO, Refused
from regain.recovery import listing, registration_code


def clear(user_id: str, body: Act, context: RequestContext) -> Done:
    """Removes the methods that the owner has registered, for example after a theft. Those that IT entered stay.

    A thief may be signed in on the device, so every session ends and no browser is known any more.
    """
    return act_on("clear-methods", user_id, body.reason, context, "admin-methods-cleared", _cleared)


def _cleared(agent: Agent, target: Target) -> list[Write]:
    services, left = agent.services, binding.without_methods(target.info)
    return [
        services.security_infos.write(target.subject, left),
        services.recoveries.throttle_write(target.subject, target.throttle.distrusting(), services.now),
        *([services.accounts.sessions_ended_write(target.account)] if target.known else []),
    ]


def agree(user_id: str, method_id: str, body: Act, context: RequestContext) -> Done:
    """Lets a method of somebody with a role count as a second factor at once: another administrator agrees to it."""

    def agreed(agent: Agent, target: Target) -> list[Write]:
        found = [each for each in listing.listed(agent.holder(target)) if each.counts_from]
        names = {
            binding.agreement(binding.ENTERED if each.by_administrator else each.id, each.since)
            for each in found
            if each.id == method_id
        }
        if not names:
            raise Refused(NO_SUCH_SECURITY_INFO)
        return [agent.services.security_infos.write(target.subject, binding.agreed(target.info, *names))]

    return act_on("agree", user_id, body.reason, context, "admin-method-agreed", agreed)


def give_registration_code(user_id: str, body: Act, context: RequestContext) -> IssuedRegistrationCode:
    """Issues a code with which the owner can register methods without one of theirs. A notice goes to every place."""
    return retry_on_conflict(lambda: _give_registration_code(user_id, body, context))


def _give_registration_code(user_id: str, body: Act, context: RequestContext) -> IssuedRegistrationCode:
    agent = signed_in_agent(context)
    target = agent.authorise("registration-code", user_id)
    roles.check_may_vouch(agent.account, target.account)
    shown, writes = registration_code.issue(agent.services, target.subject, target.info, deployer=False)
    agent.services.store.commit([*writes, *agent.event_and_notices("registration-code-given", target, body.reason)])
    return IssuedRegistrationCode(shown, agent.services.now + registration_code.GOOD_FOR)
