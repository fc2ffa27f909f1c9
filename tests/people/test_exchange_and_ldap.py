"""What Exchange, Samba and LDAP's tools say of who is in use, in their own words and calendars (P1, P4, P9)."""

import pytest

from regain.people.formats import cells
from tests.people.specimen_files import parse, refused

MAILBOXES = """UserPrincipalName,DisplayName,PrimarySmtpAddress,RecipientTypeDetails,ExchangeUserAccountControl
maria.silva@contoso.example,Maria,maria.silva@contoso.example,UserMailbox,None
ben@contoso.example,Ben,ben@contoso.example,RemoteUserMailbox,"AccountDisabled, PasswordNotRequired"
info@contoso.example,Information,info@contoso.example,SharedMailbox,AccountDisabled
room@contoso.example,Room 1,room@contoso.example,RoomMailbox,AccountDisabled
"""


def test_mailboxes_of_rooms_and_teams_are_nobody_and_who_is_disabled_is_off(tmp_path):
    found = parse(tmp_path, MAILBOXES)
    assert found.columns.shape.name == "Get-Mailbox"
    assert [(each.account.user_id.partition("@")[0], each.account.enabled) for each in found.people] == [
        ("maria.silva", True), ("ben", False),
    ]  # fmt: skip
    assert [(each.name.partition("@")[0], each.reason) for each in found.skipped] == [
        ("info", "not a person"), ("room", "not a person"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "enabled"),
    [("NormalAccount", True), ("NormalAccount, DoNotExpirePassword", True), ("AccountDisabled, NormalAccount", False), ("512", True),
     ("514", False), ("[U          ]", True), ("[DU         ]", False), ("Normal", None), ("", None), ("[u]", None)],
)  # fmt: skip
def test_the_bits_of_an_account_are_read_as_a_number_by_name_and_as_sambas_letters(cell, enabled):
    assert cells.parse_enabled("account_control", cell) is enabled


def test_samba_says_in_an_ldif_who_is_off(tmp_path):
    entries = [
        f"dn: uid={name},dc=x\nuid: {name}\nsambaAcctFlags: {flags}\n"
        for name, flags in (("ana", "[U ]"), ("ben", "[DU ]"))
    ]
    assert [each.account.enabled for each in parse(tmp_path, "\n".join(entries)).people] == [True, False]


@pytest.mark.parametrize("year", ["1448", "1405", "2569", "2560"])
@pytest.mark.parametrize("written", ["{}-06-01", "01/06/{}", "1 Jun {}"])
def test_a_year_of_another_calendar_is_refused_and_turns_nobody_off_or_on(tmp_path, year, written):
    """2560 is 2017 in Thailand: somebody who has left would stay on."""
    ends = written.format(year)
    (error,) = refused(tmp_path, f"userPrincipalName,accountExpires\nmaria.silva@contoso.example,{ends}\n")
    assert "cannot be read as a date" in error[1]
    (error,) = refused(tmp_path, f"userPrincipalName,Termination Date\nmaria.silva@contoso.example,{ends}\n")
    assert "may say who has left" in error[1]
    far = f"userPrincipalName,accountExpires\nmaria.silva@contoso.example,{written.format(2999)}\n"
    assert parse(tmp_path, far).people[0].account.enabled


@pytest.mark.parametrize(
    ("verified", "used"), [("false", ()), ("No", ()), ("true", ("maria@home.example",)), ("", ("maria@home.example",))]
)
def test_an_address_that_is_not_verified_is_not_used_whatever_its_column(tmp_path, verified, used):
    rows = (
        f"userPrincipalName,Home Email,Home Email Verified\nmaria.silva@contoso.example,maria@home.example,{verified}\n"
    )
    found = parse(tmp_path, rows)
    assert found.people[0].account.other_mails == used
    assert len(found.people[0].notes) == (not used)


@pytest.mark.parametrize(
    "before",
    ["SASL/GSSAPI authentication started\nSASL username: admin@CONTOSO\nSASL SSF: 256\nSASL data security layer installed.\n",
     "Enter LDAP Password: # extended LDIF\n#\n", "Enter LDAP Password: "],
)  # fmt: skip
def test_what_ldapsearch_says_before_the_first_entry_is_passed_over(tmp_path, before):
    found = parse(
        tmp_path, f"{before}dn: uid=ana,dc=x\nuid: ana\ncn: Ana Lee\ndescription: x\n SASL/ is no prefix here\n"
    )
    assert [each.account.display_name for each in found.people] == ["Ana Lee"]
    wrong = refused(tmp_path, f"{before}dn: uid=ana,dc=x\nnonsense\n")
    assert wrong[0][0] == before.count("\n") + 2
