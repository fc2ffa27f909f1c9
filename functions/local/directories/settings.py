"""An organisation whose first domain lives in a directory on this machine."""

from dataclasses import replace
from typing import Any, Literal

import msgspec

from local.directories import slapd
from local.directories.entra_tenant import CLIENT, TENANT
from local.directories.running import Running
from regain.domain.cognito import Cognito
from regain.domain.entra import Entra
from regain.domain.ldap import Ldap, UserIdAttribute
from regain.organisation.settings import Organisation

_KINDS: dict[str, Literal["active-directory", "openldap"]] = {"ldap": "openldap", "ad": "active-directory"}
_USER_ID: dict[str, tuple[UserIdAttribute, ...]] = {"ldap": ("uid",), "ad": ("userPrincipalName",)}


def with_directory(organisation: Organisation, kind: str, running: Running | None = None) -> Organisation:
    """The organisation with its first domain in a served directory of a kind; without one, as it is.

    The site is built before the directory runs, and says nothing of where that is.
    """
    if not kind:
        return organisation
    if kind == "entra":
        return _with(organisation, directory="entra", entra=Entra(TENANT, CLIENT))
    if kind == "cognito":
        return with_user_pool(organisation, Cognito("eu-west-1_served", "served"))
    url, base = (running.url, running.base) if running else ("ldaps://127.0.0.1", slapd.BASE)
    ca = running.certificate.ca_file.read_text() if running else ""
    account = running.service_account if running else "cn=regain"
    settings = Ldap(_KINDS[kind], (url,), base, account, _USER_ID[kind], ca)
    return _with(organisation, directory="ldap", ldap=settings)


def with_user_pool(organisation: Organisation, settings: Cognito) -> Organisation:
    """The organisation with its first domain in a user pool."""
    return _with(organisation, directory="cognito", cognito=settings)


def _with(organisation: Organisation, **changes: Any) -> Organisation:
    first = organisation.default_domain
    domains = {**organisation.domains, first: replace(organisation.domains[first], **changes)}
    return msgspec.structs.replace(organisation, domains=domains)
