"""Whether known and unknown user IDs can be told apart: by what is answered, and by how long it takes (B1).

Pairs of one known and one unknown ID go through every step, in an order drawn by chance, each pair from a network of its
own. The times of a step are compared by their ranks: the area under the ROC curve (AUC) is the share of pairs that
an attacker would order rightly by time alone, a half where they can only guess (Mann-Whitney).
"""

import json
import math
import random
import time
from dataclasses import dataclass, field

from tests.abuse.client import Attacker, Deployment, without_chance
from tests.functions.conftest import Answer
from tests.functions.person import Person
from tests.functions.virtual_authenticator import VirtualAuthenticator

_WARM = 1  # pairs before the first that counts: every process has been used
STATES = (
    {},
    {"changes": {"enabled": False}},
    {"changes": {"other_mails": (), "mobile_phone": "", "office_phone": ""}},
    {"locked": True},
    {"changes": {"role": "administrator"}},
    {"changes": {"must_change_password": True}},
    {"registered": True},
    {"throttled": True},
)
"""What known accounts are like: in order, turned off, not registered, locked, of an administrator, with a password that
must be changed, with an authenticator and a passkey, with every limit of proofs used up."""
STEPS = ("start", "send", "verify", "state", "finish", "sign-in", "contact")
"""What is measured. The last step of a flow is asked for before any proof: afterwards there is nothing to find out."""


@dataclass
class Step:
    """What one step answered to known and to unknown IDs, and how many seconds it took."""

    known: list[float] = field(default_factory=list)
    unknown: list[float] = field(default_factory=list)
    known_answers: set = field(default_factory=set)
    unknown_answers: set = field(default_factory=set)

    def note(self, known: bool, state: int, seconds: float, answer: Answer) -> None:
        """One answer, in a pair of which the known one is in a state."""
        (self.known if known else self.unknown).append(seconds)
        (self.known_answers if known else self.unknown_answers).add((state, without_chance(answer)))

    @property
    def alike(self) -> bool:
        """Whether both got the same answers."""
        return self.known_answers == self.unknown_answers

    @property
    def auc(self) -> float:
        """How often a known ID took longer than an unknown one; ties count half."""
        return area(self.known, self.unknown)

    @property
    def p_value(self) -> float:
        """How likely so large a difference is by chance (two-sided, normal approximation)."""
        n, m = len(self.known), len(self.unknown)
        spread = math.sqrt((n + m + 1) / (12 * n * m))
        return math.erfc(abs(self.auc - 0.5) / spread / math.sqrt(2))


def area(first: list[float], second: list[float]) -> float:
    """The share of pairs of which the first is larger."""
    ranked = sorted([(value, True) for value in first] + [(value, False) for value in second])
    total, place = 0.0, 0
    while place < len(ranked):
        end = place
        while end < len(ranked) and ranked[end][0] == ranked[place][0]:
            end += 1
        total += sum(mine for _, mine in ranked[place:end]) * (place + end + 1) / 2  # ties share their middle rank
        place = end
    n, m = len(first), len(second)
    return (total - n * (n + 1) / 2) / (n * m)


def measure(deployment: Deployment, pairs: int, seconds: float = math.inf) -> dict[str, Step]:
    """Every step for so many known and as many unknown IDs, or fewer where the time is over.

    What is known is in every state by turns.
    """
    steps = {name: Step() for name in STEPS}
    chance, maker, end = random.Random(pairs), Attacker(deployment), time.monotonic() + seconds
    for number in range(-_WARM, pairs):
        if time.monotonic() > end:
            break
        asking, state = Attacker(deployment), number % len(STATES)
        asking.address = f"127.{128 + number // 250}.{number % 250}.7"
        both = _pair(maker, STATES[state])
        flows: dict[bool, str] = {}
        for name in STEPS:
            chance.shuffle(both)
            for known, user_id in both:
                body, path = _request(name, asking, user_id, flows.get(known, ""))
                text = json.dumps(body)
                begun = time.perf_counter()
                answer = asking.request("POST", path, text)
                seconds = time.perf_counter() - begun
                if number >= 0:
                    steps[name].note(known, state, seconds, answer)
                if name == "start":
                    flows[known] = answer.body["flow"]
    return steps


def _pair(maker: Attacker, state: dict) -> list[tuple[bool, str]]:
    """A known user ID in a state, and an unknown one; what strangers have done to the known one is done to both."""
    if state.get("registered"):
        person = Person(maker)
        person.app()
        device, begun = VirtualAuthenticator(), person.register("passkey", name="Phone").body
        made = device.make(begun["passkey"], maker.stack.origin)
        assert person.confirm(begun["id"], credential=made).status == 200
        return [(True, person.account.user_id), (False, maker.nobody())]
    both = [(True, maker.person(**state.get("changes", {})).user_id), (False, maker.nobody())]
    for name, act in (("locked", maker.lock), ("throttled", maker.lengthen)):
        if state.get(name):
            act(*(user_id for _, user_id in both))
    return both


_OF_FLOW = {
    "send": {"method": "email"},
    "verify": {"method": "email", "code": "99999x"},
    "state": {},
    "finish": {"new_password": "violet-Anchor-27-plum"},
}


def _request(step: str, asking: Attacker, user_id: str, flow: str) -> tuple[dict, str]:
    if step == "start":
        return {"user_id": user_id, "proof": asking.proof()}, "/api/reset/start"
    if step in _OF_FLOW:
        return {"flow": flow, **_OF_FLOW[step]}, f"/api/reset/{step}"
    if step == "sign-in":
        return {"user_id": user_id, "password": "wrong-Password-17"}, "/api/account/sign-in"
    asked = {"user_id": user_id, "proof": asking.proof(), "reply_to": f"me-{user_id}"}
    return asked, "/api/contact/administrator"
