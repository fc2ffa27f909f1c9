"""What the guides to directories tell administrators to type gives Regain its rights, on the real servers, and no more."""

import re
import secrets
import shlex
import shutil
from dataclasses import replace

import pytest

from local.directories import ldif, samba, slapd
from local.directories.certificates import Authority
from local.directories.entra_tenant import PERMISSIONS
from local.directories.entries import hashed
from regain.directories.entra.assertions import AUDIENCE
from regain.directories.entra.check import NEEDED
from regain.directories.trial import trial
from regain.organisation.file import read
from tests.conftest import ROOT
from tests.directories.worlds import ActiveDirectoryWorld, OpenLdapWorld

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain
ADMIN, SECRET, ACCOUNT = ROOT / "docs" / "admin", "service account of the guide", "cn=regain,dc=contoso,dc=example"


def blocks(guide, begin):
    """The blocks of code in a guide's steps that begin in this way."""
    found = re.findall(r"(?:^ {8}.+\n)+", (ADMIN / guide).read_text(), re.MULTILINE)
    made = [re.sub(r"^ {8}", "", block, flags=re.MULTILINE) for block in found]
    return [block for block in made if block.startswith(begin)]


def steps(view, person):
    """The states of the trial's steps with a test account."""
    found = list(trial(view, person.user_id, lambda: f"{secrets.token_urlsafe(18)}-aA1"))
    return {finding.state for finding in found}, found


def test_the_rules_of_the_guide_are_enough_for_openldap(tmp_path):
    running = slapd.start(tmp_path / "slapd")
    world = OpenLdapWorld(running)
    try:
        config = replace(running, manager=slapd.CONFIG_MANAGER)
        own = "{0}to * by self read by users read by anonymous auth by * none"
        ldif.apply(config, [ldif.replacement("olcDatabase={1}mdb,cn=config", "olcAccess", own)])
        entry, rules = blocks("openldap.md", "dn: ")
        ldif.apply(running, [entry.replace("{ARGON2}…", hashed(SECRET))])
        person = world.person()
        view = world.connect(service_account=ACCOUNT, secret=lambda _: SECRET)
        assert "wrong" in steps(view, person)[0]
        ldif.apply(config, [rules])
        assert steps(view, person) == ({"ok"}, steps(view, person)[1])
        assert [finding for finding in view.check() if finding.state == "wrong"] == []
        as_regain = replace(running, manager=ACCOUNT, manager_password=SECRET)
        with pytest.raises(RuntimeError, match="nsufficient access"):  # no more than passwords and locks
            ldif.apply(as_regain, [ldif.replacement(person.address, "mail", "thief@mail.example")])
    finally:
        world.stop()


def test_the_rights_of_the_guide_are_enough_for_active_directory(tmp_path):
    folder = tmp_path / "ad"
    shutil.copytree(samba._provisioned(), folder)
    store = ("-H", f"{folder}/private/sam.ldb")
    for unit in ("Regain test", "Other"):
        samba._tool("ou", "create", f"OU={unit}", *store)
    shown = samba._tool("user", "show", "svc-regain", "--attributes=objectSid", *store)
    sid = next(line.partition(": ")[2] for line in shown.splitlines() if line.startswith("objectSid"))
    (command,) = blocks("active-directory.md", "samba-tool dsacl")
    samba._tool(*shlex.split(command.replace(";SID)", f";{sid})"))[1:], *store)
    running = samba.start(folder)
    world = ActiveDirectoryWorld(running)
    try:
        for unit, expected in (("Regain test", {"ok"}), ("Other", {"ok", "wrong"})):
            world.running = replace(running, base=f"OU={unit},{samba.SUFFIX}")
            world.directory = world.connect()
            states, found = steps(world.directory, world.person())
            assert states == expected, found
    finally:
        world.stop()


@pytest.mark.parametrize("guide", ["active-directory.md", "openldap.md"])
def test_the_settings_of_a_guide_have_no_mistake(guide, tmp_path):
    (settings,) = blocks(guide, "domains:")
    Authority(tmp_path).file.rename(tmp_path / "contoso-root.pem")
    path = tmp_path / "organisation.yaml"
    path.write_text(f"organisation: {{name: Contoso}}\n{settings}")
    assert read(path).domains["contoso.example"].ldap.lockout_threshold == 10


def test_the_guide_to_entra_names_the_settings_permissions_and_claims_that_are_right(tmp_path):
    guide, path = (ADMIN / "entra.md").read_text(), tmp_path / "organisation.yaml"
    (settings,) = blocks("entra.md", "domains:")
    path.write_text(f"organisation: {{name: Contoso}}\n{settings}")
    domain = read(path).domains["contoso.example"]
    assert domain.entra.protected_groups == ("Executives",) and domain.offers == {"reset", "temporary-password"}
    assert (
        set(re.findall(r"^    \| `(\S+)` \|", guide, re.MULTILINE)) == PERMISSIONS == {*NEEDED, "GroupMember.Read.All"}
    )
    assert f"| audience | `{AUDIENCE}` |" in guide
