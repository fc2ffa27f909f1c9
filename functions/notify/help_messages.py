"""Messages about help: requests, confirmations for those who asked, and reports of what was done to an account.

What strangers typed appears only in the body of a request, quoted and marked as theirs: never in a subject (header
injection), and never in a confirmation, so that nobody can use our mail to send theirs (X17).
"""

from collections.abc import Iterator
from typing import Any

from notify import help_digest
from notify.layout import Layout, Link, Part
from regain.adapters.messengers import RenderedMessage
from regain.domain import events, roles
from regain.phrases import Phrase, join_sentences

Parts = Iterator[Part]

_DOING = {
    "reset": Phrase("They were resetting the password."),
    "unlock": Phrase("They were unlocking the account."),
}
_FIND_OUT_WHO = Phrase(
    "All of this was typed by somebody who was not signed in. Check first who they are: call a number that you "
    "already have, not the one above, and never ask for a password."
)
_FIND_OUT_FIRST = Phrase("All of this was typed by somebody who was not signed in. Check first who they are.")
_STANDS_UNDER = Phrase(
    "What has happened so far is recorded under the reference {reference} on the page for administrators."
)
_ADMINISTRATORS_READ = Phrase(
    "All administrators except the one who acted get this message. If it should not have happened, look up the "
    "reference {reference} on the page for administrators."
)
_ASK_THEM = Phrase(
    "If you did not expect it, ask them by telephone, and look up the reference {reference} on the page for "
    "administrators."
)
_RECEIVED = Phrase("{support} has received a request with this address and will call back.")
_NOT_YOU = Phrase(
    "If it was not you, somebody typed your address, perhaps by mistake, and you do not need to do anything."
)
_NOBODY_ASKS = Phrase("Nobody from {organisation} will ask you for your password or for a code.")
_LINES = {
    "name": Phrase("Name: {value}"),
    "reply_to": Phrase("How to reach them: {value}"),
    "phone": Phrase("Telephone: {value}"),
    "email": Phrase("E-mail: {value}"),
    "user_id": Phrase("Account: {value}"),
    "role": Phrase("Role: {value}"),
    "by": Phrase("Done by: {value}"),
    "when": Phrase("When: {value}"),
    "quoted": Phrase("Reference that they quote: {value}"),
    "reference": Phrase("Reference: {value}"),
}


def render(kind: str, facts: dict[str, Any], reference: str, layout: Layout) -> RenderedMessage:
    """The message of this kind (one of `KINDS`)."""
    subject, parts = KINDS[kind]
    return layout.render(layout.say(subject, reference=reference), parts({**facts, "reference": reference}, layout))


def _administrator_asked(facts: dict[str, Any], layout: Layout) -> Parts:
    asked, doing = Phrase("Somebody asks for help with an account."), _DOING.get(facts["purpose"])
    yield layout.say(join_sentences(asked, doing) if doing else asked)
    name = facts["name"] or layout.say(Phrase("(not given)"))
    yield _lines({**facts, "name": name}, layout, "user_id", "name", "reply_to", *_reference(facts), "reference")
    yield from _quoted(facts["text"], layout)
    if facts["passed"]:
        yield layout.say(Phrase("Proofs of identity that they have given: {passed}."), passed=facts["passed"])
    yield layout.say(_FIND_OUT_WHO)
    yield from _on_the_page(_STANDS_UNDER, facts, layout)


def _support_asked(facts: dict[str, Any], layout: Layout) -> Parts:
    yield layout.say(Phrase("Somebody asks {support} for help and wants to be called back."))
    yield _lines(facts, layout, "name", "phone", "email", *_reference(facts), "reference")
    yield from _quoted(facts["text"], layout)
    yield layout.say(_FIND_OUT_FIRST)


def _support_confirmation(facts: dict[str, Any], layout: Layout) -> Parts:
    yield layout.say(_RECEIVED)
    yield _lines({**facts, "when": layout.moment(facts["at"])}, layout, "when", "reference")
    yield layout.say(_NOT_YOU)
    yield layout.say(_NOBODY_ASKS)


def _admin_acted(facts: dict[str, Any], layout: Layout) -> Parts:
    yield layout.say(events.KINDS[facts["act"]].sentence)
    about = {**facts, "when": layout.moment(facts["at"]), "role": roles.NAMES.get(facts.get("what", ""), "")}
    yield _lines(about, layout, "user_id", *(("role",) if "what" in facts else ()), "by", "when", "reference")
    yield from _on_the_page(_ADMINISTRATORS_READ, facts, layout)


def _role_recovered(facts: dict[str, Any], layout: Layout) -> Parts:
    yield layout.say(events.KINDS[facts["act"]].sentence)
    about = {**facts, "when": layout.moment(facts["at"]), "role": roles.NAMES[facts["role"]]}
    yield _lines(about, layout, "user_id", "role", "when", "reference")
    yield from _on_the_page(_ASK_THEM, facts, layout)


def _reference(facts: dict[str, Any]) -> tuple[str, ...]:
    return ("quoted",) if facts.get("quoted") else ()


def _lines(facts: dict[str, Any], layout: Layout, *names: str) -> str:
    return "\n".join(layout.say(_LINES[name], value=facts[name]) for name in names)


def _quoted(text: str, layout: Layout) -> Parts:
    if text:
        yield layout.say(Phrase("They write:"))
        yield "\n".join(f"> {line}" for line in text.split("\n"))


def _on_the_page(phrase: Phrase, facts: dict[str, Any], layout: Layout) -> Parts:
    yield layout.say(phrase, reference=facts["reference"])
    if layout.site:
        yield Link(layout.page("admin/"))


KINDS = {
    "administrator-contacted": (
        Phrase("{organisation}: somebody cannot sign in and asks for help ({reference})"), _administrator_asked),
    "support-contacted": (Phrase("{organisation}: request for support ({reference})"), _support_asked),
    "support-confirmation": (Phrase("Your request to {support} ({reference})"), _support_confirmation),
    help_digest.KIND: (Phrase("{organisation}: more requests for help in an hour"), help_digest.parts),
    "admin-acted": (Phrase("{organisation}: an administrator has acted on an account"), _admin_acted),
    "role-recovered": (Phrase("{organisation}: somebody with a role has used self-service reset"), _role_recovered),
}  # fmt: skip
