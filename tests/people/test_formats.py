"""B31: the files of every tool that people are exported from are read, or the cause of refusal is one sentence.

The specimens have the shape of each maker's file (see their README); each is read in every encoding and with every
separator that its maker, or the spreadsheet it went through, writes.
"""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regain.organisation.file_errors import InvalidFile
from regain.people import importing
from regain.people.formats import sheet
from tests.people.specimen_files import OURS, SHAPES, SPECIMENS, ZOE, parse, refused, specimen, written

FORMS = [(name, encoding, separator) for name, (_, encodings, separators, *_) in SHAPES.items()
         for encoding in encodings for separator in separators or ("",)]  # fmt: skip


def test_every_specimen_is_in_the_table():
    assert {path.name for path in SPECIMENS.iterdir()} - {"README.md"} == set(SHAPES)


@pytest.mark.parametrize(("name", "encoding", "separator"), FORMS)
def test_a_makers_file_is_read_in_every_form_that_it_is_written_in_b31(tmp_path, name, encoding, separator):
    shape, _, _, people, skipped = SHAPES[name]
    found = parse(tmp_path, written(specimen(name), encoding, separator))
    assert found.columns.shape.name == shape
    assert found.errors == []
    assert {
        p.account.user_id: (p.account.enabled, p.account.other_mails, p.account.mobile_phone, p.account.office_phone)
        for p in found.people
    } == people
    reasons = [each.reason for each in found.skipped]
    assert {reason: reasons.count(reason) for reason in reasons} == skipped
    named = {person.account.user_id: person.account for person in found.people}
    assert "Ålund" in f"{named[ZOE].display_name} {named[ZOE].surname}"
    assert bool([note for note in found.notes if "Windows-1252" in note.message]) == (encoding == "cp1252")


@pytest.mark.parametrize("name", [name for name in SHAPES if name.endswith(".csv")])
def test_order_case_blanks_quotes_and_further_columns_make_no_difference_b31(tmp_path, name):
    """What a spreadsheet, a script or a careful administrator does to a file before it is imported."""
    lines = specimen(name).splitlines()
    first = 1 if lines[0].startswith(("#TYPE", "version:")) else 0
    headings, *rows = csv.reader(lines[first:])
    table = io.StringIO(newline="")
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow([f" {heading.upper()} " for heading in reversed(headings)] + ["Cost centre (new)"])
    writer.writerows([*reversed(row), "12"] for row in rows)
    found, original = parse(tmp_path, table.getvalue()), parse(tmp_path, specimen(name))
    assert [person.account for person in found.people] == [person.account for person in original.people]
    assert [row.reason for row in found.skipped] == [row.reason for row in original.skipped]


BROKEN = {
    # file: (what is cut or changed, the line, the cause)
    "admin-centre-en.csv": ("True,York", "Maybe,York", 3, "Block credential: `Maybe` is neither true nor false"),
    "admin-centre-de.csv": ("+44 7700 900123", '"4,47701E+11"', 2, "Mobiltelefon: `4,47701E+11` was converted to a number by a spreadsheet"),
    "admin-centre-fr.csv": ("VRAI", "PEUT-ÊTRE", 3, "Bloquer les informations d’identification: `PEUT-ÊTRE` is neither"),
    "admin-centre-es.csv": ("Nombre principal de usuario", "Otro", 1, "there is no column userPrincipalName"),
    "add-several-users-en.csv": ("Sales,", "Sales, Leeds,", 2, "the row has 17 cells, but there are 16 headings"),
    "add-several-users-de.csv": ("Benutzername", "Anzeigename", 1, "the column `Anzeigename` appears twice"),
    "entra-download-old.csv": ("accountEnabled", "isBlocked", 1, "the column `isBlocked` may say who is blocked"),
    "entra-download-new.csv": ("+44 7700 900123", "4.47701E+11", 2, "mobilePhone: `4.47701E+11` was converted to a"),
    "entra-bulk-create.csv": (",Yes,", ",Perhaps,", 5, "Block sign in (Yes/No) [accountEnabled] Required: `Perhaps`"),
    "get-mguser.csv": ('"maria@home.example"', '"System.String[]"', 2, "OtherMails: `System.String[]` is PowerShell's name"),
    "get-azureaduser.csv": ('"maria@home.example"', '"System.Collections.Generic.List`1[System.String]"', 3,
                            "OtherMails: `System.Collections.Generic.List`1[System.String]` is PowerShell's name"),
    "get-msoluser.csv": ('"BlockCredential"', '"SignInDisallowedOrBlocked"', 2, "the column `SignInDisallowedOrBlocked` may"),
    "get-aduser.csv": ('"Zoë Ålund","user"', '"Zoë "Z" Ålund","user"', 5, "a cell contains a quotation mark"),
    "csvde.csv": (",514,", ",disabled?,", 3, "userAccountControl: `disabled?` is neither true nor false"),
    "ldifde.ldif": ("changetype: add", "changetype: modify", 2, "this LDIF holds change records, not entries"),
    "ldapsearch.ldif": ("sn:: w4VsdW5k", "sn:: w4VsdW5", 42, "the value of `sn` is not base64"),
    "google.csv": ("Suspended,", "Resting,", 3, "Status [READ ONLY]: `Resting` is neither true nor false"),
    "okta.csv": ("zoe@home.example", "zoe at home", 4, "secondEmail: `zoe at home` is not an e-mail address"),
    "cognito.csv": ("+447700900123", "12", 2, "phone_number: `12` is not a telephone number"),
    "ours.csv": ("helpdesk", "king", 3, "role: `king` is not a role"),
}  # fmt: skip


@pytest.mark.parametrize("name", SHAPES)
def test_a_broken_makers_file_is_refused_by_line_with_its_cause_b31(tmp_path, name):
    old, new, line, cause = BROKEN[name]
    text = specimen(name)
    assert old in text
    ((at, what, instead), *_) = refused(tmp_path, text.replace(old, new, 1))
    assert at == line
    assert what.startswith(cause)
    assert instead


@pytest.mark.parametrize("name", SHAPES)
def test_a_file_that_is_cut_off_is_not_taken_for_a_whole_one_p3(tmp_path, name):
    text = specimen(name)
    if name.endswith("ldif"):
        cut = text[: text.rindex("cn:: Wm/DqyDD") + 13]
    else:
        start = text.rstrip().rindex("\n") + 1
        cut = text[: start + text[start:].index("contoso") + 3]
    ((_, what, instead), *_) = refused(tmp_path, cut)
    assert "ends in the middle" in what
    assert instead


def test_ids_that_outlast_a_user_id_are_kept_b30(tmp_path):
    ids = {name: dict(parse(tmp_path, specimen(name).encode(), name).people[0].ids) for name in SHAPES}
    assert ids["admin-centre-en.csv"] == {"objectId": "1f6d1a2b-0000-4000-8000-000000000001"}
    assert (
        ids["get-aduser.csv"]
        == ids["csvde.csv"]
        == ids["ldifde.ldif"]
        == {"objectGUID": "8a9e2a52-93c5-4d2c-8f4e-1c0b7a1d0001"}
    )
    assert ids["get-mguser.csv"]["immutableId"] == "KxptHwAAAECAAAAAAAAAAQ=="
    assert ids["google.csv"] == {"employeeId": "1001"}


@settings(max_examples=300)
@given(
    content=st.binary(max_size=300), start=st.sampled_from([specimen(name)[:400].encode() for name in SHAPES] + [b""])
)
def test_no_file_breaks_the_readers_b31(tmp_path_factory, content, start):
    path = tmp_path_factory.getbasetemp() / "fuzzed.csv"
    path.write_bytes(start + content)
    try:
        found = importing.parse(path, OURS)
    except InvalidFile as wrong:
        assert all(error.message for error in wrong.errors)
    else:
        assert all(error.line >= 1 and error.message for error in found.errors)


@settings(max_examples=300)
@given(
    cut=st.integers(0, 4_000),
    name=st.sampled_from(list(SHAPES)),
    letter=st.characters(codec="utf-8"),
    at=st.integers(0, 4_000),
)
def test_no_damage_to_a_makers_file_breaks_the_readers_b31(tmp_path_factory, cut, name, letter, at):
    text = specimen(name)
    path = tmp_path_factory.getbasetemp() / "damaged.csv"
    path.write_text(text[:at] + letter + text[at : max(at, len(text) - cut)], newline="")
    try:
        for row in sheet.read(path).rows:
            assert row.line >= 1
        importing.parse(path, OURS)
    except InvalidFile as wrong:
        assert all(error.message for error in wrong.errors)
