"""The end of a reset or an unlock: the change, its event and its messages in one transaction."""

from collections.abc import Iterable
from dataclasses import replace

from regain.adapters.outbox import Message
from regain.adapters.store import Write
from regain.api.contract import Finished
from regain.api.request_context import RequestContext
from regain.directories.base import Directory, Stopped
from regain.domain import flow as rules
from regain.domain.account import Account, methods
from regain.recovery import in_directory, recovery_code, repudiation, standings
from regain.recovery.flows import Flows, Opened
from regain.recovery.notices import notices
from regain.runtime.services import Services


def ready(flows: Flows, flow_token: str, context: RequestContext) -> tuple[Opened, Account]:
    """The flow and its account, if every proof has been given: one store operation.

    A person in a directory is looked up again after the proofs: by now the user ID may be another person's.
    """
    opened = flows.open(flow_token, context, proving=False)
    directory = flows.services.directory(opened.flow.user_id)
    if directory and opened.flow.verified:
        opened = _looked_up(flows, directory, opened)
    settings = flows.settings_of(opened.account, opened.flow.user_id)
    account = rules.check_verified(opened.flow, opened.account, settings.recovery, settings.domains)
    if opened.person:
        own = methods(account, opened.info, settings.recovery, flows.services.organisation.domains)
        rules.check_places(opened.flow, own)
    return opened, account


def _looked_up(flows: Flows, directory: Directory, opened: Opened) -> Opened:
    """The flow with its person in the directory. Raises Refused if it is another person, or may not be changed."""
    services, flow = flows.services, opened.flow
    found = in_directory.find(directory, flow.user_id)
    person = in_directory.check_same(services, flow.user_id, found, flow.account_id)
    try:
        person.check_changeable()
    except Stopped as outcome:
        raise in_directory.stopped(outcome) from None
    account = in_directory.account(opened.account, person, flow.account_id, flow.user_id)
    return replace(opened, person=person, account=account)


def commit(
    flows: Flows, opened: Opened, account: Account, kind: str, context: RequestContext, extra: Iterable[Write] = (),
    distrusting: bool = False,
) -> Finished:  # fmt: skip
    """Commits the change, as the second store operation, and returns the last response.

    This finishes the flow, ends every other flow of the account, clears this browser's counts and makes it known to the
    account (B5); `distrusting` forgets every other browser. A used recovery code is replaced. There is no automatic
    sign-in (S54).

    Raises:
        Conflict: the flow or account has been changed; read it again.
    """
    services, now, subject = flows.services, flows.services.now, opened.subject
    shown, replaced = _replacement(services, opened, now)
    throttle = opened.throttle.distrusting() if distrusting else opened.throttle.overtaken()
    own = opened.standing.own.cleared()
    services.store.commit(
        [
            *extra,
            *replaced,
            *([services.recoveries.binds_write(subject, opened.binds.cleared(), now)] if opened.person else []),
            services.recoveries.flow_write(subject, rules.finish(opened.flow), now),
            services.recoveries.throttle_write(subject, throttle, now),
            services.recoveries.counts_write(subject, opened.place.own, own, now),
            *(opened.twin.writes(services, opened.twin.standing.cleared()) if opened.twin else ()),
            flows.event(kind, subject, opened.flow),
            repudiation.issue_write(services, subject, account, opened.flow.reference, now),
            *(services.outbox.write(message, now) for message in _notices(services, now, opened, account, kind)),
            *(services.outbox.write(each, now) for each in _to_administrators(services, opened, account, kind, now)),
        ]
    )
    if not opened.flow.shared:
        standings.remember(services, subject, throttle.epoch, context, opened.place.browser)
    there = flows.settings_of(account, account.user_id).organisation.sign_in_url
    return Finished(done=True, sign_in_url=there, usable=_usable(services, account), recovery_code=shown)


def _usable(services: Services, account: Account) -> str:
    """When a new password works: `now`, or after how many minutes every server of the directory has it."""
    ldap = services.organisation.domains[account.user_id.rpartition("@")[2]].ldap
    return str(ldap.usable_minutes) if ldap and ldap.usable_minutes else "now"


def _replacement(services: Services, opened: Opened, now: int) -> tuple[str, list[Write]]:
    """A new recovery code and its write, if one was used in this flow (NIST SP 800-63B-4 4.2.1.1)."""
    if "recovery-code" not in opened.flow.passed:
        return "", []
    random = services.randomness(recovery_code.BYTES)
    shown, kept = recovery_code.made(services.keys, opened.subject, random, now)
    return shown, [services.security_infos.write(opened.subject, replace(opened.info, recovery_code=kept))]


def _notices(services: Services, now: int, opened: Opened, account: Account, kind: str) -> list[Message]:
    if not services.organisation.notify.person:
        return []
    flow = opened.flow
    return notices(services, now, account, kind, opened.subject, flow.reference, opened.info, flow.language)


def _to_administrators(services: Services, opened: Opened, account: Account, kind: str, now: int) -> list[Message]:
    """Notifies the other administrators if the account has a role (B12)."""
    if not (account.role and services.organisation.notify.administrators):
        return []
    facts = {"user_id": account.user_id, "by": account.user_id, "role": account.role, "act": kind, "at": now}
    number, reference = services.randomness(16).hex(), opened.flow.reference
    return [Message(number, "role-recovered", "roles", "administrators", opened.subject, reference, facts=facts)]
