"""What is counted when the day is over: every promise that can be."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from regain.adapters.store import unmarshal
from tests.abuse.client import until
from tests.day.organisation import FIRST, Organisation
from tests.day.play import Done

_KNOWN_FAULTS = {"directory-did-not-answer", "busy-try-again"}


@dataclass(frozen=True)
class Count:
    """A promise, how often it was looked at, and each time that it did not hold."""

    promise: str
    looked_at: int
    broken: list[str]


def counts(here: Organisation, done: Done) -> list[Count]:
    """Every promise of the day."""
    with contextlib.suppress(AssertionError):  # what is still to send then, is lost
        until(lambda: not any(_unsent(item) for item in _outbox(here)), every=1)
    return [
        Count("nothing went wrong on the way", len(done.seconds), done.wrong),
        _nobody_is_locked_out(here, done),
        _nobody_is_in(here, done),
        *_messages(here),
        _every_change_has_its_event(here, done),
        Count("people were told that their directory does not answer", max(1, done.told_directory_is_down),
              [] if done.told_directory_is_down else ["nobody was told"]),
        _strangers_got_nothing(done),
    ]  # fmt: skip


def _nobody_is_locked_out(here: Organisation, done: Done) -> Count:
    """From a browser and a network that nobody has seen, with the password that is theirs."""
    people = [each for each in here.everybody if each.user_id not in done.left]
    broken = []
    for person in people:
        password = person.new_password if person.user_id in done.resets else FIRST
        told = person._ask("account/sign-in", user_id=person.user_id, password=password)
        if told.status != 200:
            broken.append(f"{person.user_id}: {told.status} {told.code}")
    return Count("nobody is locked out who should not be", len(people), broken)


def _nobody_is_in(here: Organisation, done: Done) -> Count:
    """Neither who has left, nor anybody with the password that a reset has replaced."""
    people = {each.user_id: each for each in here.everybody}
    tries = [(user_id, people[user_id].new_password) for user_id in done.left]
    tries += [(user_id, FIRST) for user_id in dict.fromkeys(done.resets)]
    broken = [
        user_id for user_id, password in tries
        if people[user_id]._ask("account/sign-in", user_id=user_id, password=password).status == 200
    ]  # fmt: skip
    return Count("nobody is in who should not be", len(tries), broken)


def _messages(here: Organisation) -> list[Count]:
    """Everything that was to be sent was, and came once. A code that nobody can receive goes nowhere, on purpose."""
    places = {place for person in here.everybody for place in (person.mailbox, person.user_id)}
    written = Counter(item["to"] for item in _outbox(here) if item["state"] == "sent" and item["to"] in places)
    arrived = Counter(each["to"] for each in here.stack.messages() if each["to"] in places)
    unsent = [
        f"{item['kind']} by {item['channel']} is {item['state']} ({item.get('delivery')})"
        for item in _outbox(here)
        if not _settled(item)
    ]
    lost = [f"{to} lacks {number}" for to, number in (written - arrived).items()]
    doubled = [f"{to} has {number} more" for to, number in (arrived - written).items()]
    return [
        Count("no message is lost", written.total(), unsent + lost),
        Count("no message comes twice", arrived.total(), doubled),
    ]


def _unsent(item: dict[str, Any]) -> bool:
    """Still to send. What goes nowhere on purpose stays pending for good."""
    return item["channel"] != "none" and item["state"] in ("pending", "sending")


def _settled(item: dict[str, Any]) -> bool:
    """Sent, or to nobody on purpose. A code of a flow that has ended or has asked for another is of no use, and not
    sent: whoever waited for theirs did not get in, and was counted on the way."""
    return item["state"] == "sent" or item["channel"] == "none" or item["kind"] == "code"


def _every_change_has_its_event(here: Organisation, done: Done) -> Count:
    expected: Counter[tuple[str, str]] = Counter((user_id, "password-reset") for user_id in done.resets)
    expected += Counter((user_id, "account-secured") for user_id in done.repudiated)
    expected += Counter((user_id, "admin-enabled") for user_id in done.repudiated)
    world = here.administrator.world
    found: Counter[tuple[str, str]] = Counter()
    for user_id in {user_id for user_id, _ in expected}:
        found += Counter((user_id, kind) for kind in world.happened(user_id))
    lacking = [f"{user_id} lacks {number} {kind}" for (user_id, kind), number in (expected - found).items()]
    more = Counter({key: number for key, number in found.items() if key in expected}) - expected
    return Count("every change has its event, and no event is of nothing", expected.total(),
                 lacking + [f"{user_id} has {number} more {kind}" for (user_id, kind), number in more.items()])  # fmt: skip


def _strangers_got_nothing(done: Done) -> Count:
    """No fault, and no answer that opens anything but a flow and a code to somebody else's mailbox."""
    odd = [f"{answer}: {number}" for answer, number in done.attacks.items()
           if (answer.startswith("5") and answer.partition(" ")[2] not in _KNOWN_FAULTS) or answer == "200"]  # fmt: skip
    return Count("strangers got nothing, and broke nothing", sum(done.attacks.values()), odd)


def _outbox(here: Organisation) -> list[dict[str, Any]]:
    services = here.deployment.services
    pages = services.store.client.get_paginator("scan").paginate(TableName=services.outbox.table, ConsistentRead=True)
    return [unmarshal(item) for page in pages for item in page["Items"] if "kind" in item]
