"""What types cannot say about the settings of an LDAP directory."""

import re
from collections.abc import Iterator
from urllib.parse import SplitResult, urlsplit

from regain.domain.ldap import GLOBAL_CATALOGUE, Ldap
from regain.organisation.schema import Finding

_EXAMPLE = "for example ldaps://dc1.ad.contoso.example"


def find_errors(settings: Ldap) -> Iterator[Finding]:
    """Everything that is wrong with settings of the right types, but for `ca`."""
    yield from _aws_managed(settings) if settings.kind == "aws-managed" else _server(settings)
    if not 0 <= settings.usable_minutes <= 120:
        yield ("usable_minutes",), f"{settings.usable_minutes} is out of range", "from 0 to 120"


def _aws_managed(settings: Ldap) -> Iterator[Finding]:
    if not re.fullmatch("d-[0-9a-f]{10}", settings.directory_id):
        what = f"`{settings.directory_id}` is not the ID of a directory" if settings.directory_id else "which one?"
        yield ("directory_id",), what, "AWS Directory Service shows it, for example `directory_id: d-90670a1b2c`"
    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d+", settings.region):
        what = f"`{settings.region}` is not a region" if settings.region else "in which region?"
        yield ("region",), what, "the directory's primary region, for example `region: eu-central-1`"
    for key in ("url", "base", "service_account", "ca", "protected_groups"):
        if getattr(settings, key):
            what = f"`{key}` says nothing where `kind` is `aws-managed`"
            yield (key,), what, "leave it out, or write `kind: active-directory`"


def _server(settings: Ldap) -> Iterator[Finding]:
    for key in ("directory_id", "region"):
        if getattr(settings, key):
            what = f"`{key}` says nothing where `kind` is `{settings.kind}`"
            yield (key,), what, "leave it out, or write `kind: aws-managed`"
    if not settings.url:
        yield ("url",), "there is no server", f"name one or more, {_EXAMPLE}"
    for number, url in enumerate(settings.url):
        if wrong := _wrong_url(url):
            yield ("url", number), *wrong
    if "=" not in settings.base:
        what = f"`{settings.base}` is not a distinguished name" if settings.base else "`base` is missing"
        yield ("base",), what, "for example OU=People,DC=ad,DC=contoso,DC=example"
    if not any(sign in settings.service_account for sign in "@=\\"):
        given = settings.service_account
        what = f"`{given}` alone names no account" if given else "`service_account` is missing"
        yield ("service_account",), what, "for example svc-regain@ad.contoso.example, or its distinguished name"
    if not settings.user_id:
        yield ("user_id",), "no attribute holds what people type", "for example [userPrincipalName]"
    yield from _lockout(settings)


def _lockout(settings: Ldap) -> Iterator[Finding]:
    threshold, minutes = settings.lockout_threshold, settings.lockout_window_minutes
    if threshold and not 3 <= threshold <= 1_000:
        what = f"after {threshold} wrong passwords no account may lock: Regain stays two below"
        yield ("lockout_threshold",), what, "from 3 to 1000, as the directory has it; 0 if it never locks accounts"
    if not 0 <= minutes <= 99_999:
        yield ("lockout_window_minutes",), f"{minutes} is out of range", "from 0 to 99999, as the directory has it"


def _wrong_url(url: str) -> tuple[str, str] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return f"`{url}` is not the address of a server", _EXAMPLE
    if parts.scheme not in ("ldap", "ldaps") or not parts.hostname or _has_more(parts):
        return f"`{url}` is not the address of a server", _EXAMPLE
    if port in GLOBAL_CATALOGUE:
        return f"port {port} is the global catalogue's, where no password can be set", "leave the port out"
    return None


def _has_more(parts: SplitResult) -> bool:
    return bool(parts.path.strip("/") or parts.query or parts.fragment or parts.username)
