"""Runs and administers Regain from a terminal.

Exits with 0 on success, 1 if something was refused or is wrong, and 2 if the command was used incorrectly.
"""

import itertools
import sys
import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from typer.completion import completion_init, get_completion_script  # type: ignore[attr-defined] # its own __init__ leaves them out
from typer.core import TyperGroup

from cli import invite, people, policy, queries, roles, scim, terminal
from cli.deploy import deploy
from cli.doctor import doctor
from cli.explain import explain
from cli.finding import BAD_CREDENTIALS
from cli.publish import publish
from cli.replay import replay
from cli.samconfig import SamconfigError
from cli.setup import setup
from cli.stack import Stack, StackError
from regain.adapters.store import Conflict
from regain.organisation.file_errors import InvalidFile
from regain.problems import Refused

_NAME = "./regain"
_SHARED = ("--stack", "--state", "--organisation", "--region")
_SWITCHES = ("--json",)
"""Options of every command, with and without a value. They may be written before or after the command."""
_COMPLETE = "_REGAIN_COMPLETE"
_ROOT = Path(__file__).parents[2]


class Shell(StrEnum):
    """The shells that complete commands."""

    bash = "bash"
    zsh = "zsh"
    fish = "fish"


class _Commands(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Moves the options of every command to the front, wherever they were written."""
        ours: list[str] = []
        rest: list[str] = []
        words = iter(args)
        for word in words:
            name, equals, _ = word.partition("=")
            if word == "--":
                rest += [word, *words]
            elif name in _SHARED:
                ours += [word] if equals else [word, *itertools.islice(words, 1)]
            elif word in _SWITCHES:
                ours.append(word)
                if "--help" not in args:
                    terminal.want_json()  # now, because a usage error ends before the command runs
            else:
                rest.append(word)
        if any(not word or (word.startswith("--") and word.endswith("=")) for word in args):
            raise typer.BadParameter("a value is empty: a variable of your shell may not be set.")
        return super().parse_args(ctx, ours + rest)


app = typer.Typer(
    cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(people.app, name="people")
app.add_typer(invite.app, name="invite")
app.add_typer(policy.app, name="policy")
app.add_typer(roles.app, name="admin")
app.add_typer(scim.app, name="scim")
app.command()(explain)
app.command()(queries.events)
app.command()(queries.report)
app.command()(replay)
app.command()(doctor)
app.command()(publish)
app.command()(setup)
app.command(hidden=True)(deploy)


@app.command()
def completion(shell: Annotated[Shell, typer.Argument(help="bash, zsh or fish.")]) -> None:
    """Prints a script that completes commands and options. For bash: source <(./regain completion bash)"""
    script = get_completion_script(prog_name=_NAME, complete_var=_COMPLETE, shell=shell)
    if shell is Shell.fish:  # fish completes by the program's name, without the folder
        script = script.replace(f"--command {_NAME}", f"--command {Path(_NAME).name}")
    terminal.write(f"{script}\n")
    terminal.result(script=script)


def _show_version(wanted: bool) -> None:
    if wanted:
        about = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]
        terminal.write(f"{about['name']} {about['version']}\n")
        terminal.result(version=about["version"])
        raise typer.Exit


@app.callback()
def stack(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="The CloudFormation stack on AWS. Without it: the embedded stack.")] = "",
    state: Annotated[
        Path, typer.Option(envvar="REGAIN_STATE", help="The embedded stack's folder, as `make serve STATE=` has it.")
    ] = Path(".state"),
    organisation: Annotated[Path, typer.Option(help="The organisation file.")] = Path("organisation.yaml"),
    region: Annotated[str, typer.Option(help="The stack's region. Without it: that of samconfig.NAME.toml.")] = "",
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer with one JSON object; what people read goes to standard error.")
    ] = False,
    version: Annotated[  # noqa: ARG001 - Typer calls `_show_version`
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Selects the stack."""
    if as_json:
        terminal.want_json()
    context.obj = Stack(stack, state, organisation, region)
    context.obj.enter_region()


def main() -> int:
    """Runs a command. Returns 0 if it succeeded, 1 if it was refused or found something wrong, 2 for wrong usage."""
    terminal.begin()
    status = _run()
    try:
        terminal.end()
    except OSError as error:
        terminal.abandon(error)
        return 1
    return status


def _run() -> int:
    completion_init()
    try:
        return app(standalone_mode=False, prog_name=_NAME, complete_var=_COMPLETE) or 0
    except typer.Exit as ended:
        return ended.exit_code
    except (
        typer.Abort, InvalidFile, SamconfigError, StackError, Refused, Conflict, ClientError, BotoCoreError
    ) as error:  # fmt: skip
        terminal.fail(_said(error))
        return 1
    except OSError as error:
        if error.filename is None:
            terminal.abandon(error)
        else:
            terminal.fail(f"{error.filename}: {error.strerror}.")
        return 1
    except Exception as error:
        if not hasattr(error, "format_message"):  # Typer's usage errors have it
            raise
        terminal.fail(f"{error.format_message()} See `{_NAME} --help`.")
        return 2


_SAID = {
    typer.Abort: "Stopped. What was done up to here stays done.",
    Conflict: "Something was changed by others at the same time. What was done up to here stays done: run it again.",
    NoCredentialsError: "There are no credentials for AWS: set AWS_PROFILE, or run `aws configure` or `aws sso login`.",
    NoRegionError: "No region is named: give --region, or set AWS_DEFAULT_REGION.",
}


def _said(error: Exception) -> str:
    if told := next((text for kind, text in _SAID.items() if isinstance(error, kind)), ""):
        return told
    if isinstance(error, Refused):
        return f"{error.problem.title}."
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in BAD_CREDENTIALS:
        code = error.response["Error"]["Code"]
        return f"AWS does not take these credentials ({code}): sign in again, or choose others with AWS_PROFILE."
    return f"AWS did not answer: {error}" if isinstance(error, ClientError | BotoCoreError) else str(error)


if __name__ == "__main__":
    terminal.write_any_letter()
    sys.exit(main())
