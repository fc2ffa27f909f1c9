"""B31: the files of every tool that people are exported from are read, or the cause of refusal is one sentence.

The specimens have the shape of each maker's file (see their README); each is read in every encoding and with every
separator that its maker, or the spreadsheet it went through, writes.
"""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from regain.organisation.file import read as read_organisation
from regain.organisation.file_errors import InvalidFile
from regain.people import importing
from regain.people.formats import cells, sheet
from regain.people.formats.headings import key

ROOT = Path(__file__).parents[2]
SPECIMENS = Path(__file__).parent / "specimens"
OURS = read_organisation(ROOT / "organisation.yaml")

MARIA, BEN, ZOE, LEA = (f"{name}@contoso.example" for name in ("maria.silva", "ben.okafor", "zoe.alund", "lea.lang"))
HOME = ("maria@home.example",)
ZOE_HOME = ("zoe@home.example",)
FULL = {MARIA: (True, HOME, "+447700900123", "+442079460101"), BEN: (False, (), "", ""),
        ZOE: (True, ZOE_HOME, "+447700900124", "")}  # fmt: skip
NO_HOME = {who: (on, (), mobile, office) for who, (on, _, mobile, office) in FULL.items()}
ONLY_MARIA = {**NO_HOME, MARIA: FULL[MARIA]}
GUESTS = {"a guest of another organisation": 1}
EXCEL = ("utf-8-sig", "utf-16-le", "utf-16-be", "cp1252")
"""What Excel and Notepad save: UTF-8 with its mark, “Unicode text”, and the code page of western Europe."""

SHAPES = {
    # file: (shape, encodings, separators, people, skipped)
    "admin-centre-en.csv": ("the Microsoft 365 admin centre", ("utf-8", *EXCEL), ",;\t", NO_HOME,
                            {**GUESTS, "of contoso.onmicrosoft.com, which the organisation file does not name": 1}),
    "admin-centre-de.csv": ("the Microsoft 365 admin centre (German)", ("utf-8", *EXCEL), ",;\t", NO_HOME, {}),
    "admin-centre-fr.csv": ("the Microsoft 365 admin centre (French)", ("utf-8", *EXCEL), ",;\t", NO_HOME, {}),
    "admin-centre-es.csv": ("the Microsoft 365 admin centre (Spanish)", ("utf-8", *EXCEL), ",;\t", NO_HOME, {}),
    "add-several-users-en.csv": ("the admin centre's form for adding several users", ("utf-8", *EXCEL), ",;",
                                 {MARIA: FULL[MARIA], ZOE: NO_HOME[ZOE]}, {}),
    "add-several-users-de.csv": ("the Microsoft 365 admin centre (German)", ("utf-8", *EXCEL), ",;",
                                 {MARIA: FULL[MARIA], ZOE: NO_HOME[ZOE]}, {}),
    "entra-download-old.csv": ("Entra's “Download users”", ("utf-8", *EXCEL), ",;\t", FULL, GUESTS),
    "entra-download-new.csv": ("Entra's “Download users”", ("utf-8", *EXCEL), ",;\t", FULL, GUESTS),
    "entra-bulk-create.csv": ("Entra's bulk template", ("utf-8", *EXCEL), ",;\t", NO_HOME, {"the template's example": 1}),
    "get-mguser.csv": ("Get-MgUser", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "get-azureaduser.csv": ("Get-AzureADUser", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "get-msoluser.csv": ("Get-MsolUser", ("utf-8", *EXCEL), ",;\t", FULL, {"deleted": 1}),
    "get-aduser.csv": ("Get-ADUser", ("utf-8", *EXCEL), ",;\t", NO_HOME, {"without a user ID": 1}),
    "csvde.csv": ("csvde", ("utf-8", "utf-16-le", "cp1252"), ",", FULL, {"not a person": 2}),
    "ldifde.ldif": ("LDIF", ("utf-8", "utf-16-le"), "", FULL, {"not a person": 1}),
    "ldapsearch.ldif": ("LDIF", ("utf-8",), "", ONLY_MARIA, {"not a person": 1}),
    "google.csv": ("Google Workspace", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "okta.csv": ("Okta", ("utf-8", *EXCEL), ",;\t", FULL, {}),
    "cognito.csv": ("Amazon Cognito", ("utf-8", "utf-8-sig"), ",",
                    {MARIA: (True, (), "+447700900123", ""), ZOE: (True, (), "+447700900124", ""), LEA: (True, (), "", "")}, {}),
    "ours.csv": ("./regain people export", ("utf-8", *EXCEL), ",;\t",
                 {**FULL, MARIA: (True, ("maria@home.example", "m.silva@post.example"), *FULL[MARIA][2:])}, {}),
}  # fmt: skip
FORMS = [(name, encoding, separator) for name, (_, encodings, separators, *_) in SHAPES.items()
         for encoding in encodings for separator in separators or ("",)]  # fmt: skip


def written(text, encoding, separator):
    """A specimen as its maker or a spreadsheet saves it."""
    if separator and separator != ",":
        above = [line for line in text.splitlines()[:1] if line.startswith(("#TYPE", "version:"))]
        table = io.StringIO(newline="")
        writer = csv.writer(table, delimiter=separator)
        writer.writerows(list(csv.reader(io.StringIO(text, newline="")))[len(above) :])
        text = "\r\n".join([*above, table.getvalue()])
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    return mark + text.encode(encoding)


def sift(tmp_path, content, name="people.csv"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return importing.sift(path, OURS)


def refused(tmp_path, content):
    """The lines and causes for which a file, or rows of it, are refused."""
    try:
        found = sift(tmp_path, content)
    except InvalidFile as wrong:
        return [(mistake.line, mistake.what, mistake.instead) for mistake in wrong.mistakes]
    return [(mistake.line, mistake.what, mistake.instead) for mistake in found.mistakes]


def specimen(name):
    return (SPECIMENS / name).read_bytes().decode()


def test_every_specimen_is_in_the_table():
    assert {path.name for path in SPECIMENS.iterdir()} - {"README.md"} == set(SHAPES)


@pytest.mark.parametrize(("name", "encoding", "separator"), FORMS)
def test_a_makers_file_is_read_in_every_form_that_it_is_written_in_b31(tmp_path, name, encoding, separator):
    shape, _, _, people, skipped = SHAPES[name]
    found = sift(tmp_path, written(specimen(name), encoding, separator))
    assert found.columns.shape.name == shape
    assert found.mistakes == []
    assert {
        p.account.user_id: (p.account.enabled, p.account.other_mails, p.account.mobile_phone, p.account.office_phone)
        for p in found.people
    } == people
    reasons = [each.why for each in found.skipped]
    assert {why: reasons.count(why) for why in reasons} == skipped
    named = {person.account.user_id: person.account for person in found.people}
    assert "Ålund" in f"{named[ZOE].display_name} {named[ZOE].surname}"
    assert bool([note for note in found.notes if "Windows-1252" in note.what]) == (encoding == "cp1252")


BROKEN = {
    # file: (what is cut or changed, the line, the cause)
    "admin-centre-en.csv": ("True,York", "Maybe,York", 3, "Block credential: `Maybe` is neither true nor false"),
    "admin-centre-de.csv": ("+44 7700 900123", '"4,47701E+11"', 2, "Mobiltelefon: `4,47701E+11` was a number to a spreadsheet"),
    "admin-centre-fr.csv": ("VRAI", "PEUT-ÊTRE", 3, "Bloquer les informations d’identification: `PEUT-ÊTRE` is neither"),
    "admin-centre-es.csv": ("Nombre principal de usuario", "Otro", 1, "there is no column userPrincipalName"),
    "add-several-users-en.csv": ("Sales,", "Sales, Leeds,", 2, "the row has 17 cells, and there are 16 headings"),
    "add-several-users-de.csv": ("Benutzername", "Anzeigename", 1, "the column `Anzeigename` stands twice"),
    "entra-download-old.csv": ("accountEnabled", "isBlocked", 1, "the column `isBlocked` may say who is blocked"),
    "entra-download-new.csv": ("+44 7700 900123", "4.47701E+11", 2, "mobilePhone: `4.47701E+11` was a number to a"),
    "entra-bulk-create.csv": (",Yes,", ",Perhaps,", 5, "Block sign in (Yes/No) [accountEnabled] Required: `Perhaps`"),
    "get-mguser.csv": ('"maria@home.example"', '"System.String[]"', 2, "OtherMails: `System.String[]` is PowerShell's name"),
    "get-azureaduser.csv": ('"maria@home.example"', '"System.Collections.Generic.List`1[System.String]"', 3,
                            "OtherMails: `System.Collections.Generic.List`1[System.String]` is PowerShell's name"),
    "get-msoluser.csv": ('"BlockCredential"', '"SignInDisallowedOrBlocked"', 2, "the column `SignInDisallowedOrBlocked` may"),
    "get-aduser.csv": ('"Zoë Ålund","user"', '"Zoë "Z" Ålund","user"', 5, "a quotation mark stands inside a cell"),
    "csvde.csv": (",514,", ",disabled?,", 3, "userAccountControl: `disabled?` is neither true nor false"),
    "ldifde.ldif": ("changetype: add", "changetype: modify", 2, "this LDIF holds changes, not entries"),
    "ldapsearch.ldif": ("sn:: w4VsdW5k", "sn:: w4VsdW5", 42, "the value of `sn` is no base64"),
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


OTHERS = [
    (b"PK\x03\x04rest", 0, "this is an Excel workbook (or another ZIP archive), not text"),
    (b"\xd0\xcf\x11\xe0rest", 0, "this is an old Excel workbook, not text"),
    (b"%PDF-1.7", 0, "this is a PDF, not a table"),
    (b"\x1f\x8b\x08", 0, "this file is compressed (gzip)"),
    (b"\xff\xfe\x00\x00u\x00\x00\x00", 0, "this is UTF-32 text"),
    (b'[{"userPrincipalName": "maria.silva@contoso.example"}]', 1, "this is JSON, not a table"),
    (b"<Objs><Obj/></Objs>", 1, "this is XML or HTML, not a table"),
    (b"", 1, "there is no column userPrincipalName"),
    (b"\n\n", 1, "there is no column userPrincipalName"),
    (b"name,mail\nAnn,a@home.example\n", 1, "there is no column userPrincipalName"),
    (b"maria.silva@contoso.example,Maria\n", 1, "there is no column userPrincipalName"),
    (b"UserPrincipalName : maria.silva@contoso.example\n", 1, "there is no column userPrincipalName"),
    (b'"userPrincipalName,displayName"\n"maria.silva@contoso.example,Maria"\n', 1, "there is no column userPrincipalName"),
    ("userPrincipalName\nzoë@contoso.example\nzo".encode() + b"\xeb@contoso.example\n", 3,
     "this is not UTF-8 text, though the rest of the file is"),
    (b"userPrincipalName\nzo\x81@contoso.example\n", 2, "this is neither UTF-8 nor Windows-1252 text"),
    ("userPrincipalName\nzoë".encode()[:-1], 2, "the file ends in the middle of a character"),
    ("userPrincipalName\r\n".encode("utf-16")[:-1], 1, "the file ends in the middle of a character"),
    (b"dn: x\n", 1, "there is no column userPrincipalName"),
    (b"version: 1\n\n# nothing\n", 1, "this LDIF has no entries"),
    (b"dn: uid=a,dc=x\nuid: a\nnonsense\n", 3, "this line of LDIF is no attribute"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line", "cause"), OTHERS)
def test_what_is_no_table_is_named_for_what_it_is_with_the_remedy_p4(tmp_path, content, line, cause):
    assert [(at, what) for at, what, _ in refused(tmp_path, content)] == [(line, cause)]
    assert all(instead for _, _, instead in refused(tmp_path, content))


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "\n", "#TYPE Selected.User\r\n", "version:v1.0;;;\n"])
def test_lines_above_the_headings_are_passed_over_and_lines_are_counted_with_them_p4(tmp_path, first):
    text = first + "userPrincipalName;Block credential\nmaria.silva@contoso.example;True\nx y;True\n"
    found = sift(tmp_path, text)
    assert [person.account.enabled for person in found.people] == [False]
    assert [mistake.line for mistake in found.mistakes] == [4]


@pytest.mark.parametrize(
    "heading",
    ["Block credential", "BLOCKCREDENTIAL", " block_credential ", "Blocked", "Disabled", "Suspended", "Block sign in (Yes/No)",
     "Anmeldung blockiert", "Bloquer la connexion", "Bloquear inicio de sesión"],
)  # fmt: skip
def test_a_column_that_says_blocked_is_read_so_in_a_file_of_any_shape_p1(tmp_path, heading):
    """P1 b: the one column renamed, the other left as it was."""
    found = sift(tmp_path, f"userPrincipalName,{heading}\nmaria.silva@contoso.example,True\nben@contoso.example,No\n")
    assert [person.account.enabled for person in found.people] == [False, True]


@pytest.mark.parametrize(
    "heading", ["Is blocked?", "lockedOn", "Gesperrt bis", "Konto deaktiviert", "Compte désactivé", "Usuario inhabilitado",
                "accountRevoked", "Login enabled", "Mitarbeiter inaktiv"],
)  # fmt: skip
def test_a_column_that_may_say_blocked_and_is_not_understood_stops_the_import_p1(tmp_path, heading):
    ((line, what, instead),) = refused(tmp_path, f"userPrincipalName,{heading}\nmaria.silva@contoso.example,True\n")
    assert (line, what) == (1, f"the column `{heading}` may say who is blocked, and is not understood")
    assert "accountEnabled" in instead


WORDS = ["True/False", "WAHR/FALSCH", "VRAI/FAUX", "VERDADERO/FALSO", "VERO/FALSO", "VERDADEIRO/FALSO", "WAAR/ONWAAR",
         "PRAWDA/FAŁSZ", "SANT/FALSKT", "SAND/FALSK", "TOSI/EPÄTOSI", "ИСТИНА/ЛОЖЬ", "DOĞRU/YANLIŞ", "IGAZ/HAMIS",
         "PRAVDA/NEPRAVDA", "yes/no", "1/0", "ja/nein", "oui/non", "sí/no", "$true/$false", "ΑΛΗΘΗΣ/ΨΕΥΔΗΣ"]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_a_spreadsheet_says_yes_and_no_in_its_own_language_p4(tmp_path, words):
    yes, no = words.split("/")
    text = f"userPrincipalName,accountEnabled\nmaria.silva@contoso.example,{yes}\nben@contoso.example,{no}\n"
    assert [person.account.enabled for person in sift(tmp_path, text).people] == [True, False]


@pytest.mark.parametrize(
    ("sense", "cell", "means"),
    [("account_control", "512", True), ("account_control", "514", False), ("account_control", "66050", False),
     ("account_control", "x", None), ("blocked", "True", False), ("blocked", "Blocked", False), ("blocked", "Allowed", True),
     ("status", "ACTIVE", True), ("status", "Suspended", False), ("status", "LOCKED_OUT", True), ("status", "x", None),
     ("status", "STAGED", False), ("locked_since", "000001010000Z", False), ("locked_since", "20261126090000Z", True),
     ("enabled", "", None)],
)  # fmt: skip
def test_each_sense_of_being_on_is_read_the_right_way_round_b31(sense, cell, means):
    assert cells.enabled(sense, cell) is means


def test_columns_that_are_not_used_are_listed_with_what_was_perhaps_meant_p1(tmp_path):
    text = "userPrincipalName,jobTitle,mobilPhone,Other Mails\nmaria.silva@contoso.example,x,+44 7700 900123,maria@home.example\n"
    found = sift(tmp_path, text)
    assert found.columns.unused == ("jobTitle", "mobilPhone (did you mean mobilephone?)")
    assert found.people[0].account.other_mails == HOME


def test_ids_that_outlast_a_user_id_are_kept_b30(tmp_path):
    ids = {name: dict(sift(tmp_path, specimen(name).encode(), name).people[0].ids) for name in SHAPES}
    assert ids["admin-centre-en.csv"] == {"objectId": "1f6d1a2b-0000-4000-8000-000000000001"}
    assert (
        ids["get-aduser.csv"]
        == ids["csvde.csv"]
        == ids["ldifde.ldif"]
        == {"objectGUID": "8a9e2a52-93c5-4d2c-8f4e-1c0b7a1d0001"}
    )
    assert ids["get-mguser.csv"]["immutableId"] == "KxptHwAAAECAAAAAAAAAAQ=="
    assert ids["google.csv"] == {"employeeId": "1001"}


def test_a_first_password_is_the_cell_letter_for_letter_p11(tmp_path):
    text = "userPrincipalName,password,displayName\nmaria.silva@contoso.example, 'maple  Cedar ,'Maria\n"
    (person,) = sift(tmp_path, text).people
    assert person.password == " 'maple  Cedar "
    assert person.account.display_name == "'Maria"


def test_what_stands_in_place_of_a_password_is_none_p11(tmp_path):
    passwords = {p.account.user_id: p.password for p in sift(tmp_path, specimen("google.csv")).people}
    assert set(passwords.values()) == {""}
    hashed = specimen("google.csv").replace("****,,", "5ebe2294ecd0e0f08eab7690d2a6ee69,MD5,", 1)
    found = sift(tmp_path, hashed)
    assert found.people[0].password == ""
    assert "the password is left out" in found.notes[0].what


def test_a_password_never_lands_in_another_column_p3(tmp_path):
    """P3: an unquoted comma in a name moved the password into the groups."""
    text = "userPrincipalName,displayName,password,groups\na@contoso.example,Low, Deb,quiet-Meadow-48-lantern,staff\n"
    ((line, what, _),) = refused(tmp_path, text)
    assert (line, what) == (2, "the row has 5 cells, and there are 4 headings")


def test_blank_cells_say_nothing_and_none_empties_p2(tmp_path):
    text = "userPrincipalName,accountEnabled,mobilePhone,otherMails,role\na@contoso.example,,,,\nb@contoso.example,True,none,None,none\n"
    blank, emptied = sift(tmp_path, text).people
    assert {"enabled", "mobile_phone", "other_mails", "role"} <= set(blank.unsaid)
    assert blank.account.enabled is False
    assert not {"enabled", "mobile_phone", "other_mails", "role"} & set(emptied.unsaid)
    assert (emptied.account.mobile_phone, emptied.account.other_mails, emptied.account.role) == ("", (), "")


def test_rows_that_a_spreadsheet_ended_early_are_read_as_far_as_they_go_p3(tmp_path):
    """Excel leaves out the separators of empty cells at the end of a row, from the sixteenth row on."""
    found = sift(tmp_path, "userPrincipalName,displayName,mobilePhone\na@contoso.example,Ann\nb@contoso.example,Ben,\n")
    assert [person.account.display_name for person in found.people] == ["Ann", "Ben"]


def test_one_odd_address_does_not_stop_the_file_p5(tmp_path):
    found = sift(
        tmp_path, "userPrincipalName,mail\na@contoso.example,maria@corp.local\nb@contoso.example,maria@intranet\n"
    )
    assert [person.account.mail for person in found.people] == ["", ""]
    assert [note.what for note in found.notes] == [
        "mail: `maria@corp.local` is left out",
        "mail: `maria@intranet` is left out",
    ]


def test_a_file_of_strangers_is_refused_rather_than_taken_for_done_p1(tmp_path):
    ((_, what, instead),) = refused(tmp_path, "userPrincipalName\na@elsewhere.example\n")
    assert (
        what
        == "none of the 1 rows is an account of the organisation: the first is of elsewhere.example, which the organisation file does not name"
    )
    assert "contoso.example" in instead


def test_user_ids_without_a_domain_are_said_where_there_are_several_p10(tmp_path):
    notes = sift(tmp_path, "userPrincipalName\nmaria.silva\nben@lab.contoso.example\n").notes
    assert [note.what for note in notes] == ["1 user IDs have no domain, and get @contoso.example"]


@pytest.mark.parametrize(
    "heading",
    [
        "User principal name",
        "userPrincipalName",
        "USER_PRINCIPAL-NAME",
        "\ufeffuserPrincipalName",
        " userprincipalname\u00a0",
    ],
)
def test_headings_are_the_same_whatever_their_case_blanks_and_marks(heading):
    assert key(heading) == "userprincipalname"


@settings(max_examples=300)
@given(
    content=st.binary(max_size=300), start=st.sampled_from([specimen(name)[:400].encode() for name in SHAPES] + [b""])
)
def test_no_file_breaks_the_readers_b31(tmp_path_factory, content, start):
    path = tmp_path_factory.getbasetemp() / "fuzzed.csv"
    path.write_bytes(start + content)
    try:
        found = importing.sift(path, OURS)
    except InvalidFile as wrong:
        assert all(mistake.what for mistake in wrong.mistakes)
    else:
        assert all(mistake.line >= 1 and mistake.what for mistake in found.mistakes)


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
        importing.sift(path, OURS)
    except InvalidFile as wrong:
        assert all(mistake.what for mistake in wrong.mistakes)
