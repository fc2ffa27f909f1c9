"""Warm requests: what a route takes beside hash and store, what finish and sign-in take beside a hash, what is stored.

Everything runs in this process against the embedded engine. Time inside botocore is the store's, time inside Argon2 the
hash's; the rest is ours.
"""

import hashlib
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

from regain.adapters import password_hash
from regain.api.contract import OPERATIONS
from regain.recovery import new_password
from regain.runtime import services as composition
from tests.functions import conftest
from tests.functions.conftest import World
from tests.functions.helping import Helping
from tests.functions.registrant import Person
from tests.functions.test_contact import ask, support

TIMES = 12
NEW = "violet-Anchor-27-plum"
_UNIT_READ, _UNIT_WRITE = 4_096, 1_024
_INDEXES = {"EventTable": 2}


@dataclass
class Request:
    """One request: seconds in all, in the store and in hashes; what it asked of DynamoDB."""

    total: float = 0.0
    store: float = 0.0
    hashed: float = 0.0
    operations: int = 0
    read_units: float = 0.0
    write_units: float = 0.0
    bytes: int = 0
    seen: dict[str, int] = field(default_factory=dict)


@dataclass
class Recorder:
    """Every request of the routes, by method and path of the contract."""

    requests: dict[str, list[Request]] = field(default_factory=lambda: defaultdict(list))
    current: Request | None = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Measures what goes through botocore, Argon2 and the test's own `World.request`."""
        call, hashes, asked = BaseClient._make_api_call, (PasswordHasher.hash, PasswordHasher.verify), World.request
        recorder = self

        def api_call(client: Any, operation: str, params: dict[str, Any]) -> Any:
            began = time.perf_counter()
            try:
                answer = call(client, operation, params)
            finally:
                took = time.perf_counter() - began
            if recorder.current and client.meta.service_model.service_name == "dynamodb":
                recorder.current.store += took
                recorder.current.operations += 1
                recorder.weigh(operation, params, answer)
            elif recorder.current:
                recorder.current.store += took
            return answer

        def timed(original: Callable[..., Any]) -> Callable[..., Any]:
            def hashing(*arguments: Any, **named: Any) -> Any:
                began = time.perf_counter()
                try:
                    return original(*arguments, **named)
                finally:
                    if recorder.current:
                        recorder.current.hashed += time.perf_counter() - began

            return hashing

        def request(world: World, method: str, path: str, *arguments: Any, **named: Any) -> Any:
            recorder.current = one = Request()
            began = time.perf_counter()
            answer = asked(world, method, path, *arguments, **named)
            one.total = time.perf_counter() - began
            recorder.current = None
            one.bytes += len(json.dumps(answer.body))
            recorder.requests[_route(method, path)].append(one)
            return answer

        BaseClient._make_api_call, World.request = api_call, request
        PasswordHasher.hash, PasswordHasher.verify = map(timed, hashes)
        derive, hashlib.pbkdf2_hmac = hashlib.pbkdf2_hmac, timed(hashlib.pbkdf2_hmac)  # the proof of work's own
        try:
            yield
        finally:
            BaseClient._make_api_call, World.request = call, asked
            PasswordHasher.hash, PasswordHasher.verify = hashes
            hashlib.pbkdf2_hmac = derive

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
            one.seen |= {json.dumps({"user_id": item["user_id"]}): _size(item) for item in items if "user_id" in item}
            one.read_units += max(asked, sum(math.ceil(_size(item) / _UNIT_READ) for item in items))


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
    """Medians by route, and finish and sign-in over one bare hash of the same run."""
    recorder, hashes = Recorder(), []
    conftest._HASH = new_password.hashed(conftest.PASSWORD, composition.services())  # as an import makes it
    for number in range(TIMES + 2):
        if number == 2:  # the first two warm up
            recorder.requests.clear()
            hashes.clear()
        with recorder.installed():
            _everything()
        hashes.append(_one_hash())
    hashed = statistics.median(hashes)
    half = len(hashes) // 2
    routes = {name: _route_figures(found) for name, found in sorted(recorder.requests.items())}

    def over_hash(name: str) -> float:
        return round(statistics.median(one.total - one.store for one in recorder.requests[name]) / hashed, 2)

    return {
        "hash_milliseconds": round(hashed * 1e3, 1),
        "noise": round(abs(statistics.median(hashes[:half]) / statistics.median(hashes[half:]) - 1), 3),
        "over_hash": {name: over_hash(name) for name in ("POST /api/reset/finish", "POST /api/account/sign-in")},
        "routes": routes,
    }


def _route_figures(found: list[Request]) -> dict[str, float]:
    own = statistics.median(one.total - one.store - one.hashed for one in found)
    return {
        "milliseconds": round(own * 1e3, 2),
        "operations": statistics.median_high([one.operations for one in found]),
        "read_units": statistics.median_high([one.read_units for one in found]),
        "write_units": statistics.median_high([one.write_units for one in found]),
        "bytes": round(statistics.median(one.bytes for one in found)),
    }


def _one_hash() -> float:
    began = time.perf_counter()
    password_hash.hash_password(NEW)
    return time.perf_counter() - began


def _everything() -> None:
    """Each route as somebody uses it who gets through."""
    world = World()
    for path in ("/api/challenge", "/api/health", "/api/openapi.json", "/.well-known/change-password"):
        world.request("GET", path)
    person = world.person()
    world.finish(world.proved(person.user_id, "unlock").body["flow"], purpose="unlock")
    world.finish(world.proved(person.user_id).body["flow"], NEW)
    world.finish(world.proved(person.user_id).body["flow"], NEW + "-2")  # now the hash is one of ours
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
    helping = Helping(World())
    helping.prove()
    helping.get("")
    helping.look(person)
    for act in ("unlock", "lift", "enable", "require-registration", "reset"):
        helping.over(person, act)
    helping.get("/events", account=person.user_id)
    helping.get("/report")
