"""A domain whose passwords live in Active Directory or OpenLDAP: its settings, and their mistakes with line and remedy."""

import pytest

from local.directories.certificates import Authority
from regain.organisation.file import read
from regain.organisation.file_errors import InvalidFile

HEAD = "organisation: {name: Contoso}\ndomains:\n  contoso.example:\n"
GOOD = """    directory: ldap
    ldap:
      kind: active-directory
      url: [ldaps://dc1.ad.contoso.example]
      base: OU=People,DC=ad,DC=contoso,DC=example
      service_account: svc-regain@ad.contoso.example
      ca: ca.pem
"""


@pytest.fixture
def mistakes(tmp_path):
    """What is said of the settings of a domain: line, mistake, remedy."""
    Authority(tmp_path)
    (tmp_path / "empty.pem").write_text("nothing\n")

    def found(domain):
        path = tmp_path / "organisation.yaml"
        path.write_text(HEAD + domain)
        try:
            read(path)
        except InvalidFile as invalid:
            return [(each.line, each.message, each.hint) for each in invalid.errors]
        return []

    return found


@pytest.mark.parametrize(
    ("written", "instead", "line", "what", "remedy"),
    [
        ("      kind: active-directory\n", "", 5, "`kind` is missing", "add `kind:`"),
        ("active-directory", "activedirectory", 6, "`kind` cannot be `activedirectory`", "`active-directory`"),
        ("dc1.ad.contoso.example]", "dc1.contoso.example:3269]", 7, "the global catalogue's", "leave the port out"),
        ("ldaps://", "https://", 7, "is not the address of a server", "ldaps://"),
        ("[ldaps://dc1.ad.contoso.example]", "[]", 7, "there is no server", "name one or more"),
        ("OU=People,DC=ad,DC=contoso,DC=example", "People", 8, "is not a distinguished name", "OU=People"),
        ("svc-regain@ad.contoso.example", "svc", 9, "alone names no account", "distinguished name"),
        ("ca: ca.pem", "ca: other.pem", 10, "`other.pem` is not there", "beside this one"),
        ("ca: ca.pem", "ca: empty.pem", 10, "`empty.pem` holds no certificate", "in PEM"),
        ("ca: ca.pem", 'ca: "-----BEGIN nothing"', 10, "the certificate of `ca` holds no", "in PEM"),
        ("ca: ca.pem", "usable_minutes: 500", 10, "500 is out of range", "from 0 to 120"),
        ("ca: ca.pem", "user_id: [employeeID]", 10, "cannot be `employeeID`", "userPrincipalName"),
        ("ca: ca.pem", "user_id: []", 10, "no attribute holds what people type", "[userPrincipalName]"),
        ("ca: ca.pem", "password: secret", 10, "`password` is not a setting", "known: kind"),
        ("directory: ldap", "directory: dynamodb", 4, "`ldap` says nothing where `directory` is `dynamodb`", "leave"),
        ("directory: ldap", "directory: ldp", 4, "`directory` cannot be `ldp`", "did you mean `ldap`?"),
    ],
)
def test_a_mistake_in_the_settings_of_a_directory_has_its_line_and_its_remedy(
    mistakes, written, instead, line, what, remedy
):
    assert GOOD.count(written) == 1
    ((at, told, right),) = mistakes(GOOD.replace(written, instead))
    assert at == line and what in told and remedy in right


def test_passwords_in_a_directory_need_to_know_which(mistakes):
    ((line, told, _),) = mistakes("    directory: ldap\n    ldap:\n")
    assert (line, told) == (3, "passwords in a directory need the group `ldap`")


def test_settings_as_they_should_be_have_no_mistake(mistakes):
    assert mistakes(GOOD) == []


def test_the_authoritys_certificate_travels_with_the_settings(tmp_path):
    """The functions do not have the file beside organisation.yaml."""
    authority = Authority(tmp_path)
    path = tmp_path / "organisation.yaml"
    path.write_text(HEAD + GOOD)
    assert read(path).domains["contoso.example"].ldap.ca == authority.file.read_text()
