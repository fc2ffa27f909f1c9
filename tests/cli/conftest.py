"""Runs commands in this process, against the engine."""

import io
import os
import shlex
import shutil
import subprocess
import sys

import boto3
import pytest

from cli import __main__ as program
from cli.stack import Stack
from tests.cli import forked
from tests.conftest import ROOT, own_process
from tests.functions.conftest import budget, default_organisation, use, world

__all__ = ["budget", "default_organisation", "use", "world"]


@pytest.fixture
def run(monkeypatch, capsys, request):
    """Runs a command; answers its exit status, output and errors."""
    here = request.getfixturevalue("world")
    monkeypatch.setattr(Stack, "services", lambda _: here.services)

    def command(*arguments):
        monkeypatch.setattr("sys.argv", ["regain", *map(str, arguments)])
        capsys.readouterr()  # the metrics of requests before it are not the command's
        status = program.main()
        told = capsys.readouterr()
        return status, told.out, told.err

    return command


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with `organisation.yaml`, where commands are run, on a machine that knows nothing of AWS."""
    shutil.copy(ROOT / "organisation.yaml", tmp_path)
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "aws-credentials"))
    return tmp_path


@pytest.fixture
def regain(folder, monkeypatch, capfd):
    """Runs a command in that folder; answers its exit status, and all that it said. `typed` is what somebody answers."""

    def command(*arguments, typed=""):
        monkeypatch.setattr("sys.argv", ["regain", *map(str, arguments)])
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)  # credentials are looked for anew
        with own_process():  # a command sets the region of its process
            status = program.main()
        told = capfd.readouterr()
        return status, told.out + told.err

    return command


@pytest.fixture(scope="session")
def command_line(tmp_path_factory):
    """Answers how a shell calls `regain`, or a stand-in: `aws`, `sam`."""
    path = str(tmp_path_factory.mktemp("forked") / "socket")
    paths = os.pathsep.join(str(ROOT / part) for part in ("functions", "functions/shared", "."))
    with subprocess.Popen(
        [sys.executable, "-c", f"from tests.cli import forked; forked.serve({path!r})"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": paths},
    ) as server:  # fmt: skip
        assert server.stdout.readline() == "ready\n"
        yield lambda name: shlex.join([sys.executable, "-IS", forked.__file__, path, name])
        server.stdin.close()
