"""`doctor`: checks for what usually goes wrong."""

from collections.abc import Iterable, Iterator
from typing import Annotated

import boto3
import typer

from cli import deep as walk
from cli import directories, health, lookups, provider, sending
from cli.accounts import shared_aliases
from cli.deployed import on_aws
from cli.finding import Finding, each
from cli.stack import Stack
from cli.terminal import add, say
from regain.domain.methods import uses_phone
from regain.organisation import checks, policies
from regain.organisation import file as organisation_file
from regain.organisation.settings import Organisation
from regain.runtime.services import Services

_SHOWN = 3


def doctor(
    context: typer.Context,
    deep: Annotated[
        bool,
        typer.Option("--deep", help="Also reset a test account and send a mail; everything is removed afterwards."),
    ] = False,
    account: Annotated[
        str,
        typer.Option("--try", help="A test account in your directory: its password is reset, changed, and then shown."),
    ] = "",
) -> None:
    """Checks for what usually goes wrong. Exits with 1 if something is wrong."""
    stack: Stack = context.obj
    wrong = show(findings(stack))
    if account:
        wrong += directories.attempt(stack.services(), account, show)
    if deep:
        played: list[Finding] = []

        def tell(finding: Finding) -> None:
            played.append(finding)
            show([finding])

        try:
            walk.deep(stack, stack.services(), stack.organisation(), tell)
        except walk.Stopped as stopped:
            say(f"Stopped by {stopped}.")
            raise typer.Exit(130) from None
        wrong += sum(finding.state == "wrong" for finding in played)
    raise typer.Exit(1 if wrong else 0)


def show(found: Iterable[Finding]) -> int:
    """Prints findings as they come. Returns how many are wrong."""
    wrong = 0
    for finding in found:
        add("findings", {"state": finding.state, "what": finding.what, "to_do": finding.to_do})
        say(f"{finding.state:8} {finding.what}{f' {finding.to_do}' if finding.to_do else ''}")
        wrong += finding.state == "wrong"
    return wrong


def findings(stack: Stack) -> Iterator[Finding]:
    """The findings about a stack. Changes nothing."""
    organisation = organisation_file.read(stack.organisation_file)
    yield Finding("ok", f"{stack.organisation_file} has no mistakes.")
    services = stack.services()
    yield from each(
        lambda: _key(services),
        lambda: health.tables(services),
        lambda: _people(services),
        lambda: _aliases(organisation, services),
        lambda: _settings(organisation),
        lambda: health.settings(organisation),
        lambda: health.failed_messages(services),
        lambda: directories.findings(services),
        lambda: provider.findings(stack, services),
    )
    if stack.on_aws:
        state = lookups.stack(stack.stack, str(boto3.Session().region_name))
        yield from each(
            lambda: on_aws(stack, organisation, state),
            lambda: sending.mail(organisation, state.parameters),
            lambda: sending.telephone(state.parameters) if _by_phone(organisation) else (),
        )
    else:
        yield from each(lambda: health.embedded(stack, services))


def _by_phone(organisation: Organisation) -> bool:
    return any(uses_phone(kind) for kind in policies.offered(organisation))


def _key(services: Services) -> Iterator[Finding]:
    services.keys.derive("doctor")
    yield Finding("ok", "The service's key answers. It is never rotated: without it security info is lost.")


def _people(services: Services) -> Iterator[Finding]:
    administrators = services.accounts.with_role("administrator", 3)
    if not administrators:
        to_do = "Make one: ./regain admin grant USER administrator"
        yield Finding("wrong", "There is no administrator.", to_do)
    elif len(administrators) == 1:
        to_do = "Nobody can help them when they lose their password: make a second one."
        yield Finding("warning", "There is one administrator only.", to_do)
    else:
        yield Finding("ok", "There are several administrators.")
    counted = services.counters.people()
    if not counted["accounts"]:
        yield Finding("warning", "Nobody has been counted yet.", "Count: ./regain report --recount")
    else:
        share = counted["capable"] * 100 // counted["accounts"]
        state = "ok" if share >= 50 else "warning"
        to_do = "" if share >= 50 else "Ask people to register: see the roll-out kit in the pages for administrators."
        yield Finding(state, f"{share} % of {counted['accounts']} accounts could get back in by themselves.", to_do)


def _aliases(organisation: Organisation, services: Services) -> Iterator[Finding]:
    """Addresses that several people share, and that therefore identify nobody."""
    if not organisation.organisation.user_id_aliases:
        return
    shared = sorted(shared_aliases(services))
    if shared:
        names = ", ".join(shared[:_SHOWN]) + (", …" if len(shared) > _SHOWN else "")
        what = f"{len(shared)} addresses are those of several people, and find nobody: {names}."
        yield Finding("warning", what, "Give each person an address of their own in `mail`.")
    else:
        yield Finding("ok", "Each address that people may type for their user ID is one person's.")


def _settings(organisation: Organisation) -> Iterator[Finding]:
    about, contacts, recovery = organisation.organisation, organisation.contacts, organisation.recovery
    if not about.site_url:
        to_do = "Set organisation.site_url: messages then lead to the site, and passkeys stay valid."
        yield Finding("warning", "The site's address is not named.", to_do)
    for place, lacking in checks.languages_lacking(organisation).items():
        what = f"{place} has no words in {', '.join(lacking)}, and is shown there in another language."
        yield Finding("warning", what, "Name each language: {en: the portal, de: das Portal}")
    if not (contacts.administrator.email or contacts.administrator.portal_url):
        yield Finding("ok", "Requests for help go to the people with a role.")
    if _by_phone(organisation) and not recovery.phone_countries:
        to_do = "Name yours in recovery.phone_countries, so that nobody turns texting into money."
        yield Finding("warning", "Codes may go to the numbers of any country.", to_do)
    if recovery.disclosure == "detailed":
        to_do = "Set recovery.disclosure: private, unless everybody knows them anyway."
        yield Finding("warning", "Before any proof strangers can learn who has an account.", to_do)
