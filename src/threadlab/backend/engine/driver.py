"""Drivers: who presses the engine's `move`, and when. Two: the stepped one here, the worker in worker.py.

The stepped driver: any request first makes every transition that is due, in order, and nothing else. So a GET
has no effect of its own, a run needs no thread and no socket, and a kernel that was asleep finds its runs
where they would be: each transition is dated when it was due. What a worker of another process is at work
on is left alone.

Time itself moves when somebody waits by the backend's clock. A client that waits by its own, as the
SDK's polling loops do, would find time standing still; so a second look at an active run in the same
instant lets a little time pass.
"""

from __future__ import annotations

from typing import Protocol

from threadlab.backend.clock import Clock
from threadlab.backend.engine.machine import TRANSITIONS
from threadlab.backend.engine.port import RunEngine
from threadlab.backend.records import RunRecord
from threadlab.backend.store.sqlite import Due, Store

NOMINAL_WAIT = 1.0
"""Virtual seconds between two looks that nobody waited between: the SDK's own polling interval."""

LOOK_AGAIN = {"virtual": 0.5, "real": 0.05}
"""Seconds after which to look for entries that another process may have written."""


class Driver(Protocol):
    """What requests and streams ask of whoever drives the runs.

    `rings` says for how many seconds somebody who listens to the bell need not look at all: the driver
    itself rings it.
    """

    rings: float

    def perform_due(self, until: float | None = None) -> None:
        """A request or a stream is about to look: whatever this driver does before that."""
        ...

    def looked_at(self, run: RunRecord) -> None:
        """Somebody reads a run."""
        ...

    def step(self, run_id: str) -> RunRecord | None:
        """Let a run make its next transition now, whenever it would be due."""
        ...

    def look_again(self, due: Due) -> float:
        """When a stream that waits for this transition is to look again, at the latest."""
        ...

    def stop(self) -> None:
        """Drive no more."""
        ...


class SteppedDriver:
    """Presses the engine's `move` at the instants that are due."""

    rings = 0.0

    def __init__(self, engine: RunEngine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._looks: dict[str, float] = {}

    def perform_due(self, until: float | None = None) -> None:
        """Make every transition that is due by that instant, by default by now."""
        until = self._clock.now() if until is None else until
        while due := self._store.first_due(until):
            self._engine.move(due.run_id, due.free)

    def looked_at(self, run: RunRecord) -> None:
        """Somebody reads a run: if it is active, and it is the second look in one instant, time passes."""
        if run.status not in TRANSITIONS:
            self._engine.move(run.id, self._clock.now())  # which ends it, with a reason
            return
        now = self._clock.now()
        if not TRANSITIONS[run.status]:
            self._looks.pop(run.id, None)
        elif self._looks.get(run.id) == now and self._clock.kind == "virtual":
            self._clock.advance_to(now + NOMINAL_WAIT)
            self._looks[run.id] = self._clock.now()
            self.perform_due()
        else:
            self._looks[run.id] = now

    def step(self, run_id: str) -> RunRecord | None:
        """Let a run make its next transition now, whenever it would be due. A finished one stays as it is.

        A clock that can be moved is moved to that instant, with whatever else is due until then. A run that
        a worker is at work on stays as it is, too. While it waits for another agent's run, that one moves.
        """
        mover = self._engine.serving.at_work(run_id)
        due = self._store.due_of(mover)
        if due and due.lease <= self._clock.now():
            if self._clock.kind == "virtual":
                self._clock.advance_to(due.at)
                self._before(due.run_id, due.at)
            self._engine.move(mover, min(due.at, self._clock.now()))
        return self._store.get(RunRecord, run_id)

    def look_again(self, due: Due) -> float:
        """When the transition is free to be made, or a little later, for somebody else may write as well."""
        return min(due.free, self._clock.now() + LOOK_AGAIN[self._clock.kind])

    def stop(self) -> None:
        """A stepped driver does nothing by itself."""

    def _before(self, run_id: str, until: float) -> None:
        while (due := self._store.first_due(until)) and due.run_id != run_id:
            self._engine.move(due.run_id, due.free)
