"""Audit events: every kind, with the sentence that describes it in the audit log (B9, B18).

They cover the eight kinds that Microsoft audits for self-service reset: blocked, changed, reset by the user, reset by
an administrator, flow progress, unlocked, registered, and changed security info.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regain.domain import imported, languages, roles
from regain.domain.methods import LABELS
from regain.domain.security_info import NAMES
from regain.phrases import Phrase
from regain.problems import CATALOGUE


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. `page` is the path of its guidance, relative to the site's root."""

    sentence: Phrase
    page: str = ""


_HELPING = "admin/reset-a-password/"
KINDS: dict[str, Kind] = {
    "reset-started": Kind(Phrase("Password reset started."), "reset/"),
    "unlock-started": Kind(Phrase("Account unlock started."), "unlock/"),
    "caller-started": Kind(Phrase("Verification of a caller started."), _HELPING),
    "admin-started": Kind(Phrase("Second-factor check of an administrator started."), _HELPING),
    "code-requested": Kind(Phrase("A code was requested."), "no-code/"),
    "proof-passed": Kind(Phrase("A proof was accepted.")),
    "proof-failed": Kind(Phrase("A proof was rejected.")),
    "proofs-longer": Kind(
        Phrase("Too many wrong proofs: the next ones are longer for a while."), "errors/code-expired/"
    ),
    "guarded": Kind(
        Phrase("Codes were guessed all over the organisation: for a day codes are longer."), "admin/observe/"
    ),
    "password-refused": Kind(Phrase("A new password was rejected."), "password/"),
    "password-reset": Kind(Phrase("The owner reset the password."), "reset/"),
    "account-unlocked": Kind(Phrase("The owner unlocked the account."), "unlock/"),
    "password-changed": Kind(Phrase("The owner changed the password."), "change-password/"),
    "directory-asked": Kind(Phrase("The directory was asked to set a password.")),
    "directory-refused": Kind(Phrase("The directory does not let Regain do its work: it has to be repaired.")),
    "directory-unanswered": Kind(Phrase("The directory did not answer: nothing was changed.")),
    "directory-stopped": Kind(Phrase("The directory does not let this account be changed.")),
    "password-in-doubt": Kind(Phrase("A new password may have been set: the answer of the directory was lost.")),
    "language-chosen": Kind(Phrase("The owner changed the language of messages."), "account/"),
    "sign-in-locked": Kind(Phrase("Sign-in was locked for a while after too many wrong passwords."), "unlock/"),
    "provider-signed-in": Kind(Phrase("The owner signed in with the identity provider."), "account/"),
    "provider-refused": Kind(Phrase("A sign-in with the identity provider was refused."), "account/"),
    "provider-signed-out": Kind(Phrase("The identity provider ended the owner’s sessions here."), "account/"),
    "account-secured": Kind(Phrase("The owner reported “this was not me”: the account was turned off."), "not-me/"),
    "registration-started": Kind(Phrase("Registration of security info started."), "register/"),
    "registration-failed": Kind(Phrase("A proof was rejected during registration."), "register/"),
    "security-info-added": Kind(Phrase("Security info was added."), "register/"),
    "security-info-removed": Kind(Phrase("Security info was removed."), "register/"),
    "security-info-confirmed": Kind(Phrase("The owner confirmed the security info."), "register/"),
    "prove-started": Kind(Phrase("A proof before changing security info was started."), "register/"),
    "identity-proved": Kind(Phrase("The owner proved who they are before changing security info."), "register/"),
    "registration-code-given": Kind(Phrase("A registration code was given."), "register/"),
    "registration-code-used": Kind(Phrase("A registration code was used."), "register/"),
    "temporary-password-used": Kind(Phrase("The temporary password was used to sign in."), _HELPING),
    "message-sent": Kind(Phrase("A message was handed over for delivery.")),
    "message-expired": Kind(Phrase("A message expired before it could be sent.")),
    "message-failed": Kind(Phrase("The messaging service rejected a message."), "no-code/"),
    "message-delivered": Kind(Phrase("A message was delivered.")),
    "message-bounced": Kind(Phrase("A message bounced: the address does not accept it."), "no-code/"),
    "message-delayed": Kind(Phrase("A message is delayed: the recipient’s mail server does not accept it yet.")),
    "message-suppressed": Kind(
        Phrase("A message was not sent: the address is on the suppression list of Amazon SES."), "no-code/"
    ),
    "message-complained": Kind(Phrase("The recipient marked a message as spam."), "no-code/"),
    "message-undelivered": Kind(Phrase("A message could not be delivered."), "no-code/"),
    "administrator-contacted": Kind(
        Phrase("A request for help was sent to the administrators."), "contact-administrator/"
    ),
    "support-contacted": Kind(Phrase("A request for help was sent to support."), "contact-support/"),
    "admin-viewed": Kind(Phrase("An administrator or helpdesk viewed the account."), _HELPING),
    "admin-viewed-places": Kind(
        Phrase("An administrator viewed the account with whole addresses and numbers."), _HELPING
    ),
    "admin-searched": Kind(Phrase("An administrator or helpdesk searched for people."), _HELPING),
    "admin-read-requests": Kind(Phrase("An administrator or helpdesk read the requests for help."), _HELPING),
    "request-taken": Kind(Phrase("The request for help was taken."), _HELPING),
    "request-done": Kind(Phrase("The request for help was closed."), _HELPING),
    "request-put-back": Kind(Phrase("The request for help was put back into the queue."), _HELPING),
    "admin-read-story": Kind(Phrase("An administrator or helpdesk read the events of a reference."), _HELPING),
    "admin-read-events": Kind(Phrase("An administrator or helpdesk read the list of events."), _HELPING),
    "admin-exported": Kind(Phrase("An administrator or helpdesk exported events."), _HELPING),
    "admin-method-agreed": Kind(
        Phrase("An administrator agreed that a method counts as a second factor at once."), _HELPING
    ),
    "admin-methods-lost": Kind(Phrase("An administrator marked the methods of the account as lost."), _HELPING),
    "admin-second-factor": Kind(Phrase("An administrator or helpdesk confirmed with a second factor."), _HELPING),
    "admin-caller-verified": Kind(Phrase("The caller proved who they are."), _HELPING),
    "admin-reset": Kind(Phrase("An administrator or helpdesk set a temporary password."), _HELPING),
    "admin-unlocked": Kind(Phrase("An administrator or helpdesk unlocked sign-in."), _HELPING),
    "admin-lifted": Kind(Phrase("An administrator or helpdesk lifted the limits."), _HELPING),
    "admin-enabled": Kind(Phrase("An administrator or helpdesk enabled the account."), _HELPING),
    "admin-disabled": Kind(Phrase("An administrator turned the account off."), _HELPING),
    "admin-methods-cleared": Kind(
        Phrase("An administrator or helpdesk removed all registered security info."), _HELPING
    ),
    "admin-registration-required": Kind(
        Phrase("An administrator or helpdesk required security info at the next sign-in."), "register/"
    ),
    "admin-registration-waived": Kind(
        Phrase("An administrator or helpdesk withdrew the request for security info."), "register/"
    ),
    "invitation-started": Kind(Phrase("An invitation to register was begun."), "admin/invitations/"),
    "invitation-stopped": Kind(Phrase("An invitation to register was stopped."), "admin/invitations/"),
    "invitation-resumed": Kind(Phrase("An invitation to register was resumed."), "admin/invitations/"),
    "admin-role-granted": Kind(Phrase("A role was granted."), "admin/"),
    "account-added": Kind(Phrase("The account was added."), "admin/provisioning/"),
    "account-renamed": Kind(Phrase("The user ID was changed."), "admin/provisioning/"),
    "account-removed": Kind(Phrase("The account was removed."), "admin/provisioning/"),
    "account-exported": Kind(Phrase("Everything that is kept about the person was exported."), "admin/command-line/"),
    "account-erased": Kind(
        Phrase("The account was erased, and its events no longer belong to anybody."), "admin/command-line/"
    ),
    "account-imported": Kind(Phrase("An import changed the account."), "admin/command-line/"),
}
CHANNELS = {"email": Phrase("e-mail"), "text": Phrase("text message"), "voice": Phrase("phone call")}
MESSAGES = {
    "code": Phrase("a code"),
    "temporary-password": Phrase("a temporary password"),
    "invitation": Phrase("an invitation to register"),
}
"""What a message contained, by template. Others are notices and requests, whose causes are in the same log."""


def describe(event: Mapping[str, Any]) -> Phrase:
    """A sentence about the event, with its known facts in parentheses.

    A reason that is a problem's code becomes that problem's title.
    """
    kind = KINDS.get(event["kind"])
    if kind is None:
        return Phrase("{kind}", kind=event["kind"])  # written by a later release
    problem, what = CATALOGUE.get(event.get("reason", "")), event.get("what", "")
    method = method_kind(event.get("method", ""))
    known = (
        LABELS.get(method, method),
        _name_of(what) if what else "",
        "" if method else CHANNELS.get(event.get("channel", ""), ""),
        MESSAGES.get(event.get("message", ""), ""),
        event.get("by", ""),
        event.get("note", ""),
        Phrase(problem.title) if problem else "",
    )
    details = functools.reduce(_join, filter(None, known), None)
    return Phrase("{sentence} ({details})", sentence=kind.sentence, details=details) if details else kind.sentence


def _name_of(what: str) -> object:
    """The display name of what was added, granted, chosen or changed: security info, a role, a language, or fields."""
    language = languages.LANGUAGES.get(what)
    known = NAMES.get(what) or roles.NAMES.get(what) or imported.describe(what)
    return known or (language.name if language else what)


def _join(first: object, second: object) -> object:
    return second if first is None else Phrase("{first}; {next}", first=first, next=second)


def guidance_page(event: Mapping[str, Any]) -> str:
    """The path of the guidance page for an event, relative to the site's root; "" if there is none."""
    if event.get("reason") in CATALOGUE:
        return f"errors/{event['reason']}/"
    kind = KINDS.get(event["kind"])
    return kind.page if kind else ""


def method_kind(method_id: str) -> str:
    """The kind of a method, from its id: `email-2` is an `email`."""
    return re.sub(r"-\d+$", "", method_id)


def counter_names(event: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the daily counters that an event increments.

    `<purpose>.started`, `.finished` and `.refused`, each also with `@<domain>`; `.sent:<kind>`, `.passed:<kind>`,
    `.failed:<kind>`; `event:<kind of event>` for every event; for one about a message `why:<kind of event>:<reason>`.
    """
    kind, purpose, reason = event["kind"], event.get("purpose", ""), event.get("reason")
    found = [f"event:{kind}"]
    if reason and kind.startswith("message-"):
        found.append(f"why:{kind}:{reason}")
    if purpose not in ("reset", "unlock"):
        return tuple(found)
    finished = {"password-reset": "reset", "account-unlocked": "unlock"}
    if kind == f"{purpose}-started":
        found.append(f"{purpose}.started")
    if finished.get(kind) == purpose:
        found.append(f"{purpose}.finished")
    if reason and kind in (f"{purpose}-started", "proof-passed"):
        found.append(f"{purpose}.refused")
    if domain := event.get("domain"):
        found += [f"{name}@{domain}" for name in found if name.startswith(f"{purpose}.")]
    step = {"code-requested": "sent", "proof-passed": "passed", "proof-failed": "failed"}.get(kind)
    if step:
        found.append(f"{purpose}.{step}:{method_kind(event.get('method', ''))}")
    return tuple(found)
