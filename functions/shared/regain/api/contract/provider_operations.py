"""The operations of signing in with the organisation's identity provider."""

from regain import problems
from regain.api.contract.account import ProviderAnswer, ProviderLogout, ProviderSignIn
from regain.api.contract.operation import Operation
from regain.api.contract.values import Done

PROVIDER_START = Operation(
    "GET", "/api/account/oidc/start", "Go to the identity provider to sign in (OpenID Connect)", None, 303,
    problems=(problems.PROVIDER_UNAVAILABLE, problems.PROVIDER_REFUSED, problems.SIGN_IN_NOT_TRUSTED,
              problems.TOO_MANY_SIGN_INS, problems.BAD_REQUEST),
    query=ProviderSignIn, navigation=True,
)  # fmt: skip
PROVIDER_CALLBACK = Operation(
    "GET", "/api/account/oidc/callback", "Come back from the identity provider, signed in", None, 303,
    problems=(problems.PROVIDER_UNAVAILABLE, problems.PROVIDER_REFUSED, problems.SIGN_IN_NOT_FINISHED,
              problems.SIGN_IN_NOT_TRUSTED, problems.NO_ACCOUNT_FOR_SIGN_IN, problems.SIGN_IN_LEADS_TO_TWO_PEOPLE,
              problems.ACCOUNT_TURNED_OFF, problems.TOO_MANY_SIGN_INS, problems.BAD_REQUEST),
    query=ProviderAnswer, navigation=True,
)  # fmt: skip
PROVIDER_LOGOUT = Operation(
    "POST", "/api/account/oidc/logout", "Back-channel logout by the identity provider", Done, 200, ProviderLogout,
    (problems.PROVIDER_UNAVAILABLE, problems.LOGOUT_TOKEN_NOT_ACCEPTED), form=True,
)  # fmt: skip
PROVIDER = (PROVIDER_START, PROVIDER_CALLBACK, PROVIDER_LOGOUT)
