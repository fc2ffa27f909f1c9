"""`people import` and `people export` (B17): what a file may be, what is refused, and what comes out again."""

import csv
import io

import pytest

from regain.adapters.security_info import from_item
from regain.domain.account import methods
from regain.domain.security_info import Contact, SecurityInfo

HEADER = "userPrincipalName,displayName,otherMails,mobilePhone,accountEnabled\n"


@pytest.fixture
def file(tmp_path):
    """Writes a people file."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "people.csv"
        path.write_bytes((HEADER + text).encode(encoding))
        return path

    return write


def names(world, number):
    return [f"cli{world.number}x{place}@contoso.example" for place in range(number)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_people_come_in_from_what_excel_writes(world, run, file, encoding):
    (name,) = names(world, 1)
    status, out, _ = run(
        "people", "import", file(f"{name},Zoë Ålund,zoe@home.example,+44 7700 900123,True\n", encoding)
    )
    assert status == 0
    assert "1 added, 0 changed, 0 unchanged, 0 rows refused\n" in out
    assert world.account(name).display_name == "Zoë Ålund"


def test_windows_1252_is_read_and_said_b31(world, run, file):
    (name,) = names(world, 1)
    status, _, err = run("people", "import", file(f"{name},Zoë Ålund,,,True\n", "cp1252"))
    assert status == 0
    assert "read as Windows-1252" in err
    assert "Zoë" in err
    assert world.account(name).display_name == "Zoë Ålund"


def test_a_file_with_a_wrong_row_is_not_used_unless_that_is_asked_for(world, run, file):
    good, twice, bad = names(world, 3)
    path = file(f"{good},A,,,\n{twice},B,,,\n{twice},C,,,\n{bad},D,not an address,,\nx y z,E,,,\n{bad},F,,09001234,\n")
    status, out, err = run("people", "import", path)
    assert status == 1
    assert "added" not in out
    for line in (4, 5, 6, 7):
        assert f"people.csv:{line}:" in err
    assert world.account(good) is None
    status, out, _ = run("people", "import", path, "--skip-refused")
    assert status == 1
    assert "2 added" in out
    assert world.account(good)
    assert world.account(bad) is None


def test_options_that_contradict_each_other_import_nothing_and_write_nothing_b30(world, run, file):
    """The report would overwrite the file that is imported; a bound without --missing would bind nothing."""
    (name,) = names(world, 1)
    path = file(f"{name},A,,,\n")
    for words in (("--details", path), ("--missing-at-most", 3), ("--missing", "disable", "--missing-at-most", -1)):
        before = path.read_bytes()
        status, out, err = run("people", "import", path, *words)
        assert (status, out, path.read_bytes()) == (2, "", before)
        assert words[-2] in err
    assert world.account(name) is None


def test_a_dry_run_says_what_would_be_done_and_does_nothing(world, run, file):
    (name,) = names(world, 1)
    status, out, _ = run("people", "import", file(f"{name},A,,,\n"), "--dry-run")
    assert status == 0
    assert "1 would be added, 0 would be changed, 0 unchanged, 0 rows refused\n" in out
    assert world.account(name) is None


def test_without_a_file_or_its_columns_it_says_so(world, run, tmp_path):
    assert run("people", "import", tmp_path / "none.csv")[0] == 1
    path = tmp_path / "people.csv"
    path.write_text("name,mail\nAnn,a@home.example\n")
    status, _, err = run("people", "import", path)
    assert status == 1
    assert "there is no column userPrincipalName" in err


def test_formulas_come_out_as_text_and_come_in_again_as_they_were(world, run, file, tmp_path):
    (name,) = names(world, 1)
    formula = '=HYPERLINK("http://evil.example";"x")'
    quoted = formula.replace('"', '""')
    run("people", "import", file(f'{name},"{quoted}",,+447700900123,True\n'))
    out = tmp_path / "out.csv"
    assert run("people", "export", out)[0] == 0
    rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8-sig"))))
    (row,) = [row for row in rows if row["userPrincipalName"] == name]
    assert row["displayName"] == f"'{formula}"
    assert row["mobilePhone"] == "+447700900123"
    assert (row["registered"], row["enabled"], row["capable"]) == ("True", "True", "True")
    assert "argon2" not in out.read_text("utf-8-sig")
    mine = tmp_path / "again.csv"
    with mine.open("w", newline="") as written:
        writer = csv.DictWriter(written, row)
        writer.writeheader()
        writer.writerow(row)
    assert "0 added, 0 changed, 1 unchanged" in run("people", "import", mine)[1]
    assert world.account(name).display_name == formula


def test_an_export_to_the_terminal_is_csv_to_the_letter(world, run):
    world.person(display_name="A" * 300)
    status, out, _ = run("people", "export")
    assert status == 0
    assert "A" * 300 in out
    assert {len(row) for row in csv.reader(io.StringIO(out))} == {15}


def test_the_report_names_what_changes_for_whom_before_and_after_b31(world, run, file, tmp_path):
    """P2, P9: by name, per field, and how many could get back in alone; a dry run and the import say the same."""
    added, (on, off, lost) = names(world, 1)[0], [world.person(office_phone="", mobile_phone="") for _ in range(3)]
    world.change(on, enabled=False)
    text = (
        f"{added},New Person,new@home.example,,True\n{on.user_id},,,,True\n{off.user_id},Other Name,,,False\n"
        f"{lost.user_id},,none,,\nguest_x.example#EXT#@contoso.example,,,,True\nx@elsewhere.example,,,,True\n"
    )
    details = tmp_path / "details.csv"
    status, dry, _ = run("people", "import", file(text), "--dry-run", "--details", details)
    assert status == 0
    for line in (
        "skipped, a guest of another organisation: 1 (guest_x.example#EXT#@contoso.example)",
        "skipped, of elsewhere.example, which is not a domain in the organisation file: 1 (x@elsewhere.example)",
        "1 would be added, 3 would be changed, 0 unchanged, 0 rows refused",
        f"added: 1: {added}",
        f"turned on: 1: {on.user_id}",
        f"turned off: 1: {off.user_id}",
        f"renamed: 1: {off.user_id} (Maria Silva → Other Name)",
        f"lose a method: 1: {lost.user_id} (email)",
    ):
        assert line in dry
    assert "accountEnabled" in dry
    assert dry.rstrip().endswith(f"details written to {details}")
    rows = list(csv.reader(io.StringIO(details.read_text("utf-8-sig"))))
    assert ["turned off", off.user_id, "", ""] in rows
    status, after, _ = run("people", "import", file(text))
    assert status == 0
    said = [line for line in dry.replace("would be ", "").splitlines() if not line.startswith("details")]
    assert after.splitlines() == said
    assert "people could get back in alone" in said[-1]
    assert "4 unchanged" in run("people", "import", file(text), "--dry-run")[1]


def test_columns_that_are_not_used_are_listed_p1(world, run, tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(f"userPrincipalName,jobTitle,mobilPhone\n{names(world, 1)[0]},Clerk,+44 7700 900123\n")
    _, out, _ = run("people", "import", path, "--dry-run")
    assert "unused columns: jobTitle, mobilPhone (did you mean mobilePhone?)\n" in out


def test_twenty_are_named_and_the_details_have_all(world, run, file, tmp_path):
    many = names(world, 25)
    details = tmp_path / "details.csv"
    out = run(
        "people", "import", file("".join(f"{name},,,,True\n" for name in many)), "--dry-run", "--details", details
    )[1]
    assert f"{many[19]}, and 5 more" in out
    assert many[20] not in out
    assert all(name in details.read_text() for name in many)


def test_mistakes_of_every_row_do_not_fill_the_terminal(world, run, file):
    status, _, err = run("people", "import", file("".join(f"{name},,nothing,,\n" for name in names(world, 30))))
    assert status == 1
    assert err.count("is not an e-mail address") == 20
    assert "refused: 10 more" in err
    assert "30 errors: nothing was imported" in err


def test_a_lock_is_lifted_by_a_file_only_with_overrule_p9(world, run, file):
    person = world.person()
    world.services.store.commit([world.services.accounts.lock_write(person)])
    assert "set in Regain, so that no import overwrites it: accountEnabled" in run("explain", person.user_id)[1]
    path = file(f"{person.user_id},,,,True\n")
    assert (
        f"set in Regain and kept, although the file differs: 1: {person.user_id} (accountEnabled)"
        in run("people", "import", path)[1]
    )
    assert f"turned on: 1: {person.user_id}" in run("people", "import", path, "--overwrite-local-changes")[1]


def test_a_number_of_more_than_five_people_in_a_file_is_no_method_and_is_named(world, run, file):
    """A switchboard or a team's mailbox proves nobody in particular (binding)."""
    people, own = names(world, 6), f"own{world.number}@home.example"
    number, typed = f"+4477009{world.number % 10_000:04}9", f"+44 77009 {world.number % 10_000:04}9"
    rows = [f"{name},A,{own if place == 0 else ''},{typed},True\n" for place, name in enumerate(people)]
    _, _, err = run("people", "import", file("".join(rows[:5])))
    assert number not in err
    assert world.account(people[1]).shared_places == ()
    status, _, err = run("people", "import", file("".join(rows)))
    assert status == 0
    assert f"{number}: 6 people have it, so it proves none of them and is no method" in err
    assert {world.account(name).shared_places for name in people} == {(number,)}
    kinds = usable(world, people[0])
    assert kinds == {"email"}
    started = world.start(people[1]).body
    assert world.send(started["flow"], "sms").status == 202, "as for somebody without a number (B1)"
    assert [message["channel"] for message in world.outbox(started["reference"])] == ["none"]
    run("people", "import", file(rows[0]))
    assert world.account(people[0]).shared_places == (number,), "a file of one says nothing about the others"


def test_people_shared_finds_what_was_registered_too_and_lets_go_of_what_is_no_longer_shared(world, run):
    owners = [world.person(mobile_phone="", office_phone="", other_mails=()) for _ in range(6)]
    place = f"team{world.number}@home.example"
    contact = Contact("1", "email", place, world.services.now)
    for owner in owners:
        subject = world.services.recoveries.subject(owner.id)
        world.services.store.commit([world.services.security_infos.write(subject, SecurityInfo(contacts=(contact,)))])
    assert usable(world, owners[0].user_id) == {"email"}
    _, out, _ = run("people", "shared", "--dry-run")
    assert f"{place}: 6 people" in out
    assert usable(world, owners[0].user_id) == {"email"}
    run("people", "shared")
    assert usable(world, owners[0].user_id) == set()
    run("people", "remove", owners[5].user_id, "--yes")
    _, out, _ = run("people", "shared")
    assert place not in out
    assert usable(world, owners[0].user_id) == {"email"}


def usable(world, user_id):
    """The kinds of method that an account has."""
    services, account = world.services, world.account(user_id)
    info = from_item(services.store.get(*services.security_infos.key(services.recoveries.subject(account.id))))
    return {each.kind for each in methods(account, info, services.organisation.recovery, services.organisation.domains)}


def test_who_gets_a_role_by_a_file_is_listed_by_name_p9(world, run, tmp_path):
    """A column `role` of another tool may mean something else."""
    one, two = names(world, 2)
    path = tmp_path / "people.csv"
    path.write_text(f"username,email,role\n{one},one@home.example,administrator\n{two},two@home.example,none\n")
    for more in (["--dry-run"], []):
        assert f"get a role, or lose it: 1: {one} (administrator)\n" in run("people", "import", path, *more)[1]
    path.write_text(path.read_text().replace("administrator", "none"))
    assert f"get a role, or lose it: 1: {one} (no longer administrator)\n" in run("people", "import", path)[1]
