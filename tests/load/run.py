"""A stack, many people on it for a while, and what came of it."""

import json
import os
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import altcha.v2 as altcha
import boto3

from regain.adapters import proof_of_work
from regain.adapters.keys import Keys
from regain.adapters.store import unmarshal
from tests.conftest import Stack, launch
from tests.functions.conftest import solve
from tests.load import memory
from tests.load.person import Person

_COLUMNS = "userPrincipalName,displayName,givenName,surname,mail,otherMails,mobilePhone,telephoneNumber,accountEnabled,password,role,groups"
_QUIET = 60  # seconds in which the last messages have to arrive


@dataclass
class Outcome:
    """Figures, and everything that must not be."""

    seconds: float
    finished: Counter[str]
    mistyped: int
    requests: list[tuple[str, float]]
    memory: dict[str, tuple[float, float]]
    wrong: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.requests) / self.seconds

    def percentiles(self, step: str = "") -> tuple[float, float]:
        """The median and the 95th percentile of a step, or of all, in milliseconds."""
        times = [seconds * 1_000 for name, seconds in self.requests if not step or name == step]
        cut = quantiles(times, n=20) if len(times) > 1 else times * 19
        return cut[9], cut[18]


def run(folder: Path, people: int, seconds: float, pause: tuple[float, float] = (0.5, 2.0)) -> Outcome:
    """Lets so many people live on a fresh stack for so long."""
    empty = folder / "site"
    empty.mkdir(parents=True)
    crowd = [Person(number, 0, None, pause) for number in range(people)]
    listed = folder / "people.csv"
    listed.write_text("\n".join([_COLUMNS, *(person.row for person in crowd)]) + "\n")
    stack = launch(folder / "state", empty, "--people", str(listed))
    if stack.said[-1:] != ["ready"]:
        raise RuntimeError("\n".join(stack.said))
    try:
        return _on(stack, crowd, seconds)
    finally:
        stack.stop()


def _on(stack: Stack, crowd: list[Person], seconds: float) -> Outcome:
    known = json.loads((stack.state / "stack.json").read_text())
    keys = _keys(known)
    proof = _proofs(stack, keys)
    for person in crowd:
        person.port, person.proof = int(stack.origin.rpartition(":")[2]), proof
    begun = time.monotonic()
    sizes: list[dict[str, float]] = []
    with _post(stack, crowd) as received, _watched(stack.process.pid, sizes, begun + seconds / 4):
        threads = [threading.Thread(target=person.live, args=(begun + seconds,)) for person in crowd]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        lasted = time.monotonic() - begun
        kept = [person.kept for person in crowd]
        expected = sum((Counter(each.messages) for each in kept), Counter())
        _until(lambda: received.total() >= expected.total())
    sizes.append(memory.by_kind(stack.process.pid))
    finished: Counter[str] = Counter()
    for each in kept:
        finished.update(each.finished)
    grown = {kind: (sizes[0].get(kind, 0), size) for kind, size in sizes[-1].items()}
    outcome = Outcome(
        lasted, finished, sum(each.mistyped for each in kept), [t for k in kept for t in k.seconds], grown
    )
    outcome.wrong = [each.error for each in kept if each.error]
    outcome.wrong += _differences(expected, received) + _unsettled(known)
    return outcome


def _keys(known: dict[str, str]) -> Keys:
    os.environ.update({name: value for name, value in known.items() if name.startswith("AWS_")})
    return Keys(boto3.client("kms"), known["CODE_KEY"], known["SERVICE_KEY"])


def _proofs(stack: Stack, keys: Keys) -> Callable[[], str]:
    """Proofs of work: first one that was solved as a browser does it, then cheap ones, for browsers are not measured.

    They are signed with the stack's own key, and cost the service as much to check as any.
    """
    real = [solve(json.loads(stack.get("/api/challenge")[2]))]

    def proof() -> str:
        if real:
            return real.pop()
        made = altcha.create_challenge(
            proof_of_work._ALGORITHM, proof_of_work._COST, counter=0, expires_at=int(time.time()) + 300,
            data={"action": "start"}, hmac_secret=keys.of("challenge"), hmac_key_secret=keys.of("challenge-solution"),
        )  # fmt: skip
        return solve(made.to_dict())

    return proof


@contextmanager
def _post(stack: Stack, crowd: list[Person]):
    """Looks into the outbox once a second for everybody, and brings each their letters. Counts them by destination."""
    by_place = {place: person for person in crowd for place in (person.mail, person.mobile)}
    seen: set[str] = set()
    received: Counter[str] = Counter()
    ended = threading.Event()

    def bring() -> None:
        while not ended.wait(0.2 if len(seen) < 50 else 1):
            for letter in reversed(stack.messages()):
                name = f"{letter['id']} {letter['to']}"
                if name not in seen:
                    seen.add(name)
                    received[letter["to"]] += 1
                    if letter["to"] in by_place:
                        by_place[letter["to"]].letters.put(letter)

    thread = threading.Thread(target=bring)
    thread.start()
    try:
        yield received
    finally:
        ended.set()
        thread.join()


@contextmanager
def _watched(process: int, sizes: list[dict[str, float]], warm_at: float):
    """Keeps the memory of a stack from when it is warm on."""
    timer = threading.Timer(max(0, warm_at - time.monotonic()), lambda: sizes.append(memory.by_kind(process)))
    timer.start()
    try:
        yield
    finally:
        timer.join()


def _until(true: Callable[[], bool]) -> None:
    """Waits until it is true, or for long enough; and a moment more, for what would come twice."""
    end = time.monotonic() + _QUIET
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(2)


def _differences(expected: Counter[str], received: Counter[str]) -> list[str]:
    lost = [f"{to} lacks {number}" for to, number in (expected - received).items()]
    return lost + [f"{to} has {number} more" for to, number in (received - expected).items()]


def _unsettled(known: dict[str, str]) -> list[str]:
    """Messages of the outbox of which nothing came."""
    pages = boto3.client("dynamodb").get_paginator("scan").paginate(TableName=known["OUTBOX_TABLE"])
    messages: list[dict[str, Any]] = [unmarshal(item) for page in pages for item in page["Items"]]
    return [f"a message of the kind {m['kind']} is {m['state']}" for m in messages if m["state"] != "sent"]
