"""`./regain`: everything that those who run the service do from a terminal. See `./regain --help`."""

import sys
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import people, policy, queries, roles
from cli.doctor import doctor
from cli.publish import publish
from cli.stack import Stack, StackError
from cli.terminal import errors
from regain.organisation.file_errors import InvalidFile
from regain.problems import Refused

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(people.app, name="people")
app.add_typer(policy.app, name="policy")
app.add_typer(roles.app, name="admin")
app.command()(queries.explain)
app.command()(queries.events)
app.command()(queries.report)
app.command()(doctor)
app.command()(publish)


@app.callback()
def stack(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="The CloudFormation stack on AWS. Without it: the embedded stack.")] = "",
    state: Annotated[Path, typer.Option(help="The embedded stack's folder, as `make serve STATE=` has it.")] = Path(
        ".state"
    ),
    organisation: Annotated[Path, typer.Option(help="The organisation file.")] = Path("organisation.yaml"),
) -> None:
    """Which stack is meant."""
    context.obj = Stack(stack, state, organisation)


def main() -> int:
    """Runs one command. 0: done, 1: refused or something is wrong, 2: used in another way than it is meant."""
    try:
        return app(standalone_mode=False) or 0
    except typer.Exit as ended:
        return ended.exit_code
    except (typer.Abort, InvalidFile, StackError, Refused, ClientError, BotoCoreError) as error:
        errors.print(_said(error), markup=False)
        return 1
    except Exception as error:
        if not hasattr(error, "format_message"):  # how Typer tells that a command was used in another way
            raise
        errors.print(f"{error.format_message()} See `./regain --help`.", markup=False)
        return 2


def _said(error: Exception) -> str:
    if isinstance(error, typer.Abort):
        return "Stopped. What was done up to here stays done."
    if isinstance(error, Refused):
        return f"{error.problem.title}."
    return f"AWS did not answer: {error}" if isinstance(error, ClientError | BotoCoreError) else str(error)


if __name__ == "__main__":
    sys.exit(main())
