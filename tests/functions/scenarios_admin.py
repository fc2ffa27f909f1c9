"""Scenarios of the administration API (B12, B13): see `scenarios.py`."""

from typing import Any

from regain.api import contract
from tests.functions.agent import Agent
from tests.functions.conftest import Answer, World
from tests.functions.person import Person
from tests.functions.scenarios import Steps, scenario
from tests.functions.test_invitations import group as invited_group
from tests.functions.test_invitations import in_days, invite
from tests.functions.test_repudiation import changed, secure


def _proved(world: World, role: str = "administrator") -> Agent:
    """Somebody with a role who has given their second factor."""
    agent = Agent(world, role=role)
    assert agent.prove().status == 200
    return agent


@scenario(contract.ADMIN)
def who_helps(world: World, clock: Any) -> Steps:
    agent = Agent(world, role="auditor")
    yield agent.get
    yield agent.get


@scenario(contract.ADMIN_ACCOUNT, events=("admin-viewed",))
def look_an_account_up(world: World, clock: Any) -> Steps:
    agent, person = Agent(world, role="auditor"), world.person()
    yield lambda: agent.look(person)
    yield lambda: agent.look(person)


# --- Proving ---------------------------------------------------------------------------------------


@scenario(contract.ADMIN_STEP_UP, 201, events=("admin-started",))
def begin_a_second_factor(world: World, clock: Any) -> Steps:
    agent = Agent(world)
    yield lambda: agent.do("/prove/start")
    yield lambda: agent.do("/prove/start")


@scenario(contract.ADMIN_STEP_UP_SEND, 202, events=("code-requested",), messages=("code",))
def send_oneself_a_code(world: World, clock: Any) -> Steps:
    agent = Agent(world)
    begun = agent.do("/prove/start").body
    yield lambda: agent.do("/prove/send", {"flow": begun["flow"], "method": "sms"})
    yield lambda: agent.do("/prove/verify", {"flow": begun["flow"], "method": "sms", "code": _code(world, begun)})


def _code(world: World, begun: dict, kind: str = "sms") -> str:
    """The code of a proof that an administrator gives, or a caller."""
    return world.code(begun["reference"], method=kind)


@scenario(contract.ADMIN_STEP_UP_VERIFY, events=("proof-passed", "admin-second-factor"))
def give_a_second_factor(world: World, clock: Any) -> Steps:
    agent, person = Agent(world), world.person()
    flow = agent.do("/prove/start").body["flow"]
    proof = {"flow": flow, "method": "authenticator", "code": agent.own_app.at(world.services.now)}
    yield lambda: agent.do("/prove/verify", proof)
    yield lambda: agent.over(person, "unlock")


@scenario(contract.ADMIN_STEP_UP_VERIFY, 422, code="wrong-authenticator-code", events=("proof-failed",))
def give_a_wrong_second_factor(world: World, clock: Any) -> Steps:
    agent = Agent(world)
    flow = agent.do("/prove/start").body["flow"]
    proof = {"flow": flow, "method": "authenticator", "code": "99999x"}
    yield lambda: agent.do("/prove/verify", proof)
    yield lambda: agent.do("/prove/verify", {**proof, "code": agent.own_app.at(world.services.now)})


@scenario(contract.CALLER_START, 201, events=("caller-started",))
def begin_with_a_caller(world: World, clock: Any) -> Steps:
    agent, person = _proved(world, "helpdesk"), world.person()
    yield lambda: agent.over(person, "caller/start")
    yield lambda: agent.over(person, "caller/start")


@scenario(contract.CALLER_SEND, 202, events=("code-requested",), messages=("code",))
def send_a_caller_a_code(world: World, clock: Any) -> Steps:
    agent, person = _proved(world, "helpdesk"), world.person()
    begun = agent.over(person, "caller/start").body
    sending = {"flow": begun["flow"], "method": "sms"}
    yield lambda: agent.over(person, "caller/send", sending)
    yield lambda: agent.over(person, "caller/verify", {**sending, "code": _code(world, begun)})


@scenario(contract.CALLER_VERIFY, events=("proof-passed", "admin-caller-verified"))
def a_caller_proves_who_they_are(world: World, clock: Any) -> Steps:
    agent, person = _proved(world, "helpdesk"), world.person()
    begun = agent.over(person, "caller/start").body
    agent.over(person, "caller/send", {"flow": begun["flow"], "method": "sms"})
    proof = {"flow": begun["flow"], "method": "sms", "code": _code(world, begun)}
    yield lambda: agent.over(person, "caller/verify", proof)
    yield lambda: agent.over(person, "reset", {"caller": begun["flow"]})


# --- Acts ------------------------------------------------------------------------------------------

_TOLD = ("admin-acted",)


def _signed_in(world: World, person: Any, made: Answer) -> Answer:
    """Somebody signs in with the temporary password that was made."""
    return world.sign_in(person.user_id, made.body["temporary_password"])


@scenario(contract.ADMIN_RESET, events=("admin-reset",), messages=("admin-reset",) * 2 + _TOLD)
def set_a_temporary_password(world: World, clock: Any) -> Steps:
    agent, person = _proved(world), world.person()
    yield lambda: agent.over(person, "reset")
    yield lambda: _signed_in(world, person, agent.over(person, "reset"))


@scenario(contract.ADMIN_RESET, events=("admin-reset",), messages=("admin-reset",) * 2 + _TOLD)
def set_a_temporary_password_for_a_caller(world: World, clock: Any) -> Steps:
    agent, person = _proved(world, "helpdesk"), world.person()
    caller = agent.caller(person)
    yield lambda: agent.over(person, "reset", {"caller": caller})
    yield lambda: _signed_in(world, person, agent.over(person, "reset", {"caller": agent.caller(person, "sms")}))


@scenario(
    contract.ADMIN_RESET, events=("admin-reset",), messages=("admin-reset",) * 2 + _TOLD + ("temporary-password",)
)  # fmt: skip
def send_a_temporary_password(world: World, clock: Any) -> Steps:
    agent, person = _proved(world), world.person()
    yield lambda: agent.over(person, "reset", {"to": "email"})
    yield lambda: agent.over(person, "reset", {"to": "email"})


@scenario(contract.SIGN_IN, events=("temporary-password-used",))
def sign_in_with_a_temporary_password(world: World, clock: Any) -> Steps:
    agent, person = _proved(world), world.person()
    made = agent.over(person, "reset")
    yield lambda: _signed_in(world, person, made)
    yield lambda: _signed_in(world, person, agent.over(person, "reset"))


def _act(operation: contract.Operation, act: str, event: str, verb: str = "POST", **changes: Any) -> None:
    """The scenario of an act that takes nothing but its address."""

    def told(world: World, clock: Any) -> Steps:
        agent, person = _proved(world), Person(world)
        person.register("recovery-code")
        world.change(world.account(person.account.user_id), **changes)
        yield lambda: agent.over(person.account, act, method=verb)
        yield lambda: agent.over(person.account, act, method=verb)

    told.__name__ = event.replace("-", "_")
    scenario(operation, events=(event,), messages=(event,) * 2 + _TOLD)(told)


_act(contract.ADMIN_UNLOCK, "unlock", "admin-unlocked")
_act(contract.ADMIN_LIFT, "lift", "admin-lifted")
_act(contract.ADMIN_ENABLE, "enable", "admin-enabled", enabled=False)
_act(contract.ADMIN_DISABLE, "disable", "admin-disabled")
_act(contract.ADMIN_CODE, "registration-code", "registration-code-given")
_act(contract.ADMIN_CLEAR, "methods", "admin-methods-cleared", "DELETE")
_act(contract.ADMIN_REQUIRE, "require-registration", "admin-registration-required")
_act(contract.ADMIN_WAIVE, "require-registration", "admin-registration-waived", "DELETE")


@scenario(contract.ADMIN_AGREE, events=("admin-method-agreed",), messages=("admin-method-agreed",) * 2 + _TOLD)
def agree_to_a_second_factor(world: World, clock: Any) -> Steps:
    agent, person = _proved(world), Agent(world, role="helpdesk", other_mails=())
    person.change_info(agreed=())
    yield lambda: agent.over(person.account, "methods/authenticator/agree")
    yield lambda: person.do("/prove/start")


@scenario(contract.ADMIN_ENABLE, events=("admin-enabled",), messages=("admin-enabled",) * 2 + _TOLD)
def turn_on_after_a_repudiation(world: World, clock: Any) -> Steps:
    agent, person = _proved(world), world.person()
    secure(world, changed(world, person))
    yield lambda: agent.over(person, "enable", {"keep": ["entered"]})
    yield lambda: agent.over(person, "reset")


# --- The desk --------------------------------------------------------------------------------------


@scenario(contract.SEARCH_PEOPLE, events=("admin-searched",))
def search_for_somebody(world: World, clock: Any) -> Steps:
    agent, person = Agent(world, role="auditor"), world.person()
    yield lambda: agent.do("/people/search", {"q": person.user_id})
    yield lambda: agent.do("/people/search", {"q": person.user_id})


@scenario(contract.REQUESTS, events=("admin-read-requests",))
def read_requests(world: World, clock: Any) -> Steps:
    agent = Agent(world, role="auditor")
    _asked(world)
    yield lambda: agent.get("/requests")
    yield lambda: agent.get("/requests")


def _asked(world: World) -> str:
    """Somebody has asked for help; the id of their request."""
    person = world.person()
    body = {"user_id": person.user_id, "proof": world.proof(), "reply_to": f"p{world.number}@home.example"}
    assert world.post("/api/contact/administrator", body).status == 202
    return world.subject(person.user_id)


@scenario(contract.CHANGE_REQUEST, events=("request-taken",))
def take_a_request(world: World, clock: Any) -> Steps:
    agent, request = Agent(world, role="helpdesk"), _asked(world)
    yield lambda: agent.do(f"/requests/{request}", {"state": "taken"})
    yield lambda: agent.do(f"/requests/{request}", {"state": "done"})


@scenario(contract.CHANGE_REQUESTS, events=("request-done",))
def close_requests(world: World, clock: Any) -> Steps:
    agent, request = Agent(world, role="helpdesk"), _asked(world)
    yield lambda: agent.do("/requests", {"ids": [request], "state": "done"})
    yield lambda: agent.do("/requests", {"ids": [request], "state": "new"})


@scenario(contract.BEGIN_INVITATION, events=("invitation-started",))
def begin_an_invitation(world: World, clock: Any) -> Steps:
    agent, (group, _) = _proved(world), invited_group(world, 1)
    body = {"group": group, "deadline": in_days(world, 10)}
    yield lambda: agent.do("/invitations", body)
    yield lambda: agent.do("/invitations", body)


@scenario(contract.INVITATION)
def look_at_an_invitation(world: World, clock: Any) -> Steps:
    agent = Agent(world, role="auditor")
    invitation = invite(world, group=invited_group(world, 1)[0])
    yield lambda: agent.get(f"/invitations/{invitation}")
    yield lambda: agent.get(f"/invitations/{invitation}")


@scenario(contract.MOVE_INVITATION, events=("invitation-stopped",))
def stop_an_invitation(world: World, clock: Any) -> Steps:
    agent = _proved(world)
    invitation = invite(world, group=invited_group(world, 1)[0])
    yield lambda: agent.do(f"/invitations/{invitation}", {"state": "stopped"})
    yield lambda: agent.do(f"/invitations/{invitation}", {"state": "stopped"})


# --- What happened ---------------------------------------------------------------------------------


def _reads(operation: contract.Operation, name: str, path: str, events: tuple[str, ...] = (), **query: str) -> None:
    """The scenario of looking at what happened."""

    def told(world: World, clock: Any) -> Steps:
        agent = Agent(world, role="auditor").proved()
        reference = world.start(world.person().user_id).body["reference"]
        yield lambda: agent.get(path.format(reference=reference), **query)
        yield lambda: agent.get(path.format(reference=reference), **query)

    told.__name__ = name
    scenario(operation, events=events)(told)


_reads(contract.ADMIN_TRAIL, "read_a_story", "/references/{reference}", ("admin-read-story",))
_reads(contract.ADMIN_EVENTS, "read_events", "/events", ("admin-read-events",))
_reads(
    contract.ADMIN_EVENTS, "export_events_of_one_reference", "/events", ("admin-exported",), format="csv",
    reference="R-0000-0000",
)  # fmt: skip
_reads(contract.ADMIN_REPORT, "read_the_report", "/report")
_reads(contract.INVITATIONS, "read_invitations", "/invitations")
_reads(contract.SETTINGS, "read_the_settings", "/settings")
