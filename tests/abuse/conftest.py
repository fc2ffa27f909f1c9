"""The embedded stack in both modes of disclosure, and an attacker for each test."""

import os

import pytest

from tests.abuse.cases import describe
from tests.abuse.client import Attacker, Deployment
from tests.conftest import ROOT, launch, ready

MODES = ("private", "detailed")


@pytest.fixture(scope="session")
def detailed_stack(tmp_path_factory, site):
    """The shipped organisation in its other mode: one line is changed."""
    shipped = (ROOT / "organisation.yaml").read_text()
    changed = tmp_path_factory.mktemp("organisation") / "organisation.yaml"
    changed.write_text(shipped.replace("disclosure: private", "disclosure: detailed"))
    yield from ready(launch(tmp_path_factory.mktemp("state"), site, "--organisation", str(changed)))


@pytest.fixture(scope="session")
def deployments():
    """The stacks that run, by mode: each is started when it is first attacked."""
    return {}


@pytest.fixture(params=MODES)
def mode(request):
    """Both modes. A file whose cases cannot differ by mode says so, and sets one."""
    return request.param


@pytest.fixture
def full():
    """Whether every case is played at its full size: `make abuse` does, `make test` where it costs little."""
    return os.environ.get("ABUSE") == "full"


@pytest.fixture
def crowded(full, mode):
    """Whether as many ask at once as a case says: in one mode always, in the other where that is worth its time."""
    return full or mode == MODES[0]


@pytest.fixture
def deployment(mode, deployments, request):
    """The running stack in this mode."""
    if mode not in deployments:
        name = "stack" if mode == "private" else "detailed_stack"
        deployments[mode] = Deployment(mode, request.getfixturevalue(name))
    return deployments[mode]


@pytest.fixture
def attacker(deployment):
    """Somebody on a network of their own."""
    return Attacker(deployment)


def pytest_collection_modifyitems(items):
    """Each case carries its reason into its report, for the table that `make abuse` prints."""
    for item in items:
        describe(item)
