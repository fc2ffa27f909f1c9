"""The roles of the functions that the desk meets: each may do what its function does, and nothing else (B19)."""

# ruff: noqa: F811 - fixtures are imported

from report.index import index_people
from tests.functions.agent import Agent
from tests.functions.directory_stand_in import StandIn, people
from tests.functions.person import Person
from tests.functions.test_audit import count_people
from tests.functions.test_contact import ask, support
from tests.functions.test_invitations import group as invited_group
from tests.functions.test_invitations import in_days
from tests.functions.test_permissions import differences, fresh, plays, record, template  # noqa: F401


def test_the_contact_function_may_do_what_it_does(use, record, template):
    desks = {name: {"email": f"{name}@desk.example"} for name in ("administrator", "support")}
    world = use(limits={"help_mails_per_hour": 1}, contacts=desks)
    person = world.person()
    flow = world.start(person.user_id).body["flow"]
    agent = Agent(world)
    assert ask(world, person.user_id).status == 202
    assert agent.do("/requests", {"ids": [world.subject(person.user_id)], "state": "done"}).status == 200
    fresh(record, world)
    for _ in range(2):  # the second one goes into the digest of the hour
        assert ask(world, person.user_id, flow=flow).status == 202
        assert support(world).status == 202
    assert differences(record, template, "ContactFunction") == []


def test_the_admin_function_may_do_what_it_does(world, record, template, plays):
    helpdesk, administrator, person = Agent(world, role="helpdesk"), Agent(world), world.person()
    count_people(person.id)
    called, newcomer = Person(world), Agent(world, role="helpdesk")
    called.app()
    newcomer.change_info(agreed=())
    index_people("id", [person.id])
    assert ask(world, person.user_id).status == 202
    reference = world.start(person.user_id).body["reference"]
    bare, _ = invited_group(world, 1)
    plays("AdminFunction")
    fresh(record, world)
    assert helpdesk.prove().status == administrator.prove().status == 200
    assert helpdesk.look(person).status == 200
    flow = helpdesk.caller(person)
    assert helpdesk.over(person, "reset", {"caller": flow}).status == 200
    for act in ("reset", "unlock", "lift", "enable", "require-registration"):
        assert administrator.over(person, act).status == 200
    assert administrator.over(person, "reset", {"to": "email"}).status == 200
    assert administrator.over(person, "methods", method="DELETE").status == 200
    assert administrator.over(person, "require-registration", method="DELETE").status == 200
    assert administrator.get("/events", account=person.user_id).status == administrator.get("/events").status == 200
    assert administrator.get(f"/references/{reference}").status == 200
    assert administrator.get("/report").status == 200
    assert administrator.do("/people/search", {"q": person.display_name}).body["people"]
    assert administrator.get("/requests").status == 200
    for state in ("taken", "done"):
        body = {"ids": [world.subject(person.user_id)], "state": state}
        assert administrator.do("/requests", body).body["changed"] == 1
    begun = administrator.do("/invitations", {"group": bare, "deadline": in_days(world, 9)})
    invitation = f"/invitations/{begun.body['id']}"
    assert administrator.do(invitation, {"state": "stopped"}).status == 200
    assert administrator.get(invitation).status == administrator.get("/invitations").status == 200
    assert administrator.over(person, "disable").status == 200
    assert administrator.over(person, "registration-code").status == 200
    assert administrator.over(person, "reset", {"methods_lost": True}).status == 200
    assert administrator.over(newcomer.account, "methods/authenticator/agree").status == 200
    with people(world, StandIn()) as domain:
        assert administrator.over(domain.directory.add(), "reset").status == 200
    flow = helpdesk.over(called.account, "caller/start").body["flow"]
    for kind in ("email", "sms", "authenticator"):
        if kind != "authenticator":
            assert helpdesk.over(called.account, "caller/send", {"flow": flow, "method": kind}).status == 202
        wrong = {"flow": flow, "method": kind, "code": "x0"}
        assert helpdesk.over(called.account, "caller/verify", wrong).status == 422
    assert differences(record, template, "AdminFunction") == []
