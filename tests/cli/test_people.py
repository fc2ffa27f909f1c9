"""`people import` and `people export` (B17): what a file may be, what is refused, and what comes out again."""

import csv
import io

import pytest

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
    assert (status, out) == (0, "1 added, 0 changed, 0 as they should be, 0 rows refused\n")
    assert world.account(name).display_name == "Zoë Ålund"


def test_another_encoding_is_refused_with_its_line(world, run, file):
    path = file("")
    path.write_bytes(path.read_bytes() + "zoë@contoso.example,x,,,\n".encode("latin-1"))
    status, _, err = run("people", "import", path)
    assert status == 1
    assert "people.csv:2: this is not UTF-8 text" in err


def test_a_file_with_a_wrong_row_is_not_used_unless_that_is_asked_for(world, run, file):
    good, twice, bad = names(world, 3)
    path = file(f"{good},A,,,\n{twice},B,,,\n{twice},C,,,\n{bad},D,not an address,,\nx y z,E,,,\n{bad},F,,09001234,\n")
    status, out, err = run("people", "import", path)
    assert (status, out) == (1, "")
    for line in (4, 5, 6, 7):
        assert f"people.csv:{line}:" in err
    assert world.account(good) is None
    status, out, _ = run("people", "import", path, "--skip-refused")
    assert status == 1
    assert out.startswith("2 added")
    assert world.account(good)
    assert world.account(bad) is None


def test_a_dry_run_says_what_would_be_done_and_does_nothing(world, run, file):
    (name,) = names(world, 1)
    status, out, _ = run("people", "import", file(f"{name},A,,,\n"), "--dry-run")
    assert (status, out) == (0, "1 would be added, 0 would be changed, 0 as they should be, 0 rows refused\n")
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
    run("people", "import", file(f'{name},"{quoted}",,+447700900123,\n'))
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
    assert run("people", "import", mine)[1].startswith("0 added, 0 changed, 1 as they should be")
    assert world.account(name).display_name == formula


def test_an_export_to_the_terminal_is_csv_to_the_letter(world, run):
    world.person(display_name="A" * 300)
    status, out, _ = run("people", "export")
    assert status == 0
    assert "A" * 300 in out
    assert {len(row) for row in csv.reader(io.StringIO(out))} == {15}
