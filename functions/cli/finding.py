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
"""The codes of AWS under which nothing else would be answered either."""


def each(*checks: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    """The findings of each check. What AWS refuses to one is a finding too, and the others go on.

    Raises:
        ClientError: of bad credentials.
    """
    for check in checks:
        try:
            yield from check()
        except ClientError as error:
            if error.response["Error"]["Code"] in BAD_CREDENTIALS:
                raise
            yield Finding("wrong", f"{error.operation_name} was not answered: {error}", "Mend it, and look again.")


def either(holds: object, good: str, bad: str, to_do: str, otherwise: str = "wrong") -> Finding:
    """`good` if the condition holds; else `bad`, and what to do."""
    return Finding("ok", good) if holds else Finding(otherwise, bad, to_do)


def asked(action: Any, **request: Any) -> Any:
    """The response of a service; a warning if there is none."""
    try:
        return action(**request)
    except (ClientError, BotoCoreError) as error:
        what = error.operation_name if isinstance(error, ClientError) else action.__name__
        return Finding("warning", f"{what} was not answered: {error}")
