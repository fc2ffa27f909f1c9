"""`directory check`: what is wrong between Regain and a directory has a finding of its own, and what helps."""

import json

import pytest

from cli import __main__ as program
from local.directories.certificates import Authority
from local.directories.running import free_port
from regain.directories.ldap.connection import tls_context

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain


def wrong(view):
    return [finding for finding in view.check() if finding.state == "wrong"]


def said(view):
    """The only thing that is wrong, with what helps."""
    (finding,) = wrong(view)
    assert finding.to_do
    return finding.what


@pytest.fixture
def regain(monkeypatch, capsys):
    """Runs a command; answers its exit status and all that it said."""

    def command(*arguments):
        monkeypatch.setattr("sys.argv", ["regain", *map(str, arguments)])
        status = program.main()
        told = capsys.readouterr()
        return status, told.out + told.err

    return command


@pytest.fixture
def settings_file(world, tmp_path, monkeypatch):
    """A file with the settings of a directory; `changed` ones are others."""
    monkeypatch.setenv("REGAIN_DIRECTORY_SECRET", world.running.service_password)

    def write(**changed):
        running = world.running
        (tmp_path / "ca.pem").write_bytes(running.certificate.ca_file.read_bytes())
        given = {
            "kind": running.kind, "url": [running.url], "base": running.base, "ca": "ca.pem",
            "service_account": running.service_account, "user_id": list(world.user_id), **changed,
        }  # fmt: skip
        path = tmp_path / "ldap.yaml"
        path.write_text(json.dumps({name: value for name, value in given.items() if value is not None}))
        return path

    return write


def test_a_directory_as_it_should_be_has_nothing_wrong(world):
    world.person()
    found = list(world.directory.check())
    assert {finding.state for finding in found} == {"ok"}, found
    assert any("at least 12 characters" in finding.what for finding in found)
    assert any("after 5 wrong passwords" in finding.what for finding in found)


def test_a_server_without_an_address_and_a_closed_port_are_told_apart(world):
    assert "has no address" in said(world.connect(url="ldaps://directory.invalid"))
    assert "Nobody listens on port" in said(world.connect(url=f"ldaps://127.0.0.1:{free_port()}"))


def test_a_certificate_of_another_issuer_is_named(world, tmp_path):
    view = world.connect()
    view.service._tls = tls_context(Authority(tmp_path, "another CA").file.read_text())
    assert "issuer that is not trusted" in said(view)


def test_a_certificate_for_another_name_is_named(openldap):
    assert "for another name" in said(openldap.connect(url=openldap.running.url.replace(openldap.host, "localhost")))


def test_a_wrong_secret_is_tried_once(world):
    assert "password is wrong" in said(world.connect(secret=lambda _: "not the secret"))


def test_a_base_that_is_not_there_is_named(world):
    view = world.connect(base=f"OU=Nowhere,{world.running.base}")
    assert any("is not there" in finding.what for finding in wrong(view))


def test_another_kind_of_directory_is_named(world):
    other = {"openldap": "active-directory", "active-directory": "openldap"}[world.running.kind]
    assert f"is not of the kind {other}" in said(world.connect(kind=other))


def test_a_service_account_that_may_do_everything_is_too_much(world):
    running = world.running
    view = world.connect(service_account=running.manager, secret=lambda _: running.manager_password)
    assert "may do everything" in said(view)


def test_missing_rights_come_with_the_command_that_gives_them(active_directory):
    person = active_directory.person()
    view = active_directory.connect(service_account=person.user_id, secret=lambda _: "the First password 1")
    (finding,) = wrong(view)
    assert "may not write lockoutTime and pwdLastSet" in finding.what and "dsacls" in finding.to_do


def test_people_without_the_attribute_that_they_are_found_by_are_noticed(openldap):
    openldap.person()
    assert "People have no userPrincipalName" in said(openldap.connect(user_id=("userPrincipalName",)))


def test_the_command_tries_a_test_account_and_shows_its_password(world, regain, settings_file):
    person = world.person()
    status, out = regain("directory", "check", settings_file(), "--try", person.user_id)
    assert status == 0, out
    assert "It has to be changed at the next sign-in." in out and "A lockout is lifted." in out
    world.directory.verify(person, "", out.split()[-1])
    assert world.running.service_password not in out


def test_the_command_ends_with_1_where_something_is_wrong(world, regain, settings_file):
    world.person()  # an empty directory is something wrong, too
    status, out = regain("directory", "check", settings_file(base="OU=Nowhere,DC=contoso"), "--try", "nobody")
    assert status == 1 and "wrong" in out
    status, out = regain("directory", "check", settings_file(), "--try", "nobody@contoso.example")
    assert status == 1 and "nobody@contoso.example is nobody" in out


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"kind": "novell"}, "`kind` cannot be `novell`"),
        ({"url": []}, "there is no server"),
        ({"url": ["https://dc1.contoso.example"]}, "is not the address of a server"),
        ({"url": ["ldaps://dc1.contoso.example:3269"]}, "port 3269 is the global catalogue's"),
        ({"base": "People"}, "is not a distinguished name"),
        ({"service_account": "regain"}, "alone names no account"),
        ({"user_id": []}, "no attribute holds what people type"),
        ({"user_id": ["sn"]}, "cannot be `sn`"),
        ({"ca": "other.pem"}, "is not there"),
        ({"base": None}, "`base` is missing"),
        ({"password": "x"}, "`password` is not a setting"),
        ({"usable_minutes": 999}, "999 is out of range"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_file_is_told_with_what_would_be_right(openldap, regain, settings_file, changed, what):
    status, out = regain("directory", "check", settings_file(**changed))
    assert status == 1 and what in out, out
