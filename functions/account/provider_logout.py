"""Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the provider ends sessions here."""

from regain.adapters.identifiers import PROVIDER
from regain.adapters.openid import Provider
from regain.api.contract import Done, ProviderLogout
from regain.api.request_context import RequestContext
from regain.domain.provider import CLOCK_SKEW
from regain.domain.session import MOST
from regain.problems import LOGOUT_TOKEN_NOT_ACCEPTED, NOT_FOUND, SIGN_IN_NOT_TRUSTED, Refused
from regain.runtime.services import services


def logout(body: ProviderLogout, context: RequestContext) -> Done:
    """Ends the sessions that a logout token names: its signature alone says that it may. It can be repeated."""
    needed = services()
    provider: Provider | None = needed.provider
    if provider is None:
        raise Refused(NOT_FOUND)
    try:
        claims = provider.logout_claims(body.logout_token)
    except Refused as refused:
        if refused.problem is not SIGN_IN_NOT_TRUSTED:
            raise
        raise Refused(LOGOUT_TOKEN_NOT_ACCEPTED, reason=refused.reason) from None
    key = PROVIDER + provider.subject(claims["sub"], needed.keys)
    account_id = needed.identifiers.find_all([key]).get(key, "")
    subject = needed.recoveries.subject(account_id)
    context.about(subject)
    sid = claims.get("sid")
    named = needed.keys.digest("provider", str(sid)) if sid else ""
    ended = [
        needed.sessions.delete_write(subject, session.id)
        for session in needed.sessions.for_subject(subject)
        if session.began == "provider" and session.started_at <= int(claims["iat"]) + CLOCK_SKEW
        and named in ("", session.provider_session)
    ][:MOST]  # fmt: skip
    if ended:
        nonce, at = needed.randomness(4), needed.clock()
        event = needed.events.write("provider-signed-out", subject, context.reference, at, nonce)
        needed.store.commit([*ended, event])
    return Done(True)
