"""Real directories, one of each kind for a test run."""

import shutil

import pytest

from local.directories import samba, slapd
from tests.browser.conftest import QUIET
from tests.directories.worlds import ActiveDirectoryWorld, OpenLdapWorld


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


@pytest.fixture(params=["openldap", "active_directory"])
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
