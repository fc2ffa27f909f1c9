"""Real directories, one of each kind for a test run."""

import pytest

from local.directories import samba, slapd
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
