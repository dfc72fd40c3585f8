"""The stepped driver: any request first makes every transition that is due, in order, and nothing else.

So a GET has no effect of its own, a run needs no thread and no socket, and a kernel that was asleep finds
its runs where they would be: each transition is dated when it was due.

Time itself moves when somebody waits by the backend's clock. A client that waits by its own, as the
SDK's polling loops do, would find time standing still; so a second look at an active run in the same
instant lets a little time pass.
"""

from __future__ import annotations

from threadlab.backend.clock import Clock
from threadlab.backend.engine.engine import Engine
from threadlab.backend.records import RunRecord
from threadlab.backend.store.sqlite import Store

NOMINAL_WAIT = 1.0
"""Virtual seconds between two looks that nobody waited between: the SDK's own polling interval."""


class SteppedDriver:
    """Presses the engine's `move` at the instants that are due."""

    def __init__(self, engine: Engine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._clock = clock
        self._looks: dict[str, float] = {}

    def perform_due(self, until: float | None = None) -> None:
        """Make every transition that is due by that instant, by default by now."""
        until = self._clock.now() if until is None else until
        while due := self._store.first_due(until):
            self._engine.move(due.run_id, due.at)

    def looked_at(self, run_id: str) -> None:
        """Somebody reads an active run."""
        now = self._clock.now()
        if self._store.due_of(run_id) is None:
            self._looks.pop(run_id, None)
        elif self._looks.get(run_id) == now and self._clock.kind == "virtual":
            self._clock.advance_to(now + NOMINAL_WAIT)
            self._looks[run_id] = self._clock.now()
            self.perform_due()
        else:
            self._looks[run_id] = now

    def step(self, run_id: str) -> RunRecord | None:
        """Let a run make its next transition now, whenever it would be due. A finished one stays as it is.

        A clock that can be moved is moved to that instant, with whatever else is due until then.
        """
        if due := self._store.due_of(run_id):
            if self._clock.kind == "virtual":
                self._clock.advance_to(due.at)
                self._before(due.run_id, due.at)
            self._engine.move(run_id, min(due.at, self._clock.now()))
        return self._store.get(RunRecord, run_id)

    def _before(self, run_id: str, until: float) -> None:
        while (due := self._store.first_due(until)) and due.run_id != run_id:
            self._engine.move(due.run_id, due.at)
