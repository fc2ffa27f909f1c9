"""Functions through their real handlers: HTTP API events in, DynamoDB behind (MiniStack)."""

import base64
import importlib
import itertools
import json
import os
import re
import urllib.parse
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import altcha.v2 as altcha
import argon2
import msgspec
import pytest

from regain.adapters import password_hash
from regain.adapters.keys import codes_key
from regain.adapters.password_hash import hash_password
from regain.adapters.store import marshal, unmarshal
from regain.domain import codes, guess_budget
from regain.domain.account import Account, make_id
from regain.organisation import settings as organisations
from regain.organisation.language import current_languages
from regain.recovery import standings
from regain.runtime import services as composition
from tests.functions import calls, conformance
from tests.functions.answer import Answer
from tests.functions.person import OWN, Person

PASSWORD = "maple-Cedar-93-window"
_NUMBERS = itertools.count(1)
_GUESSES = guess_budget.guesses
DRAW = standings.draw
_CHEAP = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
"""Hashes as always, at no cost: what a hash is and costs is proved in `test_password_hash.py` and attack 46."""
_NOBODYS = _CHEAP.hash("nobody")


@dataclass(frozen=True)
class Context:
    """What Lambda hands to a handler beside the event."""

    aws_request_id: str = "test"
    function_name: str = "test"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = "arn:aws:lambda:eu-west-1:000000000000:function:test"


class World:
    """A deployment, and somebody who uses it from a network of their own."""

    def __init__(self) -> None:
        self.number = next(_NUMBERS)
        self.address = f"10.{self.number >> 8 & 255}.{self.number & 255}.7"
        self.password = PASSWORD

    @property
    def services(self) -> composition.Services:
        """The services that the functions use."""
        return composition.services()

    @property
    def own(self) -> dict[str, str]:
        """What our own page sends with a request."""
        return OWN

    def forget_keys(self) -> None:
        """Makes this a process that has asked KMS for nothing yet."""
        keys = self.services.keys
        for kept in (keys._roots, keys._derived, keys._prepared):
            kept.clear()

    @property
    def hashed(self) -> str:
        """The password that everybody has here, as it is stored."""
        return hash_password(PASSWORD, self.services.keys)

    def name(self, mark: str) -> str:
        """A user name that nobody else has."""
        return f"person{self.number}{mark}{next(_NUMBERS)}"

    def account_id(self) -> str:
        """An id that no account has yet."""
        return make_id(os.urandom(16))

    def person(self, **changes: Any) -> Account:
        """A new account, registered for everything unless said otherwise."""
        name = self.name("n")
        account = Account(
            f"{name}@contoso.example", display_name="Maria Silva", given_name="Maria", surname="Silva",
            mail=f"{name}@contoso.example", other_mails=(f"{name}@home.example",), mobile_phone=f"+4477{next(_NUMBERS):08}",
            office_phone=f"+4420{next(_NUMBERS):08}", password=self.hashed, groups=("staff",), security_info_at=self.services.now,
            created_at=self.services.now, id=self.account_id(),
        )  # fmt: skip
        account = replace(account, **changes)
        self.services.store.commit(self.services.accounts.add_writes(account))
        return self.account(account.user_id)

    def account(self, user_id: str) -> Account:
        """The account as it is stored now."""
        return self.services.accounts.by_user_id(user_id)

    def subject(self, user_id: str) -> str:
        """What everything about a user ID is kept under, whether or not there is an account."""
        return self.services.recoveries.subject(self.services.identifiers.find(user_id))

    def change(self, account: Account, **changes: Any) -> None:
        """Changes the stored account, as an administrator would."""
        self.services.store.commit(self.services.accounts.replace_writes(account, replace(account, **changes)))

    def post(self, path: str, body: Any = None, **options: Any) -> Answer:
        """Sends JSON to a route."""
        return self.request("POST", path, json.dumps(body), **options)

    def request(
        self,
        method: str,
        path: str,
        body: str | None = None,
        *,
        headers: dict | None = None,
        base64_encoded: bool = False,
        address: str = "",
        serve: Any = None,
        session: str = "",
        browser: str = "",
        attempt: str = "",
        query: dict[str, str] | None = None,
    ) -> Answer:
        """Sends an HTTP API event, payload format 2.0, to the function whose route it is."""
        cookies = {"session": session, "browser": browser, "sign-in": attempt}
        event = {
            "version": "2.0",
            "routeKey": f"{method} {path}",
            "rawPath": path,
            "rawQueryString": urllib.parse.urlencode(query or {}),
            "queryStringParameters": query or {},
            "headers": self.own if headers is None else headers,
            "cookies": [f"__Host-{name}={value}" for name, value in cookies.items() if value],
            "requestContext": {
                "http": {"method": method, "path": path, "sourceIp": address or self.address, "protocol": "HTTP/1.1", "userAgent": "test"},
                "requestId": "test", "routeKey": f"{method} {path}", "stage": "$default", "time": "", "timeEpoch": 0,
            },
            "body": body,
            "isBase64Encoded": base64_encoded,
        }  # fmt: skip
        with calls.counted() as operations:
            answer = (serve or handler(path))(event, Context())
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        is_json = "json" in headers["content-type"] and "jsonl" not in headers["content-type"]
        told = json.loads(answer["body"]) if is_json else {"text": answer["body"]}
        conformance.check(method, path, answer["statusCode"], told.get("code", "") if is_json else "")
        return Answer(answer["statusCode"], told, headers, tuple(operations), tuple(answer["cookies"]))

    def proof(self) -> str:
        """A solved challenge: signed with the service's own key, but cheap to solve."""
        keys, now = self.services.keys, self.services.now
        made = altcha.create_challenge(
            "PBKDF2/SHA-256", 1, counter=1, expires_at=now + 300, data={"action": "start"},
            hmac_secret=keys.derive("challenge"), hmac_key_secret=keys.derive("challenge-solution"),
        )  # fmt: skip
        return solve(made.to_dict())

    def start(self, user_id: str, purpose: str = "reset", **more: Any) -> Answer:
        """Begins a flow."""
        return self.post(f"/api/{purpose}/start", {"user_id": user_id, "proof": self.proof(), **more})

    def send(self, flow: str, method: str = "email", purpose: str = "reset", **more: Any) -> Answer:
        """Asks for a code."""
        return self.post(f"/api/{purpose}/send", {"flow": flow, "method": method, **more})

    def verify(self, flow: str, code: str, method: str = "email", purpose: str = "reset", **more: Any) -> Answer:
        """Gives a proof."""
        return self.post(f"/api/{purpose}/verify", {"flow": flow, "method": method, "code": code}, **more)

    def finish(self, flow: str, password: str = "violet-Anchor-27-plum", purpose: str = "reset") -> Answer:
        """Takes the last step."""
        body = {"flow": flow, **({"new_password": password} if purpose == "reset" else {})}
        return self.post(f"/api/{purpose}/finish", body)

    def sign_in(self, user_id: str, password: str = PASSWORD, *, proof: str = "", **more: Any) -> Answer:
        """Signs in."""
        body = {"user_id": user_id, "password": password, **({"proof": proof} if proof else {})}
        return self.post("/api/account/sign-in", body, **more)

    def outbox(self, reference: str) -> list[dict[str, Any]]:
        """The messages that a flow has caused."""
        return [found for found in self._messages() if found["reference"] == reference]

    def outbox_of(self, user_id: str) -> list[dict[str, Any]]:
        """The messages about an account, in no order."""
        subject = self.subject(user_id)
        return [found for found in self._messages() if found["subject"] == subject]

    def _messages(self) -> list[dict[str, Any]]:
        scan = self.services.store.client.get_paginator("scan")
        pages = scan.paginate(TableName=self.services.outbox.table, ConsistentRead=True)
        return [unmarshal(found) for page in pages for found in page["Items"] if "kind" in found]

    def code(self, reference: str, sequence: int = 1, method: str = "email") -> str:
        """The code that `notify` would send for a message of this flow."""
        for message in self.outbox(reference):
            facts = message["facts"]
            if message["kind"] == "code" and (facts["sequence"], facts["method"]) == (sequence, method):
                key = self.services.keys.derive(codes_key(facts["purpose"]), facts.get("code_generation", 0))
                return codes.derive(key, facts["flow"], facts["purpose"], facts["method"], sequence, facts["digits"])
        raise AssertionError("no such code was asked for")

    def proved(self, user_id: str, purpose: str = "reset", methods: tuple[str, ...] = ("email",)) -> Answer:
        """A flow in which every proof has been given."""
        started = self.start(user_id, purpose)
        for method in methods:
            assert self.send(started.body["flow"], method, purpose).status == 202
            code = self.code(started.body["reference"], method=method)
            assert self.verify(started.body["flow"], code, method, purpose).status == 200
        return started

    def events(self, user_id: str) -> list[dict[str, Any]]:
        """What has been recorded of a user ID, in order."""
        services = self.services
        return services.store.query(services.events.table, "subject", self.subject(user_id), limit=1_000)

    def throttle(self, user_id: str) -> dict[str, Any]:
        """The limits' record of a user ID."""
        return self.services.store.get(*self.services.recoveries.key(self.subject(user_id), "throttle")) or {}


def holds(text: str, secret: str) -> bool:
    """Whether a text holds a secret. Six digits within a hash or a time are nobody's code: they stand there by chance."""
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(secret)}(?![0-9A-Za-z])", text) is not None


def solve(challenge: dict[str, Any]) -> str:
    """The proof of work for a challenge, as the form sends it."""
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    solved = {"challenge": challenge, "solution": {"counter": solution.counter, "derivedKey": solution.derived_key}}
    return base64.b64encode(json.dumps(solved).encode()).decode()


def handler(path: str) -> Any:
    """The handler of the function that serves a path, as the template routes it."""
    name = path.split("/")[2] if path.count("/") > 1 else ""
    name = name if name in ("reset", "unlock", "account", "contact", "admin") else "service"
    return importlib.import_module(f"{name}.app").lambda_handler


@pytest.fixture(scope="session")
def default_organisation(engine, tmp_path_factory):
    """The organisation file as the functions read it."""
    path = tmp_path_factory.mktemp("organisation") / "organisation.json"
    path.write_bytes(msgspec.json.encode(engine.organisation))
    return path


@pytest.fixture
def use(engine, tables, default_organisation, tmp_path, monkeypatch):
    """Sets the organisation that the functions serve: `organisation.yaml`, with changes."""
    monkeypatch.setattr(password_hash, "_argon2", lambda: _CHEAP)
    monkeypatch.setattr(password_hash, "_NOBODYS", _NOBODYS)

    def set_organisation(**changes: Any) -> World:
        path = default_organisation
        if changes:
            base = msgspec.to_builtins(engine.organisation)
            for section, values in changes.items():
                base[section] = {**base.get(section, {}), **values}
            path = tmp_path / "organisation.json"
            path.write_bytes(msgspec.json.encode(base))
        own = {"ORGANISATION_FILE": str(path), "PROOF_OF_WORK_ROUNDS": "2"}
        monkeypatch.setattr(standings, "draw", lambda *_: lambda _: 0.5)  # every limit as it is written
        monkeypatch.setattr(guess_budget, "guesses", lambda *_: 10**9)  # all tests together guess a lot
        for name, value in {**engine.environment, **own}.items():
            monkeypatch.setitem(os.environ, name, value)
        _forget_unless(path)
        engine.check_clients()
        return World()

    yield set_organisation
    _forget_unless(default_organisation)
    tables.empty("OutboxTable")  # messages are looked for among all: those of other tests would cost more than the test


_serving: list[Path] = []


def _forget_unless(path: Path) -> None:
    """Clients are slow to make: they are kept from test to test while the organisation is the same."""
    if _serving != [path]:
        organisations.current.cache_clear()
        current_languages.cache_clear()
        composition.services.cache_clear()
        _serving[:] = [path]


@pytest.fixture
def budget(monkeypatch):
    """The guess budget of the organisation as it is, and nothing guessed yet."""

    def begin(world: World) -> World:
        monkeypatch.setattr(guess_budget, "guesses", _GUESSES)
        limits, store = world.services.rate_limits, world.services.store
        for shard in range(guess_budget.shards(world.services.organisation.limits)):
            for table, key in limits.guesses_keys(shard, world.services.now):
                store.client.delete_item(TableName=table, Key=marshal(key))
        return world

    return begin


@pytest.fixture
def world(use) -> World:
    """A deployment with the product's defaults."""
    return use()


@pytest.fixture
def argon2_calls(monkeypatch):
    """What Argon2 is asked to do from now on: `hash` or `verify`, in order."""
    calls, hasher = [], password_hash._argon2()

    class Counting:
        check_needs_rehash = hasher.check_needs_rehash

        def __getattr__(self, name: str) -> Any:
            calls.append(name)
            return getattr(hasher, name)

    counting = Counting()
    monkeypatch.setattr(password_hash, "_argon2", lambda: counting)
    return calls


@pytest.fixture
def clock(time_machine):
    """A clock that stands still until it is moved."""
    time_machine.move_to(1_800_000_000, tick=False)


@pytest.fixture
def person(world):
    return Person(world, other_mails=(), mobile_phone="", office_phone="")
