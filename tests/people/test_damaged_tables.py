"""Tables that spreadsheets, scripts and other tools have damaged, and what they say of who has left (P1 to P6)."""

import os

import pytest

from regain.organisation.file_errors import InvalidFile
from regain.people.formats import sheet
from tests.people.specimen_files import parse, refused


@pytest.mark.parametrize(
    "heading", ["Termination Date", "Austrittsdatum", "Letzter Arbeitstag", "Date de départ", "Fecha de baja", "valid_until",
                "Date of Leaving", "Datum uitschrijving", "Abgangsdatum", "Fin de contrat", "Separation Date", "İşten çıkış tarihi",
                "Дата увольнения", "退職日", "퇴사일"]
)  # fmt: skip
@pytest.mark.parametrize(
    "cell",
    [
        "2020-01-31",
        "31.12.2020",
        "12/31/2020",
        "31.12.20",
        "2020-01-31T08:00:00Z",
        "31-DEC-2020",
        "31 Dez. 20",
        "Dec 31, 2020",
        "1609372800",
        "1609372800000",
        "44196",
        "18627",
    ],
)
def test_a_column_that_says_who_has_left_stops_the_import_p1(tmp_path, heading, cell):
    ((line, what, _),) = refused(tmp_path, f'userPrincipalName,{heading}\nben@contoso.example,"{cell}"\n')
    assert (line, what) == (2, f"the column `{heading}` holds `{cell}`, and may say who has left")
    (person,) = parse(tmp_path, f"userPrincipalName,{heading}\nben@contoso.example,2999-01-31\n").people
    assert person.account.enabled


@pytest.mark.parametrize(
    ("ends", "enabled"),
    [("133000000000000000", False), ("0", True), ("9223372036854775807", True), ("", True), ("31.12.2020 00:00:00", False),
     ("1/31/2999 12:00:00 AM", True), ("20200131000000Z", False), ("31-Jan-2999", True), ("2026010100", True), ("59999", True), ("29999", True)],
)  # fmt: skip
def test_an_account_that_has_expired_is_off_and_one_that_will_is_not_turned_on_b31(tmp_path, ends, enabled):
    text = f"userPrincipalName,accountExpires,userAccountControl\nmaria.silva@contoso.example,{ends},512\nben@contoso.example,{ends},514\n"
    assert [person.account.enabled for person in parse(tmp_path, text).people] == [enabled, False]
    assert parse(tmp_path, text.replace(ends or "512", "soon")).errors


@pytest.mark.parametrize(
    "never",
    ["1601-01-01", "1/1/1601 12:00:00 AM", "12/31/1600 4:00:00 PM", "01.01.1601 01:00:00", "0001-01-01T00:00:00",
     "01/01/0001 00:00:00", "1753-01-01", "30.12.1899", "1900-01-01", "1970-01-01 00:00:00", "12/31/1969 4:00:00 PM",
     "19700101000000Z", "00.00.0000", "0000-00-00", "00000000", "9.22337E+18", "9,22337E+18", "9223372036854770000",
     "Never", "(never)", "Nie"],
)  # fmt: skip
def test_what_tools_write_for_an_account_that_never_expires_turns_nobody_off(tmp_path, never):
    """PowerShell makes accountExpires 0 a date in 1601, MIT Kerberos writes 1970, and Excel rounds the largest number."""
    rows = f'userPrincipalName,accountExpires,userAccountControl\nmaria.silva@contoso.example,"{never}",512\n'
    assert [person.account.enabled for person in parse(tmp_path, rows).people] == [True]
    ours = rows.replace("accountExpires,userAccountControl", "Termination date,accountEnabled").replace(",512", ",True")
    assert [person.account.enabled for person in parse(tmp_path, ours).people] == [True]


@pytest.mark.parametrize(
    "again",
    ["userPrincipalName,displayName", "\ufeffuserPrincipalName,displayName", '"UserPrincipalName","DisplayName "'],
)
def test_the_headings_of_a_second_export_behind_the_first_are_nobodys_account(tmp_path, again):
    """`cat staff.csv students.csv`: the second file begins with its byte order mark."""
    rows = f"userPrincipalName,displayName\nmaria.silva@contoso.example,Maria\n{again}\nben@contoso.example,Ben\n"
    found = parse(tmp_path, rows)
    assert [person.account.display_name for person in found.people] == ["Maria", "Ben"]
    assert (found.errors, found.notes) == ([], [])


def test_a_pupils_number_is_no_user_id_p1(tmp_path):
    """Schools in England call it UPN, as Microsoft calls the user principal name."""
    ((_, what, instead),) = refused(tmp_path, "Username,UPN,Forename\nmsilva,A123456789012,Maria\n")
    assert "a pupil's number" in what
    assert "uniquePupilNumber" in instead
    (person,) = parse(tmp_path, "Username,uniquePupilNumber\nmsilva,A123456789012\n").people
    assert person.account.user_id == "msilva@contoso.example"


def test_a_blank_behind_each_separator_is_no_part_of_a_quoted_cell_p4(tmp_path):
    text = '"userPrincipalName", "displayName", "password"\n"maria.silva@contoso.example", "Silva, Maria", " a b"\n'
    (person,) = parse(tmp_path, text).people
    assert (person.account.display_name, person.password) == ("Silva, Maria", " a b")


@pytest.mark.parametrize(
    "result", ["4 Size limit exceeded", "3 Time limit exceeded", "11 Administrative limit exceeded"]
)
def test_a_search_that_did_not_find_everybody_is_not_taken_for_a_whole_file(tmp_path, result):
    """With `--missing disable`, everybody whom the server left out would be turned off."""
    entries = "dn: uid=maria,dc=x\nuid: maria\n\n# search result\nsearch: 2\nresult: "
    ((line, what, instead),) = refused(tmp_path, f"{entries}{result}\n")
    assert (line, what) == (6, f"the search ended before it had found everybody: {result}")
    assert "-E pr=" in instead
    for whole in ("0 Success", "10 Referral"):
        assert parse(tmp_path, f"{entries}{whole}\n").people


@pytest.mark.parametrize(
    "place",
    ["cn=deleted users,cn=accounts,cn=provisioning,dc=contoso,dc=example", "CN=Deleted Objects,DC=contoso,DC=example"],
)
def test_who_is_kept_where_a_directory_keeps_deleted_users_gets_no_account(tmp_path, place):
    """FreeIPA preserves them; only their place tells, unless nsAccountLock is asked for by name."""
    rows = f"dn: uid=ben,{place}\nuid: ben\n\ndn: uid=maria,cn=deleted users,dc=x\nuid: maria\n\n"
    found = parse(tmp_path, rows)
    assert [(row.name, row.reason) for row in found.skipped] == [("ben", "deleted")]
    assert [person.account.user_id for person in found.people] == ["maria@contoso.example"]


def test_ldif_reads_keywords_in_any_case_and_no_addresses_of_files_p4(tmp_path):
    """RFC 2849: `changetype: Add` is an entry, and `attribute:< URL` has its value elsewhere."""
    (person,) = parse(
        tmp_path, "dn: uid=m,dc=x\nchangetype: Add\nuid: m\nmobile:< file:///m\ncn:< file:///n\n\n"
    ).people
    assert (person.account.display_name, person.account.mobile_phone) == ("", "")


def test_who_is_deleted_in_a_table_is_nobody_p1(tmp_path):
    """Moodle's export, for one."""
    found = parse(tmp_path, "username,deleted\nmaria.silva@contoso.example,no\nben@contoso.example,1\n")
    assert [person.account.user_id for person in found.people] == ["maria.silva@contoso.example"]
    assert [row.reason for row in found.skipped] == ["deleted"]


@pytest.mark.parametrize(
    ("headings", "used"),
    [("User Id,Login,First name,Last name,Primary email", "Login"), ("user_id,login_id", "login_id"),
     ("SamAccountName,Enabled,EmailAddress", "SamAccountName"), ("id,primaryEmail,name.givenName,suspended", "primaryEmail"),
     ("Nome utente,Nome visualizzato", "Nome utente"), ("用户主体名称,显示名称", "用户主体名称")],
)  # fmt: skip
def test_of_several_names_that_people_have_the_one_they_type_is_their_user_id_p1(tmp_path, headings, used):
    cells_of = ",".join("maria.silva@contoso.example" if each == used else "" for each in headings.split(","))
    found = parse(tmp_path, f"{headings}\n{cells_of}\n")
    assert [person.account.user_id for person in found.people] == ["maria.silva@contoso.example"]


def test_the_column_that_may_be_the_user_id_is_named_p1(tmp_path):
    ((_, _, instead),) = refused(
        tmp_path, "Vorname [Erforderlich],E-Mail [Erforderlich]\nMaria,maria.silva@contoso.example\n"
    )
    assert instead.startswith("rename the column of what people sign in with, perhaps `E-Mail [Erforderlich]`")


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("mac_roman", "Jürgen"), ("cp850", "Söhne"), ("iso8859-2", "Łukasz"), ("cp1250", "Wąż"), ("cp1251", "Мария"),
     ("cp1253", "Μαρία"), ("shift_jis", "山田太郎")],
)  # fmt: skip
def test_letters_of_another_encoding_are_refused_rather_than_taken_for_western_ones_p4(tmp_path, encoding, name):
    content = f"userPrincipalName,displayName\nmaria.silva@contoso.example,{name}\n".encode(encoding)
    ((line, what, instead),) = refused(tmp_path, content)
    assert (line, instead) == (2, "save the file as UTF-8")
    assert "neither UTF-8 nor Windows-1252" in what


@pytest.mark.parametrize(
    "name", ["Müller-Größe", "Créée Élise", "D’Ávila “Nené” São", "Ærø Ångström", "¿Qué? 25 m² £5", "MÜLLER José’s"]
)
def test_western_names_are_read_as_windows_writes_them_p4(tmp_path, name):
    content = f"userPrincipalName,displayName\nmaria.silva@contoso.example,{name}\n".encode("cp1252")
    found = parse(tmp_path, content)
    assert found.people[0].account.display_name == name
    assert [note.line for note in found.notes] == [2]


@pytest.mark.parametrize(
    ("name", "told"), [("MÃ¼ller", "may be `Müller`"), ("M?ller", "has lost letters"), ("M\ufffdller", "has lost letters"),
                       ("?ukasz", "has lost letters"), ("Zoë", ""), ("Who?", "")],
)  # fmt: skip
def test_a_name_that_was_saved_in_the_wrong_encoding_is_noted_p4(tmp_path, name, told):
    """Windows PowerShell writes ASCII unless it is asked for more."""
    found = parse(
        tmp_path, f"userPrincipalName,displayName\nmaria.silva@contoso.example,{name}\nm?ller@contoso.example,\n"
    )
    expected = [f"displayName: `{name}` {told}"] if told else []
    assert [note.message for note in found.notes] == [
        *expected,
        "userPrincipalName: `m?ller@contoso.example` has lost letters",
    ]


def test_a_whole_number_that_a_data_frame_wrote_as_a_float_is_whole_p4(tmp_path):
    text = "userPrincipalName,employeeId,mobilePhone\nmaria.silva@contoso.example,1001.0,447700900123.0\n"
    (person,) = parse(tmp_path, text).people
    assert (person.ids, person.account.mobile_phone) == ((("employeeId", "1001"),), "+447700900123")


def test_apostrophes_of_a_spreadsheet_are_no_letters_and_those_of_a_name_are_p4(tmp_path):
    text = "userPrincipalName,surname,employeeId,mobilePhone\n'maria.silva@contoso.example,'t Hooft,'00123,'+44 7700 900123\n"
    (person,) = parse(tmp_path, text).people
    assert (person.account.user_id, person.account.surname) == ("maria.silva@contoso.example", "'t Hooft")
    assert (person.ids, person.account.mobile_phone) == ((("employeeId", "123"),), "+447700900123")
    for quoted in (
        "'userPrincipalName','surname'\n'zoe@contoso.example','Silva'\n",
        "“userPrincipalName”,surname\n“zoe@contoso.example”,Silva\n",
    ):
        assert [(each.account.user_id, each.account.surname) for each in parse(tmp_path, quoted).people] == [
            ("zoe@contoso.example", "Silva")
        ]


def test_headings_that_come_again_are_nobody_p4(tmp_path):
    text = "userPrincipalName,displayName\nmaria.silva@contoso.example,Maria\n"
    found = parse(tmp_path, text + text.replace("maria", "zoe"))
    assert [person.account.user_id for person in found.people] == [
        "maria.silva@contoso.example",
        "zoe.silva@contoso.example",
    ]


@pytest.mark.parametrize("cell", ["01-Feb", "Jan-02", "2. Mrz"])
def test_a_number_that_a_spreadsheet_took_for_a_date_is_named_p4(tmp_path, cell):
    ((line, what, _),) = refused(tmp_path, f"userPrincipalName,employeeId\nmaria.silva@contoso.example,{cell}\n")
    assert (line, what) == (2, f"employeeId: `{cell}` was converted to a date by a spreadsheet")


@pytest.mark.parametrize("cell", ["1234", "x1234", "ext. 1234", "-234"])
def test_a_number_of_an_own_exchange_does_not_stop_the_file_p5(tmp_path, cell):
    found = parse(tmp_path, f"userPrincipalName,telephoneNumber\nmaria.silva@contoso.example,{cell}\n")
    assert (found.people[0].account.office_phone, found.errors) == ("", [])
    assert [note.message for note in found.notes] == [f"telephoneNumber: `{cell}` is ignored"]


@pytest.mark.parametrize(
    "cell", ["07700 900123 / 020 7946 0101", "07700 900123, 020 7946 0101", "07700 900123;020 7946 0101",
             "+44 7700 900123 +44 20 7946 0101", "+44 7700 900123 (private)", "Mobile: 07700 900123"],
)  # fmt: skip
def test_the_first_of_several_numbers_is_used_and_remarks_are_not_p4(tmp_path, cell):
    (person,) = parse(tmp_path, f'userPrincipalName,mobilePhone\nmaria.silva@contoso.example,"{cell}"\n').people
    assert person.account.mobile_phone == "+447700900123"
    assert len(person.notes) == ("0101" in cell)


def test_a_pipe_is_no_file_p4(tmp_path):
    """`./regain people import <(curl …)`: read a second time, it would be empty."""
    os.mkfifo(tmp_path / "people")
    with pytest.raises(InvalidFile, match="this is a pipe"):
        sheet.read(tmp_path / "people")
    with pytest.raises(InvalidFile, match="Is a directory"):
        sheet.read(tmp_path)
