"""What types cannot say about sign-in by an identity provider."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from regain.domain.account import ROLES
from regain.domain.provider import Oidc
from regain.organisation.schema import Finding, below
from regain.organisation.settings import Organisation

LOOPBACK = ("localhost", "127.0.0.1", "::1")
_EXAMPLE = "for example https://login.contoso.example"
_EVERYBODYS = re.compile(r"https://login\.microsoftonline\.[a-z]+/(common|organizations|consumers)(/|$)")
_ARN = re.compile(r"arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:[0-9]{12}:secret:[A-Za-z0-9/_+=.@-]+")


def find_errors(organisation: Organisation) -> Iterator[Finding]:
    """Everything that is wrong with settings of the right types."""
    settings = organisation.sign_in.oidc
    for name, domain in organisation.domains.items():
        if domain.sign_in == "provider" and not settings:
            what = f"nobody of `{name}` could sign in: there is no provider"
            yield ("domains", name, "sign_in"), what, "name one in `sign_in.oidc`, or leave this out"
    if not settings:
        return
    if not organisation.organisation.site_url:
        what = "the provider sends people back to the address of this site, and there is none"
        yield ("sign_in", "oidc"), what, "set `organisation.site_url`, for example https://account.contoso.example/"
    if not any(
        domain.directory != "elsewhere" and domain.sign_in != "password" for domain in organisation.domains.values()
    ):
        what = "the provider signs nobody in: every domain has `sign_in: password`, or its accounts elsewhere"
        yield ("sign_in", "oidc"), what, "leave the provider out, or `sign_in: password` of a domain"
    yield from below(("sign_in", "oidc"), _client(settings))


def _client(settings: Oidc) -> Iterator[Finding]:
    if wrong := _wrong_issuer(settings.issuer):
        yield ("issuer",), *wrong
    if not settings.client_id.strip():
        yield ("client_id",), "the client has no ID", "the one that the provider shows for this application"
    arn = settings.client_secret_arn
    if arn and not _ARN.fullmatch(arn):
        what = "this is not the ARN of a secret in AWS Secrets Manager"
        yield ("client_secret_arn",), what, "its whole ARN; the secret itself never stands in this file"
    if not settings.claims.user_id.strip():
        yield ("claims", "user_id"), "no claim says who somebody is", "for example preferred_username, or email"
    yield from _roles(settings)
    yield from _second_factor(settings)


def _wrong_issuer(issuer: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(issuer)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return f"`{issuer}` is not the address of a provider", _EXAMPLE
    if not host or parts.username or parts.query or parts.fragment or parts.scheme not in ("https", "http"):
        return f"`{issuer}` is not the address of a provider", f"{_EXAMPLE}, as its discovery document has it"
    if parts.scheme == "http" and host not in LOOPBACK:
        return f"`{issuer}` is not encrypted: anybody on the way could sign in as anybody", "an https: address"
    if issuer.endswith("/.well-known/openid-configuration"):
        return "this is the address of the discovery document", "the issuer alone, which stands before /.well-known"
    if _EVERYBODYS.match(issuer):
        what = "this issuer signs in people of every organisation"
        return what, "your own tenant's: https://login.microsoftonline.com/TENANT-ID/v2.0"
    return None


def _roles(settings: Oidc) -> Iterator[Finding]:
    if settings.roles and not settings.claims.groups:
        yield ("roles",), "roles come from groups, and no claim holds them", "add `claims: {groups: groups}`"
    for role, group in settings.roles.items():
        if role not in ROLES:
            yield ("roles", role), f"`{role}` is not a role", f"one of: {', '.join(ROLES[1:])}"
        if not group.strip():
            yield ("roles", role), "no group has this role", "the group as the claim names it, or leave the role out"


def _second_factor(settings: Oidc) -> Iterator[Finding]:
    factor = settings.second_factor
    if factor and not (factor.acr or factor.amr):
        what = "nothing says how the provider attests a second factor"
        yield ("second_factor",), what, "for example {amr: [mfa]}; or leave it out"
    if factor and not 60 <= factor.max_age <= 3_600:
        yield ("second_factor", "max_age"), f"{factor.max_age} is out of range", "from 60 to 3600 seconds"
