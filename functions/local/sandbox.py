"""Sandboxes: processes that run a function's handler, one request at a time, as Lambda does.

They are processes because a Powertools resolver that threads share mixes up responses.
"""

import asyncio
import json
import os
import socket
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.template import ACCOUNT, REGION, Function
from local.zygote import Zygote
from regain.adapters.store import Store, Write
from regain.api import redaction

_RELOAD_INTERVAL = 1.0  # seconds between checks for changed code
_MAX_LINE = 32 * 1024 * 1024
_FUNCTIONS = Path(__file__).parent.parent


class SandboxError(Exception):
    """The function did not answer: it crashed or timed out."""


@dataclass(frozen=True)
class Context:
    """Lambda's context object."""

    function_name: str
    memory_limit_in_mb: int
    aws_request_id: str
    deadline: float
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """The name of its log group."""
        return f"/aws/lambda/{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the invocation times out."""
        return max(0, int((self.deadline - time.time()) * 1000))


class Sandbox:
    """A process that runs one function."""

    def __init__(
        self, zygote: Zygote, pid: int, name: str, streams: tuple[asyncio.StreamReader, asyncio.StreamWriter]
    ) -> None:
        self._zygote, self._pid, self._name = zygote, pid, name
        self._reader, self._writer = streams

    @classmethod
    async def start(cls, function: Function, environment: dict[str, str], log: Path, zygote: Zygote) -> "Sandbox":
        """Starts the process; its output goes to the function's log. Raises SandboxError."""
        handler = function.handler, function.name, str(function.memory)
        ours, theirs = socket.socketpair()
        with theirs, log.open("ab") as output:
            try:
                whole = {**os.environ, **environment, **function.environment}
                pid = await zygote.fork(handler, whole, theirs.fileno(), output.fileno())
            except OSError as error:
                ours.close()
                raise SandboxError(str(error)) from None
        return cls(zygote, pid, function.name, await asyncio.open_connection(sock=ours, limit=_MAX_LINE))

    async def call(self, event: dict[str, Any], timeout: int) -> tuple[Any, frozenset[str]]:
        """Invokes the handler. Returns its result and the tables that it has written to. Raises SandboxError."""
        try:
            async with asyncio.timeout(timeout):
                self._writer.write(json.dumps({"event": event, "timeout": timeout}).encode() + b"\n")
                await self._writer.drain()
                line = await self._reader.readline()
        except TimeoutError:
            raise SandboxError(f"timed out after {timeout} s") from None
        except (ConnectionError, ValueError) as error:
            raise SandboxError(str(error)) from None
        if not line:
            raise SandboxError("the process ended")
        outcome = json.loads(line)
        for text in outcome["tracebacks"]:
            print(f"\n{self._name}\n{text}", file=sys.stderr, flush=True)
        if "error" in outcome:
            raise SandboxError(outcome["error"])
        return outcome["answer"], frozenset(outcome["written"])

    async def stop(self) -> None:
        """Kills the process, which has no state to save."""
        self._writer.close()
        await self._zygote.kill(self._pid)


class Pool:
    """The sandboxes of one function. Another is started when all are busy, up to a limit."""

    def __init__(
        self, function: Function, environment: dict[str, str], log: Path, zygote: Zygote, most: int = 4
    ) -> None:
        self.function, self._environment, self._log, self._zygote = function, environment, log, zygote
        self._idle: list[Sandbox] = []
        self._places = asyncio.Semaphore(most)
        self.on_invoked: Callable[[frozenset[str] | None], None] = lambda _: None
        """Called after each invocation with the tables that it has written to; None: with any, for it failed."""
        self._source_time = source_time()

    async def warm(self) -> None:
        """Starts one sandbox before the first request."""
        self._idle.append(await self._start())

    async def call(self, event: dict[str, Any]) -> Any:
        """Invokes the function in a sandbox that nothing else uses meanwhile. Raises SandboxError."""
        async with self._places:
            await self._refresh()
            sandbox = self._idle.pop() if self._idle else await self._start()
            written: frozenset[str] | None = None
            try:
                answer, written = await sandbox.call(event, self.function.timeout)
            except BaseException:
                await sandbox.stop()
                raise
            finally:
                self.on_invoked(written)
            self._idle.append(sandbox)
            return answer

    async def stop(self) -> None:
        """Stops the idle sandboxes."""
        for sandbox in self._idle:
            await sandbox.stop()
        self._idle.clear()

    async def _start(self) -> Sandbox:
        return await Sandbox.start(self.function, self._environment, self._log, self._zygote)

    async def _refresh(self) -> None:
        """Replaces idle sandboxes after the code has changed."""
        stamp = source_time()
        if stamp != self._source_time:
            self._source_time = stamp
            await self.stop()


class SourceTime:
    """When code has last changed. It is looked at once a second at most, however many pools ask."""

    def __init__(self) -> None:
        self._looked, self._newest = -_RELOAD_INTERVAL, 0.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        if time.monotonic() - self._looked >= _RELOAD_INTERVAL:
            self._looked, self._newest = time.monotonic(), max(_changes(str(_FUNCTIONS)))
        return self._newest


def _changes(folder: str) -> Iterator[float]:
    """When each file of code below a folder has changed. Libraries of npm are none of it, and take long to walk."""
    with os.scandir(folder) as inside:
        for entry in inside:
            if entry.name.endswith(".py"):
                yield entry.stat().st_mtime
            elif entry.is_dir() and entry.name not in ("__pycache__", "node_modules"):
                yield from _changes(entry.path)


source_time = SourceTime()


def _function(handler: str) -> Callable[[Any, Context], Any]:
    """The handler; if it cannot be imported, a function that raises why, until the code changes."""
    module, _, attribute = handler.rpartition(".")
    try:
        return cast("Callable[[Any, Context], Any]", getattr(__import__(module, fromlist=[attribute]), attribute))
    except Exception as error:
        fault = error

    def fails(_: Any, __: Context) -> Any:
        raise fault

    return fails


def _noting_writes() -> set[str]:
    """The tables that this process writes to from now on."""
    written: set[str] = set()
    commit, add = Store.commit, Store.add

    def committing(store: Store, writes: Iterable[Write]) -> None:
        writes = list(writes)
        written.update(write.request["TableName"] for write in writes)
        commit(store, writes)

    def adding(store: Store, table: str, *details: Any, **named: Any) -> dict[str, Any]:
        written.add(table)
        return add(store, table, *details, **named)

    Store.commit, Store.add = committing, adding  # type: ignore[method-assign, assignment]
    return written


def run(handler: str, name: str, memory: str) -> None:
    """A sandbox at work: one event per line in, one result per line out. What the function prints is logged.

    Tracebacks of exceptions are in no log; they go to the terminal in which the stack runs (H53).
    """
    answers, sys.stdout = sys.stdout, sys.stderr
    tracebacks: list[str] = []
    redaction.on_error = lambda error: tracebacks.append("".join(traceback.format_exception(error)))
    written = _noting_writes()
    function = _function(handler)
    for line in sys.stdin:
        request = json.loads(line)
        written.clear()
        context = Context(name, int(memory), str(uuid.uuid4()), time.time() + request["timeout"])
        try:
            outcome = {"answer": function(request["event"], context)}
        except Exception as error:
            print(f"{name}: {redaction.error_kind(error)}", file=sys.stderr)
            outcome = {"error": type(error).__name__}
        seen = {"tracebacks": list(dict.fromkeys(tracebacks)), "written": sorted(written)}
        print(json.dumps({**outcome, **seen}), file=answers, flush=True)
        tracebacks.clear()
