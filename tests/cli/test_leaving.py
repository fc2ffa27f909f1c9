"""`people import --missing`, `people remove`, `people export-person` and `people erase` (B30): a person leaves."""

import json

import pytest

from regain.adapters.store import unmarshal
from report.flow import count_people
from tests.functions.directory_stand_in import StandIn, people
from tests.functions.person import Person
from tests.functions.provisioner import Provisioner


@pytest.fixture
def file(tmp_path):
    def write(*user_ids, header="userPrincipalName", name="staff.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *user_ids]) + "\n")
        return path

    return write


def only(world, monkeypatch, *accounts):
    """Nobody else is in the table, as far as the command sees: tests share it."""
    ids = {account.id for account in accounts}
    monkeypatch.setattr("cli.people.accounts", lambda services: map(services.accounts.get, ids))


def kinds(world, account):
    subject = world.services.recoveries.subject(account.id)
    return [e["kind"] for e in world.services.store.query(world.services.events.table, "subject", subject, limit=100)]


def everything(world):
    """All that is stored, as text."""
    client = world.services.store.client
    tables = client.list_tables()["TableNames"]
    items = {t: [unmarshal(each) for each in client.scan(TableName=t)["Items"]] for t in tables}
    return {table: json.dumps(found, default=str) for table, found in items.items()}


def test_whom_a_file_does_not_list_is_kept_unless_that_is_asked_for_b30(world, run, file, monkeypatch):
    stays, leaves = world.person(), world.person()
    only(world, monkeypatch, stays, leaves)
    path = file(stays.user_id)
    assert run("people", "import", path)[0] == 0
    assert world.account(leaves.user_id).enabled
    _, out, _ = run("people", "import", path, "--missing", "disable", "--dry-run")
    assert f"turned off, because the file does not list them: 1: {leaves.user_id}" in out
    assert world.account(leaves.user_id).enabled
    status, out, _ = run("people", "import", path, "--missing", "disable")
    assert (status, world.account(stays.user_id).enabled, world.account(leaves.user_id).enabled) == (0, True, False)
    assert "account-imported" in kinds(world, leaves)
    assert {m["to"] for m in world.outbox_of(leaves.user_id)} >= set(leaves.addresses)
    assert run("people", "import", file(stays.user_id, leaves.user_id, name="back.csv"))[0] == 0
    run("people", "import", file(f"{leaves.user_id},True", header="userPrincipalName,accountEnabled"))
    assert world.account(leaves.user_id).enabled, "the file turned them off, so the file may turn them on"


def test_missing_turns_off_nobody_whose_role_was_granted_here_nor_beside_refused_rows_b30(
    world, run, file, monkeypatch
):
    stays, granted, leaves = world.person(), world.person(role="administrator", local_changes=("role",)), world.person()
    only(world, monkeypatch, stays, granted, leaves)
    broken = file(stays.user_id, "not a user id", name="broken.csv")
    _, _, err = run("people", "import", broken, "--missing", "disable", "--skip-refused")
    assert "turned nobody off" in err
    assert world.account(leaves.user_id).enabled
    run("people", "import", file(stays.user_id), "--missing", "disable")
    assert world.account(granted.user_id).enabled
    assert not world.account(leaves.user_id).enabled


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_that_is_cut_off_turns_off_nobody_p9(world, run, file, monkeypatch, dry_run):
    people_on = [world.person() for _ in range(12)]
    only(world, monkeypatch, *people_on)
    words = (
        "people",
        "import",
        file(people_on[0].user_id),
        "--missing",
        "disable",
        *(["--dry-run"] if dry_run else []),
    )
    status, _, err = run(*words)
    assert (status, "11 of 12 people are not in the file" in err, "--missing-at-most" in err) == (1, True, True)
    assert all(world.account(person.user_id).enabled for person in people_on)
    status, out, _ = run(*words, "--missing-at-most", "11")
    assert (status, "turned off, because the file does not list them: 11" in out) == (0, True)
    assert [world.account(person.user_id).enabled for person in people_on] == [True, *[dry_run] * 11]


def test_missing_turns_off_nobody_of_a_directory_whom_no_file_lists(world, run, file, monkeypatch):
    stays = world.person()
    with people(world, StandIn()) as domain:
        found = domain.directory.add()
        card = world.person(user_id=found.user_id)
        only(world, monkeypatch, stays, card)
        assert run("people", "import", file(stays.user_id), "--missing", "disable")[0] == 0
        assert world.services.accounts.get(card.id).enabled


def test_a_renamed_person_is_not_missing_in_a_dry_run_b30(world, run, file, monkeypatch):
    number = f"n{world.number}"
    person = world.person(source_ids=(f"employeeId:{number}",))
    world.services.store.commit([world.services.identifiers.claim_write(f"employeeId:{number}", person.id)])
    only(world, monkeypatch, person)
    path = file(f"new.{person.user_id},{number}", header="userPrincipalName,employeeId")
    _, out, _ = run("people", "import", path, "--missing", "disable", "--dry-run")
    assert "get another user ID: 1" in out
    assert "does not list them" not in out


def test_people_whom_another_source_keeps_are_not_missing_b30(world, run, file, monkeypatch):
    """A file of one domain of two; and people whom an identity provider provisions."""
    stays, leaves = world.person(), world.person()
    lab = world.person(user_id=f"lab{world.number}@lab.contoso.example")
    made = Provisioner(world).send(
        "POST", "/Users", {"userName": f"scim{world.number}@contoso.example", "active": True}
    )
    only(world, monkeypatch, stays, leaves, lab, world.services.accounts.get(made.body["id"]))
    words = ("people", "import", file(stays.user_id), "--missing", "disable")
    status, out, err = run(*words)
    assert (status, f"does not list them: 1: {leaves.user_id}" in out) == (0, True)
    assert "left 1 people on: the file lists nobody of lab.contoso.example" in err
    assert "left 1 people on: provisioning (SCIM) keeps them" in err
    assert [world.account(each.user_id).enabled for each in (stays, leaves, lab)] == [True, False, True]
    assert f"does not list them: 1: {lab.user_id}" in run(*words, "--missing-at-most", "1")[1]
    assert not world.account(lab.user_id).enabled


def test_a_person_whose_row_is_refused_is_not_missing_b30(world, run, file, monkeypatch):
    """Ann is to get the user ID of Bob, who has left, and whose account still has it."""
    ann, bob = (world.person(user_id=f"{each}{world.number}@contoso.example") for each in ("ann", "bob"))
    only(world, monkeypatch, ann, bob)
    header = "userPrincipalName,employeeId"
    both = file(f"{ann.user_id},A{world.number}", f"{bob.user_id},B{world.number}", header=header)
    assert run("people", "import", both)[0] == 0
    path = file(f"{bob.user_id},A{world.number}", header=header, name="next.csv")
    status, out, err = run("people", "import", path, "--missing", "disable")
    assert (status, world.account(ann.user_id).enabled) == (1, True)
    assert f"the user ID is another person's: 1: {bob.user_id}" in out
    assert "turned nobody off" in err
    assert "people remove USER" in err


def test_removing_ends_everything_and_keeps_the_events_b30(world, run):
    person = Person(world)
    person.app()
    user_id, account = person.account.user_id, world.account(person.account.user_id)
    status, out, _ = run("people", "remove", user_id, "--yes")
    assert status == 0
    assert world.account(user_id) is None
    assert person.get("").status == world.sign_in(user_id).status == 401
    assert "account-removed" in kinds(world, account)
    _, listed, _ = run("events", "--account", account.id)
    assert "The account was removed." in listed
    assert account.id in out
    assert run("people", "remove", user_id, "--yes")[0] == 1


def test_a_person_is_exported_without_secrets_b30(world, run, tmp_path):
    person = Person(world)
    person.app()
    status, out, _ = run("people", "export-person", person.account.user_id)
    assert status == 0
    told = json.loads(out)
    assert told["account"]["display_name"] == "Maria Silva"
    assert told["security_info"]["registered"] == ["authenticator", "recovery-code"]
    assert told["sessions"]
    assert any("security info" in each["what"].lower() for each in told["events"])
    assert "argon2" not in out
    assert person.info().authenticator.nonce not in out
    assert "account-exported" in kinds(world, person.account)
    assert run("people", "export-person", person.account.user_id, tmp_path / "maria.json")[0] == 0
    assert json.loads((tmp_path / "maria.json").read_text())["account"] == told["account"]
    assert run("people", "export-person", f"nobody{world.number}@contoso.example")[0] == 1


@pytest.mark.parametrize("removed_before", [False, True])
def test_after_an_erasure_nothing_joins_the_events_to_the_person_b30(world, run, removed_before):
    person = Person(world)
    number = f"E{world.number}"
    account = world.account(person.account.user_id)
    world.change(account, source_ids=(f"employeeId:{number}",))
    count_people("id", [account.id])
    before = world.services.counters.people()["accounts"]
    if removed_before:
        assert run("people", "remove", account.user_id, "--yes")[0] == 0
    assert run("people", "erase", account.id, "--yes")[0] == 0
    count_people("id", [account.id])
    assert world.services.counters.people()["accounts"] == before - 1
    assert "account-erased" in kinds(world, account)
    subject = world.services.recoveries.subject(account.id)
    for table, text in everything(world).items():
        for joins in (account.id, account.user_id, number, *account.addresses):
            assert joins not in text, (table, joins)
        if table != "EventTable":
            assert subject not in text or table == "LimitTable", table
    assert run("people", "erase", account.id, "--yes")[0] == 1
