"""What the tests of tools share: a clock that stands still, and someone who sees a round through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from threadlab.objects.event import Event
from threadlab.objects.tool_round import ToolRound


@dataclass
class HandClock:
    """A clock that moves only when told to."""

    seconds: float = 1_700_000_000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    async def sleep_async(self, seconds: float) -> None:
        self.seconds += seconds


@pytest.fixture
def clock() -> HandClock:
    """A clock by hand, at a fixed time of November 2023."""
    return HandClock()


@pytest.fixture
def see_through() -> Callable[[ToolRound], list[Event]]:
    """Draw a round's events until all outputs are there, as a follower does."""

    def drawn(tool_round: ToolRound) -> list[Event]:
        events: list[Event] = []
        while tool_round.outputs is None:
            tool_round.changed().result(timeout=30)
            events.extend(tool_round.events())
        return events

    return drawn
