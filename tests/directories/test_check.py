"""`doctor`, of a directory: what is wrong between Regain and a directory has a finding of its own, and what helps."""

from dataclasses import replace

import pytest

from local.directories import ldif, samba, slapd
from local.directories.certificates import Authority
from local.directories.running import free_port
from regain.directories.base import NotAccepted
from regain.directories.ldap.connection import tls_context
from tests.directories.worlds import OpenLdapWorld

pytestmark = [pytest.mark.timeout(600), pytest.mark.needs("LDAP")]  # the first one provisions a domain


def wrong(view):
    return [finding for finding in view.check() if finding.state == "wrong"]


def said(view):
    """The only thing that is wrong, with what helps."""
    (finding,) = wrong(view)
    assert finding.to_do
    return finding.what


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


def test_people_without_a_key_are_noticed_because_nothing_could_be_kept_of_each_alone(openldap):
    openldap.person()
    view = openldap.connect()
    assert not wrong(view)
    view.attributes = tuple(each for each in view.attributes if each != "entryUUID")
    assert "Without entryUUID" in said(view)


def test_people_without_the_attribute_that_they_are_found_by_are_noticed(openldap):
    openldap.person()
    assert "People have no userPrincipalName" in said(openldap.connect(user_id=("userPrincipalName",)))


def test_a_replica_and_a_read_only_server_are_named(tmp_path):
    running = slapd.start(tmp_path / "slapd")
    try:
        world = OpenLdapWorld(running)
        world.person()
        assert wrong(world.directory) == []
        manager = replace(running, manager=slapd.CONFIG_MANAGER)
        database = "olcDatabase={1}mdb,cn=config"
        ldif.apply(manager, [ldif.replacement(database, "olcReadOnly", "TRUE")])
        assert "takes no changes" in said(world.connect())
        ldif.apply(manager, [ldif.replacement(database, "olcReadOnly", "FALSE")])
        provider = "ldap://127.0.0.1:1"
        consumer = (
            f'rid=001 provider="{provider}" searchbase="dc=contoso,dc=example" type=refreshOnly bindmethod=simple'
        )
        ldif.apply(manager, [ldif.replacement(database, "olcSyncrepl", consumer)])
        assert "takes no changes: it is a replica" in said(world.connect())
    finally:
        world.stop()


def test_an_expired_certificate_is_named(tmp_path):
    certificate = Authority(tmp_path / "tls").issue("ldap.contoso.example", "127.0.0.1", days=0)
    running = slapd.start(tmp_path / "slapd", certificate=certificate)
    try:
        assert "has expired" in said(OpenLdapWorld(running).directory)
    finally:
        running.stop()


def test_the_global_catalogue_is_named(world):
    assert "global catalogue" in said(world.connect(url=f"ldaps://{world.host}:3269"))


def test_a_directory_that_wants_longer_passwords_than_regain_is_told_with_the_setting(world):
    world.person()
    view = world.connect()
    view.service.shortest = 8
    (finding,) = [each for each in view.check() if each.state == "warning"]
    assert "at least 12 characters, and organisation.yaml of 8" in finding.what
    assert "`passwords.minimum: 12`" in finding.to_do


def test_the_certificate_is_told_with_its_issuer_and_its_days(world):
    found = [each.what for each in world.directory.check()]
    assert any("issued by Contoso test CA, is trusted for 29 more days" in what for what in found)


@pytest.mark.parametrize(
    ("settings", "what", "to_do"),
    [
        (
            {"lockout_threshold": 10},
            "after 5 wrong passwords, organisation.yaml says after 10",
            "`lockout_threshold: 5`",
        ),
        ({"lockout_threshold": 0}, "after 5 wrong passwords, organisation.yaml says never", "`lockout_threshold: 5`"),
        (
            {"lockout_window_minutes": 5},
            "after 30 minutes, organisation.yaml says after 5",
            "`lockout_window_minutes: 30`",
        ),
    ],
)
def test_limits_above_the_directorys_lockout_are_wrong_and_come_with_the_setting(world, settings, what, to_do):
    """Else strangers lock people's accounts through our page."""
    world.person()
    (finding,) = wrong(world.connect(**settings))
    assert what in finding.what and to_do in finding.to_do
    assert wrong(world.connect(lockout_threshold=4, lockout_window_minutes=0)) == []


def test_people_who_share_a_user_id_have_none_or_cannot_reset_are_counted(openldap):
    """Each thing that is wrong with people has a finding of its own, from one bounded search."""
    base = f"ou=counted,{openldap.running.base}"
    ldif.apply(openldap.running, [ldif.record(base, {"objectClass": "organizationalUnit", "ou": "counted"})])
    view = openldap.connect(base=base, user_id=("mail",), protected_groups=("Directors",))
    assert said(view) == "There is nobody below the base."
    for number, mail in enumerate(("same@contoso.example", "Same@contoso.example", "own@contoso.example", "")):
        given = {
            "objectClass": "inetOrgPerson",
            "cn": f"counted{number}",
            "sn": "x",
            **({"mail": mail} if mail else {}),
        }
        ldif.apply(openldap.running, [ldif.record(f"uid=counted{number},{base}", given)])
    view.service.capable = lambda person: person.mail.startswith("own@")
    found = list(view.check())
    told = [each.what for each in found if each.state == "warning" and each.to_do]
    assert told == [
        "Without mail: 1 of 4 people. Nobody finds them.",
        "Shared mail: 2 people (counted0, counted1…). Whoever shares one is not found by it.",
        "Able to reset by what the directory says of them: 1 of 4 people.",
    ]
    assert "People below the base: 4." in [each.what for each in found]
    assert wrong(view) == []


def test_a_fine_grained_policy_counts_where_it_can_be_read_and_is_owned_up_to_where_not(active_directory):
    """A PSO that locks earlier than the domain does is what strangers would reach first."""
    store, running = f"{active_directory.running.folder}/private/sam.ldb", active_directory.running
    container = f"CN=Password Settings Container,CN=System,{samba.SUFFIX}"
    person = active_directory.person(name="strictly", sAMAccountName="strictly")
    shown = samba._tool("user", "show", "svc-regain", "--attributes=objectSid", "-H", store)
    sid = next(line.partition(": ")[2] for line in shown.splitlines() if line.startswith("objectSid"))

    def manage(*told):
        samba._tool("domain", "passwordsettings", "pso", *told, "-H", store)

    def begun():
        manage("create", "strict", "1", "--min-pwd-length=20", "--account-lockout-threshold=3", "--complexity=on")
        manage("apply", "strict", "strictly")
        return active_directory.directory.requirements(active_directory.find("strictly"), change=False).least

    try:
        assert begun() == 0, "nothing is promised that cannot be read"
        with pytest.raises(NotAccepted, match="unknown"):
            active_directory.directory.reset(person, "violet-Anchor-27")
        (finding,) = [each for each in active_directory.directory.check() if each.state == "warning"]
        assert "hold for some people: strict. The service account may not read them." in finding.what
        assert f'dsacls "{container}" /I:T /G "{running.service_account}:GR"' in finding.to_do
        manage("delete", "strict")
        samba._tool("dsacl", "set", f"--objectdn={container}", f"--sddl=(A;CI;GR;;;{sid})", "-H", store)
        assert begun() == 20
        with pytest.raises(NotAccepted, match="length"):
            active_directory.directory.reset(person, "violet-Anchor-27")
        assert "after 3 wrong passwords, organisation.yaml says after 5" in said(active_directory.directory)
    finally:
        manage("delete", "strict")
