"""A scenario for each route: its setup, the step under test, and the step with which the person carries on.

`test_fault_points.py` repeats the step under test with a different fault each time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from regain.api import contract
from regain.api.contract import Operation
from tests.functions.conftest import Answer, World
from tests.functions.test_contact import ask, support
from tests.functions.test_proofs import Owner, method

Step = Callable[[], Answer]
Steps = Iterator[Step]
NEW = "violet-Anchor-27-plum"


@dataclass(frozen=True)
class Scenario:
    """`told` plays what leads to the step, and yields the step; then how the person goes on, answer or no answer.

    `events` and `messages` are the kinds that the step leaves behind, once each unless they stand there twice.
    `may_be_overtaken`: where somebody else has just written the same, the step does without its own write.
    """

    operation: Operation
    play: Callable[[World, Any], Steps]
    status: int
    code: str = ""
    events: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()
    organisation: dict[str, Any] = field(default_factory=dict)
    may_be_overtaken: bool = False

    @property
    def name(self) -> str:
        return self.play.__name__


SCENARIOS: list[Scenario] = []


def scenario(operation: Operation, status: int = 200, **leaves: Any) -> Callable:
    """Adds a scenario of a route that answers with this status."""

    def keep(told: Callable) -> Callable:
        SCENARIOS.append(Scenario(operation, told, status, **leaves))
        return told

    return keep


def by_purpose(place: int, status: int, **leaves: Any) -> Callable:
    """The same scenario of reset and of unlock. `{purpose}` in what it leaves behind is either of them."""

    def keep(told: Callable) -> Callable:
        for purpose, operations in (("reset", contract.RESET), ("unlock", contract.UNLOCK)):

            def for_purpose(world: World, clock: Any, purpose: str = purpose) -> Steps:
                return told(world, purpose)

            for_purpose.__name__ = f"{purpose}_{told.__name__}"
            named = {name: tuple(each.format(purpose=purpose) for each in kinds) if isinstance(kinds, tuple) else kinds
                     for name, kinds in leaves.items()}  # fmt: skip
            scenario(operations[place], status, **named)(for_purpose)
        return told

    return keep


# --- Service ---------------------------------------------------------------------------------------


@scenario(contract.CHALLENGE)
def challenge(world: World, clock: Any) -> Steps:
    yield lambda: world.request("GET", "/api/challenge")
    yield lambda: world.request("GET", "/api/challenge")


# --- Reset and unlock ------------------------------------------------------------------------------


@by_purpose(0, 201, events=("{purpose}-started",))
def start(world: World, purpose: str) -> Steps:
    user_id, proof = world.person().user_id, world.proof()
    yield lambda: world.post(f"/api/{purpose}/start", {"user_id": user_id, "proof": proof})
    yield lambda: world.start(user_id, purpose)


@by_purpose(0, 201, events=("{purpose}-started",))
def start_for_nobody(world: World, purpose: str) -> Steps:
    proof = world.proof()
    yield lambda: world.post(f"/api/{purpose}/start", {"user_id": "nobody.at.all@contoso.example", "proof": proof})
    yield lambda: world.start("nobody.at.all@contoso.example", purpose)


@by_purpose(1, 202, events=("code-requested",), messages=("code",))
def send(world: World, purpose: str) -> Steps:
    started = world.start(world.person().user_id, purpose).body
    yield lambda: world.send(started["flow"], purpose=purpose)
    yield lambda: world.verify(started["flow"], world.code(started["reference"]), purpose=purpose)


@by_purpose(2, 200, events=("proof-passed",))
def right_code(world: World, purpose: str) -> Steps:
    started = world.start(world.person().user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    code = world.code(started["reference"])
    yield lambda: world.verify(started["flow"], code, purpose=purpose)
    yield lambda: world.finish(started["flow"], purpose=purpose)


@by_purpose(4, 200)
def state(world: World, purpose: str) -> Steps:
    started = world.start(world.person().user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    yield lambda: world.post(f"/api/{purpose}/state", {"flow": started["flow"]})
    yield lambda: world.verify(started["flow"], world.code(started["reference"]), purpose=purpose)


@by_purpose(5, 200)
def extend(world: World, purpose: str) -> Steps:
    started = world.start(world.person().user_id, purpose).body
    yield lambda: world.post(f"/api/{purpose}/extend", {"flow": started["flow"]})
    yield lambda: world.send(started["flow"], purpose=purpose)


@by_purpose(2, 422, code="wrong-code", events=("proof-failed",))
def wrong_code(world: World, purpose: str) -> Steps:
    started = world.start(world.person().user_id, purpose).body
    world.send(started["flow"], purpose=purpose)
    yield lambda: world.verify(started["flow"], "99999x", purpose=purpose)
    yield lambda: world.verify(started["flow"], world.code(started["reference"]), purpose=purpose)


@by_purpose(2, 200, events=("proof-passed",))
def recovery_code(world: World, purpose: str) -> Steps:
    owner = Owner(world)
    owner.code_saved = owner.register("recovery-code").body["recovery_code"]
    flow = owner.start(purpose)
    offered = method(flow["methods"], "recovery-code")
    yield lambda: owner.prove(flow, offered, purpose)
    yield lambda: world.finish(flow["flow"], purpose=purpose)


def _finished(world: World, purpose: str, user_id: str, flow: str) -> Steps:
    yield lambda: world.finish(flow, NEW, purpose)
    yield lambda: world.sign_in(user_id, NEW if purpose == "reset" else world.password)


@scenario(contract.RESET[3], events=("password-reset",), messages=("password-reset",) * 2)
def reset_finish(world: World, clock: Any) -> Steps:
    person = world.person()
    return _finished(world, "reset", person.user_id, world.proved(person.user_id).body["flow"])


@scenario(contract.UNLOCK[3], events=("account-unlocked",), messages=("account-unlocked",) * 2)
def unlock_finish(world: World, clock: Any) -> Steps:
    person = world.person()
    for number in range(10):
        world.sign_in(person.user_id, f"wrong-{number}")
    return _finished(world, "unlock", person.user_id, world.proved(person.user_id, "unlock").body["flow"])


@scenario(
    contract.RESET[3], events=("password-reset",), messages=("password-reset", "password-reset", "role-recovered")
)
def administrators_finish(world: World, clock: Any) -> Steps:
    person = world.person(role="administrator")
    started = world.start(person.user_id).body
    for kind in ("email", "sms"):
        world.send(started["flow"], kind)
        world.verify(started["flow"], world.code(started["reference"], method=kind), kind)
    return _finished(world, "reset", person.user_id, started["flow"])


@scenario(contract.RESET[3], events=("password-reset",), messages=("password-reset",) * 2)
def finish_with_a_recovery_code(world: World, clock: Any) -> Steps:
    owner = Owner(world)
    owner.code_saved = owner.register("recovery-code").body["recovery_code"]
    flow = owner.start()
    owner.prove(flow, method(flow["methods"], "recovery-code"))
    return _finished(world, "reset", owner.account.user_id, flow["flow"])


@scenario(contract.RESET[3], 422, code="password-not-accepted", events=("password-refused",))
def finish_with_a_weak_password(world: World, clock: Any) -> Steps:
    flow = world.proved(world.person().user_id).body["flow"]
    yield lambda: world.finish(flow, "short")
    yield lambda: world.finish(flow, NEW)


# --- Help from people ------------------------------------------------------------------------------


@scenario(contract.ASK_ADMINISTRATOR, 202, events=("administrator-contacted",), messages=("administrator-contacted",))
def ask_the_administrators(world: World, clock: Any) -> Steps:
    user_id = world.person().user_id
    body = {"user_id": user_id, "proof": world.proof(), "reply_to": "maria@home.example"}
    yield lambda: world.post("/api/contact/administrator", body)
    yield lambda: ask(world, user_id)


@scenario(
    contract.ASK_SUPPORT, 202, events=("support-contacted",), messages=("support-contacted", "support-confirmation")
)
def ask_support(world: World, clock: Any) -> Steps:
    body = {"name": "Maria", "phone": "+44 20 7946 0123", "email": "maria@home.example", "message": "Nothing works."}
    body["proof"] = world.proof()
    yield lambda: world.post("/api/contact/support", body)
    yield lambda: support(world)
