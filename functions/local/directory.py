"""`make serve DIRECTORY=`: a directory behind the first domain, with the people in it.

OpenLDAP and Active Directory (Samba) are real; Cognito is the embedded engine's, and Entra ID a stand-in. Its data
stays in the state's folder. Without DIRECTORY= a domain of one's own may point at one's own server.
"""

import contextlib
import json
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cli.accounts import find
from local.directories import entra, entra_people, entries, samba, slapd, user_pool
from local.directories.entra_tenant import Tenant
from local.directories.running import NotInstalled, Running
from local.directories.settings import with_directory, with_user_pool
from local.engine import EngineError
from local.sandbox import Pool, SandboxError
from regain.directories import kinds
from regain.directories.base import Directory
from regain.directories.ldap.kinds import connect
from regain.domain.ldap import Ldap
from regain.domain.policy import Domain
from regain.organisation.settings import Organisation
from regain.people.rows import Person
from regain.runtime.services import Services

FUNCTION = "DirectoryFunction"
DESCRIPTION = "directory.json"
KINDS = ("ldap", "ad", "cognito", "entra")
_SECRET = "REGAIN_DIRECTORY_SECRET"  # noqa: S105 - where it is, not what it is
_SECRET_ARN = "arn:aws:secretsmanager:eu-west-1:000000000000:secret:of-the-environment-000000"  # noqa: S105 - of nothing


@dataclass(frozen=True)
class Served:
    """What the stack runs with: its organisation, the people who live in its tables, and how the directory is reached.

    `environment` is for the function that reaches the directory alone, `for_account` for the one that signs people in,
    `for_all` for all of them, and `parameters` are the template's.
    """

    organisation: Organisation
    people: list[Person]
    environment: Mapping[str, str]
    parameters: Mapping[str, str]
    greeting: tuple[str, ...] = ()
    with_roles: tuple[Person, ...] = ()
    for_all: Mapping[str, str] = field(default_factory=dict)
    for_account: Mapping[str, str] = field(default_factory=dict)
    in_engine: Callable[["Served"], "Served"] = lambda served: served
    """What is left to do once the engine runs: a directory that is a part of it is made then."""
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    """An unguessable part of the URL, because any page in a browser can send requests to this machine."""


@contextlib.contextmanager
def served(kind: str, state: Path, organisation: Organisation, people: list[Person]) -> Iterator[Served]:
    """Starts the directory of a kind, with the people in it, and stops it in the end.

    Raises:
        EngineError: it does not start, or the organisation's own directory has no secret here.
    """
    secret = os.environ.pop(_SECRET, "")  # for one function only
    if kind == "entra":
        with contextlib.closing(entra.StandIn(Tenant(state / "directory-entra.json"))) as running:
            yield _in_entra(running.start(), state, organisation, people)
        return
    if kind == "cognito":
        yield _with_user_pool(state, organisation, people)
        (state / DESCRIPTION).unlink(missing_ok=True)
        return
    if kind:
        with contextlib.closing(_Closing(_start(kind, state))) as closing:
            yield _loaded(kind, state, organisation, people, closing.running)
            (state / DESCRIPTION).unlink()
        return
    own = _in_directories(organisation)
    if own and not secret:
        raise EngineError(
            f"the passwords of {', '.join(own)} live in a directory: set {_SECRET} to the password of"
            f" {next(iter(own.values())).service_account}"
        )
    greeting = tuple(f"directory {each.url[0]} for {name}: real, and yours" for name, each in own.items())
    kept = [person for person in people if person.account.user_id.rpartition("@")[2] not in own]
    parameters = {"DirectorySecretArn": _SECRET_ARN} if own else {}
    yield Served(organisation, kept, {_SECRET: secret} if own else {}, parameters, greeting)


def grant_roles(served: Served, services: Services) -> None:
    """Gives the people in the served directory their roles, which are Regain's, on cards of their own."""
    domain = served.organisation.default_domain
    if not served.with_roles:
        return
    with _asked_directly(served, domain) as directory:
        asking = replace(services, directories={domain: directory})
        for person in served.with_roles:
            card, _ = find(person.account.user_id, asking) or (None, None)
            if card and not card.version:
                services.store.commit([services.accounts.role_write(card, person.account.role, services.now)])


@contextlib.contextmanager
def _asked_directly(served: Served, domain: str) -> Iterator[Directory]:
    """The served directory, before any function runs."""
    settings = served.organisation.domains[domain].ldap
    if not settings:
        yield kinds.directories(served.organisation, served.for_all)[domain]
        return
    directory = connect(settings, lambda _: served.environment[_SECRET])
    with contextlib.closing(directory.service):
        yield directory


def invocations(pools: Mapping[str, Pool], token: str) -> list[Route]:
    """Lambda's Invoke for the function that reaches the directory. Only callers that know the token reach it."""

    async def invoke(request: Request) -> Response:
        try:
            return JSONResponse(await pools[FUNCTION].call(await request.json()))
        except SandboxError as error:
            failed = {"errorType": "Sandbox", "errorMessage": str(error)}
            return JSONResponse(failed, headers={"x-amz-function-error": "Unhandled"})

    path = f"/local/{token}/2015-03-31/functions/{FUNCTION}/invocations"
    return [Route(path, invoke, methods=["POST"])] if FUNCTION in pools else []


@dataclass
class _Closing:
    running: Running

    def close(self) -> None:
        self.running.stop()


def _start(kind: str, state: Path) -> Running:
    folder = (state / f"directory-{kind}").resolve()
    try:
        return samba.start(folder) if kind == "ad" else slapd.start(folder)
    except (NotInstalled, PermissionError, RuntimeError) as error:
        raise EngineError(f"the directory cannot be started: {error}") from None


def _loaded(kind: str, state: Path, organisation: Organisation, people: list[Person], running: Running) -> Served:
    domain = organisation.default_domain
    inside = [person for person in people if person.account.user_id.endswith(f"@{domain}")]
    added, names = entries.load(running, inside)
    (state / DESCRIPTION).write_text(json.dumps(_described(running, names), indent=2, ensure_ascii=False))
    name = "Samba as an Active Directory domain controller" if kind == "ad" else "OpenLDAP (slapd)"
    greeting = (
        f"directory {name} at {running.url} for {domain}: real, with {added} people added; the service account and its",
        f"         password are the demo's ({state}/{DESCRIPTION}); mail, texts and AWS are stand-ins",
    )
    outside = [person for person in people if person not in inside]
    environment = {_SECRET: running.service_password}
    parameters = {"DirectorySecretArn": _SECRET_ARN}
    with_roles = tuple(person for person in inside if person.account.role)
    return Served(with_directory(organisation, kind, running), outside, environment, parameters, greeting, with_roles)


def _in_entra(running: entra.StandIn, state: Path, organisation: Organisation, people: list[Person]) -> Served:
    domain = organisation.default_domain
    inside = [person for person in people if person.account.user_id.endswith(f"@{domain}")]
    added, elsewhere = entra_people.load(running.tenant, inside)
    greeting = (
        f"directory Microsoft Entra ID at {running.url} for {domain}: a stand-in, with {added} people added,",
        "         because Microsoft's runs at Microsoft only; it checks what Microsoft documents of each request.",
        f"         AWS's token service, mail and texts are stand-ins too; people are in {state}/directory-entra.json",
        "         Nobody signs in here with these passwords: that is for Microsoft's own page",
        *(f"         {each}" for each in elsewhere),
    )
    outside = [person for person in people if person not in inside]
    with_roles = tuple(person for person in inside if person.account.role)
    return Served(
        with_directory(organisation, "entra"), outside, {}, {"EntraFederation": "yes"}, greeting, with_roles,
        running.environment,
    )  # fmt: skip


def _with_user_pool(state: Path, organisation: Organisation, people: list[Person]) -> Served:
    """The pool is the embedded engine's, which does not run yet."""
    domain = organisation.default_domain
    inside = [person for person in people if person.account.user_id.endswith(f"@{domain}")]

    def made(served: Served) -> Served:
        settings, added = user_pool.serve(domain, inside)
        where = {"endpoint": os.environ["AWS_ENDPOINT_URL"], "region": settings.region, "pool": settings.pool}
        described = {"kind": "cognito", **where, "client": settings.client}
        (state / DESCRIPTION).write_text(json.dumps(described, indent=2))
        greeting = (
            f"directory Amazon Cognito, user pool {settings.pool} for {domain}: the embedded engine's, with {added}",
            "         people added; it knows neither lockouts nor a history of passwords, which Amazon's does. How to",
            f"         reach it: {state}/{DESCRIPTION}. Mail, texts and the rest of AWS are stand-ins too",
        )
        return replace(served, organisation=with_user_pool(organisation, settings), greeting=greeting)

    outside = [person for person in people if person not in inside]
    with_roles = tuple(person for person in inside if person.account.role)
    site = with_directory(organisation, "cognito")
    return Served(site, outside, {}, {}, with_roles=with_roles, in_engine=made)


def _described(running: Running, names: Mapping[str, str]) -> dict[str, object]:
    """How to reach it from outside. These are the demo's own secrets."""
    config = {"config_dn": slapd.CONFIG_MANAGER, "config_password": running.manager_password}
    return {
        "kind": running.kind,
        "url": running.url,
        "base": running.base,
        "ca": str(running.certificate.ca_file),
        "admin_dn": running.manager,
        "admin_password": running.manager_password,
        "service_dn": running.service_account,
        "user_dn": dict(names),
        **(config if running.kind == "openldap" else {}),
    }


def _in_directories(organisation: Organisation) -> dict[str, Ldap]:
    def of(domain: Domain) -> Ldap | None:
        return domain.ldap if domain.in_network else None

    return {name: settings for name, domain in organisation.domains.items() if (settings := of(domain))}
