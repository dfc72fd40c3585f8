"""The time of a service that is elsewhere: the wall's."""

from __future__ import annotations

import asyncio
import time


class WallTime:
    """Satisfies `objects.time.Time` with the system's clock."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)
