"""What administrators do to somebody whose password lives in a directory, and “this was not me” there."""

import pytest

from cli import accounts
from regain.directories.base import Unanswered
from regain.domain.account import Account
from regain.domain.policy import OFFERS
from tests.functions.agent import Agent
from tests.functions.directory_stand_in import StandIn, people
from tests.functions.openid_stand_in import signing_in
from tests.functions.person import Person
from tests.functions.test_repudiation import NEW, changed, secure

FIRST = "the First password 1"


@pytest.fixture
def domain(world):
    with people(world, StandIn()) as found:
        yield found


@pytest.fixture
def agent(domain):
    return Agent(domain.world).proved()


def test_a_temporary_password_is_set_there_and_promises_no_end(domain, agent):
    person = domain.directory.add(locked=True)
    shown = agent.look(person).body
    assert (shown["user_id"], shown["name"], shown["enabled"]) == (person.user_id, "", True)
    made = agent.over(person, "reset")
    assert made.status == 200 and "until" not in made.body
    assert domain.directory.password(person) == made.body["temporary_password"]
    there = domain.directory.find(person.user_id)
    assert there.must_change and not there.locked
    assert {"directory-asked", "admin-reset"} <= set(domain.kinds(person))
    assert ("admin-reset", person.other_mails[0]) in domain.notices(person)
    done = domain.world.sign_in(person.user_id, made.body["temporary_password"])
    assert done.body["must_change_password"] is True
    here = Person.signed_in(domain.world, domain.card(person), done.session)
    change = {"current_password": made.body["temporary_password"], "new_password": NEW}
    assert here.post("password", **change).code == "prove-it-is-you"
    here.step_up()
    assert here.post("password", **change).status == 200


def test_a_temporary_password_may_be_sent_and_the_caller_is_verified_first(domain):
    helpdesk = Agent(domain.world, role="helpdesk").proved()
    person = domain.directory.add()
    assert helpdesk.over(person, "reset").code == "caller-not-proved"
    made = helpdesk.over(person, "reset", {"caller": helpdesk.caller(person), "to": "email"})
    assert made.status == 200 and set(made.body) == {"done", "sent_to"}
    assert ("temporary-password", person.other_mails[0]) in domain.notices(person)


def test_a_callers_proof_ends_with_the_address_in_the_directory_x12(domain):
    helpdesk, person = Agent(domain.world, role="helpdesk").proved(), domain.directory.add()
    flow = helpdesk.caller(person)
    domain.directory.update(person, other_mails=("new@home.example",))
    assert helpdesk.over(person, "reset", {"caller": flow}).code == "caller-not-proved"
    assert helpdesk.over(person, "reset", {"caller": helpdesk.caller(person)}).status == 200


@pytest.mark.parametrize("fault", ["lost", "late"])
def test_after_a_lost_answer_the_temporary_password_that_is_shown_is_the_one_that_works(
    domain, agent, fault, time_machine
):
    person = domain.directory.add()
    domain.directory.faults.append(fault)
    lost = agent.over(person, "reset")
    assert (lost.status, lost.code) == (503, "outcome-unknown")
    assert agent.over(person, "reset").code == "being-set"
    time_machine.move_to(domain.world.services.now + 13)
    made = agent.over(person, "reset")
    domain.directory.find(person.user_id)
    assert domain.directory.password(person) == made.body["temporary_password"]


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"protected": True}, "not-enabled-for-password-reset"),
        ({"managed_elsewhere": True}, "contact-your-administrator"),
        ({"enabled": False}, "account-turned-off"),
    ],
)
def test_whoever_the_directory_protects_is_left_alone(domain, agent, facts, code):
    person = domain.directory.add(**facts)
    for act in ("reset", "unlock"):
        assert agent.over(person, act).code == code
    assert domain.directory.passwords[person.key] == [FIRST]


def test_an_unlock_is_made_there_and_gives_the_budget_back(domain, agent):
    person = domain.directory.add()
    for number in range(5):
        domain.world.sign_in(person.user_id, f"wrong {number}", address=f"198.51.{number}.7")
    assert domain.world.sign_in(person.user_id, FIRST).status == 401
    domain.directory.update(person, locked=True)
    assert agent.over(person, "unlock").status == 200
    assert not domain.directory.find(person.user_id).locked
    assert domain.world.sign_in(person.user_id, FIRST).status == 200


def test_somebody_is_found_by_their_user_id_and_by_their_id_while_they_are_there(domain, agent):
    person = domain.directory.add()
    assert agent.get(f"/accounts/{domain.account_id(person)}").code == "no-such-account", "there is no card yet"
    domain.world.sign_in(person.user_id, FIRST)
    assert agent.get(f"/accounts/{domain.account_id(person)}").body["user_id"] == person.user_id
    assert [each["kind"] for each in agent.get("/events", account=person.user_id).body["events"]]
    del domain.directory.people[person.user_id]
    assert agent.look(person).code == "no-such-account"


@pytest.mark.parametrize("purpose", ["reset", "unlock"])
def test_this_was_not_me_leaves_a_password_that_nobody_knows_until_an_administrator_helps(domain, agent, purpose):
    person = domain.directory.add()
    token = changed(domain.world, person, purpose)
    before = domain.directory.passwords[person.key][:]
    domain.directory.down = Unanswered(known=True)
    assert secure(domain.world, token).code == "directory-did-not-answer"
    domain.directory.down = None
    assert secure(domain.world, token).status == 200
    assert len(domain.directory.passwords[person.key]) == len(before) + 2, "the one of before would work for an hour"
    assert domain.directory.find(person.user_id).must_change, "a temporary one: no minimum age holds against it"
    assert domain.card(person).enabled is False
    assert domain.world.sign_in(person.user_id, before[-1]).code == "wrong-user-id-or-password"
    assert secure(domain.world, token).code == "link-ended"
    flow = domain.world.start(person.user_id).body
    assert domain.world.send(flow["flow"]).status == 202
    assert {m["channel"] for m in domain.world.outbox(flow["reference"])} == {"none"}, "no method is good any more"
    made = agent.over(person, "enable", {"keep": ["email"]})
    assert domain.world.sign_in(person.user_id, made.body["temporary_password"]).status == 200


def test_whom_the_directory_protects_is_locked_here_all_the_same(domain):
    person = domain.directory.add()
    token = changed(domain.world, person)
    domain.directory.update(person, protected=True)
    assert secure(domain.world, token).status == 200
    assert domain.card(person).enabled is False


def test_nobody_acts_on_themself_by_another_name_that_the_directory_knows_b12(domain, agent):
    me = domain.directory.add()
    assert agent.over(me, "lift").status == 200
    domain.directory.people[agent.account.user_id] = me
    services = domain.world.services
    card = services.accounts.get(domain.account_id(me)) or Account(me.user_id, id=domain.account_id(me))
    services.store.commit([services.accounts.role_write(card, "administrator", services.now)])
    own = Agent.signed_in(domain.world, domain.card(me), domain.world.sign_in(me.user_id, FIRST).session)
    own.step_up()
    domain.directory.people[f"alias-of-{me.user_id}"] = me
    for name in (me.user_id, f"alias-of-{me.user_id}", domain.account_id(me)):
        assert own.do(f"/accounts/{name}/registration-code").code == "not-over-this-account", name


def test_somebody_in_a_directory_may_be_given_a_role_before_their_first_sign_in(domain):
    person, services = domain.directory.add(), domain.world.services
    card, told = accounts.find(person.user_id, services)
    assert (card.version, told.other_mails) == (0, person.other_mails)
    services.store.commit([services.accounts.role_write(card, "helpdesk", services.now)])
    session = domain.world.sign_in(person.user_id, FIRST).session
    agent = domain.world.request("GET", "/api/admin", session=session)
    assert (agent.body["role"], agent.body["user_id"]) == ("helpdesk", person.user_id)
    assert accounts.find_id(person.user_id, services) == domain.account_id(person)
    services.store.commit([services.accounts.role_write(domain.card(person), "", services.now)])
    assert domain.world.request("GET", "/api/admin", session=session).code == "sign-in-needed"


OF_THE_DIRECTORY = {"reset", "unlock", "require-registration", "registration-code"}
POSSIBLE = {
    "active-directory": OF_THE_DIRECTORY,
    "openldap": OF_THE_DIRECTORY,
    "cognito": OF_THE_DIRECTORY - {"unlock"},
    "entra": {"reset"},
    "aws-managed": set(),
}


@pytest.mark.parametrize("kind", POSSIBLE)
def test_the_desk_offers_what_the_directory_can_do_and_the_service_refuses_the_rest(world, kind):
    """A temporary password, an unlock, security info at a sign-in: each where it would come to something."""
    with people(world, StandIn(offers=OFFERS[kind]), kind=kind) as domain:
        agent, person = Agent(world).proved(), domain.directory.add()
        assert OF_THE_DIRECTORY & set(agent.look(person).body["acts"]) == POSSIBLE[kind]
        for act in OF_THE_DIRECTORY - POSSIBLE[kind]:
            told = agent.over(person, act)
            assert (told.status, told.code) == (403, "not-possible-in-this-directory"), act
        assert set(domain.directory.calls) <= {"find"}


@pytest.mark.parametrize(
    ("facts", "rule"),
    [
        ({"managed_elsewhere": True}, "directory"),
        ({"protected": True}, "directory"),
        ({"enabled": False}, "accountEnabled"),
        ({"expired": True}, "accountEnabled"),
    ],
)
def test_the_desk_says_why_the_directory_keeps_a_person_and_offers_nothing_that_it_would_refuse(
    domain, agent, facts, rule
):
    shown = agent.look(domain.directory.add(**facts)).body
    assert not shown["capable"] and rule in [each["rule"] for each in shown["reasons"]]
    assert not {"reset", "unlock", "enable"} & set(shown["acts"]) and "lift" in shown["acts"]


def test_where_no_temporary_password_exists_somebody_who_said_not_me_is_enabled_without_one(world):
    with people(world, StandIn(offers=OFFERS["aws-managed"]), kind="aws-managed") as domain:
        person = domain.directory.add()
        assert secure(world, changed(world, person)).status == 200
        passwords = len(domain.directory.passwords[person.key])
        made = Agent(world).proved().over(person, "enable", {"keep": ["entered"]})
        assert (made.status, made.body) == (200, {"done": True})
        assert domain.card(person).enabled and len(domain.directory.passwords[person.key]) == passwords
        done = world.finish(world.proved(person.user_id).body["flow"], "green-Window-84-moss")
        assert done.status == 200, "the method that was kept proves who they are"


@pytest.mark.parametrize(("kind", "changes"), [("cognito", True), ("entra", False), ("aws-managed", False)])
def test_the_account_page_changes_a_password_where_the_directory_does(use, monkeypatch, kind, changes):
    """Whoever signs in with the organisation's provider gets as far as this page in every kind of directory."""
    visit, world = signing_in(use, monkeypatch)
    with people(world, StandIn(offers=OFFERS[kind]), kind=kind) as domain:
        person = domain.directory.add()
        session = visit.sign_in(person.user_id).session
        assert world.request("GET", "/api/account", session=session).body["changes_password"] is changes
        here = Person.signed_in(world, domain.card(person), session)
        told = here.post("password", current_password=FIRST, new_password=NEW)
        assert (told.code == "not-possible-in-this-directory") is not changes
        assert changes or "change" not in domain.directory.calls
