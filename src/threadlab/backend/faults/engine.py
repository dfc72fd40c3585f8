"""What strikes the engine between two moves of a run: it stands still, its time is up, its worker dies."""

from __future__ import annotations

import os
import signal
import zlib

from threadlab.backend.clock import Clock
from threadlab.backend.completer.port import Completer
from threadlab.backend.engine.engine import Engine
from threadlab.backend.faults.fault import Fault
from threadlab.backend.faults.faults import Faults
from threadlab.backend.faults.model import BreakableModel
from threadlab.backend.faults.record import record
from threadlab.backend.ids import Ids
from threadlab.backend.records import RunRecord, StepRecord
from threadlab.backend.store.sqlite import Store


class BreakableEngine(Engine):
    """The engine, with faults that may take a move's place."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, completer: Completer, faults: Faults) -> None:
        self.faults = faults
        self._model = BreakableModel(completer, faults, store)
        super().__init__(store, clock, ids, self._model)

    def admits(self, run: RunRecord, at: float) -> RunRecord | None:
        """The run as it is to be moved now; None if a fault strikes it."""
        if at >= run.expires_at or run.status not in ("queued", "in_progress"):
            return run
        struck = self._struck(run, at)
        if struck is not None:
            self._model.expect(zlib.crc32(run.id.encode()), struck)
        return struck

    def _struck(self, run: RunRecord, at: float) -> RunRecord | None:
        """Let faults strike; the run after that, or None if the move is not to be made now."""
        early = self._strike(run, "expire")
        if early is not None:
            run = self._shorten(run, at, early)
        fault = self._strike(run, "stuck", "crash")
        match fault:
            case Fault(kind="stuck"):
                until = at + fault["seconds"] if fault["seconds"] else run.expires_at
                self._hold(run, at, fault, until, f"it stays queued: {fault['reason']}")
                return None
            case Fault(kind="crash"):
                self._hold(run, at, fault, at + fault["lease"], "the worker that drove it died")
                if fault["kill"]:
                    os.kill(os.getpid(), signal.SIGKILL)
                return None
        return run

    def _strike(self, run: RunRecord, *kinds: str) -> Fault | None:
        return self.faults.strike(
            "move", lambda fault: fault.kind in kinds and self._fits(fault, run), run.id, run.metadata
        )

    def _fits(self, fault: Fault, run: RunRecord) -> bool:
        if fault.kind == "stuck":
            return run.status == "queued"
        if fault.kind == "expire":
            return run.leg == 1 and run.status == "queued"
        steps = self.store.every(StepRecord, run.id) if fault["step"] else []
        return bool(sum(step.status != "in_progress" for step in steps) >= fault["step"])

    def _hold(self, run: RunRecord, at: float, fault: Fault, until: float, effect: str) -> None:
        """Nothing happens to the run before that instant, or before its time is up."""
        until = min(until, run.expires_at)
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                record(change, run, at, fault, effect, until=until)
                change.schedule(run.id, run.thread_id, until)

    def _shorten(self, run: RunRecord, at: float, fault: Fault) -> RunRecord:
        """Give the run less time; the run after that."""
        ends = max(at, min(run.created_at + fault["seconds"], run.expires_at))
        with self.store.transaction() as change:
            if change.get(RunRecord, run.id) == run:
                effect = f"its time is up {fault['seconds']:g} s after it was created"
                record(change, run, at, fault, effect, expires_at=ends)
        return self.store.get(RunRecord, run.id) or run
