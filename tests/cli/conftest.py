"""The commands as somebody runs them, in this process, against the engine."""

import pytest

from cli import __main__ as program
from cli.stack import Stack
from tests.functions.conftest import default_organisation, use, world

__all__ = ["default_organisation", "use", "world"]


@pytest.fixture
def run(monkeypatch, capsys, request):
    """Runs a command; answers its exit status, output and errors."""
    here = request.getfixturevalue("world")
    monkeypatch.setattr(Stack, "services", lambda _: here.services)

    def command(*arguments):
        monkeypatch.setattr("sys.argv", ["regain", *map(str, arguments)])
        monkeypatch.setattr("cli.terminal.out.file", None)
        status = program.main()
        told = capsys.readouterr()
        return status, told.out, told.err

    return command
