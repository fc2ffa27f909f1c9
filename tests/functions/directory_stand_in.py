"""A directory in memory that refuses what real ones refuse, with the faults that real networks have.

It is a stand-in for tests of the sequence alone: what real servers do is tested on real ones (`tests/directories`).
"""

import contextlib
import itertools
from dataclasses import replace

from regain.directories.base import MOST_FOUND, NotAccepted, Person, Requirements, Stopped, Unanswered, WrongPassword
from regain.domain.lockout import Lockout
from regain.domain.policy import ABILITIES, Domain
from regain.recovery import in_directory

_NUMBERS = itertools.count(1)


DOMAIN = "directory.example"


class Killed(BaseException):
    """The process ends here."""


class StandIn:
    """One domain's people. `calls` is what it was asked, `faults` what happens to the next writes.

    A fault is `lost` (done, but the answer is lost), `late` (done at the next question, answer lost), `unknown` (not
    done, answer lost), `killed` (done, and the process ends) or `down` (nothing is done, for certain).
    """

    def __init__(self, lockout=Lockout(5, 1_800), history=3, offers=ABILITIES):
        self.lockout, self.history, self.offers = lockout, history, offers
        self.people, self.passwords, self.wrong, self.asks = {}, {}, {}, Requirements()
        self.calls, self.faults, self.late = [], [], []
        self.down = None
        self.meanwhile = lambda: None

    def add(self, password="the First password 1", **facts):
        number = next(_NUMBERS)
        name = facts.pop("user_id", f"person{number}@{DOMAIN}")
        person = Person(
            key=f"key-{number}", address=f"cn={number}", user_id=name, server="ldaps://one",
            **{"given_name": "Maria", "other_mails": (f"maria{number}@home.example",), **facts},
        )  # fmt: skip
        self.people[name] = person
        self.passwords[person.key] = [password]
        return person

    def update(self, person, **changes):
        self.people[person.user_id] = replace(self.people[person.user_id], **changes)

    def password(self, person):
        return self.passwords[person.key][-1]

    def find(self, user_id):
        self._ask("find")
        return self.people.get(user_id)

    def search(self, words, domain):
        self._ask("search")
        found = [each for each in self.people.values() if all(self._begins(each, word) for word in words)]
        return tuple(found[:MOST_FOUND])

    def _begins(self, person, word):
        said = (person.display_name, person.given_name, person.surname, person.user_id)
        return any(each.casefold().startswith(word.casefold()) for each in said)

    def verify(self, person, user_id, password):
        self._ask("verify")
        if person is None:
            raise WrongPassword
        if self._now(person).locked:
            raise Stopped("locked")
        if password != self.password(person):
            self._count(person)
            raise WrongPassword
        self.wrong[person.key] = 0
        if self._now(person).must_change:
            raise Stopped("must-change")

    def reset(self, person, password, temporary=False):
        self._ask("reset")
        self._write(lambda: self._set(person, password, temporary))

    def change(self, person, old, new):
        self._ask("change")
        if self._now(person).locked:
            raise Stopped("locked")
        if old != self.password(person):
            self._count(person)
            raise WrongPassword
        self._write(lambda: self._set(person, new, False))

    def unlock(self, person):
        self._ask("unlock")
        person.check_changeable()
        self.wrong[person.key] = 0
        self.update(self._now(person), locked=False)

    def requirements(self, person, change):
        self._ask("requirements")
        return self.asks

    def check(self):
        return iter(())

    def _now(self, person):
        return next(each for each in self.people.values() if each.key == person.key)

    def _ask(self, what):
        if self.down:
            raise self.down
        self.calls.append(what)
        late, self.late = self.late, []
        for each in late:
            each()

    def _count(self, person):
        self.wrong[person.key] = self.wrong.get(person.key, 0) + 1
        if self.lockout.threshold and self.wrong[person.key] >= self.lockout.threshold:
            self.update(self._now(person), locked=True)

    def _write(self, action):
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "down":
            raise Unanswered(known=True)
        if fault == "late":
            self.late.append(action)
        elif fault != "unknown":
            action()
        self.meanwhile()
        if fault == "killed":
            raise Killed
        if fault in ("lost", "late", "unknown"):
            raise Unanswered(known=False, why="timed out")

    def _set(self, person, password, temporary):
        self._now(person).check_changeable()
        if len(password) < 12:
            raise NotAccepted("length")
        if password in self.passwords[person.key][-self.history :]:
            raise NotAccepted("history")
        self.passwords[person.key].append(password)
        self.wrong[person.key] = 0
        self.update(self._now(person), locked=False, must_change=temporary, changed_at=str(next(_NUMBERS)))


class People:
    """A domain of a world whose passwords live in a directory. Waiting takes no time: `waits` are the seconds."""

    def __init__(self, world, directory):
        self.world, self.directory, self.waits = world, directory, []

    def account_id(self, person):
        return in_directory.account_id(self.world.services, person.user_id, person)

    def subject(self, person):
        return self.world.services.recoveries.subject(self.account_id(person))

    def card(self, person):
        return self.world.services.accounts.get(self.account_id(person))

    def events(self, person):
        services = self.world.services
        return services.store.query(services.events.table, "subject", self.subject(person), limit=1_000)

    def kinds(self, person):
        return [event["kind"] for event in self.events(person)]

    def notices(self, person):
        """Whom what was told, in no order."""
        subject = self.subject(person)
        return sorted(
            (m["kind"], m["to"]) for m in self.world._messages() if m["subject"] == subject and m["kind"] != "code"
        )


@contextlib.contextmanager
def people(world, directory, domain=DOMAIN, kind="dynamodb"):
    """The people of a directory, for a while. Its domain is of a `kind` whose settings say enough for pages."""
    services, sleep = world.services, world.services.sleep
    found = People(world, directory)
    domains, before = services.organisation.domains, services.organisation.domains.get(domain)
    domains[domain] = before or Domain(kind)
    services.directories[domain] = directory
    object.__setattr__(services, "sleep", found.waits.append)
    try:
        yield found
    finally:
        del services.directories[domain]
        if not before:
            del domains[domain]
        object.__setattr__(services, "sleep", sleep)
