"""The part of `doctor` about sign-in with the organisation's identity provider. Nobody is signed in."""

import importlib
import json
import os
import secrets
from collections import Counter
from collections.abc import Generator, Iterator, Mapping
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cli.finding import Finding
from cli.stack import Stack
from regain.adapters.openid import ALGORITHMS, CALLBACK, LOCAL_SECRET, Attempt, Provider, exchange
from regain.domain.provider import CLOCK_SKEW, Oidc
from regain.problems import SIGN_IN_NOT_FINISHED, Refused
from regain.runtime.services import Services

_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")
_NOBODY_THERE = {"login_required", "interaction_required", "consent_required", "account_selection_required"}
"""What a provider answers that may show no page (`prompt=none`) and knows nobody: it knows client and address."""
_TO_REPAIR = "That is for the provider to repair."


def findings(stack: Stack, services: Services) -> Iterator[Finding]:
    """What is right and what is wrong with the provider, if the organisation has one."""
    provider: Provider | None = services.provider
    if provider is None:
        return
    if not stack.on_aws:
        _know_the_secret(stack)
    address = urlsplit(services.organisation.organisation.site_url)
    yield from check(provider, f"{address.scheme}://{address.netloc}{CALLBACK}", services.clock())


def check(provider: Provider, redirect_uri: str, now: float) -> Iterator[Finding]:
    """What a sign-in needs, in its order. `now` is this computer's time, in seconds since 1970."""
    document = yield from _discovery(provider.settings.issuer, now)
    if document is None:
        return
    lacking = [name for name in _ENDPOINTS if not _names(provider, name)]
    if lacking:
        yield Finding("wrong", f"The discovery document has no encrypted address for {', '.join(lacking)}.", _TO_REPAIR)
        return
    yield from _signatures(provider, document)
    yield from _claims(provider.settings, document)
    yield _client(provider, redirect_uri)
    yield _redirect(provider, redirect_uri)


def _know_the_secret(stack: Stack) -> None:
    """`make serve` gives it to the account function alone."""
    told = stack.state / "provider.json"
    if told.exists():
        os.environ.setdefault(LOCAL_SECRET, json.loads(told.read_text())["secret"])


def _discovery(issuer: str, now: float) -> Generator[Finding, None, dict[str, Any] | None]:
    url = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        status, headers, body = exchange("GET", url)
        document = json.loads(body)
    except Refused as refused:
        to_do = "Check `sign_in.oidc.issuer`, and the way there: name, certificate, firewall."
        yield Finding("wrong", f"{url} does not answer ({_why(refused)}).", to_do)
        return None
    except (ValueError, RecursionError):
        document = None
    if status != 200 or not isinstance(document, dict):
        to_do = "Set `sign_in.oidc.issuer` to the issuer that the provider's own pages name."
        yield Finding("wrong", f"{url} is no discovery document (status {status}).", to_do)
        return None
    if document.get("issuer") != issuer:
        called = _shown(document.get("issuer"))
        to_do = f"If that is yours, write it so in `sign_in.oidc.issuer`, to the letter: {called}"
        yield Finding("wrong", f"The provider at {issuer} calls itself {called}: every sign-in is refused.", to_do)
        return None
    yield Finding("ok", f"The provider {issuer} answers.")
    yield from _clock(headers.get("date", ""), now)
    return document


def _clock(said: str, now: float) -> Iterator[Finding]:
    try:
        apart = round(abs(parsedate_to_datetime(said).timestamp() - now))
    except ValueError:
        return
    if apart > CLOCK_SKEW:
        what = f"The provider's clock and this computer's are {apart} seconds apart; {CLOCK_SKEW} are allowed."
        to_do = "Set this computer's clock. If it was right, the provider's has to be set, or no sign-in is taken."
        yield Finding("wrong", what, to_do)


def _names(provider: Provider, name: str) -> bool:
    try:
        return bool(provider.endpoint(name))
    except Refused:
        return False


def _signatures(provider: Provider, document: Mapping[str, Any]) -> Iterator[Finding]:
    try:
        listed = provider.keys()
    except Refused as refused:
        yield Finding("wrong", f"The provider's keys (`jwks_uri`) do not come: {_why(refused)}.", _TO_REPAIR)
        return
    usable = [each for each in listed if _signs(each)]
    signing = document.get("id_token_signing_alg_values_supported")
    if isinstance(signing, list) and not ALGORITHMS & {each for each in signing if isinstance(each, str)}:
        what = "The provider signs ID tokens in ways that Regain does not take: a secret shared with it, or nothing."
        yield Finding("wrong", what, "Choose RS256 or ES256 for this client at the provider.")
    elif not usable:
        what = f"Of the provider's keys ({len(listed)} for signatures) Regain can use none."
        yield Finding("wrong", what, "Have it sign with RS256 or ES256, and publish that key.")
    elif len({each.get("kid") for each in usable}) < len(usable):
        (name, _), *_ = Counter(str(each.get("kid")) for each in usable).most_common()
        what = f"Several of the provider's keys have the same name ({_shown(name)}): their tokens are refused."
        yield Finding("wrong", what, _TO_REPAIR)
    else:
        yield Finding("ok", f"The provider has {len(usable)} keys that can sign ID tokens.")


def _signs(key: Mapping[str, Any]) -> bool:
    jwt = importlib.import_module("jwt")
    try:
        return jwt.PyJWK(key).algorithm_name in ALGORITHMS
    except (jwt.PyJWTError, ValueError, TypeError):
        return False


def _claims(settings: Oidc, document: Mapping[str, Any]) -> Iterator[Finding]:
    """What the document promises; a provider need not list everything."""
    factor = settings.second_factor
    for name, wanted, to_do in (
        ("claims_supported", [each for each in (settings.claims.user_id, settings.claims.groups) if each],
         "Add them to its ID tokens, or name other ones in `sign_in.oidc.claims`. Try: not every provider lists all."),
        ("scopes_supported", ["openid", "profile", "email"], "Allow them for this client: claims come with them."),
        ("acr_values_supported", list(factor.acr) if factor else [],
         "Compare `sign_in.oidc.second_factor.acr` with what it lists: no other one ever counts."),
        ("code_challenge_methods_supported", ["S256"], "Regain always uses PKCE: update the provider."),
    ):  # fmt: skip
        listed = document.get(name)
        missing = [each for each in wanted if isinstance(listed, list) and each not in listed]
        if missing:
            yield Finding("warning", f"The provider's `{name}` does not list {', '.join(missing)}.", to_do)


def _client(provider: Provider, redirect_uri: str) -> Finding:
    """Redeems an invalid code: a provider authenticates the client before it checks the code."""
    client = provider.settings.client_id
    try:
        provider.redeem("a code of doctor's, which is none", redirect_uri, _attempt())
    except Refused as refused:
        why = _why(refused)
        if refused.problem is SIGN_IN_NOT_FINISHED:
            return Finding("ok", f"The provider takes the client {client} and its secret, if it has one.")
        if why.startswith("client secret: AccessDenied"):
            to_do = "Run doctor with credentials that may read it, or sign in once."
            return Finding("warning", f"Your credentials may not read the client's secret ({why}).", to_do)
        if why.startswith("client secret"):
            to_do = "Create it as the guide says, in the region of the stack, and check `client_secret_arn`."
            return Finding("wrong", f"The client's secret cannot be read ({why}).", to_do)
        if why in ("invalid_client", "unauthorized_client", "401"):
            to_do = (
                "Check `client_id`, and the secret: it may have ended, or the client may be of the other kind (public, "
                f"confidential). On a laptop the secret is in {LOCAL_SECRET}."
            )
            return Finding("wrong", f"The provider refuses the client {client} ({why}).", to_do)
        return Finding(
            "warning", f"The token endpoint does not say whether it takes the client ({why}).", "Sign in once."
        )
    return Finding("wrong", "The token endpoint takes any code.", _TO_REPAIR)


def _redirect(provider: Provider, redirect_uri: str) -> Finding:
    """Begins a sign-in that may show no page: only to an address that it knows the provider sends the browser back."""
    try:
        status, headers, _ = exchange("GET", f"{provider.authorization_url(redirect_uri, _attempt())}&prompt=none")
    except Refused as refused:
        return Finding("wrong", f"The provider's sign-in page does not answer ({_why(refused)}).", _TO_REPAIR)
    place, _, query = headers.get("location", "").partition("?")
    if place == redirect_uri:
        error = parse_qs(query).get("error", [""])[0]
        if error in _NOBODY_THERE or not error:
            return Finding("ok", f"The provider knows the redirect URI {redirect_uri}.")
        to_do = "Allow this client the authorization code flow, with the scopes openid, profile and email."
        return Finding("wrong", f"The provider begins no sign-in, and says why: {_shown(error)}.", to_do)
    if status >= 400:
        to_do = f"Register this redirect URI for the client, to the letter: {redirect_uri}"
        return Finding("wrong", f"The provider begins no sign-in (status {status}).", to_do)
    to_do = f"Register it to the letter, and sign in once: {redirect_uri}"
    return Finding("warning", "The provider does not say whether it knows the redirect URI.", to_do)


def _attempt() -> Attempt:
    return Attempt(*(secrets.token_urlsafe(32) for _ in range(3)))


def _why(refused: Refused) -> str:
    return refused.reason.removeprefix("provider: ")


def _shown(text: object) -> str:
    """What somebody else said, on one line and without control characters."""
    return json.dumps(text)[:200]
