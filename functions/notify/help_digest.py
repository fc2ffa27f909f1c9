"""The digest of an hour: the requests for help that a desk was not mailed one by one, with a line for each account."""

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from notify.layout import Layout, Link, Part
from regain.adapters import help_digests
from regain.adapters.help_digests import HOUR, Digest, Line
from regain.adapters.outbox import Message
from regain.adapters.store import Conflict
from regain.domain import reference
from regain.organisation import policies
from regain.phrases import Phrase
from regain.runtime.services import Services

KIND = "help-digest"
_SETTLED = 120  # seconds after the hour: requests that began in it have been written
_LOOKED_BACK = 3  # hours, in case this did not run for a while

_WHAT = Phrase(
    "In the hour from {when} there were more requests for help than are told one by one: {requests} more. They may be "
    "strangers who type user IDs. Requests with a proof, or from a browser that the account knows, come first."
)
_ONE = Phrase("{account}: {name}, {reply_to}, reference {reference}")
_SEVERAL = Phrase("{account}: {requests} requests, the last by {name}, {reply_to}, reference {reference}")
_MORE = Phrase("{requests} more are in the list of events on the page for administrators.")
_CHECK = Phrase(
    "All of this was typed by somebody who was not signed in. Check first who they are: call a number that you "
    "already have, not one of these, and never ask for a password."
)
_NOT_GIVEN = Phrase("(not given)")
_UNNAMED = Phrase("(no account)")


def write_due(services: Services) -> None:
    """Writes the message of each digest whose hour is over. A digest has one message, however often this runs."""
    administrators = {address or "first-line" for address in policies.desks(services.organisation)}
    desks = administrators | ({services.organisation.contacts.support.email} - {""})
    ended = (services.now - _SETTLED) // HOUR * HOUR
    for desk in sorted(desks):
        for hour in range(ended - _LOOKED_BACK * HOUR, ended, HOUR):
            if help_digests.read(services.outbox, desk, hour).requests:
                with contextlib.suppress(Conflict):  # written before
                    services.store.commit([services.outbox.write(_message(services, desk, hour), services.now)])


def _message(services: Services, desk: str, hour: int) -> Message:
    channel = "email" if "@" in desk else "roles"
    subject = services.recoveries.subject(f"\x1fdesk\x1f{desk}")
    quoted = reference.generate(services.randomness(16))
    facts = {"desk": desk, "hour": hour}
    return Message(f"digest-{subject}-{hour}", KIND, channel, desk, subject, quoted, facts=facts)


def with_digest(message: Message, services: Services) -> Message:
    """The message with the requests, as they stand in the table."""
    digest = help_digests.read(services.outbox, message.facts["desk"], message.facts["hour"])
    return replace(message, facts={**message.facts, "digest": digest})


def parts(facts: dict[str, Any], layout: Layout) -> Iterator[Part]:
    """What the message says."""
    digest: Digest = facts["digest"]
    yield layout.say(_WHAT, when=layout.moment(facts["hour"]), requests=digest.requests)
    yield "\n".join(_said(asked, layout) for asked in _by_account(digest))
    if unlisted := digest.requests - len(digest.lines):
        yield layout.say(_MORE, requests=unlisted)
    yield layout.say(_CHECK)
    if layout.site:
        yield Link(layout.page("admin/"))


def _by_account(digest: Digest) -> list[list[Line]]:
    """The requests for each account, in the order of the first one; those about no account by where to answer."""
    found: dict[str, list[Line]] = {}
    for line in digest.lines:
        found.setdefault(line.user_id or line.reply_to, []).append(line)
    return list(found.values())


def _said(asked: list[Line], layout: Layout) -> str:
    last = asked[-1]
    return layout.say(
        _SEVERAL if len(asked) > 1 else _ONE, account=last.user_id or layout.say(_UNNAMED), requests=len(asked),
        name=last.name or layout.say(_NOT_GIVEN), reference=last.reference,
        reply_to=" / ".join(dict.fromkeys(each.reply_to for each in asked)),
    )  # fmt: skip
