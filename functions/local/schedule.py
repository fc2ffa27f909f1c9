"""Invokes the functions that the template puts on a schedule, as EventBridge does."""

import asyncio
import contextlib
import logging

from local.sandbox import Pool, SandboxError

_INTERVAL = 60.0  # seconds: whatever the template's rate, nobody waits for it on a laptop
log = logging.getLogger(__name__)


class Schedule:
    """One function on a schedule."""

    def __init__(self, pool: Pool) -> None:
        self._pool, self._woken = pool, asyncio.Event()

    def wake(self) -> None:
        """Invokes it now, or as soon as it has ended."""
        self._woken.set()

    async def run(self) -> None:
        """Invokes the function every minute until cancelled."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_INTERVAL):
                    await self._woken.wait()
            self._woken.clear()
            try:
                await self._pool.call({"source": "aws.events", "detail-type": "Scheduled Event"})
            except SandboxError as error:
                log.warning("%s failed: %s", self._pool.function.name, error)
