"""Sign-in with the organisation's identity provider (OpenID Connect Core 1.0): its settings and the meaning of claims.

The ID token identifies the person, and may add a role, groups and a second factor to their session. The account itself
is not changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from regain.domain.account import ROLES
from regain.problems import NO_ACCOUNT_FOR_SIGN_IN, SIGN_IN_NOT_TRUSTED, Refused

GOOGLE = "https://accounts.google.com"
"""Google's issuer. It signs in anybody with a Google account: `hd` is the domain of their organisation."""

ATTEMPT_SECONDS = 600
"""How long a sign-in with the provider may take."""

CLOCK_SKEW = 60
"""Seconds that a provider's clock may differ from ours."""

_MOST_GROUPS, _LONGEST_GROUP = 100, 128


@dataclass(frozen=True)
class Claims:
    """The claims of an ID token to read: the user ID as people type it here, and groups (none, if empty)."""

    user_id: str = "preferred_username"
    groups: str = ""


@dataclass(frozen=True)
class SecondFactor:
    """How the provider attests a second factor: one of these values in `acr` or `amr`, at most `max_age` seconds ago.

    With it, sign-in asks for `acr_values` and `max_age`, so people may have to sign in there again.
    """

    acr: tuple[str, ...] = ()
    amr: tuple[str, ...] = ()
    max_age: int = 900


@dataclass(frozen=True)
class Oidc:
    """The organisation's identity provider, and Regain as its client.

    A client with a secret has it in AWS Secrets Manager, under `client_secret_arn`; without, it is a public client.
    `name` stands on the button ("Sign in with Contoso"); empty, it is the organisation's. `roles`: the group in
    `claims.groups` that gives a role, for one session.
    """

    issuer: str
    client_id: str
    client_secret_arn: str = ""
    name: str | dict[str, str] = ""
    claims: Claims = field(default_factory=Claims)
    roles: dict[str, str] = field(default_factory=dict)
    second_factor: SecondFactor | None = None


@dataclass(frozen=True)
class SignIn:
    """Ways to sign in beside a password."""

    oidc: Oidc | None = None


def user_id(claims: Mapping[str, Any], settings: Oidc) -> str:
    """The user ID in an ID token, not normalised. An e-mail address counts only if the provider has verified it.

    Raises:
        Refused: NO_ACCOUNT_FOR_SIGN_IN.
    """
    name = settings.claims.user_id
    found = claims.get(name)
    if not isinstance(found, str) or not found.strip():
        raise Refused(NO_ACCOUNT_FOR_SIGN_IN, reason="claim missing")
    if name == "email" and claims.get("email_verified") not in (True, "true"):
        raise Refused(NO_ACCOUNT_FOR_SIGN_IN, reason="address not verified by the provider")
    return found


def check_tenant(claims: Mapping[str, Any], user_id: str, settings: Oidc) -> None:
    """Raises Refused(SIGN_IN_NOT_TRUSTED) if the provider may not vouch for this user ID's domain."""
    if settings.issuer == GOOGLE and str(claims.get("hd", "")).lower() != user_id.rpartition("@")[2]:
        raise Refused(SIGN_IN_NOT_TRUSTED, reason="another tenant's ID token")


def groups(claims: Mapping[str, Any], settings: Oidc) -> tuple[str, ...]:
    """The groups in an ID token."""
    fitting = (each for each in _listed(claims, settings.claims.groups) if 0 < len(each) <= _LONGEST_GROUP)
    return tuple(dict.fromkeys(fitting))[:_MOST_GROUPS]


def role(claims: Mapping[str, Any], settings: Oidc) -> str:
    """The highest role that the groups in an ID token give; "" if none. All of its groups count, however many."""
    held = set(_listed(claims, settings.claims.groups))
    return max(("", *(name for name, group in settings.roles.items() if group in held)), key=ROLES.index)


def second_factor_at(claims: Mapping[str, Any], settings: Oidc, now: int) -> int:
    """When the person gave the provider a second factor, if it attests a recent one; 0 otherwise."""
    wanted, at = settings.second_factor, claims.get("auth_time")
    if not wanted or not isinstance(at, int) or isinstance(at, bool):
        return 0
    attested = claims.get("acr") in wanted.acr or set(_listed(claims, "amr")) & set(wanted.amr)
    fresh = now - wanted.max_age - CLOCK_SKEW <= at <= now + CLOCK_SKEW
    return min(at, now) if attested and fresh else 0


def _listed(claims: Mapping[str, Any], name: str) -> list[str]:
    """The strings in a claim that holds one or several; empty if there is no such claim."""
    found = claims.get(name) if name else None
    return [each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)]
