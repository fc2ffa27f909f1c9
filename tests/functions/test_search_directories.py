"""The desk's search finds people of Active Directory and OpenLDAP of whom nothing is known here yet (issue 19, B12, B13)."""

import pytest

from regain.directories.base import MOST_FOUND, NotAllowed, Unanswered
from regain.domain.ldap import Ldap
from regain.domain.policy import Domain
from tests.functions.agent import Agent
from tests.functions.directory_stand_in import DOMAIN, StandIn, people
from tests.functions.test_search import index, names, search

FIRST = "the First password 1"


@pytest.fixture
def searchable(world, monkeypatch):
    """The people of a directory that can be searched."""
    monkeypatch.setitem(world.services.organisation.domains, DOMAIN, Domain("ldap", ldap=Ldap("openldap")))
    with people(world, StandIn()) as found:
        yield found


def added(domain, word, **facts):
    return domain.directory.add(FIRST, display_name=f"{word.title()} Silva", surname="Silva", given_name=word, **facts)


def test_somebody_of_whom_nothing_is_known_here_is_found_opened_and_helped(searchable):
    agent, person = Agent(searchable.world).proved(), added(searchable, "Quitéria")
    found = search(agent, "quitéria sil").body
    assert [each["id"] for each in found["people"]] == [person.user_id], "there is no id to open it by yet"
    searchable.directory.update(added(searchable, "Quitéria"), key="")
    assert names(search(agent, "quitéria sil")) == [person.user_id], "nor is anybody found who has no key there"
    assert found["directories"] == {DOMAIN: "all"}
    assert not any(place in repr(found) for place in person.other_mails)
    assert agent.get(f"/accounts/{person.user_id}").body["id"] == person.user_id
    assert agent.do(f"/accounts/{person.user_id}/unlock", {}).status == 200
    searchable.world.sign_in(person.user_id, FIRST)
    (known,) = search(agent, "quitéria").body["people"]
    assert known["id"] == agent.get(f"/accounts/{person.user_id}").body["id"] == searchable.account_id(person)
    assert agent.get(f"/accounts/{known['id']}").body["user_id"] == person.user_id


def test_whoever_is_bound_to_groups_finds_nobody_outside_of_them_b13(use, monkeypatch):
    world = use(administration={"scope": "same-groups"})
    monkeypatch.setitem(world.services.organisation.domains, DOMAIN, Domain("ldap", ldap=Ldap("openldap")))
    with people(world, StandIn()) as domain:
        inside, outside = added(domain, "Quillon", groups=("lab",)), added(domain, "Quillon", groups=("staff",))
        helpdesk = Agent(world, role="helpdesk", groups=("lab",))
        assert names(search(helpdesk, "quillon")) == [inside.user_id]
        assert sorted(names(search(Agent(world), "quillon"))) == sorted([inside.user_id, outside.user_id])
        assert names(search(Agent(world), "quillon", group="staff")) == [outside.user_id]


def test_a_search_asks_once_is_counted_and_its_event_names_the_domain_and_nothing_typed(use, monkeypatch):
    world = use(limits={"admin_lookups_per_hour": 2})
    monkeypatch.setitem(world.services.organisation.domains, DOMAIN, Domain("ldap", ldap=Ldap("openldap")))
    with people(world, StandIn()) as domain:
        agent = Agent(world)
        for number in range(MOST_FOUND + 3):
            added(domain, f"Quorum{number}")
        found = search(agent, "quorum")
        assert (len(names(found)), found.body["directories"]) == (MOST_FOUND, {DOMAIN: "more"})
        assert names(search(agent, "q")) == [], "one letter would find anybody"
        assert domain.directory.calls == ["search"]
        noted = [each["what"] for each in world.events(agent.account.user_id) if each["kind"] == "admin-searched"]
        assert noted == [f"{MOST_FOUND}, directory {DOMAIN}", "0"]
        assert search(agent, "quorum").code == "too-many-requests"
        nobody = world.sign_in(world.person().user_id).session
        assert world.post("/api/admin/people/search", {"q": "quorum"}, session=nobody).code == "not-for-your-role"
        assert domain.directory.calls == ["search"]


@pytest.mark.parametrize("outcome", [Unanswered(known=True), NotAllowed("base")])
def test_a_directory_that_does_not_answer_is_named_and_keeps_nobody_else_from_being_found(searchable, outcome):
    world = searchable.world
    word = f"zzd{world.number}x"
    person = world.person(display_name=word)
    index(person)
    searchable.directory.down = outcome
    found = search(Agent(world), word)
    assert (names(found), found.body["directories"]) == ([person.user_id], {DOMAIN: "unanswered"})


def test_other_directories_are_not_searched_and_lists_ask_none(world):
    with people(world, StandIn()) as domain:
        added(domain, "Quasimodo")
        assert names(search(Agent(world), "quasimodo")) == []
        assert "search" not in domain.directory.calls
