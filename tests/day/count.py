"""What is counted when the day is over: every promise that can be."""

import contextlib
from collections import Counter
from dataclasses import dataclass
from typing import Any

from regain.domain.invitations import FIRST as FIRST_MAIL
from tests.day.inviting import REMINDER, Invited
from tests.day.organisation import FIRST, Organisation
from tests.day.play import Done
from tests.waiting import until

_ASKED = "asks you to register by"
_KNOWN_FAULTS = {"directory-did-not-answer", "busy-try-again"}


@dataclass(frozen=True)
class Count:
    """A promise, how often it was checked, and each time that it was broken."""

    promise: str
    checked: int
    broken: list[str]


def counts(here: Organisation, done: Done) -> list[Count]:
    """Every promise of the day."""
    with contextlib.suppress(AssertionError):  # what is still to send then, is lost
        until(lambda: not any(_unsent(item) for item in here.outbox()), every=1)
    return [
        Count("nothing went wrong along the way", len(done.seconds), done.wrong + done.invited.wrong),
        _nobody_is_locked_out(here, done),
        _nobody_is_in(here, done),
        *_messages(here),
        *_invitations(here, done.invited),
        _requests_for_help(here, done),
        _every_change_has_its_event(here, done),
        Count("people were told when their directory did not answer", max(1, done.told_directory_is_down),
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
    """Neither who has left or was turned off, nor anybody with the password that a reset has replaced."""
    people = {each.user_id: each for each in here.everybody}
    tries = [(user_id, password) for user_id in done.left for password in (FIRST, people[user_id].new_password)]
    tries += [(user_id, FIRST) for user_id in dict.fromkeys(done.resets) if user_id not in done.left]
    broken = [
        user_id for user_id, password in tries
        if people[user_id]._ask("account/sign-in", user_id=user_id, password=password).status == 200
    ]  # fmt: skip
    return Count("nobody gets in who should not", len(tries), broken)


def _messages(here: Organisation) -> list[Count]:
    """Everything that was to be sent was, and came once. A code that nobody can receive goes nowhere, on purpose."""
    places = {place for person in here.everybody for place in (person.mailbox, person.user_id)}
    places.update(here.colleague.addresses)
    written = Counter(item["to"] for item in here.outbox() if item["state"] == "sent" and item["to"] in places)
    arrived = Counter(each["to"] for each in here.stack.messages() if each["to"] in places)
    unsent = [
        f"{item['kind']} by {item['channel']} is {item['state']} ({item.get('delivery')})"
        for item in here.outbox()
        if not _settled(item)
    ]
    lost = [f"{number} never reached {to}" for to, number in (written - arrived).items()]
    doubled = [f"{to} got {number} too many" for to, number in (arrived - written).items()]
    return [
        Count("no message was lost", written.total(), unsent + lost),
        Count("no message came twice", arrived.total(), doubled),
    ]


def _requests_for_help(here: Organisation, done: Done) -> Count:
    waiting = here.desk().get("/requests", state="new").body["requests"]
    found = [(each["user_id"], each["times"]) for each in waiting]
    wanted = Counter(done.asked)
    broken = [f"{user_id} asked for help × {times}" for user_id, times in wanted.items()
              if found.count((user_id, times)) != 1]  # fmt: skip
    return Count("everyone who asked for help waits at the desk, once", len(wanted), broken)


def _invitations(here: Organisation, done: Invited) -> list[Count]:
    """Who was mailed is told from the mailboxes, and set beside what the invitations have counted."""
    asked, registered = here.to_be_asked, [person.user_id for person in done.registered]
    letters = [each for each in here.stack.messages() if _ASKED in each["subject"]]
    reminders = Counter(each["to"] for each in letters if each["subject"].startswith("Reminder"))
    first = Counter(each["to"] for each in letters) - reminders
    late = Counter(person.user_id for person in asked if person.user_id not in registered)
    counted: Counter[str] = sum(here.progress(done.ids), Counter())
    happened = Counter({
        "first": first.total(), REMINDER: reminders.total(), "registered": len(registered), "required": late.total(),
        **dict.fromkeys(("skipped:registered", "skipped:off", "skipped:no-address", "skipped:asked"), 1),
    })  # fmt: skip
    shown = [here.desk().get(f"/invitations/{each}").body for each in done.ids]
    told = {name: sum(each[name] for each in shown) for name in ("asked", "registered", "reminded", "required")}
    names = {"asked": FIRST_MAIL, "reminded": REMINDER}
    odd = [f"the desk shows {number} {name}" for name, number in told.items()
           if number != happened[names.get(name, name)]]  # fmt: skip
    odd += [f"{name}: counted {counted[name]}, but {happened[name]} happened"
            for name in happened if counted[name] != happened[name]]  # fmt: skip
    return [
        Count("everyone who was invited got one first mail, and nobody else did", len(asked),
              _differences(first, Counter(person.user_id for person in asked))),
        Count("everyone still unregistered got one reminder, and nobody else did", late.total(), _differences(reminders, late)),
        Count("the progress shown for invitations is what happened", len(told) + len(happened), odd),
    ]  # fmt: skip


def _differences(found: Counter[str], wanted: Counter[str]) -> list[str]:
    return [f"{to} got {found[to]}, not {wanted[to]}" for to in found | wanted if found[to] != wanted[to]]


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
    expected += Counter(done.invited.events)
    world = here.administrator.world
    found: Counter[tuple[str, str]] = Counter()
    for user_id in {user_id for user_id, _ in expected}:
        found += Counter((user_id, kind) for kind in world.happened(user_id))
    lacking = [f"{user_id} lacks {kind} × {number}" for (user_id, kind), number in (expected - found).items()]
    more = Counter({key: number for key, number in found.items() if key in expected}) - expected
    return Count("every change has its event, and every event its change", expected.total(),
                 lacking + [f"{user_id} has {kind} × {number} too many" for (user_id, kind), number in more.items()])  # fmt: skip


def _strangers_got_nothing(done: Done) -> Count:
    """No fault, and no answer that opens anything but a flow and a code to somebody else's mailbox."""
    odd = [f"{answer}: {number}" for answer, number in done.attacks.items()
           if (answer.startswith("5") and answer.partition(" ")[2] not in _KNOWN_FAULTS) or answer == "200"]  # fmt: skip
    return Count("attackers gained nothing and broke nothing", sum(done.attacks.values()), odd)
