"""Events: every kind of thing that is noted, in a sentence for those who look a story up (B9, B18).

Microsoft's audit of self-service reset has eight kinds; they are among these: blocked, changed, reset by its
owner, reset by an administrator, progress of a flow, unlocked, registered, and changed security info.
"""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from regain.domain import languages, roles
from regain.domain.methods import LABELS
from regain.domain.security_info import NAMES
from regain.phrases import Phrase
from regain.problems import CATALOGUE


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of event, in a sentence. `page` is the guidance about it, under the site's root."""

    sentence: Phrase
    page: str = ""


def _kind(page: str, text: Phrase) -> Kind:
    return Kind(text, page)


_HELPING = "admin/reset-a-password/"
KINDS: dict[str, Kind] = {
    "reset-started": _kind("reset/", Phrase("The reset of the password was begun.")),
    "unlock-started": _kind("unlock/", Phrase("Unlocking the account was begun.")),
    "caller-started": _kind(_HELPING, Phrase("Proving who is calling the helpdesk was begun.")),
    "admin-started": _kind(_HELPING, Phrase("Confirming that it is the administrator was begun.")),
    "code-requested": _kind("no-code/", Phrase("A code was asked for.")),
    "proof-passed": _kind("", Phrase("A proof was right.")),
    "proof-failed": _kind("", Phrase("A proof was wrong.")),
    "recovery-closed": _kind(
        "errors/try-again-later/", Phrase("Too many proofs were wrong: this way is closed for a while.")
    ),
    "password-refused": _kind("password/", Phrase("A new password was refused.")),
    "password-reset": _kind("reset/", Phrase("The password was reset by its owner.")),
    "account-unlocked": _kind("unlock/", Phrase("The account was unlocked by its owner.")),
    "password-changed": _kind("change-password/", Phrase("The password was changed by its owner.")),
    "language-chosen": _kind("account/", Phrase("Its owner chose the language of messages.")),
    "sign-in-locked": _kind("locked-out/", Phrase("Sign-in was locked after too many wrong passwords.")),
    "account-secured": _kind("not-me/", Phrase("Its owner said “this was not me”: the account was locked.")),
    "registration-begun": _kind("register/", Phrase("Registering security info was begun.")),
    "registration-failed": _kind("register/", Phrase("A proof while registering was wrong.")),
    "security-info-added": _kind("register/", Phrase("Security info was added.")),
    "security-info-removed": _kind("register/", Phrase("Security info was removed.")),
    "security-info-kept": _kind("register/", Phrase("Its owner said that the security info is right.")),
    "temporary-password-used": _kind(_HELPING, Phrase("Somebody signed in with the temporary password.")),
    "message-sent": _kind("", Phrase("A message was handed over for sending.")),
    "message-stale": _kind("", Phrase("A message was not sent, because it would have come too late.")),
    "message-withheld": _kind("no-code/", Phrase("A message was withheld: its destination has had too many today.")),
    "message-failed": _kind("no-code/", Phrase("A message was refused by the service.")),
    "message-delivered": _kind("", Phrase("A message arrived.")),
    "message-bounced": _kind("no-code/", Phrase("A message came back: the address does not take it.")),
    "message-complained": _kind("no-code/", Phrase("The recipient marked a message as unwanted.")),
    "message-undelivered": _kind("no-code/", Phrase("A message did not arrive.")),
    "administrator-asked": _kind("contact-administrator/", Phrase("Somebody asked the administrators for help.")),
    "support-asked": _kind("contact-support/", Phrase("Somebody asked support for help.")),
    "admin-looked": _kind(_HELPING, Phrase("Somebody who helps looked the account up.")),
    "admin-second-factor": _kind(_HELPING, Phrase("Somebody who helps confirmed with a second factor.")),
    "admin-caller-proved": _kind(_HELPING, Phrase("The caller proved who they are.")),
    "admin-reset": _kind(_HELPING, Phrase("Somebody who helps set a temporary password.")),
    "admin-unlocked": _kind(_HELPING, Phrase("Somebody who helps unlocked sign-in.")),
    "admin-lifted": _kind(_HELPING, Phrase("Somebody who helps lifted the block of self-service.")),
    "admin-enabled": _kind(_HELPING, Phrase("Somebody who helps turned the account on.")),
    "admin-methods-cleared": _kind(_HELPING, Phrase("Somebody who helps removed all registered security info.")),
    "admin-registration-required": _kind(
        "register/", Phrase("Somebody who helps asked for security info at the next sign-in.")
    ),
    "admin-registration-waived": _kind(
        "register/", Phrase("Somebody who helps took back the demand for security info.")
    ),
    "admin-role-granted": _kind("admin/", Phrase("Somebody who helps gave a role.")),
}  # fmt: skip
CHANNELS = {"email": Phrase("e-mail"), "text": Phrase("text message"), "voice": Phrase("phone call")}
MESSAGES = {"code": Phrase("a code"), "temporary-password": Phrase("a temporary password")}
"""What a message was about; all others are notices and requests, whose cause stands beside them in the story."""


def describe(event: Mapping[str, Any]) -> Phrase:
    """An event in words: what happened, and the facts that are known of it.

    A reason that is a problem of the catalogue is said with its title.
    """
    kind = KINDS.get(event["kind"])
    if kind is None:
        return Phrase("{kind}", kind=event["kind"])  # of a later version than this one
    problem, what = CATALOGUE.get(event.get("reason", "")), event.get("what", "")
    method = method_kind(event.get("method", ""))
    known = (
        LABELS.get(method, method),
        _thing(what) if what else "",
        "" if method else CHANNELS.get(event.get("channel", ""), ""),
        MESSAGES.get(event.get("message", ""), ""),
        event.get("by", ""),
        Phrase(problem.title) if problem else "",
    )
    details = functools.reduce(_also, filter(None, known), None)
    return Phrase("{sentence} ({details})", sentence=kind.sentence, details=details) if details else kind.sentence


def _thing(what: str) -> object:
    """What was added, given or chosen: security info, a role or a language."""
    language = languages.LANGUAGES.get(what)
    return NAMES.get(what) or roles.NAMES.get(what) or (language.name if language else what)


def _also(first: object, next_one: object) -> object:
    return next_one if first is None else Phrase("{first}; {next}", first=first, next=next_one)


def guidance_page(event: Mapping[str, Any]) -> str:
    """The guidance about an event, under the site's root; "" where there is none."""
    if event.get("reason") in CATALOGUE:
        return f"errors/{event['reason']}/"
    kind = KINDS.get(event["kind"])
    return kind.page if kind else ""


def method_kind(method_id: str) -> str:
    """The kind of a method's id: `email-2` is an `email`."""
    return re.sub(r"-\d+$", "", method_id)


def counter_names(event: Mapping[str, Any]) -> tuple[str, ...]:
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
