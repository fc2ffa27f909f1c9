"""A domain whose passwords live in a directory: its settings, and their mistakes with line and remedy."""

import ssl

import pytest

from local.directories.certificates import Authority
from regain.organisation.file import read

HEAD = "organisation: {name: Contoso}\ndomains:\n  contoso.example:\n"
GOOD = """    directory: ldap
    ldap:
      kind: active-directory
      url: [ldaps://dc1.ad.contoso.example]
      base: OU=People,DC=ad,DC=contoso,DC=example
      service_account: svc-regain@ad.contoso.example
      ca: ca.pem
"""
AWS_MANAGED = """    directory: ldap
    ldap:
      kind: aws-managed
      directory_id: d-90670a1b2c
      region: eu-central-1
"""
COGNITO = """    directory: cognito
    cognito:
      pool: eu-central-1_Ab12Cd34E
      client: 4f9k2m7q1s8t3v6w5x0y2z4a6b
"""
ENTRA = """    directory: entra
    entra:
      tenant: 8eaef023-2b34-4da1-9baa-8bc8c9d6a490
      client: 11111111-2222-3333-4444-555555555555
"""


@pytest.fixture
def mistakes(tmp_path, mistakes_in):
    """What is said of the settings of a domain: line, mistake, remedy."""
    Authority(tmp_path)
    (tmp_path / "empty.pem").write_text("nothing\n")
    (tmp_path / "blank.pem").write_text("")
    (tmp_path / "ca.cer").write_bytes(ssl.PEM_cert_to_DER_cert((tmp_path / "ca.pem").read_text()))
    return lambda domain: mistakes_in(HEAD + domain)


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
        ("ca: ca.pem", "ca: blank.pem", 10, "`blank.pem` holds no certificate", "in PEM"),
        ("ca: ca.pem", "ca: ca.cer", 10, "`ca.cer` holds no certificate in PEM", "-inform DER"),
        ("ca: ca.pem", 'ca: "-----BEGIN nothing"', 10, "the certificate of `ca` holds no", "in PEM"),
        ("ca: ca.pem", "usable_minutes: 500", 10, "500 is out of range", "from 0 to 120"),
        ("ca: ca.pem", "user_id: [employeeID]", 10, "cannot be `employeeID`", "userPrincipalName"),
        ("ca: ca.pem", "user_id: []", 10, "no attribute holds what people type", "[userPrincipalName]"),
        ("      base: OU=People,DC=ad,DC=contoso,DC=example\n", "", 5, "`base` is missing", "OU=People"),
        (
            "      service_account: svc-regain@ad.contoso.example\n",
            "",
            5,
            "`service_account` is missing",
            "svc-regain@",
        ),
        ("ca: ca.pem", "region: eu-central-1", 10, "says nothing where `kind` is `active-directory`", "aws-managed"),
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


def test_what_tools_write_around_a_certificate_is_left_out(tmp_path):
    """A mark of Windows' editor, and names in any script: TLS takes ASCII only."""
    Authority(tmp_path)
    plain = (tmp_path / "ca.pem").read_text()
    (tmp_path / "ca.pem").write_text(f"\ufeffsubject=CN=Müller CA\r\n{plain}", encoding="utf-8")
    path = tmp_path / "organisation.yaml"
    path.write_text(HEAD + GOOD)
    assert read(path).domains["contoso.example"].ldap.ca == plain


@pytest.mark.parametrize(
    ("good", "written", "instead", "line", "what", "remedy"),
    [
        (AWS_MANAGED, "d-90670a1b2c", "contoso", 7, "`contoso` is not the ID of a directory", "d-90670a1b2c"),
        (AWS_MANAGED, "      directory_id: d-90670a1b2c\n", "", 5, "which one?", "`directory_id: d-"),
        (AWS_MANAGED, "eu-central-1", "Frankfurt", 8, "`Frankfurt` is not a region", "primary region"),
        (AWS_MANAGED, "region: eu-central-1", "url: [ldaps://x.example]", 5, "in which region?", "eu-central-1"),
        (AWS_MANAGED, "region:", "base: DC=x\n      region:", 8, "`base` says nothing", "kind: active-directory"),
        (
            COGNITO,
            "eu-central-1_Ab12Cd34E",
            "customers",
            6,
            "`customers` is not the ID of a user pool",
            "eu-central-1_",
        ),
        (COGNITO, "4f9k2m7q1s8t3v6w5x0y2z4a6b", "my-app", 7, "`my-app` is not the ID of an app client", "not its name"),
        (COGNITO, "      client: 4f9k2m7q1s8t3v6w5x0y2z4a6b\n", "", 5, "`client` is missing", "add `client:`"),
        (COGNITO, "directory: cognito", "directory: ldap", 3, "need the group `ldap`", "kind, url"),
        (ENTRA, "8eaef023-2b34-4da1-9baa-8bc8c9d6a490", "common", 6, "`common` is not the ID of a tenant", "tenant"),
        (ENTRA, "11111111-2222-3333-4444-555555555555", "regain", 7, "`regain` is not the ID of an app", "(client)"),
    ],
)
def test_so_has_one_in_the_settings_of_the_directories_in_the_cloud(
    mistakes, good, written, instead, line, what, remedy
):
    assert good.count(written) == 1
    assert (line, True, True) in [
        (at, what in told, remedy in right) for at, told, right in mistakes(good.replace(written, instead))
    ]


@pytest.mark.parametrize("group", ["ldap", "cognito", "entra"])
def test_passwords_in_a_directory_need_to_know_which(mistakes, group):
    ((line, told, _),) = mistakes(f"    directory: {group}\n    {group}:\n")
    assert (line, told) == (3, f"passwords in a directory need the group `{group}`")


def test_settings_as_they_should_be_have_no_mistake(mistakes):
    assert mistakes(GOOD) == []


def test_one_organisation_can_have_a_directory_of_each_kind(mistakes, tmp_path):
    everybody = [f"  {kind}.example:\n{text}" for kind, text in (("a", AWS_MANAGED), ("b", COGNITO), ("c", ENTRA))]
    assert mistakes(GOOD + "".join(everybody)) == []
    domains = read(tmp_path / "organisation.yaml").domains
    assert [domain.kind for domain in domains.values()] == ["active-directory", "aws-managed", "cognito", "entra"]
    assert all(domain.has_directory for domain in domains.values())


def test_the_authoritys_certificate_travels_with_the_settings(tmp_path):
    """The functions do not have the file beside organisation.yaml."""
    authority = Authority(tmp_path)
    path = tmp_path / "organisation.yaml"
    path.write_text(HEAD + GOOD)
    assert read(path).domains["contoso.example"].ldap.ca == authority.file.read_text()


def test_so_does_the_certificate_of_the_app_and_its_key_is_refused(mistakes, tmp_path):
    issued = Authority(tmp_path / "tls").issue("regain", "127.0.0.1")
    good = f"{ENTRA}      certificate: app.pem\n"
    ((_, told, _),) = mistakes(good)
    assert told == "`app.pem` is not there"
    (tmp_path / "app.pem").write_text(issued.file.read_text())
    assert mistakes(good) == []
    read_back = read(tmp_path / "organisation.yaml").domains["contoso.example"].entra
    assert read_back.certificate == issued.file.read_text()
    (tmp_path / "app.pem").write_text(issued.file.read_text() + issued.key_file.read_text())
    ((_, told, _),) = mistakes(good)
    assert "holds a private key" in told
