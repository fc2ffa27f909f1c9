"""Fault injection: records the AWS calls of a step, and makes one of them fail at botocore's HTTP layer.

No local engine throttles or answers TransactionConflict. Faults replace HTTP requests and responses, so that botocore's
own part is tested too: how it parses errors, what it retries, and the `ClientRequestToken` by which DynamoDB recognises a
repeated transaction.
"""

import contextlib
import io
import itertools
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
from botocore.awsrequest import AWSResponse
from botocore.endpoint import Endpoint
from botocore.retries.quota import RetryQuota

from regain.adapters import short_way
from regain.adapters import store as stores
from regain.adapters.short_way import ShortWay
from tests.functions import calls

_WRITES = ("TransactWriteItems", "UpdateItem", "PutItem", "PutObject")
_SENDS = ("SendEmail", "SendTextMessage", "SendVoiceMessage")
ALWAYS = 99


class Killed(BaseException):
    """The process is gone: out of memory, out of time, or its machine has stopped. Nothing of its code runs after it."""


@dataclass(frozen=True)
class Call:
    """One call on AWS, before botocore's own retries."""

    service: str
    operation: str
    params: dict[str, Any] = field(repr=False)

    @property
    def writes(self) -> bool:
        """Whether something is stored by it."""
        return self.operation in _WRITES

    @property
    def tables(self) -> set[str]:
        """The tables to which something is written by it."""
        writes = [request for part in self.params.get("TransactItems", ()) for request in part.values()]
        return {each["TableName"] for each in (*writes, self.params) if self.writes and "TableName" in each}

    @property
    def commits(self) -> bool:
        """Whether it is a transaction."""
        return self.operation == "TransactWriteItems"

    @property
    def sends(self) -> bool:
        """Whether a message leaves by it."""
        return self.operation in _SENDS

    @property
    def on_version(self) -> int | None:
        """The place in a transaction of the first write that counts on nobody having written since it was read."""
        for place, part in enumerate(self.params.get("TransactItems", ())):
            ((_, request),) = part.items()
            record = request.get("Item", {}).get("record", {}).get("S")
            if ":seen" in request.get("ExpressionAttributeValues", ()) or record in ("throttle", "sign-ins"):
                return place
        return None


Answer = Callable[[Call, Callable[[], AWSResponse]], AWSResponse]


@dataclass(frozen=True)
class Fault:
    """What may happen to a call. `answer` gets the call, and what really sends it.

    `attempts`: how many of botocore's attempts meet it. `lasting`: so do all later calls of the kind.
    `reaches`: the service has done what it was asked, and nobody hears of it.
    `heals`: the step is to succeed all the same. `kills`: the process ends there.
    """

    name: str
    of: Callable[[Call], bool]
    answer: Answer
    attempts: int = ALWAYS
    lasting: bool = False
    reaches: bool = False
    heals: bool = False
    kills: bool = False


class FaultInjector:
    """What a step calls on AWS, and what is made to fail of it. `written`: the tables that it may have written to."""

    def __init__(self, monkeypatch: Any) -> None:
        self.calls: list[Call] = []
        self.sent: list[Call] = []
        self.written: set[str] = set()
        self._fault: Fault | None = None
        self._at, self._watching = -1, False
        self._now = threading.local()
        calls.watch(monkeypatch.setattr, self._called)
        for way, name in ((Endpoint, "_send"), (ShortWay, "_exchange")):
            monkeypatch.setattr(way, name, self._sending(getattr(way, name)))
        monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None))
        monkeypatch.setattr(RetryQuota, "acquire", lambda *_: True)  # else many faults in a row end its tries
        monkeypatch.setattr(stores, "_wait", lambda attempt: None)
        monkeypatch.setattr(short_way, "_pause", lambda: None)

    @contextlib.contextmanager
    def injecting(self, at: int = -1, fault: Fault | None = None) -> Iterator[None]:
        """Watches a step. The call in this place meets the fault."""
        self.calls, self.sent, self.written = [], [], set()
        self._at, self._fault, self._watching = at, fault, True
        try:
            yield
        finally:
            self._watching = False

    def _called(self, client: Any, operation: str, params: dict[str, Any], ask: Callable[[], Any]) -> Any:
        if self._watching:
            self._now.call = Call(client.meta.service_model.service_name, operation, params)
            self._now.place, self._now.attempts = len(self.calls), 0
            self.calls.append(self._now.call)
        return ask()

    def _sending(self, send: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *request: self._sent(lambda: send(*request))

    def _sent(self, send: Callable[[], AWSResponse]) -> AWSResponse:
        if not self._watching:
            return send()
        self._now.attempts += 1
        call = self._now.call

        def really() -> AWSResponse:
            if call.sends:  # the engine has no telephone, and nobody reads its letters here
                self.sent.append(call)
                return http_response(200, {"MessageId": f"m-{len(self.sent)}"})
            self.written |= call.tables
            return send()

        return self._fault.answer(call, really) if self._meets(call) else really()

    def _meets(self, call: Call) -> bool:
        fault = self._fault
        if fault is None or self._now.attempts > fault.attempts:
            return False
        if fault.lasting:
            kind = self.calls[self._at].operation if self._at < len(self.calls) else ""
            return self._now.place >= self._at and call.operation == kind
        return self._now.place == self._at


EVERY = os.environ.get("FAULTS") == "every"
"""`make faults` tries every fault at every call; `make test` one at every call, and more where it matters most."""


def points(calls: list[Call], faults: Iterable[Fault], turn: int) -> Iterator[tuple[int, Fault]]:
    """Calls with the faults that they meet, another choice at each `turn`, where it is not every one.

    Of many calls alike in a row only the first, the second and the last.
    """
    faults, place = tuple(faults), 0
    for _, alike in itertools.groupby(calls, key=lambda call: (call.service, call.operation)):
        run = list(alike)
        for number, call in enumerate(run):
            if number in (0, 1, len(run) - 1):
                met = [fault for fault in faults if fault.of(call)]
                yield from ((place + number, fault) for fault in (met if EVERY else _some(call, met, turn + place)))
        place += len(run)


def _some(call: Call, met: list[Fault], turn: int) -> list[Fault]:
    """One of these faults; and where a step commits, or a message leaves, all those of which nobody hears that it did."""
    unheard = [fault for fault in met if fault.reaches and (call.sends or call.commits)]
    others = [fault for fault in met if fault not in unheard]
    return [*unheard, others[turn % len(others)]]


def http_response(status: int, body: Any, kind: str = "") -> AWSResponse:
    """An answer by HTTP, in JSON; or in XML, where it is text already."""
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {"content-type": "application/x-amz-json-1.0", **({"x-amzn-errortype": kind} if kind else {})}
    return AWSResponse("http://aws.example", status, headers, _Raw(content.encode()))


class _Raw(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield self.read()
