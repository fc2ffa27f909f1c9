"""Searching in the directories that can be searched: people of whom nothing is known here yet (B12, B13)."""

from collections.abc import Iterator

from admin.agent import Agent
from admin.people import Ends
from regain.directories.base import MOST_FOUND, NotAllowed, Outcome, Person
from regain.domain import user_id
from regain.problems import Refused
from regain.recovery import in_directory

_MOST_WORDS = 4
_SHORTEST = 2
"""Letters: fewer would find anybody."""

Found = dict[str, tuple[str, Person]]
"""User ID and person, by the id of the account."""


def search(agent: Agent, typed: str, domains: list[str]) -> tuple[Found, Ends]:
    """The people whom a search in the directory of each domain finds, and how each search ended.

    Where one does not answer, none is asked any more: the answer would come too late.
    """
    words = [word for word in typed.split() if word.isprintable()][:_MOST_WORDS]
    found: Found = {}
    ends: Ends = {}
    if max(map(len, words), default=0) < _SHORTEST:
        return found, ends
    silent = False
    for domain in domains:
        try:
            people = None if silent else agent.services.directories[domain].search(words, domain)
        except Outcome as outcome:
            silent, people = silent or not isinstance(outcome, NotAllowed), None
        if people is None:
            ends[domain] = "unanswered"
            continue
        ends[domain] = "more" if len(people) >= MOST_FOUND else "all"
        found.update(_identified(agent, people))
    return found, ends


def _identified(agent: Agent, people: tuple[Person, ...]) -> Iterator[tuple[str, tuple[str, Person]]]:
    """Those who have a user ID by which they are found again, and a key (`in_directory.find`)."""
    for person in filter(lambda found: found.key, people):
        try:
            who = user_id.normalise(person.user_id, agent.services.organisation.domains)
        except Refused:
            continue
        yield in_directory.account_id(agent.services, who, person), (who, person)
