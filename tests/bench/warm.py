"""Warm requests in CPU time: what each route, and a whole reset by e-mail, spends in Argon2, in botocore and in our own code.

Handlers run in this process against the embedded engine, whose own CPU time is another process's and is not counted.
Every figure is over a floor of the same round: one Argon2id hash and as much again of reads over the wire, the two
things that a reset is made of. So it stays the same on another machine, and when this one is busy.
"""

import contextlib
import hashlib
import io
import json
import math
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from argon2 import PasswordHasher
from botocore.client import BaseClient

import notify.app
from regain.adapters import password_hash
from regain.adapters.short_way import ToDynamoDB, ToSes
from regain.adapters.store import marshal
from regain.api.contract import OPERATIONS
from regain.runtime import services as composition
from tests.functions import conftest
from tests.functions.agent import Agent
from tests.functions.conftest import World
from tests.functions.person import Person
from tests.functions.test_contact import ask, support

TIMES, WARM_UP, READS = 40, 3, 15
PAUSE = 0.01
"""Seconds before each request of a reset, in which somebody reads and types: after a rest a processor hashes slower, ours
and Django's alike (`peer_django.PAUSE`)."""
NEW = "violet-Anchor-27-plum"
NOTIFY = "notify: the code by e-mail"
_UNIT_READ, _UNIT_WRITE = 4_096, 1_024
_INDEXES = {"EventTable": 2}


@dataclass
class Request:
    """One request: CPU seconds in all, in botocore and in hashes, those of Argon2 too; what it asked of DynamoDB."""

    total: float = 0.0
    botocore: float = 0.0
    hashed: float = 0.0
    argon2: float = 0.0
    operations: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    bytes: int = 0
    floor: float = 0.0
    hash: float = 0.0
    measuring: float = 0.0
    seen: dict[str, int] = field(default_factory=dict)

    @property
    def own(self) -> float:
        """CPU seconds beside botocore and hashes."""
        return self.total - self.botocore - self.hashed


@dataclass
class Recorder:
    """Every request of the routes, by method and path of the contract."""

    requests: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    current: Request | None = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Measures what goes through the handlers, botocore and Argon2."""
        find, recorder = conftest.handler, self

        def api_call(call: Callable[..., Any], client: Any, operation: str, params: dict[str, Any]) -> Any:
            began = time.process_time()
            answer = call(client, operation, params)
            if one := recorder.current:
                done = time.process_time()
                one.botocore += done - began
                if client.meta.service_model.service_name == "dynamodb":
                    one.operations += 1
                    recorder.weigh(operation, params, answer)
                one.measuring += time.process_time() - done
            return answer

        def timed(original: Callable[..., Any], is_argon2: bool = True) -> Callable[..., Any]:
            def hashing(*arguments: Any, **named: Any) -> Any:
                began = time.process_time()
                try:
                    return original(*arguments, **named)
                finally:
                    if one := recorder.current:
                        took = time.process_time() - began
                        one.hashed += took
                        one.argon2 += took * is_argon2

            return hashing

        def handler(path: str) -> Callable[..., Any]:
            return lambda event, context: recorder.run(find(path), event, context)

        patches = [
            (each, "_make_api_call", _method(api_call, each._make_api_call)) for each in (BaseClient, ToDynamoDB, ToSes)
        ]
        patches += [(PasswordHasher, name, timed(getattr(PasswordHasher, name))) for name in ("hash", "verify")]
        patches += [
            (hashlib, "pbkdf2_hmac", timed(hashlib.pbkdf2_hmac, is_argon2=False)),
            (conftest, "handler", handler),
        ]
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in patches]
        try:
            for owner, name, ours in patches:
                setattr(owner, name, ours)
            yield
        finally:
            for owner, name, theirs in before:
                setattr(owner, name, theirs)

    def run(self, handler: Callable[..., Any], event: dict[str, Any], context: Any) -> dict[str, Any]:
        """What a handler answers; its CPU time is noted under the event's route."""
        self.current = one = Request()
        began = time.process_time()
        answer = handler(event, context)
        one.total = time.process_time() - began - one.measuring
        self.current = None
        one.bytes += len(answer.get("body", ""))
        http = event.get("requestContext", {}).get("http")
        self.requests[_route(http["method"], http["path"]) if http else NOTIFY].append(one)
        return answer

    def weigh(self, operation: str, params: dict[str, Any], answer: dict[str, Any]) -> None:
        """Units as DynamoDB counts them: 4 kB a consistent read, 1 kB a write, twice that in a transaction.

        An update costs the size of all of the item, which was read in the same request where it is large.
        """
        one = self.current
        assert one
        if operation == "TransactWriteItems":
            for part in params["TransactItems"]:
                ((verb, request),) = part.items()
                key = json.dumps(request.get("Key"))
                size = _size(request["Item"]) if "Item" in request else one.seen.get(key, len(key))
                indexes = _INDEXES.get(request["TableName"], 0) if verb == "Put" else 0
                one.write_units += (2 + indexes) * math.ceil(size / _UNIT_WRITE)
                one.bytes += size
        elif operation == "UpdateItem":
            one.write_units += 1
        else:
            responses = answer.get("Responses", {}).values()
            items = [item for found in responses for item in found] + answer.get("Items", [])
            items += [answer["Item"]] if "Item" in answer else []
            asked = sum(len(part["Keys"]) for part in params.get("RequestItems", {}).values()) or 1
            one.bytes += sum(map(_size, items))
            one.seen |= {json.dumps({"id": item["id"]}): _size(item) for item in items if "password" in item}
            one.read_units += max(asked, sum(math.ceil(_size(item) / _UNIT_READ) for item in items))


def _method(function: Callable[..., Any], first: Any) -> Callable[..., Any]:
    return lambda client, *told: function(first, client, *told)


def _size(item: dict[str, Any]) -> int:
    return len(json.dumps(item, default=str))


def _route(method: str, path: str) -> str:
    for operation in OPERATIONS:
        wanted, given = operation.path.split("/"), path.split("/")
        fits = len(wanted) == len(given) and all(
            a.startswith("{") or a == b for a, b in zip(wanted, given, strict=True)
        )
        if operation.method == method and fits:
            return f"{method} {operation.path}"
    return f"{method} {path}"


def measure() -> dict[str, Any]:
    """Medians by route over the floor of each round, and a whole reset by e-mail in its parts."""
    recorder, hashes, floors, resets = Recorder(), [], [], []
    for number in range(TIMES + WARM_UP):
        if number == WARM_UP:
            recorder.requests.clear()
            hashes, floors, resets = [], [], []
        before = {name: len(found) for name, found in recorder.requests.items()}
        with recorder.installed():
            _everything()
            between = {name: len(found) for name, found in recorder.requests.items()}
            world = World()
            reset_by_email(recorder, world, world.person().user_id)
        hashed, read = _one_hash(), _reads()
        hashes.append(hashed)
        floors.append(hashed + read)
        for one in _since(recorder, before):
            one.floor, one.hash = hashed + read, hashed
        resets.append(_since(recorder, between))
    return {
        "floor_milliseconds": round(statistics.median(floors) * 1e3, 1),
        "hash_milliseconds": round(statistics.median(hashes) * 1e3, 1),
        "noise": round(abs(statistics.median(floors[::2]) / statistics.median(floors[1::2]) - 1), 3),
        "reset": _reset_figures(resets),
        "routes": {name: _route_figures(found) for name, found in sorted(recorder.requests.items())},
    }


def whole_reset(recorder: Recorder) -> dict[str, float]:
    """CPU seconds of a whole reset by e-mail: of its two hashes of Argon2id, and of all besides."""
    before = {name: len(found) for name, found in recorder.requests.items()}
    with recorder.installed():
        world = World()
        reset_by_email(recorder, world, world.person().user_id)
    requests = _since(recorder, before)
    hashes = sum(one.argon2 for one in requests)
    return {"hashes": hashes, "besides": sum(one.total for one in requests) - hashes}


def _since(recorder: Recorder, before: dict[str, int]) -> list[Request]:
    return [one for name, found in recorder.requests.items() for one in found[before.get(name, 0) :]]


def _reset_figures(resets: list[list[Request]]) -> dict[str, float]:
    """CPU of a whole reset over the floor: in all, and its parts."""

    def over_floor(part: Callable[[Request], float]) -> float:
        return round(statistics.median(sum(map(part, reset)) / reset[0].floor for reset in resets), 2)

    return {
        "milliseconds": round(statistics.median(sum(one.total for one in reset) for reset in resets) * 1e3, 1),
        "hashes": round(statistics.median(sum(one.total for one in reset) / reset[0].hash for reset in resets), 2),
        "all": over_floor(lambda one: one.total),
        "hash": over_floor(lambda one: one.hashed),
        "botocore": over_floor(lambda one: one.botocore),
        "own": over_floor(lambda one: one.own),
        "operations": statistics.median_high([sum(one.operations for one in reset) for reset in resets]),
    }


def _route_figures(found: list[Request]) -> dict[str, float]:
    return {
        "milliseconds": round(statistics.median(one.own for one in found) * 1e3, 2),
        "own_over_floor": round(statistics.median(one.own / one.floor for one in found), 3),
        "over_floor": round(statistics.median(one.total / one.floor for one in found), 3),
        "operations": statistics.median_high([one.operations for one in found]),
        "read_units": statistics.median_high([one.read_units for one in found]),
        "write_units": statistics.median_high([one.write_units for one in found]),
        "bytes": round(statistics.median(one.bytes for one in found)),
    }


def _one_hash() -> float:
    began = time.process_time()
    password_hash.hash_password(NEW, composition.services().keys)
    return time.process_time() - began


def _reads() -> float:
    accounts = composition.services().accounts
    began = time.process_time()
    for _ in range(READS):
        accounts.store.get(*accounts.key("nobody"))
    return time.process_time() - began


def reset_by_email(recorder: Recorder, world: World, user_id: str) -> None:
    """From the challenge to the sign-in, with the message that carries the code."""

    def after_a_pause(request: Callable[..., Any], *told: Any) -> Any:
        time.sleep(PAUSE)
        return request(*told)

    after_a_pause(world.request, "GET", "/api/challenge")
    started = after_a_pause(world.start, user_id).body
    after_a_pause(world.send, started["flow"])
    message, context = _outbox_record(world.outbox(started["reference"])[0]), conftest.Context()
    with contextlib.redirect_stdout(io.StringIO()):
        after_a_pause(recorder.run, notify.app.lambda_handler, message, context)
    after_a_pause(world.verify, started["flow"], world.code(started["reference"]))
    after_a_pause(world.finish, started["flow"], NEW)
    assert after_a_pause(world.sign_in, user_id, NEW).status == 200


def _outbox_record(message: dict[str, Any]) -> dict[str, Any]:
    change = {"NewImage": marshal(message), "SequenceNumber": "1"}
    return {"Records": [{"eventSource": "aws:dynamodb", "eventName": "INSERT", "eventID": "1", "dynamodb": change}]}


def _everything() -> None:
    """Each route as somebody uses it who gets through."""
    world = World()
    for path in ("/api/challenge", "/api/health", "/api/openapi.json", "/.well-known/change-password"):
        world.request("GET", path)
    person = world.person()
    world.finish(world.proved(person.user_id, "unlock").body["flow"], purpose="unlock")
    world.finish(world.proved(person.user_id).body["flow"], NEW)
    world.finish(world.proved(person.user_id).body["flow"], NEW + "-2")
    ask(world, person.user_id)
    support(world)
    _account(world, person)
    owner = Person(World())
    owner.call("GET", "")
    owner.register("email", contact="m@mail.example")
    owner.remove(owner.register("recovery-code").body["id"])
    owner.call("POST", "/keep")
    _administration(person)


def _account(world: World, person: Any) -> None:
    for number in range(2):
        session = world.sign_in(person.user_id, f"{NEW}-2").session
        world.request("GET", "/api/account", session=session)
        if number:
            world.post(
                "/api/account/password", {"current_password": f"{NEW}-2", "new_password": f"{NEW}-3"}, session=session
            )
        world.post("/api/account/sign-out", session=session)


def _administration(person: Any) -> None:
    agent = Agent(World())
    agent.prove()
    agent.get("")
    agent.look(person)
    for act in ("unlock", "lift", "enable", "require-registration", "reset"):
        agent.over(person, act)
    agent.get("/events", account=person.user_id)
    agent.get("/report")
