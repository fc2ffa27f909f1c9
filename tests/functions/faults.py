"""The faults that AWS calls can meet; `fault_injection.py` injects them."""

from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.functions.fault_injection import Call, Fault, Killed, http_response

_THROTTLED = {
    "dynamodb": "ThrottlingException", "dynamodbstreams": "LimitExceededException", "kms": "ThrottlingException",
    "sesv2": "TooManyRequestsException", "pinpoint-sms-voice-v2": "ThrottlingException", "s3": "SlowDown",
}  # fmt: skip


def _refused(call: Call, status: int, kind: str, **more: Any) -> AWSResponse:
    if call.service == "s3":
        return http_response(status, f"<Error><Code>{kind}</Code><Message>no</Message></Error>")
    return http_response(status, {"__type": kind, "message": "no", **more}, kind)


def _throttled(call: Call, really: Callable) -> AWSResponse:
    return _refused(call, 503 if call.service == "s3" else 400, _THROTTLED[call.service])


def _broken(call: Call, really: Callable) -> AWSResponse:
    return http_response(500, "<html><body>Internal Server Error</body></html>")


def _unreachable(call: Call, really: Callable) -> AWSResponse:
    raise EndpointConnectionError(endpoint_url="https://aws.example")


def _silent(call: Call, really: Callable) -> AWSResponse:
    raise ReadTimeoutError(endpoint_url="https://aws.example")


def _lost(call: Call, really: Callable) -> AWSResponse:
    really()
    raise ConnectionClosedError(endpoint_url="https://aws.example")


def _killed(call: Call, really: Callable) -> AWSResponse:
    raise Killed


def _killed_after(call: Call, really: Callable) -> AWSResponse:
    really()
    raise Killed


def _cancelled(reason: str, place: int, call: Call) -> AWSResponse:
    reasons = [{"Code": "None"} for _ in call.params["TransactItems"]]
    reasons[place] = {"Code": reason, "Message": "no"}
    return _refused(call, 400, "TransactionCanceledException", CancellationReasons=reasons)


def _conflict(call: Call, really: Callable) -> AWSResponse:
    if "TransactItems" not in call.params:
        return _refused(call, 400, "TransactionConflictException")
    return _cancelled("TransactionConflict", -1, call)


def _no_room(call: Call, really: Callable) -> AWSResponse:
    return _cancelled("ThrottlingError", -1, call)


def _overtaken(call: Call, really: Callable) -> AWSResponse:
    return _cancelled("ConditionalCheckFailed", call.on_version or 0, call)


def _unprocessed(call: Call, really: Callable) -> AWSResponse:
    return http_response(200, {"Responses": {}, "UnprocessedKeys": call.params["RequestItems"]})


def _off(call: Call, really: Callable) -> AWSResponse:
    return _refused(call, 400, "KMSInvalidStateException")


def _rejected(call: Call, really: Callable) -> AWSResponse:
    return _refused(call, 400, "MessageRejected" if call.service == "sesv2" else "ValidationException")


def _any(call: Call) -> bool:
    return True


def _stores(call: Call) -> bool:
    return call.writes and call.service == "dynamodb"


def _sdk_tries_again(call: Call) -> bool:
    return not call.sends


FAULTS = (
    Fault("throttled", _any, _throttled),
    Fault("throttled once", _sdk_tries_again, _throttled, attempts=1, heals=True),
    Fault("unreachable", _any, _unreachable),
    Fault("silent", _any, _silent),
    Fault("broken", _any, _broken),
    Fault("answer lost, tried again", lambda call: call.writes, _lost, attempts=1, reaches=True, heals=True),
    Fault("answer lost for good", lambda call: call.writes or call.sends, _lost, reaches=True),
    Fault("cancelled for want of capacity", lambda call: call.commits, _no_room),
    Fault("conflict once", lambda call: call.commits, _conflict, heals=True),
    Fault("conflict without end", _stores, _conflict, lasting=True),
    Fault("overtaken once", lambda call: call.on_version is not None, _overtaken, heals=True),
    Fault("overtaken without end", lambda call: call.on_version is not None, _overtaken, lasting=True),
    Fault("keys left over once", lambda call: call.operation == "BatchGetItem", _unprocessed, heals=True),
    Fault("keys left over without end", lambda call: call.operation == "BatchGetItem", _unprocessed, lasting=True),
    Fault("key turned off", lambda call: call.service == "kms", _off),
)
"""What may happen to a call of a function that somebody waits for."""

BATCH_FAULTS = (
    *FAULTS,
    Fault("killed before", _any, _killed, kills=True),
    Fault("killed after", _any, _killed_after, reaches=True, kills=True),
    Fault("refused for good", lambda call: call.sends, _rejected, heals=True),
)
"""What may happen to a call of a function that nobody waits for: its process may also end in the middle."""
