"""The clock: who owns time.

A durable store lives in real time. A seeded one has a clock of its own, which stands still until
somebody waits: waiting moves it, so a run that takes four seconds takes none in a test and four before
a learner's eyes, and its times are the same in both.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time
from dataclasses import dataclass
from typing import Protocol

EPOCH = 1_767_603_600.0
"""Where virtual time starts: Monday, 5 January 2026, 09:00 UTC."""

OTHERS_TURN = 0.0005
"""Real seconds between two looks of a sleeper who is not the first to wake."""


class Clock(Protocol):
    """Tells the time and lets it pass. `kind` is "real" or "virtual"; a store remembers its own."""

    kind: str
    pace: float

    def now(self) -> float:
        """Unix seconds."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let seconds pass, blocking."""
        ...

    async def sleep_async(self, seconds: float) -> None:
        """Let seconds pass, leaving the event loop free."""
        ...

    def advance_to(self, instant: float) -> None:
        """Move to an instant, if the clock can be moved at all."""
        ...

    def stretch(self, latency: float) -> float:
        """How long something of that nominal latency takes by this clock."""
        ...


class RealClock:
    """The wall's time. `pace` stretches the backend's own latencies: 0 makes everything due at once."""

    kind = "real"

    def __init__(self, pace: float = 0.0) -> None:
        self.pace = pace

    def now(self) -> float:
        """The system's time."""
        return time.time()

    def sleep(self, seconds: float) -> None:
        """Sleep."""
        time.sleep(seconds)

    async def sleep_async(self, seconds: float) -> None:
        """Sleep on the event loop."""
        await asyncio.sleep(seconds)

    def advance_to(self, instant: float) -> None:
        """Nobody moves the wall's clock."""

    def stretch(self, latency: float) -> float:
        """Nominal seconds times the pace."""
        return latency * self.pace


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Somebody who waits for an instant: a task of an event loop, or a thread (its number)."""

    wakes: float
    number: int
    who: asyncio.Task[object] | int | None

    @property
    def is_gone(self) -> bool:
        """Whether it left without saying so, as an interrupted one may."""
        return isinstance(self.who, asyncio.Task) and self.who.done()


class VirtualClock:
    """Time that stands still until somebody waits; then it jumps to whoever wakes first.

    `pace` is how many real seconds a virtual one takes for the one who waits; 0 takes none. Several may
    wait at once, on threads or on an event loop: they wake in the order of their instants.
    """

    kind = "virtual"

    def __init__(self, pace: float = 0.0, start: float = EPOCH) -> None:
        self.pace = pace
        self._now = start
        self._sleepers: list[Sleeper] = []
        self._numbers = itertools.count()
        self._lock = threading.RLock()  # re-entrant: an interrupt may strike its holder before the release

    def now(self) -> float:
        """The instant that time stands at."""
        return self._now

    def advance_to(self, instant: float) -> None:
        """Jump forward; never back."""
        with self._lock:
            self._now = max(self._now, instant)

    def stretch(self, latency: float) -> float:
        """Virtual seconds are nominal seconds."""
        return latency

    def sleep(self, seconds: float) -> None:
        """Wait for that many virtual seconds."""
        sleeper = self._enter(seconds, threading.get_ident())
        try:
            if real := self._real_seconds(sleeper):
                time.sleep(real)
            while not self._is_first(sleeper):
                time.sleep(OTHERS_TURN)
            self.advance_to(sleeper.wakes)
        finally:
            self._leave(sleeper)

    async def sleep_async(self, seconds: float) -> None:
        """Wait for that many virtual seconds on the event loop: others get their turn even at pace 0."""
        sleeper = self._enter(seconds, asyncio.current_task())
        try:
            await asyncio.sleep(self._real_seconds(sleeper))
            while not self._is_first(sleeper):
                await asyncio.sleep(OTHERS_TURN)
            self.advance_to(sleeper.wakes)
        finally:
            self._leave(sleeper)

    def _enter(self, seconds: float, who: asyncio.Task[object] | int | None) -> Sleeper:
        """Stand in line. A thread waits once at a time: an older wait of its own was interrupted."""
        sleeper = Sleeper(self._now + max(seconds, 0.0), next(self._numbers), who)
        with self._lock:
            others = [
                other for other in self._sleepers if isinstance(other.who, asyncio.Task) or other.who != who
            ]
            self._sleepers = [*others, sleeper]
        return sleeper

    def _leave(self, sleeper: Sleeper) -> None:
        with self._lock:
            self._sleepers = [other for other in self._sleepers if other is not sleeper]

    def _is_first(self, sleeper: Sleeper) -> bool:
        with self._lock:
            waiting = [other for other in self._sleepers if not other.is_gone]
            return min(waiting, key=lambda other: (other.wakes, other.number), default=sleeper) is sleeper

    def _real_seconds(self, sleeper: Sleeper) -> float:
        return max(sleeper.wakes - self._now, 0.0) * self.pace
