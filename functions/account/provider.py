"""Signing in with the organisation's identity provider (OpenID Connect): going there, and coming back."""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hmac import compare_digest
from typing import Any

import msgspec

from account.provider_person import Arrived
from regain.adapters import device_cookies, rate_limits, seal
from regain.adapters.openid import CALLBACK, Attempt, Provider, refusal
from regain.adapters.store import Write, retry_on_conflict
from regain.api.contract import ProviderAnswer, ProviderSignIn
from regain.api.request_context import RequestContext
from regain.domain.provider import ATTEMPT_SECONDS
from regain.problems import NOT_FOUND, SIGN_IN_NOT_FINISHED, TOO_MANY_SIGN_INS, Refused
from regain.runtime.services import Services, services

_PURPOSE, _COUNTED = "sign-in-attempt", "provider-sign-in"
_HOME = "/account/"
_RETURN = re.compile(r"/(?:[A-Za-z-]{2,10}/)?(?:account|admin)/(?:\?[\w=&%.,:@+~-]*)?(?:#[\w=&%.,:@+/~-]*)?")
"""Where a sign-in may lead to: our own pages and their views, whatever was asked for (no open redirect)."""


class Begun(msgspec.Struct, frozen=True):
    """The state of a sign-in, sealed in its cookie.

    `session` and `browser` are the values of cookies that browsers leave out when they return from another site.
    """

    state: str
    nonce: str
    verifier: str
    until: int
    to: str
    shared_computer: bool
    session: str
    browser: str

    @property
    def attempt(self) -> Attempt:
        """The values that the request to the provider is made with."""
        return Attempt(self.state, self.nonce, self.verifier)


def start(asked: ProviderSignIn, context: RequestContext) -> dict[str, Any]:
    """Leads the browser to the provider. Nothing is stored."""
    needed = services()
    limited = Limited(needed, context)
    limited.check()
    begun = Begun(
        state=_secret(needed),
        nonce=_secret(needed),
        verifier=_secret(needed),
        until=needed.now + ATTEMPT_SECONDS,
        to=asked.to if _RETURN.fullmatch(asked.to) else _HOME,
        shared_computer=bool(asked.shared_computer),
        session=context.session,
        browser=context.browser,
    )
    context.location = _provider(needed).authorization_url(context.site + CALLBACK, begun.attempt)
    context.new_attempt = seal.seal(needed.keys, msgspec.json.encode(begun).decode(), _PURPOSE).rstrip("=")
    return {}


def callback(answer: ProviderAnswer, context: RequestContext) -> dict[str, Any]:
    """Signs in whom the provider names. An attempt is counted and spent before the provider is asked about it."""
    needed = services()
    provider, begun = _provider(needed), _begun(needed, context)
    if not compare_digest(answer.state.encode(), begun.state.encode()):
        raise Refused(SIGN_IN_NOT_FINISHED, reason="another sign-in's state")
    context.new_attempt = ""
    context.session, context.browser = begun.session, begun.browser
    limited = Limited(needed, context)
    limited.count()
    again = Refused(SIGN_IN_NOT_FINISHED, reason="state used before")
    needed.store.commit([needed.rate_limits.spend_write(f"{_PURPOSE}\x1f{begun.state}", needed.now, again)])
    provider.check_issuer(answer.iss)
    if answer.error or not answer.code:
        raise refusal(answer.error)
    claims = provider.redeem(answer.code, context.site + CALLBACK, begun.attempt)
    arrived = Arrived(needed, context, claims, provider)
    retry_on_conflict(lambda: arrived.sign_in(begun.shared_computer, limited.take_back_write()))
    context.location = begun.to
    return {}


@dataclass(frozen=True, slots=True)
class Limited:
    """How many sign-ins of a browser that some account knows, or else of a network, have failed."""

    services: Services
    context: RequestContext

    def check(self) -> None:
        """Raises Refused(TOO_MANY_SIGN_INS)."""
        item = self.services.store.batch_get([self._limits.key(_COUNTED, self._who, self.services.now, self._window)])
        self._judge(rate_limits.number(item[0]))

    def count(self) -> None:
        """Counts a sign-in as failed, until it succeeds. Raises Refused(TOO_MANY_SIGN_INS)."""
        self._judge(self._limits.count(_COUNTED, self._who, self.services.now, self._window) - 1)

    def take_back_write(self) -> Write:
        """It has succeeded."""
        return self._limits.count_write(_COUNTED, self._who, self.services.now, self._window, by=-1)

    def _judge(self, failures: int) -> None:
        if failures >= self.services.organisation.limits.failures_per_network:
            now = self.services.now
            raise Refused(TOO_MANY_SIGN_INS, retry_after=self._window - now % self._window)

    @property
    def _limits(self) -> rate_limits.RateLimits:
        return self.services.rate_limits

    @property
    def _window(self) -> int:
        return self.services.organisation.limits.network_window_minutes * 60

    @property
    def _who(self) -> str:
        known = device_cookies.read(self.services.keys, self.context.browser)
        return f"browser {known[0].name}" if known else rate_limits.network(self.context.address)


def _secret(services: Services) -> str:
    """256 bits, as RFC 7636 wants them of a verifier."""
    return urlsafe_b64encode(services.randomness(32)).rstrip(b"=").decode()


def _provider(services: Services) -> Provider:
    """Raises Refused(NOT_FOUND), where the organisation has none."""
    provider: Provider | None = services.provider
    if provider is None:
        raise Refused(NOT_FOUND)
    return provider


def _begun(services: Services, context: RequestContext) -> Begun:
    """The sign-in in this browser's cookie. Raises Refused(SIGN_IN_NOT_FINISHED)."""
    sealed = context.attempt
    try:
        text = seal.unseal(services.keys, sealed + "=" * (-len(sealed) % 4), _PURPOSE)
        begun = msgspec.json.decode(text, type=Begun)
    except ValueError:
        raise Refused(SIGN_IN_NOT_FINISHED, reason="no cookie of a sign-in") from None
    if services.now >= begun.until:
        raise Refused(SIGN_IN_NOT_FINISHED, reason="took too long")
    return begun
