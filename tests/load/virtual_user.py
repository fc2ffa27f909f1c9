"""A virtual user: starts a flow, asks for a code, types it, sometimes wrongly at first, and finishes; over and over."""

import http.client
import json
import queue
import random
import time
from dataclasses import dataclass, field
from typing import Any

from tests.codes import code_in

_TIMEOUT = 60


class Failed(Exception):
    """An answer that must not come."""


@dataclass
class Kept:
    """What a person has seen: seconds of each request by step and until a code was there, flows that ended, and messages
    that are to come.
    """

    seconds: list[tuple[str, float]] = field(default_factory=list)
    waited: list[tuple[str, float]] = field(default_factory=list)
    finished: dict[str, int] = field(default_factory=lambda: {"reset": 0, "unlock": 0})
    mistyped: int = 0
    messages: dict[str, int] = field(default_factory=dict)
    error: str = ""

    def expects(self, to: str) -> None:
        self.messages[to] = self.messages.get(to, 0) + 1


class Person:
    """Somebody in a network of their own: on this machine every address from 127.0.0.1 on is one."""

    def __init__(self, number: int, pause: tuple[float, float]) -> None:
        self.number, self.pause = number, pause
        self.user_id = f"load{number:04}@contoso.example"
        self.mail, self.mobile = f"load{number:04}@home.example", f"+44770090{number:04}"
        self.addresses: tuple[str, ...] = (self.mail,)
        self.password, self.kept = "", Kept()
        self.port, self.proof = 0, None
        self.letters: queue.Queue[dict[str, Any]] = queue.Queue()
        self._address = f"127.{1 + number // 250}.{number % 250}.1"
        self._dice = random.Random(number)

    @property
    def row(self) -> str:
        """The person's line of the people file."""
        return f"{self.user_id},Load Tester,Load,Tester,{self.mail},,{self.mobile},,True,,,staff"

    def live(self, until: float = 0) -> None:
        """Flow after flow until it is time; without a time, one of each. What went wrong is kept, and ends it."""
        try:
            if until:
                while time.monotonic() < until:
                    self.flow()
            else:
                self.warm()
        except (Failed, OSError, http.client.HTTPException, queue.Empty) as error:
            self.kept.error = f"{self.user_id}: {type(error).__name__} {error}"

    def warm(self) -> None:
        """One of each flow, so that every function has done all of its work once."""
        self.flow("reset")
        self.flow("unlock")

    def flow(self, purpose: str = "") -> None:
        """One whole flow: a reset; or, for who has a password already, now and then an unlock."""
        purpose = purpose or ("unlock" if self.password and self._dice.random() < 0.25 else "reset")
        if purpose == "unlock":
            for number in range(11 if self._dice.random() < 0.1 else 2):
                self.ask("sign-in", {"user_id": self.user_id, "password": f"wrong {number}"}, 401, 429)
        self._request("GET", "challenge", "/api/challenge", None, (200,))
        start = {"user_id": self.user_id, "proof": self.proof()}
        flow = self.ask(f"{purpose}/start", start, 201)["flow"]
        kind, to = self._dice.choice((("email", self.mail), ("sms", self.mobile)))
        self.think()
        self.ask(f"{purpose}/send", {"flow": flow, "method": kind}, 202)
        self.kept.expects(to)
        code = self.read(to)
        self.think()
        if self._dice.random() < 0.3:
            self.kept.mistyped += 1
            self.ask(f"{purpose}/verify", {"flow": flow, "method": kind, "code": wrong(code)}, 422)
        self.ask(f"{purpose}/verify", {"flow": flow, "method": kind, "code": code}, 200)
        self.think()
        self.end(purpose, flow)

    def end(self, purpose: str, flow: str) -> None:
        """The last step, of which every address hears; and a sign-in with what holds from now on."""
        if purpose == "reset":
            self.password = f"violet-Anchor-{self.number}-{self._dice.randrange(10**9)}-plum"
            self.ask("reset/finish", {"flow": flow, "new_password": self.password}, 200)
        else:
            self.ask("unlock/finish", {"flow": flow}, 200)
        self.kept.finished[purpose] += 1
        for address in self.addresses:
            self.kept.expects(address)
        if purpose == "unlock":
            self.ask("sign-in", {"user_id": self.user_id, "password": self.password}, 200)

    def read(self, to: str) -> str:
        """Waits for the next code in one's post."""
        begun = time.monotonic()
        while True:
            letter = self.letters.get(timeout=_TIMEOUT)
            if letter["to"] == to and (code := code_in(letter["body"])):
                self.kept.waited.append(("until the code is there", time.monotonic() - begun))
                return code

    def think(self) -> None:
        """People read and type."""
        time.sleep(self._dice.uniform(*self.pause))

    def ask(self, step: str, body: dict[str, Any], *statuses: int) -> dict[str, Any]:
        """One step. Raises Failed for any other status."""
        path = f"/api/account/{step}" if step == "sign-in" else f"/api/{step}"
        return self._request("POST", step, path, json.dumps(body), statuses)

    def _request(self, verb: str, step: str, path: str, body: str | None, statuses: tuple[int, ...]) -> dict[str, Any]:
        begun = time.monotonic()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, _TIMEOUT, source_address=(self._address, 0))
        try:
            connection.request(verb, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        self.kept.seconds.append((step, time.monotonic() - begun))
        if answer.status not in statuses:
            raise Failed(f"{path}: {answer.status} {content[:200]!r}")
        return json.loads(content)


def wrong(code: str) -> str:
    """Another code, as one mistypes it: the last digit."""
    return code[:-1] + str((int(code[-1]) + 1) % 10)
