"""Sandboxes: processes that run a function's handler, one request at a time, as Lambda does.

They are processes because a Powertools resolver that threads share mixes up responses.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
import traceback
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from local.template import ACCOUNT, REGION, Function
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

    def __init__(self, process: asyncio.subprocess.Process, name: str) -> None:
        self._process, self._name = process, name

    @classmethod
    async def start(cls, function: Function, environment: dict[str, str], log: Path) -> "Sandbox":
        """Starts the process; its output goes to the function's log."""
        paths = os.pathsep.join((str(_FUNCTIONS), str(_FUNCTIONS / "shared")))
        with log.open("ab") as output:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "local.sandbox", function.handler, function.name, str(function.memory),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, limit=_MAX_LINE,
                env={**os.environ, **environment, **function.environment, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )  # fmt: skip
        return cls(process, function.name)

    async def call(self, event: dict[str, Any], timeout: int) -> tuple[Any, frozenset[str]]:
        """Invokes the handler. Returns its result and the tables that it has written to. Raises SandboxError."""
        if not self._process.stdin or not self._process.stdout:
            raise SandboxError("the process has no pipes")
        try:
            async with asyncio.timeout(timeout):
                self._process.stdin.write(json.dumps({"event": event, "timeout": timeout}).encode() + b"\n")
                await self._process.stdin.drain()
                line = await self._process.stdout.readline()
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
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()


class Pool:
    """The sandboxes of one function. Another is started when all are busy, up to a limit."""

    def __init__(self, function: Function, environment: dict[str, str], log: Path, most: int = 4) -> None:
        self.function, self._environment, self._log = function, environment, log
        self._idle: list[Sandbox] = []
        self._places = asyncio.Semaphore(most)
        self.on_invoked: Callable[[frozenset[str] | None], None] = lambda _: None
        """Called after each invocation with the tables that it has written to; None: with any, for it failed."""
        self._source_time, self._checked = _source_time(), time.monotonic()

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
        return await Sandbox.start(self.function, self._environment, self._log)

    async def _refresh(self) -> None:
        """Replaces idle sandboxes after the code has changed."""
        if time.monotonic() - self._checked < _RELOAD_INTERVAL:
            return
        self._checked = time.monotonic()
        stamp = _source_time()
        if stamp != self._source_time:
            self._source_time = stamp
            await self.stop()


def _source_time() -> float:
    return max(path.stat().st_mtime for path in _FUNCTIONS.rglob("*.py"))


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


def _main(handler: str, name: str, memory: str) -> None:
    """The sandbox's process: one event per line in, one result per line out. What the function prints is logged.

    The tracebacks of exceptions, which no log has, go to the terminal of whoever runs the stack (H53).
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


if __name__ == "__main__":
    _main(*sys.argv[1:])
