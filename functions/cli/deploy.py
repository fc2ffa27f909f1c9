"""The part of `make deploy` that talks to AWS: checks, deploys, publishes the site, prints the next steps."""

import shlex
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import answers, lookups, samconfig
from cli.doctor import findings, show
from cli.publish import publish_site
from cli.samconfig import Samconfig
from cli.stack import Stack, StackError
from cli.template_parameters import parameters
from cli.terminal import say
from regain.domain.methods import uses_phone
from regain.organisation import file as organisation_file
from regain.organisation import policies
from regain.organisation.settings import Organisation
from regain.problems import Refused

_SAM = str(Path(__file__).parents[2] / ".venv" / "sam" / "bin" / "sam")
_STUCK = {
    "ROLLBACK_COMPLETE": (
        "Its first deployment failed and was rolled back, and CloudFormation cannot continue from there. Fix the cause,"
        " delete what is left, and deploy again:\n    aws cloudformation delete-stack {which}"
    ),
    "ROLLBACK_FAILED": (
        "Its first deployment failed and could not be rolled back. Delete it:"
        "\n    aws cloudformation delete-stack {which}"
    ),
    "DELETE_FAILED": (
        "It could not be deleted. See what is left:\n    aws cloudformation describe-stack-events {which}"
    ),
    "UPDATE_ROLLBACK_FAILED": (
        "Its last deployment could not be rolled back. Fix the cause, then:"
        "\n    aws cloudformation continue-update-rollback {which}"
    ),
}
"""States from which `sam deploy` cannot continue, and how to get out of them."""


def deploy(
    context: typer.Context,
    check: Annotated[bool, typer.Option("--check", help="Only check whether it can be deployed.")] = False,
    release: Annotated[str, typer.Option(help="What `make release-id` prints.")] = "",
    site: Annotated[Path, typer.Option(help="The built site: `make docs`.")] = Path("site"),
    sam: Annotated[str, typer.Option(help="The SAM CLI.")] = _SAM,
) -> None:
    """Deploys, publishes the site and prints the next steps. `make deploy` builds first, then calls this."""
    stack: Stack = context.obj
    organisation = organisation_file.read(stack.organisation_file)
    settings = _settings(stack, organisation)
    _look(stack, settings)
    if check:
        return
    _sam(sam, stack.stack, settings, release)
    if settings.parameters.get("Site") == "none":
        say("The site is not published here (Site=none): serve the folder `site` from your proxy.")
    else:
        publish_site(stack, site)
    _advise(stack, settings, organisation)


def _settings(stack: Stack, organisation: Organisation) -> Samconfig:
    """Every parameter's value. Raises StackError if one is invalid."""
    path = samconfig.path_of(stack.stack)
    kept = samconfig.read(path)
    if kept is None:
        raise StackError(f"There is no {path} here. Make it: ./regain setup --stack {stack.stack}")
    region = stack.region or kept.region
    found = [mistake for mistake in [answers.region_mistake(region)] if mistake]
    if stack.region and kept.region and stack.region != kept.region:
        found.append(f"The file says {kept.region}, and --region says {region}: a second stack needs another name.")
    defaults = {name: each.default for name, each in parameters().items()}
    values = {name: value for name, value in {**defaults, **kept.parameters}.items() if name not in answers.NOT_KEPT}
    found += [*answers.find_errors(values, region), *answers.disagreements(values, organisation)]
    if found:
        to_do = f"Nothing was changed. Correct the file, or update it: ./regain setup --stack {stack.stack} --yes"
        raise StackError("\n".join([f"{path} cannot be deployed:", *found, to_do]))
    return Samconfig(region, values)


def _look(stack: Stack, settings: Samconfig) -> None:
    """Checks for whatever would make the deployment fail, before anything is built. Raises StackError."""
    name, region, values = stack.stack, settings.region, settings.parameters
    number = lookups.account(region)
    state = lookups.stack(name, region)
    if state.status in _STUCK:
        out = _STUCK[state.status].format(which=f"--stack-name {name} --region {region}")
        why = [f"\n    {each}" for each in lookups.failures(name, region)]
        raise StackError(
            "".join([f"The stack {name} is {state.status}. {out}", *(["\nWhy it failed:", *why] if why else [])])
        )
    if state.status.endswith("_IN_PROGRESS") and state.status != "REVIEW_IN_PROGRESS":
        raise StackError(f"The stack {name} is {state.status}: another deployment is under way. Wait until it ends.")
    if all(name in state.parameters and state.parameters[name] != values[name] for name in answers.ORIGIN_KEYS):
        raise StackError(
            "OriginKeyA and OriginKeyB would both change. Never both in one deployment: for some minutes the API would"
            " know neither of CloudFront's keys. Set one of them back, deploy, and then the other."
        )
    arn, host = values.get("CertificateArn", ""), values.get("DomainName", "")
    if arn and host and (what := lookups.certificate_mistake(arn, host)):
        raise StackError(f"CertificateArn: {what}.")
    domain = values["SenderDomain"]
    makes_identity = values.get(answers.IDENTITY) == "yes" and not state.has_made_identity(domain)
    if makes_identity and lookups.has_ses_identity(domain, region):
        raise StackError(
            f"Amazon SES in {region} has the identity {domain} already, and a second one cannot be made. Use it as it"
            f" is: ./regain setup --stack {name} --yes"
        )
    say(f"{name} goes to {region}, in the account {number}.")


def _sam(sam: str, name: str, settings: Samconfig, release: str) -> None:
    """Runs `sam deploy`. An empty change set is not an error, because the site may have changed (A4)."""
    values = {**settings.parameters, **({"Release": release} if "Release" in parameters() else {})}
    command = [
        *shlex.split(sam), "deploy", "--stack-name", name, "--region", settings.region,
        "--capabilities", "CAPABILITY_IAM", "--resolve-s3", "--no-confirm-changeset", "--no-fail-on-empty-changeset",
        "--parameter-overrides", *samconfig.overrides(values),
    ]  # fmt: skip
    try:
        ended = subprocess.run(command, check=False).returncode
    except OSError as error:
        raise StackError(f"{sam} cannot be run: {error.strerror}. `make deploy` installs it.") from None
    if ended:
        raise StackError(
            "The stack was not deployed: see CloudFormation's messages above. Fix the cause, and run"
            f" `make deploy STACK={name}` again. The previous deployment keeps running."
        )


def _advise(stack: Stack, settings: Samconfig, organisation: Organisation) -> None:
    """Prints the doctor's findings, which do not fail the deployment, and the next steps (A5)."""
    say("\nThe doctor's advice:")
    try:
        show(each for each in findings(stack) if each.state != "ok")
        first = not stack.services().accounts.with_role("administrator", 1)
    except (StackError, Refused, ClientError, BotoCoreError) as error:
        say(f"warning  The doctor could not run: {error}")
        first = True
    if first:
        say("\nNext steps:")
        for number, step in enumerate(_next_steps(stack.stack, settings, organisation), start=1):
            say(f"  {number}. {step}")
    say(f"\n{stack.stack} is deployed.")


def _next_steps(name: str, settings: Samconfig, organisation: Organisation) -> Iterator[str]:
    run = f"./regain --stack {name}"
    yield f"Load people: {run} people import people.csv"
    yield f"Make yourself the first administrator: {run} admin grant USER administrator"
    if email := settings.parameters.get("AlarmEmail"):
        yield f"Confirm the alarm address: open the mail that AWS has sent to {email}."
    yield "Leave the sandbox of Amazon SES: until then only verified addresses get mail. It takes a day."
    if any(uses_phone(kind) for kind in policies.offered(organisation)):
        yield "Leave the sandbox of AWS End User Messaging, and raise its monthly spend limits."
    yield "Hear of the costs: make a budget for the account; the guide 'Deploy' has the command."
    if not organisation.organisation.site_url:
        yield f"Set organisation.site_url to the site's address, and `make deploy STACK={name}` once more."
    yield f"Check that everything works: {run} doctor --deep"
