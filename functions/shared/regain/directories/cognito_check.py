"""Checks a user pool and its app client for problems that would keep Regain from working, for `doctor`. Read-only."""

from collections.abc import Callable, Generator, Iterator, Mapping
from typing import Any

from regain.directories.aws_calls import ask
from regain.directories.base import Finding, NotAllowed
from regain.domain.cognito import Cognito

_FLOWS = {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ADMIN_NO_SRP_AUTH"}
_AT_SIGN_IN = ("PreAuthentication", "PostAuthentication", "UserMigration", "PreTokenGeneration")
_SENDING = ("CustomMessage", "CustomEmailSender", "CustomSMSSender")
_CLASSES = {
    "RequireUppercase": "capitals", "RequireLowercase": "small letters", "RequireNumbers": "digits",
    "RequireSymbols": "other characters",
}  # fmt: skip


def findings(settings: Cognito, shortest: int, client: Any) -> Iterator[Finding]:
    """Findings on the pool, then on its app client. `shortest` is the minimum password length in organisation.yaml.

    Raises:
        Unanswered: AWS does not respond.
    """
    where = {"UserPoolId": settings.pool}
    pool = yield from _described(lambda: client.describe_user_pool(**where)["UserPool"], "user pool", settings.pool)
    if pool is None:
        return
    yield from _names(pool)
    yield from _policy(pool.get("Policies", {}).get("PasswordPolicy", {}), shortest)
    yield from _second_factor(pool)
    yield from _triggers(pool.get("LambdaConfig", {}))
    asked = {**where, "ClientId": settings.client}
    app = yield from _described(
        lambda: client.describe_user_pool_client(**asked)["UserPoolClient"], "app client", settings.client
    )
    if app is not None:
        yield from _client(app)


def _described(call: Callable[[], dict[str, Any]], what: str, which: str) -> Generator[Finding, None, Any]:
    """Yields a finding if it does not exist or cannot be read. Returns its description, or None."""
    try:
        found = ask(call, True, lambda _code, _message: None)
    except NotAllowed as refused:
        if refused.code == "ResourceNotFoundException":
            to_do = "Check its ID in organisation.yaml, and the region in front of a pool's."
            yield Finding("wrong", f"The {what} {which} is not there.", to_do)
        else:
            to_do = "Run doctor with credentials that may call cognito-idp:DescribeUserPool and DescribeUserPoolClient."
            yield Finding("warning", f"The {what} {which} cannot be looked at ({refused.code}).", to_do)
        return None
    yield Finding("ok", f"The {what} {which} is there.")
    return found


def _names(pool: Mapping[str, Any]) -> Iterator[Finding]:
    if pool.get("UsernameConfiguration", {}).get("CaseSensitive", True):
        what = "User names in the pool are case-sensitive, and Regain asks for them in small letters."
        yield Finding("warning", what, "Whoever has a capital in theirs is not found: give them one in small letters.")
    else:
        yield Finding("ok", "User names in the pool are the same in capitals and small letters.")


def _policy(policy: Mapping[str, Any], shortest: int) -> Iterator[Finding]:
    least = int(policy.get("MinimumLength", 8))
    what = f"The pool wants passwords of at least {least} characters"
    if least > shortest:
        to_do = f"Set `passwords.minimum: {least}`, so that people read it before they type."
        yield Finding("warning", f"{what}, and organisation.yaml of {shortest}.", to_do)
    else:
        yield Finding("ok", f"{what}.")
    wanted = [name for key, name in _CLASSES.items() if policy.get(key)]
    if wanted:
        to_do = "Turn that off in the pool: NIST advises against it. People hear of it only once it is broken."
        yield Finding("warning", f"It also wants {', '.join(wanted)} in them.", to_do)
    days = policy.get("TemporaryPasswordValidityDays", 7)
    yield Finding("ok", f"An administrator's temporary password is good for {days} days, as the pool says.")


def _second_factor(pool: Mapping[str, Any]) -> Iterator[Finding]:
    configured = pool.get("MfaConfiguration", "OFF")
    if configured == "OFF":
        return
    who = "everybody" if configured == "ON" else "whoever has set one up"
    what = f"The pool asks {who} for a second factor: they cannot sign in here, and a text or mail may be sent to them."
    yield Finding("warning", what, "Resets work. Only an administrator can enter security info for these people.")


def _triggers(triggers: Mapping[str, Any]) -> Iterator[Finding]:
    found = [name for name in (*_AT_SIGN_IN, *_SENDING) if triggers.get(name)]
    if not found:
        yield Finding("ok", "The pool has no trigger that runs, or sends anything, when people sign in here.")
        return
    to_do = "Look at what they do: mail about a new sign-in, for example, would be sent for sign-ins here as well."
    yield Finding("warning", f"The pool has triggers that run when people sign in here: {', '.join(found)}.", to_do)


def _client(app: Mapping[str, Any]) -> Iterator[Finding]:
    if app.get("ClientSecret"):
        to_do = "Make one without a secret for Regain: the rights of its functions are what protects it."
        yield Finding("wrong", "The app client has a secret, which Regain does not know.", to_do)
    if _FLOWS & set(app.get("ExplicitAuthFlows", ())):
        yield Finding("ok", "The app client lets Regain ask whether a password is right.")
    else:
        to_do = (
            "Allow ALLOW_ADMIN_USER_PASSWORD_AUTH on it: ExplicitAuthFlows, or 'Sign in with server-side credentials'."
        )
        yield Finding("wrong", "The app client does not let Regain ask whether a password is right.", to_do)
