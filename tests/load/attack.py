"""200 networks attack for ten minutes while 50 people get back in: `python -m tests.load.attack` (issue: X2, X5, X7).

Attackers have solved their proofs of work before they begin, know every user ID, and use up whatever can be used up: codes,
wrong proofs, wrong passwords, starts. Half of the people are inside attacked networks, half have a browser that is
known. Each must be done within three minutes, with the time that their own browser needs for its proofs of work.
"""

import argparse
import itertools
import json
import re
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import altcha.v2 as altcha
from rich.console import Console

from regain.domain.work import GREATEST
from regain.runtime.services import Services
from tests.abuse.client import Attacker, Deployment
from tests.codes import code_in
from tests.conftest import build_site, launch
from tests.functions.conftest import Answer, solve

WITHIN = 180  # seconds
_BROWSER = 3  # seconds of the basic work in a slow browser
_AT_ONCE = 6  # attackers' connections
_NEW = "violet-Anchor-{}-plum"


def paid(services: Services, times: int) -> str:
    """A proof of so much work, which was solved before anybody began."""
    made = altcha.create_challenge(
        "PBKDF2/SHA-256", 1, counter=1, expires_at=services.now + 300, data={"action": "start", "times": times},
        hmac_secret=services.keys.derive("challenge"), hmac_key_secret=services.keys.derive("challenge-solution"),
    )  # fmt: skip
    return solve(made.to_dict())


@dataclass
class Owner:
    """Somebody who has forgotten their password, in a browser of their own, and reads their mail."""

    world: Attacker
    user_id: str
    mailbox: str
    address: str
    number: int
    browser: str = ""
    work: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    @property
    def new_password(self) -> str:
        """What they choose."""
        return _NEW.format(self.number)

    def get_in(self) -> float:
        """Seconds until the new password signs in, with those that the browser works."""
        begun = time.monotonic()
        while not self._once(self._ticket()):
            assert time.monotonic() < begun + WITHIN, f"{self.user_id} is still outside: {dict(self.refused)}"
            time.sleep(1)
        return time.monotonic() - begun + self.work * _BROWSER

    def _once(self, ticket: str) -> bool:
        flow = self._ask("reset/start", user_id=self.user_id, ticket=ticket)
        if flow.status != 201 or self._ask("reset/send", flow=flow.body["flow"], method="email").status != 202:
            return False
        code = self._read(flow.body["reference"])
        if not code or self._ask("reset/verify", flow=flow.body["flow"], method="email", code=code).status != 200:
            return False
        if self._ask("reset/finish", flow=flow.body["flow"], new_password=self.new_password).status != 200:
            return False
        return self._ask("account/sign-in", user_id=self.user_id, password=self.new_password).status == 200

    def _ask(self, step: str, **body: Any) -> Answer:
        if step.endswith("start"):
            body, self.work = {**body, "proof": paid(self.world.services, 1)}, self.work + 1
        answer = self._post(step, body)
        if answer.code == "proof-of-work-needed":
            times = answer.body["times"]
            self.work += times
            answer = self._post(step, {**body, "proof": paid(self.world.services, times)})
        if answer.status >= 400:
            self.refused[answer.code] += 1
        return answer

    def _post(self, step: str, body: dict[str, Any]) -> Answer:
        answer = self.world.request(
            "POST", f"/api/{step}", json.dumps(body), address=self.address, browser=self.browser
        )
        self.browser = answer.browser or self.browser
        return answer

    def _read(self, reference: str) -> str:
        """The code of the letter with this reference, once it is there."""
        end = time.monotonic() + 30
        while time.monotonic() < end:
            for letter in self.world.messages(self.mailbox):
                if f"Reference: {reference}" in letter["body"]:
                    return code_in(letter["body"])
            time.sleep(0.5)
        return ""

    def _ticket(self) -> str:
        """What the link of the newest letter carries: a flood brings the owner the key."""
        if self.browser:
            return ""
        found = [re.search(r"#ticket=([\w-]+)", letter["body"]) for letter in self.world.messages(self.mailbox)]
        return next((each[1] for each in reversed(found) if each), "")


@dataclass
class Flood:
    """Attackers on so many networks against so many accounts, until they are told to stop."""

    deployment: Deployment
    victims: list[str]
    networks: list[str]
    answers: Counter[str] = field(default_factory=Counter)
    ended: threading.Event = field(default_factory=threading.Event)

    def run(self, first: int) -> None:
        """One connection: every network and victim in turn."""
        attacker = Attacker(self.deployment)
        for turn in itertools.count(first, _AT_ONCE):
            if self.ended.is_set():
                return
            address = self.networks[turn % len(self.networks)]
            for step, body in self._steps(self.victims[turn * 7 % len(self.victims)], attacker, address):
                answer = attacker.request("POST", f"/api/{step}", json.dumps(body), address=address)
                self.answers[f"{answer.status} {answer.code}".strip()] += 1

    def _steps(self, victim: str, attacker: Attacker, address: str) -> Any:
        proof = paid(attacker.services, GREATEST)
        flow: dict[str, str] = {}

        def kept(answer: Answer) -> Answer:
            flow["flow"] = answer.body.get("flow", "")
            return answer

        begun = kept(attacker.request("POST", "/api/reset/start", json.dumps({"user_id": victim, "proof": proof}), address=address))  # fmt: skip
        self.answers[f"{begun.status} {begun.code}".strip()] += 1
        if not flow["flow"]:
            return
        for method in ("email", "sms"):
            yield "reset/send", {**flow, "method": method}
            for number in range(3):
                guess = {**flow, "method": method, "code": f"9999999{number}"}
                yield "reset/verify", {**guess, "proof": paid(attacker.services, GREATEST)}
        for number in range(3):
            wrong = {"user_id": victim, "password": f"wrong {time.monotonic()} {number}"}
            yield "account/sign-in", {**wrong, "proof": paid(attacker.services, GREATEST)}


@dataclass
class Result:
    """How long each owner took, and what the attackers were answered."""

    seconds: dict[str, list[float]]
    answers: Counter[str]
    lasted: float
    wrong: list[str]


def play(deployment: Deployment, people: int, networks: int, seconds: float) -> Result:
    """The whole attack. Owners begin one after the other, spread over its time."""
    attacked = [f"127.{200 + number // 250}.{number % 250}.9" for number in range(networks)]
    owners = _owners(deployment, people, attacked)
    flood = Flood(deployment, [owner.user_id for owner in owners], attacked)
    begun, wrong = time.monotonic(), []
    taken: dict[str, list[float]] = {}
    with ThreadPoolExecutor(_AT_ONCE) as attackers, ThreadPoolExecutor(5) as pool:
        running = [attackers.submit(flood.run, number) for number in range(_AT_ONCE)]
        time.sleep(seconds * 0.3)  # by then limits are used up
        waits = [_later(pool, owner.get_in, seconds * 0.6 * place / people) for place, owner in enumerate(owners)]
        for owner, future in zip(owners, waits, strict=True):
            kind = f"{'known' if owner.number % 2 else 'unknown'} browser, {'attacked' if owner.number % 4 < 2 else 'quiet'} network"  # fmt: skip
            try:
                taken.setdefault(kind, []).append(future.result())
            except AssertionError as late:
                wrong.append(str(late))
        time.sleep(max(0, begun + seconds - time.monotonic()))
        flood.ended.set()
        for each in running:
            each.result()
    wrong += [f"{kind}: {max(some):.0f} seconds" for kind, some in taken.items() if max(some) > WITHIN]
    if faults := {answer: times for answer, times in flood.answers.items() if answer.startswith("5")}:
        wrong.append(f"faults: {faults}")
    return Result(taken, flood.answers, time.monotonic() - begun, wrong)


def _later(pool: ThreadPoolExecutor, act: Callable[[], float], seconds: float) -> Any:
    due = time.monotonic() + seconds

    def wait() -> float:
        time.sleep(max(0, due - time.monotonic()))
        return act()

    return pool.submit(wait)


def _owners(deployment: Deployment, people: int, attacked: list[str]) -> list[Owner]:
    """Every second one has signed in before; two of four are inside an attacked network."""
    made = []
    for number in range(people):
        world = Attacker(deployment)
        account = world.person()
        address = f"{attacked[number % len(attacked)].rpartition('.')[0]}.77" if number % 4 < 2 else world.address
        browser = world.sign_in(account.user_id).browser if number % 2 else ""
        made.append(Owner(world, account.user_id, account.other_mails[0], address, number, browser))
    return made


def main() -> int:
    """Plays, prints, and answers the exit status: 1 where somebody was still outside after three minutes."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.attack", description=__doc__)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--networks", type=int, default=200)
    parser.add_argument("--minutes", type=float, default=10)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        build_site(Path(folder) / "site")
        stack = launch(Path(folder) / "state", Path(folder) / "site", warm=True)
        try:
            result = play(Deployment("private", stack), asked.people, asked.networks, asked.minutes * 60)
        finally:
            stack.stop()
    said = [
        f"{asked.networks} networks, {result.answers.total()} requests of attackers in {result.lasted:.0f} s: {dict(result.answers.most_common())}",
        *(f"{kind}: {len(some)} people back in, {statistics.median(some):.0f} s half of them, {max(some):.0f} s all"
          for kind, some in sorted(result.seconds.items())),
        *(f"wrong: {each}" for each in result.wrong),
    ]  # fmt: skip
    Console(width=160).print(*said, sep="\n", markup=False)
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
