"""People into the table: new ones, changed ones, and a password that is there stays."""

from dataclasses import replace

from regain import people
from regain.adapters import password_hash
from regain.domain.account import Account


def load(world, *persons):
    return people.load(persons, world.services.accounts, world.services.now)


def test_an_imported_person_signs_in(world):
    account = Account(f"imported{world.number}@contoso.example", other_mails=("a@home.example",))
    assert load(world, people.Person(account, "maple-Cedar-93-window")) == 1
    assert world.sign_in(account.user_id).status == 200
    assert "maple" not in world.account(account.user_id).password


def test_an_import_updates_what_is_there_and_keeps_a_password_that_was_reset(world):
    person = world.person()
    changed = replace(person, display_name="Another Name", password="", version=0)
    load(world, people.Person(changed, "from-the-file-Again-1"))
    there = world.account(person.user_id)
    assert there.display_name == "Another Name"
    assert there.password == person.password
    assert password_hash.matches(there.password, world.password)


def test_an_import_wakes_no_session_that_is_dead(world):
    person = world.person()
    session = world.sign_in(person.user_id).session
    world.finish(world.proved(person.user_id).body["flow"])
    load(world, people.Person(replace(person, password="", generation=0, version=0)))
    assert world.request("GET", "/api/account", session=session).code == "sign-in-needed"
