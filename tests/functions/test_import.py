"""People into the table: new ones, changed ones, and a password that is there stays."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from regain.adapters import password_hash
from regain.domain.account import Account
from regain.people import importing


def load(world, *persons):
    return importing.load(persons, world.services.accounts, world.services.now)


def test_an_imported_person_signs_in(world):
    account = Account(f"imported{world.number}@contoso.example", other_mails=("a@home.example",))
    assert load(world, importing.Person(account, "maple-Cedar-93-window")) == importing.Loaded(added=1)
    assert world.sign_in(account.user_id).status == 200
    assert "maple" not in world.account(account.user_id).password


def test_an_import_updates_what_is_there_and_keeps_a_password_that_was_reset(world):
    person = world.person()
    changed = replace(person, display_name="Another Name", password="", version=0)
    load(world, importing.Person(changed, "from-the-file-Again-1"))
    there = world.account(person.user_id)
    assert there.display_name == "Another Name"
    assert there.password == person.password
    assert password_hash.verify(there.password, world.password, world.services.keys)


def test_an_import_wakes_no_session_that_is_dead(world):
    person = world.person()
    session = world.sign_in(person.user_id).session
    world.finish(world.proved(person.user_id).body["flow"])
    load(world, importing.Person(replace(person, password="", generation=0, version=0)))
    assert world.request("GET", "/api/account", session=session).code == "sign-in-needed"


def test_what_the_file_has_no_column_for_stays_as_it_is(world, tmp_path):
    person = world.person(role="helpdesk", groups=("staff", "desk"))
    file = tmp_path / "people.csv"
    file.write_text(f"userPrincipalName,displayName\n{person.user_id},New Name\n")
    assert load(world, *importing.read(file, world.services.organisation)) == importing.Loaded(changed=1)
    there = world.account(person.user_id)
    assert (there.display_name, there.role, there.groups) == ("New Name", "helpdesk", ("staff", "desk"))
    assert there.mobile_phone == person.mobile_phone
    assert there.security_info_at == person.security_info_at


def test_an_import_that_was_stopped_goes_on_where_it_was(world):
    """The second run writes only what the first did not."""
    names = [f"many{world.number}x{number}@contoso.example" for number in range(250)]
    persons = [importing.Person(Account(name, other_mails=("a@home.example",))) for name in names]
    assert load(world, *persons[:120]) == importing.Loaded(added=120)
    told = []
    again = importing.load(persons, world.services.accounts, world.services.now, told.append)
    assert again == importing.Loaded(added=130, same=120)
    assert sum(told) == 250
    assert importing.load(persons, world.services.accounts, world.services.now) == importing.Loaded(same=250)


def test_a_dry_run_writes_nothing(world):
    name = f"dry{world.number}@contoso.example"
    person = importing.Person(Account(name), "maple-Cedar-93-window")
    assert importing.load([person], world.services.accounts, world.services.now, dry_run=True) == importing.Loaded(
        added=1
    )
    assert world.account(name) is None


def test_two_imports_at_once_lose_nothing(world):
    names = [f"both{world.number}x{number}@contoso.example" for number in range(120)]
    persons = [importing.Person(Account(name, other_mails=("a@home.example",))) for name in names]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: load(world, *persons), range(2)))
    assert sum(one.added for one in both) == 120
    assert all(world.account(name) for name in names)
