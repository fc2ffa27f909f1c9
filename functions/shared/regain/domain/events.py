"""Events: every kind of thing that is noted, in a sentence for those who look a story up (B9, B18).

Microsoft's audit of self-service reset has eight kinds; they are among these: blocked, changed, reset by its
owner, reset by an administrator, progress of a flow, unlocked, registered, and changed security info.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regain.domain.methods import LABELS
from regain.domain.security_info import NAMES
from regain.problems import CATALOGUE


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event. `text` may name facts in braces; `page` is the guidance about it, under the site's root."""

    text: str
    page: str = ""


_PURPOSES = {
    "reset": ("The reset of the password", "reset/"),
    "unlock": ("Unlocking the account", "unlock/"),
    "caller": ("Proving who is calling the helpdesk", "admin/reset-a-password/"),
    "admin": ("Confirming that it is the administrator", "admin/reset-a-password/"),
}

KINDS: dict[str, Kind] = {
    **{f"{purpose}-started": Kind(f"{what} was begun.", page) for purpose, (what, page) in _PURPOSES.items()},
    "code-requested": Kind("A code was asked for: {method}.", "no-code/"),
    "proof-passed": Kind("A proof was right: {method}.", ""),
    "proof-failed": Kind("A proof was wrong: {method}.", ""),
    "recovery-closed": Kind("Too many proofs were wrong: {method} is closed for a while.", "errors/try-again-later/"),
    "password-refused": Kind("A new password was refused.", "password/"),
    "password-reset": Kind("The password was reset by its owner.", "reset/"),
    "account-unlocked": Kind("The account was unlocked by its owner.", "unlock/"),
    "password-changed": Kind("The password was changed by its owner.", "change-password/"),
    "sign-in-locked": Kind("Sign-in was locked after too many wrong passwords.", "locked-out/"),
    "account-secured": Kind("Its owner said “this was not me”: the account was locked.", "not-me/"),
    "registration-begun": Kind("Registering security info was begun: {method}.", "register/"),
    "registration-failed": Kind("A proof while registering was wrong: {method}.", "register/"),
    "security-info-added": Kind("Security info was added: {what}.", "register/"),
    "security-info-removed": Kind("Security info was removed: {what}.", "register/"),
    "security-info-kept": Kind("Its owner said that the security info is right.", "register/"),
    "temporary-password-used": Kind("Somebody signed in with the temporary password.", "admin/reset-a-password/"),
    "message-sent": Kind("A message was handed over for sending, {channel}: {message}.", ""),
    "message-stale": Kind("A message was not sent, because it would have come too late, {channel}: {message}.", ""),
    "message-withheld": Kind("A message was withheld: its destination has had too many today.", "no-code/"),
    "message-failed": Kind("A message was refused by the service, {channel}: {message}.", "no-code/"),
    "message-delivered": Kind("A message arrived, {channel}.", ""),
    "message-bounced": Kind("A message came back: the address does not take it, {channel}.", "no-code/"),
    "message-complained": Kind("The recipient marked a message as unwanted, {channel}.", "no-code/"),
    "message-undelivered": Kind("A message did not arrive, {channel}.", "no-code/"),
    "administrator-asked": Kind("Somebody asked the administrators for help.", "contact-administrator/"),
    "support-asked": Kind("Somebody asked support for help.", "contact-support/"),
    "admin-looked": Kind("{by} looked the account up.", "admin/reset-a-password/"),
    "admin-second-factor": Kind("{by} confirmed with a second factor.", "admin/reset-a-password/"),
    "admin-caller-proved": Kind("The caller proved to {by} who they are.", "admin/reset-a-password/"),
    "admin-reset": Kind("{by} set a temporary password.", "admin/reset-a-password/"),
    "admin-unlocked": Kind("{by} unlocked sign-in.", "admin/reset-a-password/"),
    "admin-lifted": Kind("{by} lifted the block of self-service.", "admin/reset-a-password/"),
    "admin-enabled": Kind("{by} turned the account on.", "admin/reset-a-password/"),
    "admin-methods-cleared": Kind("{by} removed all registered security info.", "admin/reset-a-password/"),
    "admin-registration-required": Kind("{by} asked for security info at the next sign-in.", "register/"),
    "admin-registration-waived": Kind("{by} took back the demand for security info.", "register/"),
    "admin-role-granted": Kind("{by} gave the role: {what}.", "admin/"),
}


def sentence(event: Mapping[str, Any]) -> str:
    """An event in words. A reason that is a problem of the catalogue is said with its title."""
    kind = KINDS.get(event["kind"])
    if kind is None:
        return event["kind"]  # of a later version than this one
    known = {
        "method": LABELS.get(method_kind(event.get("method", "")), event.get("method", "")),
        "what": NAMES.get(event.get("what", ""), event.get("what", "")),
        "channel": event.get("channel", ""),
        "message": event.get("message", "").replace("-", " "),
        "by": event.get("by", "An administrator"),
    }
    problem = CATALOGUE.get(event.get("reason", ""))
    return f"{kind.text.format(**known)} {problem.title}." if problem else kind.text.format(**known)


def page(event: Mapping[str, Any]) -> str:
    """The guidance about an event, under the site's root; "" where there is none."""
    if event.get("reason") in CATALOGUE:
        return f"errors/{event['reason']}/"
    kind = KINDS.get(event["kind"])
    return kind.page if kind else ""


def method_kind(method_id: str) -> str:
    """The kind of a method's id: `email-2` is an `email`."""
    return re.sub(r"-\d+$", "", method_id)


def counted(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The counters of a day that an event adds one to.

    `<purpose>.started`, `.finished`, `.refused`, `.sent:<kind>`, `.passed:<kind>`, `.failed:<kind>`, and
    `event:<kind of event>` for every event.
    """
    kind, purpose = event["kind"], event.get("purpose", "")
    found = [f"event:{kind}"]
    if purpose not in ("reset", "unlock"):
        return tuple(found)
    finished = {"password-reset": "reset", "account-unlocked": "unlock"}
    if kind == f"{purpose}-started":
        found.append(f"{purpose}.started")
    if finished.get(kind) == purpose:
        found.append(f"{purpose}.finished")
    if event.get("reason") and kind in (f"{purpose}-started", "proof-passed"):
        found.append(f"{purpose}.refused")
    step = {"code-requested": "sent", "proof-passed": "passed", "proof-failed": "failed"}.get(kind)
    if step:
        found.append(f"{purpose}.{step}:{method_kind(event.get('method', ''))}")
    return tuple(found)
