"""Calls to the API of an AWS service that keeps passwords. Each returns a response or raises one of the outcomes."""

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
"""Writes and password checks are sent once, because each attempt counts. The whole request has ten seconds."""

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
"""Maps the code and message of a service's error to an outcome; None if it is not about a person."""


def ask(call: Callable[[], dict[str, Any]], reads: bool, meaning: Meaning) -> dict[str, Any]:
    """The response to a call. `reads`: the call changes nothing, even if its response is lost.

    Raises:
        Outcome: that of `meaning`, or otherwise NotAllowed or Unanswered.
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
