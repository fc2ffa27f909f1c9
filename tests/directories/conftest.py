"""One directory of each kind for a test run: real servers, and a stand-in for Entra ID, which runs at Microsoft only."""

import os
import shutil

import pytest

from local.directories import samba, slapd
from tests.browser.conftest import QUIET
from tests.conftest import own_process
from tests.directories.entra_world import EntraWorld
from tests.directories.managed_world import ManagedWorld
from tests.directories.worlds import ActiveDirectoryWorld, CognitoWorld, OpenLdapWorld


@pytest.fixture(scope="session")
def openldap(tmp_path_factory):
    world = OpenLdapWorld(slapd.start(tmp_path_factory.mktemp("slapd") / "openldap"))
    yield world
    world.stop()


@pytest.fixture(scope="session")
def active_directory(tmp_path_factory):
    world = ActiveDirectoryWorld(samba.start(tmp_path_factory.mktemp("samba") / "ad"))
    yield world
    world.stop()


@pytest.fixture(scope="session")
def cognito(engine):
    world = CognitoWorld()
    yield world
    world.stop()


@pytest.fixture(scope="session")
def aws_managed():
    return ManagedWorld()


@pytest.fixture(scope="session")
def _entra_for_all():
    made = EntraWorld()
    yield made
    made.stop()


@pytest.fixture
def entra(_entra_for_all):
    """The tenant, with AWS's token service beside it."""
    credentials = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "eu-west-1"}
    with own_process():
        os.environ.update({**credentials, **_entra_for_all.running.environment})
        yield _entra_for_all
    _entra_for_all.running.faults.clear()


KINDS = {
    "openldap": {"LDAP", "reset", "unlock", "sign-in", "change", "history", "groups", "names of any kind"},
    "active_directory": {"LDAP", "reset", "unlock", "sign-in", "change", "history", "groups", "names of any kind"},
    "cognito": {"reset", "sign-in", "change"},
    "entra": {"reset", "groups"},
    "aws_managed": {"reset"},
}
"""What the directory of each kind can do."""


def pytest_generate_tests(metafunc):
    """A test of a `world` is told of every kind that can do what the test `needs`."""
    if "world" in metafunc.fixturenames:
        needed = {ability for mark in metafunc.definition.iter_markers("needs") for ability in mark.args}
        able = [kind for kind, abilities in KINDS.items() if needed <= abilities]
        metafunc.parametrize("world", able, indirect=True)


@pytest.fixture
def world(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """The system's headless shell: nothing is downloaded."""
    own = {"executable_path": shutil.which("chromium-headless-shell"), "args": QUIET.split()}
    return {**browser_type_launch_args, **own}


@pytest.fixture(scope="session")
def base_url():
    """Each test has an origin of its own."""
    return ""
