"""The CSV of Microsoft's admin centre: read strictly, and not used at all where a row is wrong."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from regain.domain.policy import Domain
from regain.organisation.file import read as read_organisation
from regain.organisation.file_errors import InvalidFile
from regain.people import importing

ROOT = Path(__file__).parents[2]
ORGANISATION = read_organisation(ROOT / "organisation.yaml")
HEADER = (
    "userPrincipalName,displayName,mail,otherMails,mobilePhone,telephoneNumber,accountEnabled,password,role,groups\n"
)


def read(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "people.csv"
    path.write_bytes(text.encode(encoding))
    return importing.read(path, ORGANISATION)


def mistakes(tmp_path, text):
    with pytest.raises(InvalidFile) as found:
        read(tmp_path, text)
    return [(mistake.line, mistake.message) for mistake in found.value.errors]


def test_the_demo_people_are_read():
    found = {person.account.user_id: person for person in importing.read(ROOT / "people.csv", ORGANISATION)}
    maria = found["maria.silva@contoso.example"]
    assert maria.account.mobile_phone == "+447700900123"
    assert maria.account.other_mails == ("maria@home.example",)
    assert found["ines.rossi@contoso.example"].account.role == "administrator"
    assert found["erik.lund@contoso.example"].account.enabled is False


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_excel_writes_is_read(tmp_path, encoding):
    (person,) = read(tmp_path, HEADER + "zoë@contoso.example,Zoë,,,,,True,,,\n", encoding)
    assert person.account.user_id == "zoë@contoso.example"


@pytest.mark.parametrize("newline", ["\r\n", "\n"])
def test_columns_may_stand_in_any_order_and_others_are_passed_over(tmp_path, newline):
    text = newline.join(["jobTitle,MAIL,UserPrincipalName", "clerk,a@home.example,Ann@Contoso.example", ""])
    (person,) = read(tmp_path, text)
    assert (person.account.user_id, person.account.mail) == ("ann@contoso.example", "a@home.example")


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("not a user id,,,,,,,,,", "userPrincipalName: `not a user id` is not a user ID"),
        ("a@contoso.example,,nobody,,,,,,,", "mail: `nobody` is not an e-mail address"),
        ("a@contoso.example,,,x@home.example;y,,,,,,", "otherMails: `y` is not an e-mail address"),
        ("a@contoso.example,,,,123,,,,,", "mobilePhone: `123` is not a telephone number"),
        ("a@contoso.example,,,,+44 909 8790000,,,,,", "mobilePhone: no code may be sent to `+44 909 8790000`"),
        ("a@contoso.example,,,,+33 6 12 34 56 78,,,,,", "mobilePhone: no code may be sent to `+33 6 12 34 56 78`"),
        ("a@contoso.example,,,,,12,,,,", "telephoneNumber: `12` is not a telephone number"),
        ("a@contoso.example,,,,,,maybe,,,", "accountEnabled: `maybe` is neither true nor false"),
        ("a@contoso.example,,,,,,,,king,", "role: `king` is not a role"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(tmp_path, row, what):
    assert mistakes(tmp_path, HEADER + "ok@contoso.example,,,,,,,,,\n" + row + "\n") == [(3, what)]


def test_every_wrong_row_is_told_at_once(tmp_path):
    assert [line for line, _ in mistakes(tmp_path, HEADER + "a b,,x,,,,,,,\nc d,,,,,,,,,\n")] == [2, 2, 3]


def test_a_user_id_that_stands_twice_is_a_mistake_in_any_form(tmp_path):
    ((line, what),) = mistakes(tmp_path, HEADER + "ann@contoso.example,,,,,,,,,\nＡnn@CONTOSO.example,,,,,,,,,\n")
    assert (line, what) == (3, "`ann@contoso.example` is also on line 2")


@pytest.mark.parametrize("text", ["", "name,mail\nAnn,a@home.example\n"])
def test_a_file_without_user_ids_is_a_mistake(tmp_path, text):
    assert "there is no column userPrincipalName" in mistakes(tmp_path, text)[0][1]


def test_a_dropped_extension_leaves_the_number(tmp_path):
    (person,) = read(tmp_path, HEADER + "a@contoso.example,,,,,+44 20 7946 0101 ext. 12,,,,\n")
    assert person.account.office_phone == "+442079460101"


@given(st.binary(max_size=300))
def test_any_file_is_read_or_is_a_mistake(tmp_path_factory, raw):
    path = tmp_path_factory.mktemp("people") / "people.csv"
    path.write_bytes(b"userPrincipalName,mail\n" + raw)
    try:
        importing.read(path, ORGANISATION)
    except InvalidFile as found:
        assert all(mistake.line >= 1 for mistake in found.errors)


def test_people_of_a_domain_with_a_directory_are_found_there_and_become_no_accounts_here_b31(tmp_path):
    settings = msgspec.structs.replace(
        ORGANISATION, domains={**ORGANISATION.domains, "ad.contoso.example": Domain(directory="ldap")}
    )
    path = tmp_path / "people.csv"
    path.write_text("userPrincipalName\nann@ad.contoso.example\nbob@contoso.example\n")
    parsed = importing.parse(path, settings)
    assert [person.account.user_id for person in parsed.people] == ["bob@contoso.example"]
    assert "skipped, found in the directory of their domain: 1 (ann@ad.contoso.example)" in parsed.summary()
