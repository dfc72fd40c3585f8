"""Time: who waits, and whose seconds count.

A service's seconds are not always the wall's: the local backend has a clock of its own that waiting
itself moves. So whoever waits for a service asks the service's own `Time`.
"""

from __future__ import annotations

from typing import Protocol


class Time(Protocol):
    """The clock of a service and the one way to wait for it."""

    def now(self) -> float:
        """Unix seconds by the service's clock."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many of the service's seconds pass, blocking."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Let that many of the service's seconds pass, leaving the event loop free."""
        ...
