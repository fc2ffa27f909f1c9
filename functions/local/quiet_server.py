"""uvicorn that sleeps while there is nothing to do: for the gateway and, as a program, for the engine.

`python -P quiet_server.py HOST PORT` runs MiniStack's ASGI application, in an environment that has nothing of ours.
"""

import asyncio
import contextlib
import resource
import signal
import sys
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn


class QuietServer(uvicorn.Server):
    """Looks once a second whether to end, and when a signal comes. uvicorn's own looks ten times a second."""

    _wakened: Callable[[], object] = staticmethod(lambda: None)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stops the server on a signal without ending the process: state is still to be written."""
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    async def main_loop(self) -> None:
        """Waits for a signal, and looks once a second whether `should_exit` was set."""
        loop, told = asyncio.get_running_loop(), asyncio.Event()
        self._wakened = lambda: loop.call_soon_threadsafe(told.set)
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(1):
                    await told.wait()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ends the server; a second Ctrl-C does so at once."""
        super().handle_exit(sig, frame)
        self._wakened()


if __name__ == "__main__":
    config = uvicorn.Config(
        "ministack.app:app", host=sys.argv[1], port=int(sys.argv[2]), log_level="warning", access_log=False,
        timeout_keep_alive=75, timeout_graceful_shutdown=3, date_header=False, server_header=False,
    )  # fmt: skip
    with contextlib.suppress(OSError, ValueError):  # as MiniStack's own program does: each sandbox keeps connections
        most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    QuietServer(config).run()
