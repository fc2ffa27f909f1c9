"""Calls on the API of an AWS service that keeps passwords: each ends in an answer or in one of the five outcomes."""

from collections.abc import Callable
from typing import Any

from botocore.config import Config
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
)

from regain.directories.base import NotAllowed, Outcome, Unanswered

READ = Config(connect_timeout=2, read_timeout=3, retries={"mode": "standard", "total_max_attempts": 2})
WRITE = Config(connect_timeout=2, read_timeout=4, retries={"mode": "standard", "total_max_attempts": 1})
"""A write is sent once, and so is a password that is judged: each counts. All of a request has ten seconds."""

NEVER_SENT = (ConnectTimeoutError, EndpointConnectionError, NoCredentialsError, ParamValidationError)
_NOT_NOW = {
    "TooManyRequestsException", "LimitExceededException", "ThrottlingException", "Throttling",
    "DirectoryUnavailableException",
}  # fmt: skip
_BROKEN = {
    "InternalErrorException",
    "InternalServerException",
    "InternalFailure",
    "ServiceUnavailable",
    "ServiceException",
}

Meaning = Callable[[str, str], Outcome | None]
"""What an error of a service means, by its code and its message; None where it says nothing of a person."""


def ask(call: Callable[[], dict[str, Any]], reads: bool, meaning: Meaning) -> dict[str, Any]:
    """What a call answers. `reads`: it changes nothing, whatever becomes of its answer.

    Raises:
        Outcome: what `meaning` says, or else NotAllowed or Unanswered.
    """
    try:
        return call()
    except ClientError as error:
        told = error.response.get("Error", {})
        code, message = str(told.get("Code", "")), str(told.get("Message", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        raise meaning(code, message) or _outcome(code, status, reads) from None
    except NEVER_SENT as error:
        raise Unanswered(True, type(error).__name__) from None
    except (BotoCoreError, OSError) as error:
        raise Unanswered(reads, type(error).__name__) from None


def _outcome(code: str, status: int, reads: bool) -> Outcome:
    if code in _NOT_NOW:
        return Unanswered(True, code)
    if code in _BROKEN or status >= 500:
        return Unanswered(reads, code)
    return NotAllowed(code)
