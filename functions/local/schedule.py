"""Invokes the functions that the template puts on a schedule, as EventBridge does."""

import asyncio
import logging

from local.sandbox import Pool, SandboxError

_INTERVAL = 60.0  # seconds: whatever the template's rate, nobody waits for it on a laptop
log = logging.getLogger(__name__)


async def run(pool: Pool) -> None:
    """Invokes the function until cancelled."""
    while True:
        await asyncio.sleep(_INTERVAL)
        try:
            await pool.call({"source": "aws.events", "detail-type": "Scheduled Event"})
        except SandboxError as error:
            log.warning("%s failed: %s", pool.function.name, error)
