"""The findings of `doctor`."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from regain.directories.base import Finding

__all__ = ["BAD_CREDENTIALS", "Finding", "asked", "each", "either"]

BAD_CREDENTIALS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "UnrecognizedClientException",
)
"""AWS error codes for unusable credentials: every other call would fail as well."""


def each(*checks: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """Yields the findings of each check. A call that AWS refuses becomes a finding, and the other checks still run.

    Raises:
        ClientError: the credentials are unusable (`BAD_CREDENTIALS`).
    """
    for check in checks:
        try:
            yield from check()
        except ClientError as error:
            if error.response["Error"]["Code"] in BAD_CREDENTIALS:
                raise
            yield Finding(
                "wrong", f"{error.operation_name} was not answered: {error}", "Fix this, and run doctor again."
            )


def either(holds: object, good: str, bad: str, to_do: str, otherwise: str = "wrong") -> Finding:
    """Returns `good` as an "ok" finding if the condition holds; otherwise `bad`, with what to do about it."""
    return Finding("ok", good) if holds else Finding(otherwise, bad, to_do)


def asked(action: Any, **request: Any) -> Any:
    """Calls an AWS operation. Returns its response, or a warning if the call fails."""
    try:
        return action(**request)
    except (ClientError, BotoCoreError) as error:
        what = error.operation_name if isinstance(error, ClientError) else action.__name__
        return Finding("warning", f"{what} was not answered: {error}")
