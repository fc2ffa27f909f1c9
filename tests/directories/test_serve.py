"""`make serve DIRECTORY=`: the real servers behind the stack, with the people of PEOPLE in them."""

import contextlib
import json
import os
import subprocess
import sys

import pytest

from local.directories.running import bring_up_loopback, program
from regain.directories.base import WrongPassword
from regain.runtime.services import services
from tests.conftest import ROOT, fetch, launch, own_process

pytestmark = pytest.mark.timeout(600)  # the first one provisions a domain
MARIA, PASSWORD = "maria.silva@contoso.example", "maple-Cedar-93-window"
OWN = """
organisation: {name: Contoso}
domains:
  contoso.example:
    directory: ldap
    ldap:
      kind: openldap
      url: [ldaps://127.0.0.1:1]
      base: dc=contoso,dc=example
      service_account: cn=regain,dc=contoso,dc=example
"""


@pytest.fixture
def serve(tmp_path):
    """Starts the stack on this test's own state; everything is stopped in the end."""
    bring_up_loopback()
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "index.html").write_text("")  # doctor looks whether it answers
    running = []

    def start(*options):
        running.append(launch(tmp_path / ("a-long-name-" * 8), tmp_path / "site", *options))
        assert running[-1].said[-1:] == ["ready"], running[-1].said
        return running[-1]

    yield start
    for each in running:
        each.stop()


@contextlib.contextmanager
def asked(stack):
    """The directory of a running stack, as its functions ask it."""
    with own_process():
        os.environ.update(json.loads((stack.state / "stack.json").read_text()))
        yield services().directory(MARIA)


@pytest.mark.parametrize("kind", ["ldap", "ad"])
def test_people_live_in_a_real_directory_that_starts_stops_and_keeps_what_happened(serve, kind):
    stack = serve("--directory", kind)
    told = json.loads((stack.state / "directory.json").read_text())
    assert f"directory {'OpenLDAP' if kind == 'ldap' else 'Samba'}" in "\n".join(stack.said)
    assert "real" in "\n".join(stack.said) and "stand-ins" in "\n".join(stack.said)
    with asked(stack) as directory:
        maria = directory.find(MARIA)
        assert (maria.display_name, maria.other_mails) == ("Maria Silva", ("maria@home.example",))
        assert maria.address == told["user_dn"][MARIA]
        assert (maria.mobile_phone, maria.groups) == ("+447700900123", ("staff",))
        directory.verify(maria, MARIA, PASSWORD)
        directory.reset(maria, "granite-Willow-19-fern")
        assert [finding for finding in directory.check() if finding.state == "wrong"] == []
    assert _binds(told)
    said = _doctor(stack, "--try", "ben.okafor")
    for line in (
        "ok       contoso.example: The directory wants passwords",
        "ok       It has to be changed at the next sign-in.",
    ):
        assert line in said, said
    assert "\nwrong " not in said and "The password of ben.okafor@contoso.example is one of these now" in said
    assert stack.stop() == 0
    assert not (stack.state / "directory.json").exists() and not _binds(told)  # it is stopped
    with asked(serve("--directory", kind)) as directory:
        again = directory.find(MARIA)
        assert again.key == maria.key
        directory.verify(again, MARIA, "granite-Willow-19-fern")


def test_people_live_in_a_user_pool_that_keeps_what_happened(serve):
    stack = serve("--directory", "cognito")
    told = json.loads((stack.state / "directory.json").read_text())
    assert told["kind"] == "cognito" and told["region"] == "eu-west-1"
    assert f"user pool {told['pool']}" in "\n".join(stack.said) and "neither lockouts" in "\n".join(stack.said)
    with asked(stack) as directory:
        maria = directory.find(MARIA)
        assert (maria.display_name, maria.mail, maria.mobile_phone) == (
            "Maria Silva", "maria@home.example", "+447700900123"
        )  # fmt: skip
        directory.verify(maria, MARIA, PASSWORD)
        directory.reset(maria, "granite-Willow-19-fern")
        assert [finding for finding in directory.check() if finding.state == "wrong"] == []
    said = _doctor(stack, "--try", "ben.okafor")
    for line in ("contoso.example: The app client lets Regain ask", "ok       The changed one signs in."):
        assert line in said, said
    assert "A lockout is lifted" not in said and "\nwrong " not in said
    assert stack.stop() == 0
    assert not (stack.state / "directory.json").exists()
    with asked(serve("--directory", "cognito")) as directory:
        again = directory.find(MARIA)
        assert again.key == maria.key
        directory.verify(again, MARIA, "granite-Willow-19-fern")


def _doctor(stack, *arguments):
    """What `doctor` says of a running stack: it asks through the function, as the others do."""
    command = [sys.executable, "-m", "cli", "--state", str(stack.state), "doctor", *arguments]
    paths = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**clean, "PYTHONPATH": paths, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def _binds(told):
    account = ["-D", told["admin_dn"], "-w", told["admin_password"]]
    command = [program("ldapsearch"), "-x", "-H", told["url"], *account, "-s", "base", "-b", "", "1.1"]
    environment = {**os.environ, "LDAPTLS_CACERT": told["ca"]}
    return subprocess.run(command, env=environment, capture_output=True, check=False).returncode == 0


def test_nobody_but_the_stack_can_call_the_function_that_reaches_the_directory(serve):
    stack = serve("--directory", "ldap")
    environment = json.loads((stack.state / "stack.json").read_text())
    with asked(stack) as directory, pytest.raises(WrongPassword):
        directory.verify(None, "nobody@contoso.example", PASSWORD)
    path = "2015-03-31/functions/DirectoryFunction/invocations"
    body = json.dumps({"domain": "contoso.example", "asked": {"call": "find", "user_id": MARIA}}).encode()
    assert fetch(f"{environment['AWS_ENDPOINT_URL_LAMBDA']}/{path}", body)[0] == 200
    for where in ("/local/x", "/local", "/local/aws"):
        assert b"Maria" not in fetch(f"{stack.origin}{where}/{path}", body)[2]
    secret = "service account of slapd"
    assert secret not in json.dumps(environment) and secret not in (stack.state / "directory.json").read_text()
    written = [path.read_text(errors="replace") for path in (stack.state / "log").iterdir()]
    assert written and not [text for text in written if secret in text or "Maria" in text or PASSWORD in text]


def test_a_directory_of_ones_own_needs_its_secret_here(tmp_path, monkeypatch):
    monkeypatch.delenv("REGAIN_DIRECTORY_SECRET", raising=False)
    (tmp_path / "organisation.yaml").write_text(OWN)
    bring_up_loopback()
    stack = launch(tmp_path / "state", tmp_path, "--organisation", str(tmp_path / "organisation.yaml"))
    assert stack.stop() == 1
    said = "\n".join(stack.said)
    assert "set REGAIN_DIRECTORY_SECRET to the password of cn=regain,dc=contoso,dc=example" in said


@pytest.mark.parametrize(("kind", "server"), [("ad", True), ("entra", False)])
def test_the_makefile_passes_the_kind_to_stack_and_site_and_installs_a_server_where_one_is_real(kind, server):
    command = ["make", "-n", "serve", f"DIRECTORY={kind}"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert f"DIRECTORY={kind}" in made and f"--directory {kind}" in made and ("samba" in made) is server
