"""Authenticates provisioning clients by the bearer tokens of `./regain scim token create`."""

from regain.adapters.rate_limits import network
from regain.api.request_context import RequestContext
from regain.domain import scim_token
from regain.problems import SCIM_TOKEN_NOT_ACCEPTED, TOO_MANY_REQUESTS, Refused
from regain.runtime.services import services

_MOST_FAILURES, _WINDOW = 30, 600  # of a network, in seconds


def authorise(authorization: str, context: RequestContext) -> str:
    """The name of the token in the `Authorization` header.

    A token that fits is always accepted: customers of one identity provider share its networks, and one who fails must
    not shut out another.

    Raises:
        Refused: SCIM_TOKEN_NOT_ACCEPTED; TOO_MANY_REQUESTS where the network has failed too often.
    """
    needed = services()
    token_id, secret = scim_token.read(authorization)
    token = needed.provisioning.token(token_id) if token_id else None
    if token and scim_token.fits(secret, token, needed.now):
        return token.name
    failures = needed.rate_limits.count("scim-failure", network(context.address), needed.now, _WINDOW)
    if failures > _MOST_FAILURES:
        raise Refused(TOO_MANY_REQUESTS, retry_after=_WINDOW - needed.now % _WINDOW)
    raise Refused(SCIM_TOKEN_NOT_ACCEPTED)
