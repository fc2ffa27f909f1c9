"""Import into the table: new people, changed people; a stored password stays."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from cli.accounts import security_infos
from regain.adapters import password_hash
from regain.domain import events
from regain.domain.account import Account
from regain.people import first_passwords, importing
from regain.people.rows import FIELDS


def load(world, *persons, progress=lambda _: None, **options):
    return importing.load(
        persons, world.services.accounts, importing.ImportOptions(world.services.now, **options), progress
    )


def read(world, tmp_path, text):
    file = tmp_path / "people.csv"
    file.write_text(text)
    return importing.read(file, world.services.organisation)


def test_an_imported_person_signs_in(world):
    account = Account(f"imported{world.number}@contoso.example", other_mails=("a@home.example",))
    assert load(world, importing.Person(account, "maple-Cedar-93-window")) == importing.ImportResult(added=1)
    assert "maple" not in world.account(account.user_id).password
    assert world.account(account.user_id).password.startswith("$argon2id$"), (
        "an import has no right to the pepper (X22)"
    )
    assert world.sign_in(account.user_id).status == 200
    assert world.account(account.user_id).password.startswith("pepper=1$argon2id$")
    assert world.sign_in(account.user_id).status == 200


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
    assert load(world, *importing.read(file, world.services.organisation)) == importing.ImportResult(changed=1)
    there = world.account(person.user_id)
    assert (there.display_name, there.role, there.groups) == ("New Name", "helpdesk", ("staff", "desk"))
    assert there.mobile_phone == person.mobile_phone
    assert there.security_info_at == person.security_info_at


def test_an_import_that_was_stopped_goes_on_where_it_was(world):
    """The second run writes only what the first did not."""
    names = [f"many{world.number}x{number}@contoso.example" for number in range(250)]
    persons = [importing.Person(Account(name, other_mails=("a@home.example",))) for name in names]
    assert load(world, *persons[:120]) == importing.ImportResult(added=120)
    progress = []
    again = load(world, *persons, progress=progress.append)
    assert again == importing.ImportResult(added=130, same=120)
    assert sum(progress) == 250
    assert load(world, *persons) == importing.ImportResult(same=250)


def test_a_dry_run_writes_nothing(world):
    name = f"dry{world.number}@contoso.example"
    person = importing.Person(Account(name), "maple-Cedar-93-window")
    assert load(world, person, dry_run=True) == importing.ImportResult(added=1)
    assert world.account(name) is None


def test_two_imports_at_once_lose_nothing(world):
    names = [f"both{world.number}x{number}@contoso.example" for number in range(120)]
    persons = [importing.Person(Account(name, other_mails=("a@home.example",))) for name in names]
    with ThreadPoolExecutor(2) as pool:
        both = list(pool.map(lambda _: load(world, *persons), range(2)))
    assert sum(one.added for one in both) == 120
    assert all(world.account(name) for name in names)


PEOPLE = "userPrincipalName,displayName,accountEnabled,role,preferredLanguage,mobilePhone,otherMails\n"


def row(person, **changes):
    """The person's row in the nightly file, which is as it has always been but for `changes`."""
    cells = {
        "name": person.display_name,
        "enabled": "True",
        "role": "",
        "language": "",
        "mobile": "",
        "mails": "",
    } | changes
    return PEOPLE + ",".join((person.user_id, *cells.values())) + "\n"


def test_the_same_file_as_ever_does_not_lift_the_lock_of_this_was_not_me_p9(world, tmp_path):
    """Only an administrator turns the account on again; and from then on the file may turn it off."""
    person = world.person()
    store, accounts = world.services.store, world.services.accounts
    store.commit([accounts.lock_write(person)])
    people = read(world, tmp_path, row(person))
    loaded = load(world, *people)
    assert loaded == importing.ImportResult(same=1)
    assert loaded.changes.kept == [(person.user_id, "enabled")]
    assert world.sign_in(person.user_id).code == "wrong-user-id-or-password"
    store.commit([accounts.enable_write(world.account(person.user_id))])
    assert load(world, *people) == importing.ImportResult(same=1)
    assert load(world, *read(world, tmp_path, row(person, enabled="False"))).changes.disabled == [person.user_id]
    assert load(world, *people).changes.enabled == [person.user_id]


def test_a_role_that_was_granted_or_taken_here_stays_against_the_file_p9(world, tmp_path):
    granted, taken = world.person(), world.person(role="administrator")
    store, accounts = world.services.store, world.services.accounts
    store.commit([accounts.role_write(granted, "helpdesk", 1), accounts.role_write(taken, "", 1)])
    people = [
        *read(world, tmp_path, row(granted, role="none")),
        *read(world, tmp_path, row(taken, role="administrator")),
    ]
    assert load(world, *people).changes.kept == [(granted.user_id, "role"), (taken.user_id, "role")]
    assert [world.account(each.user_id).role for each in (granted, taken)] == ["helpdesk", ""]


def test_a_language_that_somebody_chose_stays_against_the_file_p9(world, tmp_path):
    person = world.person()
    world.services.store.commit([world.services.accounts.language_write(person, "de")])
    load(world, *read(world, tmp_path, row(person, language="en")))
    assert world.account(person.user_id).language == "de"


def test_a_file_overrules_what_was_decided_here_only_where_that_is_asked_for_p9(world, tmp_path):
    person = world.person()
    world.services.store.commit([world.services.accounts.lock_write(person)])
    loaded = load(world, *read(world, tmp_path, row(person)), overwrite_local_changes=True)
    assert loaded.changes.enabled == [person.user_id]
    assert world.account(person.user_id).local_changes == ()
    assert world.sign_in(person.user_id).code == "wrong-user-id-or-password"  # repudiated for good (B29)


def test_a_blank_cell_overwrites_nothing_and_turns_nobody_on_p2(world, tmp_path):
    person = world.person(enabled=False, role="helpdesk", language="de")
    assert load(world, *read(world, tmp_path, row(person, enabled=""))) == importing.ImportResult(same=1)
    there = world.account(person.user_id)
    assert (there.enabled, there.role, there.language) == (False, "helpdesk", "de")
    assert (there.mobile_phone, there.other_mails) == (person.mobile_phone, person.other_mails)


def test_who_is_new_and_of_whom_the_file_does_not_say_is_added_turned_off_and_named_p2(world, tmp_path):
    name = f"blank{world.number}@contoso.example"
    loaded = load(world, *read(world, tmp_path, f"userPrincipalName,AccountEnabled\n{name},\n"))
    assert loaded.changes.unknown == [name]
    assert world.account(name).enabled is False


def test_the_changes_are_counted_by_field_and_named_p9(world, tmp_path):
    person = world.person(mobile_phone="", office_phone="")
    loaded = load(
        world, *read(world, tmp_path, row(person, name="Another Person", enabled="False", mails="none")), dry_run=True
    )
    changes = loaded.changes
    assert changes.fields == {"display_name": 1, "enabled": 1, "other_mails": 1}
    assert changes.disabled == changes.replaced == [person.user_id]
    assert changes.renamed == [(person.user_id, "Maria Silva → Another Person")]
    assert world.account(person.user_id) == person


def test_who_loses_a_way_to_get_back_in_is_named_and_who_still_can_is_counted_p9(world, tmp_path):
    organisation, services = world.services.organisation, world.services
    eligibility = importing.EligibilityCheck(organisation, lambda names: security_infos(names, services))
    losing, keeping = world.person(office_phone="", mobile_phone=""), world.person()
    people = [*read(world, tmp_path, row(losing, mails="none")), *read(world, tmp_path, row(keeping, mobile="none"))]
    changes = load(world, *people, eligibility=eligibility, dry_run=True).changes
    assert (changes.people, changes.capable) == (2, 1)
    assert [who for who, _ in changes.methods_lost] == [losing.user_id, keeping.user_id]
    assert dict(changes.methods_lost)[losing.user_id] == "email"


def test_a_first_password_is_to_be_changed_at_the_first_sign_in_p11(world):
    name = f"first{world.number}@contoso.example"
    loaded = load(world, importing.Person(Account(name, other_mails=("a@home.example",)), "a"))
    assert loaded.changes.first_passwords == 1
    assert world.sign_in(name, "a").body["must_change_password"] is True


def test_a_first_password_stays_only_if_that_is_asked_for_and_it_keeps_every_rule_p11(world):
    names = [f"first{world.number}x{number}@contoso.example" for number in range(2)]
    password_check = first_passwords.check(world.services.organisation)
    people = [
        importing.Person(Account(name), word)
        for name, word in zip(names, ("password", "maple-Cedar-93-window"), strict=True)
    ]
    changes = load(world, *people, accept_password=password_check).changes
    assert (changes.first_passwords, changes.accepted_passwords) == (1, 1)
    assert [world.account(name).must_change_password for name in names] == [True, False]


def test_blanks_around_a_first_password_are_part_of_it_p11(world, tmp_path):
    name = f"blanks{world.number}@contoso.example"
    load(world, *read(world, tmp_path, f"userPrincipalName,password\n{name}, spaced out \n"))
    assert world.sign_in(name, " spaced out ").status == 200
    assert world.sign_in(name, "spaced out").status == 401


def notified(world, person, tmp_path, **changes):
    """Imports the person's row, as the command does; the event and the messages that it writes."""
    services = world.services
    eligibility = importing.EligibilityCheck(services.organisation, lambda names: security_infos(names, services))
    options = {"eligibility": eligibility, "notifier": importing.ImportNotifier(services, "people import people.csv")}
    loaded = load(world, *read(world, tmp_path, row(person, **changes)), **options)
    return loaded, [event for event in world.events(person.user_id) if event["kind"] == "account-imported"]


def test_a_change_is_an_event_and_told_at_the_old_and_the_new_address_p9(world, tmp_path):
    person = world.person()
    loaded, (event,) = notified(
        world, person, tmp_path, enabled="False", mails="new@home.example", mobile="+447700900199"
    )
    assert (event["what"], event["by"]) == ("off,other_mails,mobile_phone", "people import people.csv")
    progress = [message for message in world.outbox(event["reference"]) if message["kind"] == "account-imported"]
    assert {message["to"] for message in progress} == {person.mail, *person.other_mails, "new@home.example"}
    assert loaded.changes.notices == len(progress) == 3
    assert str(events.describe(event).facts["details"]) != ""


def test_a_change_of_a_role_is_told_to_the_other_administrators_too_p9(world, tmp_path):
    person = world.person()
    _, (event,) = notified(world, person, tmp_path, role="helpdesk")
    (progress,) = [message for message in world.outbox(event["reference"]) if message["kind"] == "admin-acted"]
    assert (progress["channel"], progress["to"], progress["facts"]["what"]) == ("roles", "administrators", "helpdesk")


def test_what_concerns_nobody_is_neither_an_event_nor_told_p9(world, tmp_path):
    """A name in another spelling; somebody new."""
    person = world.person()
    loaded, found = notified(world, person, tmp_path, name="Maria S. Silva")
    assert (loaded.changed, loaded.changes.notices, found) == (1, 0, [])
    new = replace(person, user_id=f"new{world.number}@contoso.example")
    loaded, found = notified(world, new, tmp_path, mails="a@home.example")
    assert (loaded.added, loaded.changes.notices, found) == (1, 0, [])


def test_a_dry_run_counts_the_notices_and_writes_none_p9(world, tmp_path):
    person = world.person()
    services = world.services
    eligibility = importing.EligibilityCheck(services.organisation, lambda names: security_infos(names, services))
    notifier = importing.ImportNotifier(services, "people import people.csv")
    people = read(world, tmp_path, row(person, enabled="False"))
    assert load(world, *people, eligibility=eligibility, notifier=notifier, dry_run=True).changes.notices == 2
    assert world.events(person.user_id) == []


def test_a_hundred_changes_with_their_notices_fit_into_as_many_transactions_as_they_need_p9(world, tmp_path):
    many = [world.person() for _ in range(60)]
    services = world.services
    eligibility = importing.EligibilityCheck(services.organisation, lambda names: security_infos(names, services))
    text = PEOPLE + "".join(f"{each.user_id},,False,,,,\n" for each in many)
    people = read(world, tmp_path, text)
    loaded = load(world, *people, eligibility=eligibility, notifier=importing.ImportNotifier(services, "a file"))
    assert (loaded.changed, loaded.changes.notices) == (60, 120)
    assert not any(world.account(each.user_id).enabled for each in many)


def test_who_is_turned_off_by_a_file_has_no_session_left_when_turned_on_again(world, tmp_path):
    person = world.person()
    session = world.sign_in(person.user_id).session
    load(world, *read(world, tmp_path, row(person, enabled="False")))
    load(world, *read(world, tmp_path, row(person)))
    assert world.request("GET", "/api/account", session=session).code == "sign-in-needed"


@pytest.mark.parametrize("accepted", [True, False])
def test_a_dry_run_counts_a_first_password_as_the_import_does_p9(world, accepted):
    person = world.person(password="")
    row = importing.Person(person, "maple-Cedar-93-window", unspecified=FIELDS)
    options = {"accept_password": lambda *_: accepted}
    dry, real = load(world, row, dry_run=True, **options), load(world, row, **options)
    assert dry == real == importing.ImportResult(changed=1)
    assert dry.changes.first_passwords == real.changes.first_passwords == (not accepted)
    assert world.account(person.user_id).password.startswith("$argon2id$")
