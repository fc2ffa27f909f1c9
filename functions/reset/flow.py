"""The last step of a reset: setting the new password. The steps before it are in `regain.recovery.steps`."""

import functools
from dataclasses import replace

from regain.adapters import password_hash
from regain.adapters.store import retry_on_conflict
from regain.api.contract import Finished, FinishReset
from regain.api.request_context import RequestContext
from regain.directories.base import NotAccepted, Person
from regain.domain import flow as rules
from regain.domain import passwords
from regain.domain.account import Account
from regain.problems import Refused
from regain.recovery import completion, in_directory, new_password
from regain.recovery.directory_change import Setting, refused_by_policy
from regain.recovery.flows import Flows, Opened
from regain.runtime.services import services


def finish(body: FinishReset, context: RequestContext) -> Finished:
    """Sets the new password, if every proof has been given.

    A password that breaks a rule is counted in the flow, which ends with the tenth; until then the person may choose
    another (B7). The current password is never compared: nobody can test a guess at it here (X18).
    """
    flows = Flows("reset", services())
    password = passwords.normal(body.new_password)

    @functools.cache
    def hashed() -> str:
        return password_hash.hash_password(password, flows.services.keys)

    def step() -> Finished:
        opened, account = completion.ready(flows, body.flow, context)
        also = passwords.unsendable(body.new_password) if opened.person else ()
        try:
            new_password.check(password, account, opened.info, flows.services, also=also)
        except Refused as refused:
            raise _counted(refused, opened, flows) from None
        if opened.person:
            return _in_directory(flows, opened, account, opened.person, password, body.flow, context)
        change = flows.services.accounts.password_write(account, hashed(), flows.services.now)
        return completion.commit(flows, opened, account, "password-reset", context, [change], distrusting=True)

    return retry_on_conflict(step)


def _in_directory(
    flows: Flows, opened: Opened, account: Account, person: Person, password: str, token: str, context: RequestContext
) -> Finished:
    """Sets a password that is kept in a directory."""
    services, flow = flows.services, opened.flow
    setting = Setting(
        services, account, person, opened.info, opened.subject, flow.reference, flow.language, "password-reset",
        password, opened.change,
    ).intend()  # fmt: skip
    try:
        setting.act(lambda directory, person: directory.reset(person, password))
    except NotAccepted as outcome:
        raise _counted(refused_by_policy(outcome), opened, flows) from None
    read = [replace(opened, change=setting.change)]

    def record() -> Finished:
        latest = read.pop() if read else replace(flows.open(token, context, proving=False), person=person)
        owner = in_directory.account(latest.account, person, flow.account_id, flow.user_id)
        written = [
            services.accounts.directory_password_write(owner, services.now), setting.recorded_write(latest.change),
        ]  # fmt: skip
        return completion.commit(flows, latest, owner, setting.kind, context, written, distrusting=True)

    return setting.record(record)


def _counted(refused: Refused, opened: Opened, flows: Flows) -> Refused:
    """Counts a refused password. Returns the problem to answer with.

    Raises:
        Conflict: the flow was changed in between; read it again.
    """
    flow, problem = rules.refuse_password(opened.flow, refused)
    services = flows.services
    services.store.commit(
        [
            services.recoveries.flow_write(opened.subject, flow, services.now),
            flows.event("password-refused", opened.subject, flow, reason=refused.reason),
        ]
    )
    return problem
