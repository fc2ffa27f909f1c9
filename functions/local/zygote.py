"""Where sandboxes come from: a process that has loaded what functions load, and forks into each of them.

A sandbox takes a tenth of the time that a new process takes, and shares its memory with all others. Only modules are
loaded before the fork, and none of ours looks at the environment: what a function loads itself, and every client,
connection and key, is its own.
"""

import asyncio
import contextlib
import importlib
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from local.processes import call_it

_LOADED = (
    "aws_lambda_powertools.event_handler.api_gateway", "aws_lambda_powertools.utilities.batch", "botocore.session",
    "botocore.parsers", "botocore.httpsession", "botocore.endpoint", "botocore.signers", "botocore.retries.standard",
    "regain.api.handler", "regain.recovery.steps", "regain.recovery.session", "regain.runtime.services",
    "regain.runtime.snapstart",
)  # fmt: skip
_FUNCTIONS = Path(__file__).parent.parent
_LINE = 1_048_576


class Zygote:
    """The process, from outside. It is started when the first sandbox is, and anew once code has changed."""

    def __init__(self, changed_at: Callable[[], float], folder: Path = _FUNCTIONS) -> None:
        self._changed_at, self._folder, self._stamp = changed_at, folder, 0.0
        self._process: asyncio.subprocess.Process | None = None
        self._asked: socket.socket | None = None
        self._lock = asyncio.Lock()

    async def fork(self, handler: tuple[str, str, str], environment: Mapping[str, str], ours: int, log: int) -> int:
        """A sandbox that reads requests and writes answers at one file, and logs into the other: its process id."""
        async with self._lock:
            await self._renew()
            return await self._ask({"handler": handler, "environment": dict(environment)}, ours, log)

    async def kill(self, pid: int) -> None:
        """Ends a sandbox, which has no state to save. Nothing happens to one that has ended."""
        async with self._lock:
            with contextlib.suppress(OSError):
                await self._ask({"kill": pid})

    async def stop(self) -> None:
        """Ends the process; sandboxes end with the files that they read."""
        if self._asked and self._process:
            self._asked.close()
            await self._process.wait()
        self._asked = self._process = None

    async def _renew(self) -> None:
        stamp = self._changed_at()
        if self._process and self._process.returncode is None and stamp == self._stamp:
            return
        await self.stop()
        self._stamp = stamp
        self._asked, theirs = socket.socketpair()
        self._asked.setblocking(False)
        paths = os.pathsep.join((str(self._folder), str(self._folder / "shared")))
        with theirs:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "local.zygote", stdin=theirs.fileno(),
                env={**os.environ, "PYTHONPATH": paths, "PYTHONUNBUFFERED": "1"}, start_new_session=True,
            )  # fmt: skip

    async def _ask(self, request: Mapping[str, Any], *files: int) -> int:
        """Raises OSError: it does not answer."""
        if not self._asked:
            raise OSError("it does not run")
        line = json.dumps(request).encode() + b"\n"
        loop = asyncio.get_running_loop()
        try:
            if files:
                line = line[socket.send_fds(self._asked, [line], files) :]
            await loop.sock_sendall(self._asked, line)
            answer = await loop.sock_recv(self._asked, 32)
            if not answer:
                raise OSError("it has ended")
            return int(answer)
        except BaseException:  # what it answers to this may not be taken for the answer to the next
            self._asked.close()
            self._asked = self._process = None
            raise


def _serve(asked: socket.socket) -> None:
    """The process, from inside: forks and kills until nobody asks any more. Whom it has forked stays its child."""
    for name in _LOADED:
        importlib.import_module(name)
    while True:
        line, files, _, _ = socket.recv_fds(asked, _LINE, 2)
        while not line.endswith(b"\n"):
            more = asked.recv(_LINE) if line else b""
            if not more:
                return
            line += more
        request = json.loads(line)
        if "kill" in request:
            with contextlib.suppress(ProcessLookupError, ChildProcessError):
                os.kill(request["kill"], signal.SIGKILL)
                os.waitpid(request["kill"], 0)
            asked.sendall(b"0")
            continue
        pid = os.fork()
        if pid == 0:
            asked.close()
            _become(request["handler"], request["environment"], *files)
        for file in files:
            os.close(file)
        asked.sendall(str(pid).encode())


def _become(handler: tuple[str, str, str], environment: Mapping[str, str], ours: int, log: int) -> None:
    """What the forked process does to its end: it is a sandbox."""
    run: Callable[..., None] = importlib.import_module("local.sandbox").run
    os.setsid()
    for file, place in ((ours, 0), (ours, 1), (log, 2)):
        os.dup2(file, place)
    os.close(ours)
    os.close(log)
    os.environ.clear()
    os.environ.update(environment)
    call_it(handler[1])
    run(*handler)
    os._exit(0)


def _main() -> None:
    with socket.socket(fileno=os.dup(0)) as asked:
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        _serve(asked)


if __name__ == "__main__":
    _main()
