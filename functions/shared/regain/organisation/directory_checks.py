"""Checks of a domain's directory settings that types cannot express."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from regain.domain.cognito import Cognito
from regain.domain.entra import Entra
from regain.domain.policy import Domain
from regain.organisation import ldap_checks
from regain.organisation.schema import Finding, below

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_EXAMPLE_GUID = "for example 8eaef023-2b34-4da1-9baa-8bc8c9d6a490"


def find_errors(domain: Domain) -> Iterator[Finding]:
    """Every mistake in settings of the right types. The files that they name are checked elsewhere."""
    for group in _CHECKS:
        if getattr(domain, group) and domain.directory != group:
            what = f"`{group}` says nothing where `directory` is `{domain.directory}`"
            yield ("directory",), what, f"write `directory: {group}`, or leave the group out"
    if domain.directory not in _CHECKS:
        return
    group = domain.directory
    settings, (needed, check) = getattr(domain, group), _CHECKS[group]
    if not settings:
        yield (), f"passwords in a directory need the group `{group}`", f"its settings: {needed}"
        return
    yield from below((group,), check(settings))


def _cognito(settings: Cognito) -> Iterator[Finding]:
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d+_[0-9A-Za-z]{1,30}", settings.pool):
        yield ("pool",), f"`{settings.pool}` is not the ID of a user pool", "for example eu-central-1_Ab12Cd34E"
    if not re.fullmatch(r"[0-9A-Za-z_+]{1,128}", settings.client):
        what = f"`{settings.client}` is not the ID of an app client"
        yield ("client",), what, "not its name; for example 4f9k2m7q1s8t3v6w5x0y2z4a6b"


def _entra(settings: Entra) -> Iterator[Finding]:
    if not _GUID.fullmatch(settings.tenant):
        what = f"`{settings.tenant}` is not the ID of a tenant"
        yield ("tenant",), what, f"the directory (tenant) ID of your app registration, {_EXAMPLE_GUID}"
    if not _GUID.fullmatch(settings.client):
        what = f"`{settings.client}` is not the ID of an app"
        yield ("client",), what, f"the application (client) ID of your app registration, {_EXAMPLE_GUID}"


_CHECKS: dict[str, tuple[str, Callable[[Any], Iterator[Finding]]]] = {
    "ldap": ("kind, url, base, service_account", ldap_checks.find_errors),
    "cognito": ("pool, client", _cognito),
    "entra": ("tenant, client", _entra),
}
