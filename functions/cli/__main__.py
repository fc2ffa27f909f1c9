"""`./regain`: everything that those who run the service do from a terminal. See `./regain --help`."""

import itertools
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, NoRegionError
from typer.core import TyperGroup

from cli import people, policy, queries, roles, scim
from cli.deploy import deploy
from cli.doctor import doctor
from cli.publish import publish
from cli.samconfig import SamconfigError
from cli.setup import setup
from cli.stack import Stack, StackError
from cli.terminal import errors
from regain.organisation.file_errors import InvalidFile
from regain.problems import Refused

_SHARED = ("--stack", "--state", "--organisation", "--region")
"""Options of every command, which may stand before it or behind it."""


_BAD_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)


class _Commands(TyperGroup):
    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Takes what belongs to every command from wherever it stands."""
        ours: list[str] = []
        rest: list[str] = []
        words = iter(args)
        for word in words:
            name, equals, _ = word.partition("=")
            if word == "--":
                rest += [word, *words]
            elif name in _SHARED:
                ours += [word] if equals else [word, *itertools.islice(words, 1)]
            else:
                rest.append(word)
        return super().parse_args(ctx, ours + rest)


app = typer.Typer(
    cls=_Commands, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)
app.add_typer(people.app, name="people")
app.add_typer(policy.app, name="policy")
app.add_typer(roles.app, name="admin")
app.add_typer(scim.app, name="scim")
app.command()(queries.explain)
app.command()(queries.events)
app.command()(queries.report)
app.command()(doctor)
app.command()(publish)
app.command()(setup)
app.command(hidden=True)(deploy)


@app.callback()
def stack(
    context: typer.Context,
    stack: Annotated[str, typer.Option(help="The CloudFormation stack on AWS. Without it: the embedded stack.")] = "",
    state: Annotated[Path, typer.Option(help="The embedded stack's folder, as `make serve STATE=` has it.")] = Path(
        ".state"
    ),
    organisation: Annotated[Path, typer.Option(help="The organisation file.")] = Path("organisation.yaml"),
    region: Annotated[str, typer.Option(help="The stack's region. Without it: that of samconfig.NAME.toml.")] = "",
) -> None:
    """Selects the stack."""
    context.obj = Stack(stack, state, organisation, region)
    context.obj.enter_region()


def main() -> int:
    """Runs a command. Returns 0 if it succeeded, 1 if it was refused or found something wrong, 2 for wrong usage."""
    try:
        return app(standalone_mode=False) or 0
    except typer.Exit as ended:
        return ended.exit_code
    except (typer.Abort, InvalidFile, SamconfigError, StackError, Refused, ClientError, BotoCoreError) as error:
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
    if isinstance(error, NoCredentialsError):
        return "There are no credentials for AWS: set AWS_PROFILE, or run `aws configure` or `aws sso login`."
    if isinstance(error, NoRegionError):
        return "No region is named: give --region, or set AWS_DEFAULT_REGION."
    if isinstance(error, ClientError) and error.response["Error"]["Code"] in _BAD_CREDENTIALS:
        code = error.response["Error"]["Code"]
        return f"AWS does not take these credentials ({code}): sign in again, or choose others with AWS_PROFILE."
    return f"AWS did not answer: {error}" if isinstance(error, ClientError | BotoCoreError) else str(error)


if __name__ == "__main__":
    sys.exit(main())
