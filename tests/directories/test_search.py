"""A desk's search in a directory: one bounded search for the beginnings of names and user IDs (issue 19)."""

import pytest

from regain.directories.base import MOST_FOUND
from regain.directories.ldap import sample
from regain.directories.ldap.connection import MOST, Connection

pytestmark = [pytest.mark.timeout(600), pytest.mark.needs("LDAP")]  # the first one provisions a domain


def found(world, *words):
    return sorted(each.user_id for each in world.directory.search(words, "contoso.example"))


def test_people_are_found_by_the_beginning_of_each_of_their_names_and_of_their_user_id(world):
    world.person(name="quentin.zlaty", givenName="Quëntin", sn="Zlatý", displayName="Quëntin Zlatý")
    world.person(name="quentin.other", givenName="Quëntin", sn="Othér", displayName="Quëntin Othér")
    both = ["quentin.other@contoso.example", "quentin.zlaty@contoso.example"]
    assert found(world, "quë") == found(world, "QUENTIN.") == both
    assert found(world, "zlatý", "quë") == found(world, "quentin.zlaty@contoso") == both[1:]
    assert found(world, "uentin") == found(world, "zlatý", "oth") == []


@pytest.mark.parametrize("typed", ["*", "**", ")(|(objectClass=*", "\\2a", "a\0b", "(", "&", "!", "a" * 5_000])
def test_what_means_something_in_a_filter_is_looked_for_as_it_stands(world, typed):
    world.person()
    assert found(world, typed) == []


def test_an_address_that_is_no_user_id_finds_nobody(active_directory):
    """Each try would tell one more letter of it (X16)."""
    active_directory.person(name="reachable", otherMailbox="secret-box@home.example", mobile="+447700900123")
    assert found(active_directory, "secret-box") == found(active_directory, "+4477") == []


def test_a_search_is_bounded_in_size_and_time_and_is_one(world, monkeypatch):
    for number in range(MOST_FOUND + 5):
        world.person(name=f"crowd{number}")
    asked, search = [], Connection.search
    monkeypatch.setattr(Connection, "search", lambda *told: asked.append(told) or search(*told))
    assert len(found(world, "crowd")) == MOST_FOUND == 20
    assert [told[-1] for told in asked] == [MOST_FOUND]


def test_whoever_has_no_user_id_of_the_domain_has_none(world):
    world.person(name="strange", sn="strange", mail="strange@contoso.example")
    view = world.connect(user_id=("mail",))
    assert [each.user_id for each in view.search(["strange"], "contoso.example")] == ["strange@contoso.example"]
    assert [each.user_id for each in view.search(["strange"], "elsewhere.example")] == [""]


def test_no_call_ever_enumerates(world, monkeypatch):
    """However many people there are: each search is for at most so many entries, and a look-up is one of them."""
    person, other = world.person(), world.person()
    world.directory.find(person.user_id)  # connects
    bounds, search = [], Connection.search
    monkeypatch.setattr(Connection, "search", lambda *told: bounds.append((*told[5:], MOST)[0]) or search(*told))
    world.directory.find(person.user_id)
    assert bounds == [MOST]
    directory = world.directory
    directory.requirements(person, change=True)
    directory.reset(person, "the Second password 2")
    directory.verify(person, person.user_id, "the Second password 2")
    directory.unlock(other)
    assert set(bounds) == {MOST}
    assert list(directory.check()) and max(bounds) == sample.MOST == 500
