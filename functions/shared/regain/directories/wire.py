"""The JSON messages between functions and the one that reaches the directory: the calls of `Directory`.

They contain passwords, so neither side logs them.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from regain.directories.base import (
    Directory,
    Finding,
    NotAccepted,
    NotAllowed,
    Outcome,
    Person,
    PolicyRule,
    Requirements,
    Stopped,
    StopReason,
    Unanswered,
    WrongPassword,
)


class Find(msgspec.Struct, tag="find", tag_field="call", frozen=True):
    """`Directory.find`."""

    user_id: str


class Search(msgspec.Struct, tag="search", tag_field="call", frozen=True):
    """`Directory.search`."""

    words: tuple[str, ...]
    domain: str


class Verify(msgspec.Struct, tag="verify", tag_field="call", frozen=True):
    """`Directory.verify`."""

    person: Person | None
    user_id: str
    password: str


class Reset(msgspec.Struct, tag="reset", tag_field="call", frozen=True):
    """`Directory.reset`."""

    person: Person
    password: str
    temporary: bool


class Change(msgspec.Struct, tag="change", tag_field="call", frozen=True):
    """`Directory.change`."""

    person: Person
    old: str
    new: str


class Unlock(msgspec.Struct, tag="unlock", tag_field="call", frozen=True):
    """`Directory.unlock`."""

    person: Person


class Require(msgspec.Struct, tag="requirements", tag_field="call", frozen=True):
    """`Directory.requirements`."""

    person: Person
    change: bool


class Check(msgspec.Struct, tag="check", tag_field="call", frozen=True):
    """`Directory.check`."""


Call = Find | Search | Verify | Reset | Change | Unlock | Require | Check
READS = (Find, Search, Verify, Require, Check)
"""Calls that change nothing, even if their answer is lost."""


class Request(msgspec.Struct, frozen=True):
    """A call, and the domain whose directory it is for."""

    domain: str
    asked: Call


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """How a call ended: `outcome` is `done`, or one of the exceptions of `regain.directories.base` with its detail."""

    outcome: str = "done"
    detail: str = ""
    person: Person | None = None
    findings: list[Finding] = []
    requirements: Requirements = Requirements()
    people: tuple[Person, ...] | None = None


_OUTCOMES: dict[str, Callable[[str], Outcome]] = {
    "not-accepted": lambda rule: NotAccepted(msgspec.convert(rule, PolicyRule)),
    "stopped": lambda reason: Stopped(msgspec.convert(reason, StopReason)),
    "not-allowed": NotAllowed,
    "nothing-done": lambda why: Unanswered(known=True, why=why),
    "unknown": lambda why: Unanswered(known=False, why=why),
    "wrong-password": lambda _: WrongPassword(),
}


def perform(directory: Directory, asked: Call) -> Answer:
    """Makes a call, and says how it ended."""
    try:
        return _perform(directory, asked)
    except Outcome as outcome:
        return Answer(outcome.name, outcome.why if isinstance(outcome, Unanswered) else str(outcome))


def _perform(directory: Directory, asked: Call) -> Answer:
    match asked:
        case Find(user_id):
            return Answer(person=directory.find(user_id))
        case Search(words, domain):
            return Answer(people=directory.search(words, domain))
        case Verify(person, user_id, password):
            directory.verify(person, user_id, password)
        case Reset(person, password, temporary):
            directory.reset(person, password, temporary)
        case Change(person, old, new):
            directory.change(person, old, new)
        case Unlock(person):
            directory.unlock(person)
        case Require(person, change):
            return Answer(requirements=directory.requirements(person, change))
        case Check():
            return Answer(findings=list(directory.check()))
    return Answer()


def raise_unless_done(answer: Answer) -> None:
    """Raises the outcome of a call that did not end well. ValueError: there is no such outcome."""
    if answer.outcome != "done":
        try:
            outcome = _OUTCOMES[answer.outcome](answer.detail)
        except KeyError:
            raise ValueError(answer.outcome) from None
        raise outcome


def to_json(value: Any) -> bytes:
    """A request or an answer as it is sent."""
    return msgspec.json.encode(value)
