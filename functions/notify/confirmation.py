"""The sender believes nothing: what a message says counts only where a record that its writer cannot forge confirms it.

Many functions may write to the outbox. A code, a temporary password and the link of a notice go only where the record
says that they belong (X13). The function for contact, which takes requests of strangers, writes under a prefix of its
own, which its role enforces, and can ask for nothing but messages about help. So does the one that invites people to
register, and what it writes goes only to an address of the account that it is about.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from notify import help_digest, help_messages, messages
from regain.adapters import registrations, security_info
from regain.adapters.outbox import HELP, INVITATION, INVITE, Message
from regain.directories import dynamodb as accounts
from regain.domain.account import Account
from regain.domain.device_cookie import TICKET_GOOD_FOR
from regain.domain.methods import channel, sends_code
from regain.domain.roles import HELP_REQUEST_ROLES
from regain.organisation import policies
from regain.recovery import repudiation, temporary_password
from regain.recovery.flows import state_of
from regain.runtime.services import Services

MAX_RECIPIENTS = 100  # of one request for help; Microsoft Entra's limit
_ABOUT_HELP = ("administrator-contacted", "support-contacted", "support-confirmation")
_TICKET = ("ticket_name", "ticket_epoch", "ticket_until")


class Unconfirmed(Exception):
    """No record confirms the message, so it may be forged."""


class Over(Exception):
    """The message is no longer needed: what it was for has ended."""


def confirmed(message: Message, needed: Services) -> Message:
    """The message with recipient, channel and facts as the record has them: two reads at most.

    Raises:
        Unconfirmed: there is no record, or it says otherwise.
        Over: the record is of something that has ended.
    """
    if message.id.startswith(HELP) and message.kind not in _ABOUT_HELP:
        raise Unconfirmed
    if message.id.startswith(INVITE) != (message.kind == INVITATION):
        raise Unconfirmed
    try:
        message = needed.outbox.unsealed(message)
    except ValueError:
        raise Unconfirmed from None
    if message.kind == "code":
        registering = message.facts.get("purpose") == "register"
        return _registration_code(message, needed) if registering else _flow_code(message, needed)
    if message.kind == "temporary-password":
        return _temporary_password(message, needed)
    if message.kind == INVITATION:
        return _invitation(message, needed)
    if message.kind in help_messages.KINDS:
        _check_recipient(message, needed)
        return help_digest.with_digest(message, needed) if message.kind == help_digest.KIND else message
    if message.kind not in messages.NOTICES:
        raise Unconfirmed
    return _notice(message, needed) if message.kind in messages.LINKED else message


def _flow_code(message: Message, needed: Services) -> Message:
    flow_id, chosen = message.facts.get("flow"), message.facts.get("method")
    account_id = str(message.facts.get("account_id") or "none")
    flow_item, account, info = needed.store.batch_get(
        [
            needed.recoveries.key(message.subject, f"flow#{flow_id}"),
            needed.accounts.key(account_id),
            needed.security_infos.key(message.subject),
        ]
    )
    flow = needed.recoveries.flow(flow_item)
    method = next((each for each in flow.registered if each.id == chosen), None) if flow else None
    live = flow.codes.get(method.id) if flow and method else None
    if not (flow and method and live and live.sent and sends_code(method.kind) and flow.account_id == account_id):
        raise Unconfirmed
    if flow.finished or needed.now >= min(flow.expires_at, live.until):
        raise Over
    now = state_of(accounts.from_item(account), security_info.from_item(info), needed, flow.in_directory)
    if flow.state and flow.state != now:  # an address, a number or a role has changed since it was asked for (X12)
        raise Over
    facts = {
        "flow": flow.id, "purpose": flow.purpose, "method": method.id, "sequence": live.sequence, "digits": live.digits,
        "code_generation": flow.code_generation, "user_id": flow.user_id,
        **_ticket(message.facts, method.kind, needed.now),
    }  # fmt: skip
    return replace(
        message, channel=channel(method.kind), to=method.destination, reference=flow.reference, language=flow.language,
        facts=facts, good_until=live.until,
    )  # fmt: skip


def _ticket(facts: Mapping[str, Any], kind: str, now: int) -> dict[str, Any]:
    """What the link in an e-mail is made of. It goes to the flow's own address, so its writer gains nothing by it."""
    given = {name: facts[name] for name in _TICKET if name in facts}
    if kind != "email" or len(given) < len(_TICKET):
        return {}
    return {**given, "ticket_until": min(given["ticket_until"], now + TICKET_GOOD_FOR)}


def _registration_code(message: Message, needed: Services) -> Message:
    pending = registrations.from_item(_record(message, f"pending#{message.facts.get('flow')}", needed))
    if not (pending and pending.destination and sends_code(pending.kind)):
        raise Unconfirmed
    until = pending.started_at + needed.organisation.recovery.code_minutes * 60
    if pending.done or needed.now >= until:
        raise Over
    facts = {
        "flow": pending.id, "purpose": "register", "method": pending.kind, "sequence": 1, "digits": pending.digits,
        "code_generation": pending.generation,
    }  # fmt: skip
    return replace(message, channel=channel(pending.kind), to=pending.destination, facts=facts, good_until=until)


def _temporary_password(message: Message, needed: Services) -> Message:
    made = temporary_password.from_item(needed.keys, _record(message, temporary_password.record(message.id), needed))
    if made is None:
        raise Unconfirmed
    if needed.now >= made.until:
        raise Over
    facts = {"nonce": made.nonce, "generation": made.generation, "user_id": made.user_id, "until": made.until}
    return replace(message, channel=channel(made.kind), to=made.destination, facts=facts, good_until=made.until)


def _invitation(message: Message, needed: Services) -> Message:
    """It goes to an address of the account, in the name that its owner has. Raises Over for one that is turned off."""
    account_id = str(message.facts.get("account_id"))
    if needed.recoveries.subject(account_id) != message.subject:
        raise Unconfirmed
    keys = [needed.accounts.key(account_id), needed.security_infos.key(message.subject)]
    found, kept = needed.store.batch_get(keys)
    account, info = accounts.from_item(found), security_info.from_item(kept)
    if account is None or not account.enabled:
        raise Over
    if message.to not in (*account.addresses, *info.destinations("email")):
        raise Unconfirmed
    return replace(message, facts={**message.facts, "user_id": account.user_id})


def _notice(message: Message, needed: Services) -> Message:
    """The notice with the token of its link, where the change may be repudiated."""
    token = repudiation.token_of_notice(needed, message.subject, message.reference, message.facts["at"])
    return replace(message, facts={**message.facts, "token": token})


def _check_recipient(message: Message, needed: Services) -> None:
    """Raises Unconfirmed unless the settings name the recipient for this kind of message, or it is a role holder."""
    named = {
        "administrator-contacted": policies.desks(needed.organisation),
        "support-contacted": {needed.organisation.contacts.support.email},
        help_digest.KIND: policies.desks(needed.organisation) | {needed.organisation.contacts.support.email},
        "support-confirmation": {message.to},
    }.get(message.kind, set())
    if message.to not in named and not _is_holder(message.to, needed):
        raise Unconfirmed


def _is_holder(address: str, needed: Services) -> bool:
    """Whether this is the address of somebody with a role."""
    return any(
        person.addresses[0] == address
        for role in HELP_REQUEST_ROLES
        for person in needed.accounts.with_role(role, MAX_RECIPIENTS)
    )


def first_holders(roles: tuple[str, ...], needed: Services) -> list[Account]:
    """The holders of the first of these roles that anybody has."""
    for role in roles:
        if found := needed.accounts.with_role(role, MAX_RECIPIENTS):
            return found
    return []


def _record(message: Message, record: str, needed: Services) -> dict[str, Any] | None:
    return needed.store.batch_get([needed.recoveries.key(message.subject, record)])[0]
