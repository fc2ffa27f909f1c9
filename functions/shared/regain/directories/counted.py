"""Counts the outcomes of calls to directories that functions call directly, as the LDAP function does for its own."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from regain.api import metrics
from regain.directories.base import Directory, Finding, Outcome, Person
from regain.domain.lockout import Lockout


@dataclass(frozen=True)
class Counted(Directory):
    """Wraps a directory, and counts outcomes in the metric `Directory`, which alarms watch."""

    asked: Directory

    @property
    def offers(self) -> frozenset[str]:
        """What it can do."""
        return self.asked.offers

    @property
    def lockout(self) -> Lockout:
        """When it locks an account."""
        return self.asked.lockout

    def find(self, user_id: str) -> Person | None:
        """The one person whom a user ID names."""
        with _counting():
            return self.asked.find(user_id)

    def verify(self, person: Person | None, user_id: str, password: str) -> None:
        """Returns if the password is right."""
        with _counting():
            self.asked.verify(person, user_id, password)

    def reset(self, person: Person, password: str, temporary: bool = False) -> None:
        """Sets a password and lifts a lockout."""
        with _counting():
            self.asked.reset(person, password, temporary)

    def change(self, person: Person, old: str, new: str) -> None:
        """Changes a password for somebody who knows the old one."""
        with _counting():
            self.asked.change(person, old, new)

    def unlock(self, person: Person) -> None:
        """Lifts a lockout."""
        with _counting():
            self.asked.unlock(person)

    def check(self) -> Iterator[Finding]:
        """What is right and what is wrong with the way to the directory."""
        return self.asked.check()


@contextlib.contextmanager
def _counting() -> Iterator[None]:
    ended = "done"
    try:
        yield
    except Outcome as outcome:
        ended = outcome.name
        raise
    finally:
        metrics.count("Directory", outcome=ended)
