"""Letters between people and those who help: requests for help, their copies, and who did what to an account.

What strangers typed stands in them as text, below a line that says so. It is never in a subject (header injection)
nor, in a copy, a link: nobody can make our mail carry theirs.
"""

from typing import Any

from notify.letters import in_html, moment, signature
from regain.adapters.messengers import Letter
from regain.domain.events import KINDS as EVENTS
from regain.organisation import Organisation

KINDS = ("administrator-asked", "support-asked", "support-copy", "admin-acted", "role-recovered")
KINDS_OF_ACTS = {name: kind.text for name, kind in EVENTS.items() if name.startswith("admin-")}
_DOING = {"reset": "resetting the password", "unlock": "unlocking the account", "": "signing in"}


def letter(kind: str, facts: dict[str, Any], reference: str, organisation: Organisation) -> Letter:
    """One of the letters of `KINDS`."""
    subject, paragraphs = _WORDS[kind](facts, reference, organisation)
    text = "\n\n".join(paragraphs) + signature(organisation)
    return Letter(subject=subject, text=text, html=in_html(tuple(paragraphs), organisation))


def _administrator_asked(facts: dict[str, Any], reference: str, organisation: Organisation) -> tuple[str, list[str]]:
    name = organisation.organisation.name
    proofs = f"They have given {facts['passed']} proof of who they are." if facts["passed"] else ""
    return f"{name}: somebody cannot sign in and asks for help ({reference})", [
        f"Somebody asks for help with the {name} account {facts['user_id']}. They were {_DOING[facts['purpose']]}.",
        f"Name: {facts['name'] or '(not given)'}\nHow to reach them: {facts['reply_to']}\nReference: {reference}",
        *(_quoted(facts["text"])),
        f"All of this was typed by somebody who was not signed in. {proofs} Find out first who they are: use a number "
        "that you already have, not the one above, and never ask for a password.".replace("  ", " "),
        f"What happened up to here stands under the reference {reference} on the page for administrators"
        f"{_at(organisation, 'admin/')}.",
    ]


def _support_asked(facts: dict[str, Any], reference: str, organisation: Organisation) -> tuple[str, list[str]]:
    name = organisation.organisation.name
    return f"{name}: request for support ({reference})", [
        f"Somebody asks {organisation.contacts.support.name} for help and wants to be called back.",
        f"Name: {facts['name']}\nTelephone: {facts['phone']}\nE-mail: {facts['email']}\nReference: {reference}",
        *(_quoted(facts["text"])),
        "All of this was typed by somebody who was not signed in. Find out first who they are.",
    ]


def _support_copy(facts: dict[str, Any], reference: str, organisation: Organisation) -> tuple[str, list[str]]:
    support = organisation.contacts.support.name
    return f"Your request to {support} ({reference})", [
        f"{support} has got a request with this address, and will call back. This is a copy.",
        f"Name: {facts['name']}\nTelephone: {facts['phone']}\nReference: {reference}",
        *(_quoted(facts["text"])),
        "Addresses of web pages are left out of this copy. If you did not write this, somebody typed your address, "
        "perhaps by mistake, and you need not do anything.",
        f"Nobody from {organisation.organisation.name} will ask you for your password or for a code.",
    ]


def _admin_acted(facts: dict[str, Any], reference: str, organisation: Organisation) -> tuple[str, list[str]]:
    name = organisation.organisation.name
    done = KINDS_OF_ACTS[facts["act"]].format(by=facts["by"], what=facts.get("what", ""))
    return f"{name}: an administrator has acted on an account", [
        f"{done} The account is {facts['user_id']}. This was on {moment(facts['at'], organisation)}.",
        f"Every administrator but the one who acted gets this message. If it should not have happened, look the "
        f"reference {reference} up on the page for administrators{_at(organisation, 'admin/')}.",
    ]


def _role_recovered(facts: dict[str, Any], reference: str, organisation: Organisation) -> tuple[str, list[str]]:
    name = organisation.organisation.name
    done = EVENTS[facts["act"]].text
    return f"{name}: somebody with a role has used self-service reset", [
        f"{done} The account is {facts['user_id']}, and its role is {facts['role'].replace('-', ' ')}. "
        f"This was on {moment(facts['at'], organisation)}.",
        f"If you did not expect it, ask them by telephone, and look the reference {reference} up on the page for "
        f"administrators{_at(organisation, 'admin/')}.",
    ]


def _quoted(text: str) -> list[str]:
    return ["They write:", "\n".join(f"> {line}" for line in text.split("\n"))] if text else []


def _at(organisation: Organisation, page: str) -> str:
    site = organisation.organisation.site_url.rstrip("/")
    return f": {site}/{page}" if site else ""


_WORDS = {
    "administrator-asked": _administrator_asked,
    "support-asked": _support_asked,
    "support-copy": _support_copy,
    "admin-acted": _admin_acted,
    "role-recovered": _role_recovered,
}
