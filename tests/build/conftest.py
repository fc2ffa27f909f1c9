"""The build, made once: what `sam build` makes of this checkout for the machine that the tests run on."""

import fcntl
import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from tests.build.transforming import ROOT, SAM

HERE = {"LAYER_PYTHON": "{}.{}".format(*sys.version_info), "LAYER_PLATFORM": f"{platform.machine()}-manylinux_2_28"}
"""Makes the layer for the machine and the Python that the tests run on."""


def sam_build(source: Path, target: Path, **environment: str) -> None:
    """Builds a checkout into a folder."""
    whole = {**os.environ, **HERE, "SAM_CLI_TELEMETRY": "0", "AWS_DEFAULT_REGION": "eu-west-1", **environment}
    command = [SAM / "sam", "build", "--build-dir", target]
    done = subprocess.run(command, cwd=source, env=whole, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="session")
def built(tmp_path_factory):
    """The build, for the machine that the tests run on: once for all workers."""
    own = tmp_path_factory.getbasetemp()
    target = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "build"
    target.mkdir(exist_ok=True)
    with (target / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (target / "out").exists():
            sam_build(ROOT, target / "making")
            (target / "making").rename(target / "out")
    return target
