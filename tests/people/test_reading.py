"""Tables of people as people make them: what their headings, cells and rows mean, and what is refused (P1 to P11)."""

import tracemalloc

import pytest

from regain.organisation.file_errors import InvalidFile
from regain.people.formats import cells, sheet
from regain.people.formats.headings import normalise
from tests.people.specimen_files import HOME, parse, refused, specimen

OTHERS = [
    (b"PK\x03\x04rest", 0, "this is an Excel workbook or another ZIP archive, not text"),
    (b"\xd0\xcf\x11\xe0rest", 0, "this is an Excel workbook of an old version, not text"),
    (b"%PDF-1.7", 0, "this is a PDF"),
    (b"{\\rtf1\\ansi userPrincipalName}", 0, "this is a document of a word processor (RTF)"),
    (b"PK\x03\x04mimetypeapplication/vnd.oasis.opendocument.spreadsheet", 0,
     "this is an Excel workbook or another ZIP archive, not text"),
    (b"- userPrincipalName: maria.silva@contoso.example\n", 1, "there is no column userPrincipalName"),
    (b"BEGIN:VCARD\nEMAIL:maria.silva@contoso.example\nEND:VCARD\n", 1, "there is no column userPrincipalName"),
    (b"Users of Contoso\n\nuserPrincipalName\nmaria.silva@contoso.example\n", 1, "there is no column userPrincipalName"),
    (b"userPrincipalName\nmaria.silva@contoso.example\n\x1a", 3, "userPrincipalName: `<U+001A>` is not a user ID"),
    (b"\x1f\x8b\x08", 0, "this file is compressed with gzip"),
    (b"BZh91AY&SY", 0, "this file is compressed with bzip2"),
    (b"\xfd7zXZ\0", 0, "this file is compressed with xz"),
    (b"\x28\xb5\x2f\xfd\x24", 0, "this file is compressed with Zstandard"),
    (b"7z\xbc\xaf\x27\x1c\0", 0, "this is a 7-Zip archive"),
    (b"Rar!\x1a\x07\0", 0, "this is a RAR archive"),
    (b"PK\x05\x06" + bytes(18), 0, "this is an empty ZIP archive"),
    (b"PAR1\x15\0", 0, "this is a Parquet file, not text"),
    (b"SQLite format 3\0", 0, "this is a SQLite database, not text"),
    (b"\x89PNG\r\n\x1a\n", 0, "this is a picture"),
    (b"-----BEGIN PGP MESSAGE-----\n\nx\n", 0, "this file is encrypted with OpenPGP"),
    (b"MIME-Version: 1.0\n\n<table></table>\n", 0, "this is a web archive (MHTML)"),
    (b'{"@odata.nextLink": "https://graph.microsoft.com/", "value": []}', 1, "this is JSON"),
    ("\ufeff<table><tr><td>Username".encode("utf-16-le"), 1, "this is XML or HTML"),
    (b"\xff\xfe\x00\x00u\x00\x00\x00", 0, "this text is UTF-32"),
    (b'[{"userPrincipalName": "maria.silva@contoso.example"}]', 1, "this is JSON"),
    (b"<Objs><Obj/></Objs>", 1, "this is XML or HTML"),
    (b"", 1, "there is no column userPrincipalName"),
    (b"\n\n", 1, "there is no column userPrincipalName"),
    (b"name,mail\nAnn,a@home.example\n", 1, "there is no column userPrincipalName"),
    (b"maria.silva@contoso.example,Maria\n", 1, "there is no column userPrincipalName"),
    (b"UserPrincipalName : maria.silva@contoso.example\n", 1, "there is no column userPrincipalName"),
    (b'"userPrincipalName,displayName"\n"maria.silva@contoso.example,Maria"\n', 1, "there is no column userPrincipalName"),
    ("userPrincipalName\nzoë@contoso.example\nzo".encode() + b"\xeb@contoso.example\n", 3,
     "this line is not valid UTF-8, although the rest of the file is"),
    (b"userPrincipalName\nzo\x81@contoso.example\n", 2, "this is neither UTF-8 nor Windows-1252"),
    ("userPrincipalName\nzoë".encode()[:-1], 2, "the file ends in the middle of a character"),
    ("userPrincipalName\r\n".encode("utf-16")[:-1], 1, "the file ends in the middle of a character"),
    (b"dn: x\n", 1, "there is no column userPrincipalName"),
    (b"version: 1\n\n# nothing\n", 1, "this LDIF has no entries"),
    (b"dn: uid=a,dc=x\nuid: a\nnonsense\n", 3, "this line is not an LDIF attribute"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "line", "cause"), OTHERS)
def test_what_is_no_table_is_named_for_what_it_is_with_the_remedy_p4(tmp_path, content, line, cause):
    assert [(at, what) for at, what, _ in refused(tmp_path, content)] == [(line, cause)]
    assert all(instead for _, _, instead in refused(tmp_path, content))


@pytest.mark.parametrize("first", ["sep=;\r\n", '"sep=;"\n', "\n", "#TYPE Selected.User\r\n", "version:v1.0;;;\n"])
def test_lines_above_the_headings_are_passed_over_and_lines_are_counted_with_them_p4(tmp_path, first):
    text = first + "userPrincipalName;Block credential\nmaria.silva@contoso.example;True\nx y;True\n"
    found = parse(tmp_path, text)
    assert [person.account.enabled for person in found.people] == [False]
    assert [error.line for error in found.errors] == [4]


@pytest.mark.parametrize(
    "heading",
    ["Block credential", "BLOCKCREDENTIAL", " block_credential ", "Blocked", "Disabled", "Suspended", "Block sign in (Yes/No)",
     "Anmeldung blockiert", "Bloquer la connexion", "Bloquear inicio de sesión", "Blocca accesso", "Aanmelden blokkeren",
     "Bloquear credencial", "Zablokuj logowanie", "サインインのブロック", "阻止登录"],
)  # fmt: skip
def test_a_column_that_says_blocked_is_read_so_in_a_file_of_any_shape_p1(tmp_path, heading):
    """P1 b: the one column renamed, the other left as it was."""
    found = parse(tmp_path, f"userPrincipalName,{heading}\nmaria.silva@contoso.example,True\nben@contoso.example,No\n")
    assert [person.account.enabled for person in found.people] == [False, True]


@pytest.mark.parametrize(
    "heading", ["Is blocked?", "lockedOn", "Gesperrt bis", "Konto deaktiviert", "Compte désactivé", "Usuario inhabilitado",
                "accountRevoked", "Login enabled", "Mitarbeiter inaktiv", "IsActive", "is_active", "User is enabled", "hasStatus",
                "account_locked", "activated", "Bloccato", "Zablokowany", "Spärrad", "资格已停用", "Leaver", "Ausgeschieden",
                "HR Status", "Worker Status", "PEBEMPL_EMPL_STATUS", "Enroll_Status", "On Roll", "Mitarbeiterstatus",
                "Active Status", "Currently Active", "Active User", "Active Flag", "Current Employee", "Position Status",
                "Assignment Status", "Account State", "Sign-in allowed", "Login allowed", "Lock", "User lock",
                "Statut du compte", "Estado de la cuenta", "Cuenta habilitada", "Utente attivo", "アカウントの有効化", "有効",
                "状态", "账户状态", "계정 상태", "Активен", "Can log in", "Actif O/N", "Aktiv (J/N)?", "Active Y/N", "zimbraAccountStatus"],
)  # fmt: skip
def test_a_column_that_may_say_blocked_and_is_not_understood_stops_the_import_p1(tmp_path, heading):
    ((line, what, instead),) = refused(tmp_path, f"userPrincipalName,{heading}\nmaria.silva@contoso.example,True\n")
    assert (line, what) == (1, f"the column `{heading}` may say who is blocked, but is not known")
    assert "accountEnabled" in instead


@pytest.mark.parametrize(
    "heading", ["State", "Estado", "Marital status", "MFA Status", "UserState", "License status", "Current position", "Allowed IPs",
                "Activity", "Clock number", "有効期限"],
)  # fmt: skip
def test_a_column_that_only_sounds_like_who_is_blocked_stops_nothing(tmp_path, heading):
    found = parse(tmp_path, f"userPrincipalName,{heading}\nmaria.silva@contoso.example,York\n")
    assert found.columns.unused == (heading,)


@pytest.mark.parametrize(
    ("heading", "cell"), [("Estado", "Inactivo"), ("Situation", "Suspendu"), ("Zustand", "gesperrt"), ("State", "disabled"),
                          ("Condition", " TERMINATED "), ("Stan", "in\u200bactive"), ("Stan", "Zablokowany"), ("Stav", "停用"),
                          ("State", "tobedeleted")],
)  # fmt: skip
def test_a_column_under_any_heading_that_says_somebody_is_blocked_stops_the_import_p1(tmp_path, heading, cell):
    """Not all headings can be known; the words in which tools say it are few. `--skip-refused` does not pass over it."""
    rows = f"userPrincipalName,{heading}\nben@contoso.example,Active\nmaria.silva@contoso.example,{cell}\n"
    with pytest.raises(InvalidFile, match=f"the column `{heading}` holds `{cell.strip()}`, and may say who is blocked"):
        parse(tmp_path, rows)
    ldif = f"version: 1\n\ndn: uid=a\nuid: a\nx-{heading}: {cell}\n"
    with pytest.raises(InvalidFile, match="may say who is blocked"):
        parse(tmp_path, ldif)


@pytest.mark.parametrize("word", ["NULL", "(null)", "\\N", "N/A", "n/a", "-", "\u2013", " "])
def test_what_a_database_writes_for_nothing_says_nothing_p2(tmp_path, word):
    text = f"userPrincipalName,surname,accountEnabled,mail,mobilePhone,role\nnull@contoso.example,Null,{word},{word},{word},{word}\n"
    (person,) = parse(tmp_path, text).people
    assert {"enabled", "mail", "mobile_phone", "role"} <= set(person.unspecified)
    assert (person.account.user_id, person.account.surname, person.account.enabled) == (
        "null@contoso.example",
        "Null",
        False,
    )


@pytest.mark.parametrize("word", ["#N/A", "#NAME?", "#WERT!", "#VALEUR!", "########"])
def test_what_a_spreadsheet_shows_for_an_error_is_named_p4(tmp_path, word):
    ((line, what, instead),) = refused(tmp_path, f"userPrincipalName,mobilePhone\nmaria.silva@contoso.example,{word}\n")
    assert (line, what) == (2, f"mobilePhone: `{word}` is what a spreadsheet shows where it has no content")
    assert "formula" in instead


@pytest.mark.parametrize(
    "cell", ["a@home.example;b@home.example", "a@home.example, b@home.example", "a@home.example b@home.example",
             "a@home.example|b@home.example", "a@home.example\nb@home.example", "Ann B. <a@home.example>; <b@home.example>",
             "{a@home.example;b@home.example}", '="a@home.example;b@home.example"',
             "SMTP:a@home.example;smtp:b@home.example"],
)  # fmt: skip
def test_several_addresses_in_a_cell_are_read_however_a_tool_separates_them_p4(tmp_path, cell):
    quoted = cell.replace('"', '""')
    text = f'userPrincipalName,otherMails\nmaria.silva@contoso.example,"{quoted}"\n'
    assert parse(tmp_path, text).people[0].account.other_mails == ("a@home.example", "b@home.example")


def test_a_name_is_one_line_without_control_characters_and_bidi_marks_p3(tmp_path):
    text = "userPrincipalName,displayName\nmaria.silva@contoso.example,Ma\0ria\u2028 \u202eSilva\u0085\n"
    assert parse(tmp_path, text).people[0].account.display_name == "Ma ria Silva"


def test_a_total_or_a_ruler_below_a_table_is_nobody_or_is_said_p4(tmp_path):
    found = parse(tmp_path, "| userPrincipalName | displayName |\n|---|---|\n| maria.silva@contoso.example | Maria |\n")
    assert [error.message for error in found.errors] == ["userPrincipalName: `---` is not a user ID"]
    total = parse(tmp_path, "userPrincipalName,displayName\nmaria.silva@contoso.example,Maria\nTotal,1\n")
    assert [note.message for note in total.notes] == ["1 user IDs have no domain (Total): @contoso.example is used"]


@pytest.mark.parametrize(
    "headings", ["username,email,firstName,lastName,enabled", "Username,E-mail,First name,Last name,Enabled",
                 "User ID,Email address,Given name,Surname,Account enabled", "UPN,Mail,Given Name,Family Name,Active"],
)  # fmt: skip
def test_the_usual_names_of_columns_are_known_whatever_tool_wrote_them_p1(tmp_path, headings):
    """Keycloak, OneLogin, PingOne, Moodle and others have these."""
    found = parse(tmp_path, f"{headings}\nmaria.silva@contoso.example,maria@home.example,Maria,Silva,FALSE\n")
    account = found.people[0].account
    assert (account.user_id, account.mail, account.given_name, account.surname, account.enabled) == (
        "maria.silva@contoso.example", "maria@home.example", "Maria", "Silva", False
    )  # fmt: skip
    assert found.columns.unused == ()


WORDS = ["True/False", "WAHR/FALSCH", "VRAI/FAUX", "VERDADERO/FALSO", "VERO/FALSO", "VERDADEIRO/FALSO", "WAAR/ONWAAR",
         "PRAWDA/FAŁSZ", "SANT/FALSKT", "SAND/FALSK", "TOSI/EPÄTOSI", "ИСТИНА/ЛОЖЬ", "DOĞRU/YANLIŞ", "IGAZ/HAMIS",
         "PRAVDA/NEPRAVDA", "yes/no", "1/0", "ja/nein", "oui/non", "sí/no", "$true/$false", "ΑΛΗΘΗΣ/ΨΕΥΔΗΣ", "-1/0",
         "\u200bTRUE\u00a0/\ufeffFALSE", "T/F", "on/off", "ano/ne", "evet/hayır", "да/нет", "はい/いいえ", "نعم/لا"]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_a_spreadsheet_says_yes_and_no_in_its_own_language_p4(tmp_path, words):
    yes, no = words.split("/")
    text = f"userPrincipalName,accountEnabled\nmaria.silva@contoso.example,{yes}\nben@contoso.example,{no}\n"
    assert [person.account.enabled for person in parse(tmp_path, text).people] == [True, False]


@pytest.mark.parametrize(
    ("sense", "cell", "means"),
    [("account_control", "512", True), ("account_control", "514", False), ("account_control", "66050", False),
     ("account_control", "x", None), ("blocked", "True", False), ("blocked", "Blocked", False), ("blocked", "Allowed", True),
     ("status", "ACTIVE", True), ("status", "Suspended", False), ("status", "LOCKED_OUT", True), ("status", "x", None),
     ("status", "STAGED", False), ("locked_since", "000001010000Z", False), ("locked_since", "20261126090000Z", True),
     ("enabled", "", None)],
)  # fmt: skip
def test_each_sense_of_being_on_is_read_the_right_way_round_b31(sense, cell, means):
    assert cells.parse_enabled(sense, cell) is means


def test_columns_that_are_not_used_are_listed_with_what_was_perhaps_meant_p1(tmp_path):
    text = "userPrincipalName,jobTitle,mobilPhone,Other Mails\nmaria.silva@contoso.example,x,+44 7700 900123,maria@home.example\n"
    found = parse(tmp_path, text)
    assert found.columns.unused == ("jobTitle", "mobilPhone (did you mean mobilePhone?)")
    assert found.people[0].account.other_mails == HOME


def test_a_first_password_is_the_cell_letter_for_letter_p11(tmp_path):
    text = "userPrincipalName,password,displayName\nmaria.silva@contoso.example, 'maple  Cedar ,'Maria\n"
    (person,) = parse(tmp_path, text).people
    assert person.password == " 'maple  Cedar "
    assert person.account.display_name == "'Maria"


def test_what_stands_in_place_of_a_password_is_none_p11(tmp_path):
    passwords = {p.account.user_id: p.password for p in parse(tmp_path, specimen("google.csv")).people}
    assert set(passwords.values()) == {""}
    hashed = specimen("google.csv").replace("****,,", "5ebe2294ecd0e0f08eab7690d2a6ee69,MD5,", 1)
    found = parse(tmp_path, hashed)
    assert found.people[0].password == ""
    assert "the password is ignored" in found.notes[0].message


def test_a_password_never_lands_in_another_column_p3(tmp_path):
    """P3: an unquoted comma in a name moved the password into the groups."""
    text = "userPrincipalName,displayName,password,groups\na@contoso.example,Low, Deb,quiet-Meadow-48-lantern,staff\n"
    ((line, what, _),) = refused(tmp_path, text)
    assert (line, what) == (2, "the row has 5 cells, but there are 4 headings")


def test_blank_cells_say_nothing_and_none_empties_p2(tmp_path):
    text = "userPrincipalName,accountEnabled,mobilePhone,otherMails,role\na@contoso.example,,,,\nb@contoso.example,True,none,None,none\n"
    blank, emptied = parse(tmp_path, text).people
    assert {"enabled", "mobile_phone", "other_mails", "role"} <= set(blank.unspecified)
    assert blank.account.enabled is False
    assert not {"enabled", "mobile_phone", "other_mails", "role"} & set(emptied.unspecified)
    assert (emptied.account.mobile_phone, emptied.account.other_mails, emptied.account.role) == ("", (), "")


def test_rows_that_a_spreadsheet_ended_early_are_read_as_far_as_they_go_p3(tmp_path):
    """Excel leaves out the separators of empty cells at the end of a row, from the sixteenth row on."""
    found = parse(
        tmp_path, "userPrincipalName,displayName,mobilePhone\na@contoso.example,Ann\nb@contoso.example,Ben,\n"
    )
    assert [person.account.display_name for person in found.people] == ["Ann", "Ben"]


@pytest.mark.parametrize("odd", ["maria@corp.local", "maria@intranet", "müller@home.example", "аnna@home.example"])
def test_one_odd_address_does_not_stop_the_file_p5_p19(tmp_path, odd):
    """No message reaches a closed network, and SES delivers to no name but one in ASCII: nobody gets back in by these.
    An address of the organisation's own is kept: without any, mail would go to the user ID."""
    found = parse(tmp_path, f"userPrincipalName,mail,otherMails\na@contoso.example,{odd},{odd};a@home.example\n")
    kept = "" if odd.startswith("maria") else odd
    assert [(person.account.mail, person.account.other_mails) for person in found.people] == [
        (kept, ("a@home.example",))
    ]
    told = ["otherMails"] if kept else ["mail", "otherMails"]
    assert [note.message for note in found.notes] == [f"{name}: `{odd}` is ignored" for name in told]


def test_a_file_of_strangers_is_refused_rather_than_taken_for_done_p1(tmp_path):
    ((_, what, instead),) = refused(tmp_path, "userPrincipalName\na@elsewhere.example\n")
    assert (
        what
        == "none of the 1 rows is an account of this organisation; the first is of elsewhere.example, which is not a domain in the organisation file"
    )
    assert "contoso.example" in instead


def test_user_ids_without_a_domain_are_said_where_there_are_several_p10(tmp_path):
    notes = parse(tmp_path, "userPrincipalName\nmaria.silva\nben@lab.contoso.example\n").notes
    assert [note.message for note in notes] == ["1 user IDs have no domain (maria.silva): @contoso.example is used"]


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
    assert normalise(heading) == "userprincipalname"


def test_rows_are_read_one_at_a_time(tmp_path):
    """A file of any length takes the same memory."""
    path = tmp_path / "people.csv"
    rows = (f"person{number}@contoso.example,Person {number},+44 7700 900123\n" for number in range(20_000))
    path.write_text("userPrincipalName,displayName,mobilePhone\n" + "".join(rows))
    tracemalloc.start()
    assert sum(1 for _ in sheet.read(path).rows) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert path.stat().st_size > 1_000_000
    assert peak < 4_000_000  # a chunk of it, as bytes and as text


def test_the_remedy_for_a_list_that_powershell_has_not_written_names_its_column_p2(tmp_path):
    text = "UserPrincipalName,BusinessPhones\nmaria.silva@contoso.example,System.String[]\n"
    ((line, _, hint),) = refused(tmp_path, text)
    assert (line, hint) == (2, "export with Select-Object @{n='BusinessPhones';e={$_.BusinessPhones -join ';'}}")


def test_a_user_id_that_a_spreadsheet_has_made_a_number_is_said_so_p4(tmp_path):
    ((line, message, _),) = refused(tmp_path, "userPrincipalName\n4.47701E+11\n")
    assert line == 2
    assert message.startswith("userPrincipalName: `4.47701E+11` was converted to a number by a spreadsheet")
