"""Runs virtual users against a stack, and reports what came of it."""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any

import altcha.v2 as altcha
import boto3

from local.template import raw
from regain.adapters import proof_of_work
from regain.adapters.keys import Keys
from regain.adapters.store import unmarshal
from tests.conftest import ROOT, Stack, launch
from tests.functions.conftest import solve
from tests.load import memory
from tests.load.virtual_user import Kept, Person

_COLUMNS = "userPrincipalName,displayName,givenName,surname,mail,otherMails,mobilePhone,telephoneNumber,accountEnabled,password,role,groups"
_WARM = 8  # people who go before the others: each function then has all of its processes, and has done all of its work
_QUIET = 60  # seconds in which the last messages have to arrive


@dataclass
class Outcome:
    """Figures, and everything that must not be. Memory in MB: before the crowd came, when it was all there, at the end."""

    seconds: float
    finished: Counter[str]
    mistyped: int
    requests: list[tuple[str, float]]
    waits: list[tuple[str, float]]
    memory: dict[str, tuple[float, float, float]]
    wrong: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.requests) / self.seconds

    def percentiles(self, step: str = "") -> tuple[float, float]:
        """The median and the 95th percentile of a step, or of all, in milliseconds."""
        known = [*self.requests, *self.waits] if step else self.requests
        times = [seconds * 1_000 for name, seconds in known if not step or name == step]
        cut = quantiles(times, n=20) if len(times) > 1 else times * 19
        return cut[9], cut[18]


def run(folder: Path, people: int, seconds: float, pause: tuple[float, float] = (0.5, 2.0)) -> Outcome:
    """Lets so many people live on a fresh stack for so long."""
    empty = folder / "site"
    empty.mkdir(parents=True)
    crowd = [Person(number, pause) for number in range(people)]
    listed = folder / "people.csv"
    listed.write_text("\n".join([_COLUMNS, *(person.row for person in crowd)]) + "\n")
    stack = launch(folder / "state", empty, "--people", str(listed), warm=True)
    if stack.said[-1:] != ["ready"]:
        raise RuntimeError("\n".join(stack.said))
    try:
        return live(stack, crowd, seconds)
    finally:
        stack.stop()


def live(stack: Stack, crowd: list[Person], seconds: float) -> Outcome:
    """Lets people live on a stack, where nobody else gets their messages."""
    known = json.loads((stack.state / "stack.json").read_text())
    proof = _proofs(stack, Keys(_client(known, "kms"), known["SERVICE_KEY"]))
    for person in crowd:
        person.port, person.proof = int(stack.origin.rpartition(":")[2]), proof
    with _post(stack, crowd) as received:
        _together(crowd[:_WARM])
        warm, first = memory.by_kind(stack.process.pid), [person.kept for person in crowd]
        for person in crowd:
            person.kept = Kept()
        begun = time.monotonic()
        with _watched(stack.process.pid) as watched:
            _together(crowd, begun + seconds)
        lasted, kept = time.monotonic() - begun, [person.kept for person in crowd]
        expected = sum((Counter(each.messages) for each in (*first, *kept)), Counter())
        _until(lambda: received.total() >= expected.total())
    finished = sum((Counter(each.finished) for each in kept), Counter())
    requests = [each for some in kept for each in some.seconds]
    busy, end = watched[len(watched) // 3], memory.by_kind(stack.process.pid)
    sizes = {kind: (warm.get(kind, 0), busy.get(kind, 0), size) for kind, size in end.items()}
    waits = [each for some in kept for each in some.waited]
    outcome = Outcome(lasted, finished, sum(each.mistyped for each in kept), requests, waits, sizes)
    outcome.wrong = [each.error for each in (*first, *kept) if each.error]
    outcome.wrong += _differences(expected, received) + _unsettled(known, expected.keys())
    return outcome


def _together(crowd: list[Person], until: float = 0) -> None:
    threads = [threading.Thread(target=person.live, args=(until,)) for person in crowd]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _client(known: dict[str, str], service: str) -> Any:
    """A client of the stack's engine."""
    return boto3.client(
        service, endpoint_url=known["AWS_ENDPOINT_URL"], region_name=known["AWS_REGION"],
        aws_access_key_id=known["AWS_ACCESS_KEY_ID"], aws_secret_access_key=known["AWS_SECRET_ACCESS_KEY"],
    )  # fmt: skip


def _proofs(stack: Stack, keys: Keys) -> Callable[[], str]:
    """Proofs of work: first one that was solved as a browser does it, then cheap ones, for browsers are not measured.

    They are signed with the stack's own key, and cost the service as much to check as any.
    """
    real = [solve(json.loads(stack.get("/api/challenge")[2]))]
    rounds = raw(ROOT / "template.yaml")["Parameters"]["ProofOfWorkRounds"]["Default"]

    def proof() -> str:
        if real:
            return real.pop()
        made = altcha.create_challenge(
            proof_of_work._ALGORITHM, rounds, counter=0, expires_at=int(time.time()) + 300,
            data={"action": "start"}, hmac_secret=keys.derive("challenge"), hmac_key_secret=keys.derive("challenge-solution"),
        )  # fmt: skip
        return solve(made.to_dict())

    return proof


@contextmanager
def _post(stack: Stack, crowd: list[Person]):
    """Looks into the outbox once a second for everybody, and brings each their letters. Counts them by destination."""
    by_place = {place: person for person in crowd for place in (*person.addresses, person.mobile)}
    seen: set[str] = set()
    received: Counter[str] = Counter()
    ended = threading.Event()

    def bring() -> None:
        while not ended.wait(0.2 if len(seen) < 50 else 1):
            for letter in reversed(stack.messages()):
                name = f"{letter['id']} {letter['to']}"
                if name not in seen and letter["to"] in by_place:
                    seen.add(name)
                    received[letter["to"]] += 1
                    by_place[letter["to"]].letters.put(letter)

    thread = threading.Thread(target=bring)
    thread.start()
    try:
        yield received
    finally:
        ended.set()
        thread.join()


@contextmanager
def _watched(process: int):
    """The memory of a stack, second by second."""
    sizes = [memory.by_kind(process)]
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(1):
            sizes.append(memory.by_kind(process))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield sizes
    finally:
        ended.set()
        thread.join()


def _until(true: Callable[[], bool]) -> None:
    """Waits until it is true, or for long enough; and a moment more, for what would come twice."""
    end = time.monotonic() + _QUIET
    while not true() and time.monotonic() < end:
        time.sleep(0.2)
    time.sleep(2)


def _differences(expected: Counter[str], received: Counter[str]) -> list[str]:
    lost = [f"{to} lacks {number}" for to, number in (expected - received).items()]
    return lost + [f"{to} has {number} more" for to, number in (received - expected).items()]


def _unsettled(known: dict[str, str], places: Iterable[str]) -> list[str]:
    """Messages to these places of which nothing came."""
    pages = _client(known, "dynamodb").get_paginator("scan").paginate(TableName=known["OUTBOX_TABLE"])
    messages: list[dict[str, Any]] = [unmarshal(item) for page in pages for item in page["Items"]]
    mine = [message for message in messages if message["to"] in places]
    return [f"a message of the kind {m['kind']} is {m['state']}" for m in mine if m["state"] != "sent"]
