"""The embedded stack in both modes of disclosure, and an attacker for each test."""

import os

import pytest

from tests.abuse.cases import describe
from tests.abuse.client import Attacker, Deployment
from tests.conftest import ROOT, launch, ready

MODES = ("private", "detailed")
FULL = os.environ.get("ABUSE") == "full"
AFTER_THE_START = MODES if FULL else MODES[:1]
"""Once a flow has begun no answer hangs on the mode (`test_cases.py`): `make abuse` plays both all the same."""

MANY = "\nlimits: {accounts: 10000000}\n"
"""The guess budget of a large organisation: every attacker here would use up that of a small one for all others."""


@pytest.fixture(scope="session")
def private_stack(tmp_path_factory, site):
    """The shipped organisation, with many accounts."""
    yield from _changed(tmp_path_factory, site, "private")


@pytest.fixture(scope="session")
def detailed_stack(tmp_path_factory, site):
    """The same in the other mode."""
    yield from _changed(tmp_path_factory, site, "detailed")


def _changed(tmp_path_factory, site, mode):
    shipped = (ROOT / "organisation.yaml").read_text()
    changed = tmp_path_factory.mktemp("organisation") / "organisation.yaml"
    changed.write_text(shipped.replace("disclosure: private", f"disclosure: {mode}") + MANY)
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
    return FULL


@pytest.fixture
def crowded(full, mode):
    """Whether as many ask at once as a case says: in one mode always, in the other where that is worth its time."""
    return full or mode == MODES[0]


@pytest.fixture
def deployment(mode, deployments, request):
    """The running stack in this mode."""
    if mode not in deployments:
        deployments[mode] = Deployment(mode, request.getfixturevalue(f"{mode}_stack"))
    return deployments[mode]


@pytest.fixture
def attacker(deployment):
    """Somebody on a network of their own."""
    return Attacker(deployment)


def pytest_collection_modifyitems(items):
    """Each case carries its reason into its report, for the table that `make abuse` prints."""
    for item in items:
        describe(item)
