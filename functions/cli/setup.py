"""`setup`: asks for what a deployment needs beside `organisation.yaml`, and writes `samconfig.NAME.toml`."""

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from cli import answers, lookups, samconfig
from cli.samconfig import Samconfig
from cli.stack import Stack, StackError
from cli.template_parameters import parameters
from cli.terminal import result, say
from regain.organisation import file as organisation_file
from regain.organisation.settings import Organisation

_DEFAULT_REGION = "eu-west-1"
_NOTHING = "-"
_Set = Annotated[
    list[str] | None, typer.Option("--set", metavar="PARAMETER=VALUE", help="A value, in place of a question.")
]


@dataclass(frozen=True)
class _Start:
    """What is known before the first question: the region, the values so far, and the stack's state."""

    region: str
    values: dict[str, str]
    state: lookups.StackState | None  # None where AWS could not be asked


def setup(
    context: typer.Context,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing: take what is set, known, or the default.")] = False,
    set_: _Set = None,
) -> None:
    """Asks what organisation.yaml does not know (region, host name, alarms …) and writes samconfig.NAME.toml."""
    stack: Stack = context.obj
    if not stack.stack:
        raise StackError("Name the stack that is to be made: ./regain setup --stack NAME")
    if mistake := answers.stack_mistake(stack.stack):
        raise StackError(mistake)
    organisation = organisation_file.read(stack.organisation_file)
    path = samconfig.path_of(stack.stack)
    given = _given(set_ or [], organisation)
    before = samconfig.read(path)
    try:
        region = _region(stack, before, yes)
        start = _start(stack, region, before, organisation)
        values = {**start.values, **given}
        _identity(values, given, start)
        if not yes:
            _ask(values, given, organisation, start)
    except typer.Abort:
        raise StackError("Stopped, and nothing was written. With --yes it asks nothing and takes defaults.") from None
    _refuse(values, region, start)
    _notes(before, values, organisation, start)
    samconfig.write(path, stack.stack, Samconfig(region, values))
    say(f"{path} is written: {stack.stack} in {region}. Deploy it: make deploy STACK={stack.stack}")
    result(file=str(path), stack=stack.stack, region=region, parameters=values)


def _given(words: list[str], organisation: Organisation) -> dict[str, str]:
    """The values of `--set`."""
    pairs = [word.partition("=") for word in words]
    if wrong := [name for name, equals, _ in pairs if not equals]:
        raise StackError(f"--set takes Parameter=value, not `{wrong[0]}`.")
    given = {name: value for name, _, value in pairs}
    found = [f"{name}: `make deploy` works it out." for name in answers.NOT_KEPT if name in given]
    found += [f"{each} Change organisation.yaml instead." for each in answers.disagreements(given, organisation)]
    if found:
        raise StackError("\n".join(found))
    return given


def _region(stack: Stack, before: Samconfig | None, yes: bool) -> str:
    """The stack's region. An existing stack stays where it is."""
    kept = before.region if before else ""
    if kept and stack.region and stack.region != kept:
        raise StackError(
            f"{samconfig.path_of(stack.stack)} says that {stack.stack} is in {kept}. A second stack, in {stack.region},"
            " needs another name. If the first one is gone, delete the file."
        )
    region = stack.region or kept or boto3.Session().region_name or _DEFAULT_REGION
    if not yes and not kept and not stack.region:
        _explain("Region", "Where the service runs and where your data is. It cannot be changed later.")
        while answers.region_mistake(region := _prompt("Region", region)):
            say(answers.region_mistake(region))
    if mistake := answers.region_mistake(region):
        raise StackError(mistake)
    return region


def _start(stack: Stack, region: str, before: Samconfig | None, organisation: Organisation) -> _Start:
    """The values so far: defaults, then the live stack's, the file's, and those derived from the organisation."""
    state = None
    if lookups.has_credentials():
        try:
            state = lookups.stack(stack.stack, region)
        except (ClientError, BotoCoreError) as error:
            say(f"AWS was not asked: {error}")
    values = {name: each.default for name, each in parameters().items() if name not in answers.NOT_KEPT}
    known = {**(state.parameters if state else {}), **(before.parameters if before else {})}
    decided = answers.derived(organisation)
    values.update({name: value for name, value in known.items() if name in values})
    fits = {name for name in decided if name in known and answers.agrees(name, known[name], organisation)}
    values.update({name: wanted for name, wanted in decided.items() if name not in fits})
    return _Start(region, values, state)


def _ask(values: dict[str, str], given: Mapping[str, str], organisation: Organisation, start: _Start) -> None:
    """Asks for each value that matters, one after the other, until it can be used.

    Whether SES has the sender's domain already is asked only where AWS could not be.
    """
    for name, parameter in parameters().items():
        unknown = name == answers.IDENTITY and start.state is None
        if name in given or not (unknown or answers.matters(name, values, organisation, start.region)):
            continue
        about = parameter.description + (f" One of: {', '.join(parameter.allowed)}." if parameter.allowed else "")
        _explain(name, about)
        suggested = values[name]
        if name == "DomainName" and not suggested:
            suggested = answers.host_of_site(organisation)
        while True:
            values[name] = _prompt(name, suggested)
            found = answers.find_errors({name: values[name]}, start.region)
            wrong = [each for each in found if "needs a Cert" not in each]
            if not wrong:
                break
            say(wrong[0])


def _explain(name: str, text: str) -> None:
    say(f"\n{name}")
    for line in textwrap.wrap(text, 96):
        say(f"  {line}")


def _prompt(name: str, suggested: str) -> str:
    """One answer. Enter accepts the suggestion, a hyphen clears it."""
    hint = f" ({_NOTHING} for nothing)" if suggested and name != "Region" else ""
    answer = str(typer.prompt(f"{name}{hint}", default=suggested, show_default=bool(suggested), err=True)).strip()
    return "" if answer == _NOTHING else answer


def _refuse(values: Mapping[str, str], region: str, start: _Start) -> None:
    """Raises StackError with everything that is wrong."""
    found = list(answers.find_errors(values, region))
    arn, host = values.get("CertificateArn", ""), values.get("DomainName", "")
    if not found and arn and host and start.state:
        found += [f"CertificateArn: {what}." for what in [lookups.certificate_mistake(arn, host)] if what]
    if found:
        raise StackError("\n".join([*found, "Nothing was written."]))


def _notes(before: Samconfig | None, values: Mapping[str, str], organisation: Organisation, start: _Start) -> None:
    """Prints what was derived, changed or left out, and advice."""
    decided = ", ".join(f"{name}={values[name]}" for name in answers.derived(organisation) if values[name])
    say(f"From organisation.yaml: {decided}")
    kept = before.parameters if before else {}
    for each in answers.disagreements(kept, organisation):
        say(f"Changed: {each}")
    for name in (name for name in kept if name not in values and name not in answers.NOT_KEPT):
        say(f"Left out: {name}. The template has no such parameter any more.")
    host = answers.host_of_site(organisation)
    if host and host != values.get("DomainName") and values.get("Site") != "none":
        name = values.get("DomainName", "")
        say(f"organisation.site_url names {host}, and DomainName is `{name}`: make them agree.")
    for each in answers.advice(values, organisation):
        say(f"Consider: {each}")
    if start.state is None:
        say("Not compared with AWS: there are no credentials, or it did not answer. `make deploy` checks again.")


def _identity(values: dict[str, str], given: Mapping[str, str], start: _Start) -> None:
    """Uses an SES identity that exists and is not the stack's: a second one cannot be created (A6)."""
    domain = values["SenderDomain"]
    if start.state is None or answers.IDENTITY in given or start.state.has_made_identity(domain):
        return
    try:
        there = lookups.has_ses_identity(domain, start.region)
    except (ClientError, BotoCoreError):
        return
    values[answers.IDENTITY] = "no" if there else "yes"
    if there:
        say(f"Amazon SES has {domain} already: it is used as it is ({answers.IDENTITY}=no).")
