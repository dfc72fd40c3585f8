"""The record: a fault that struck a run is an entry of the run's log, so that it can be told later."""

from __future__ import annotations

from typing import Any

from threadlab.backend.engine.log import write
from threadlab.backend.faults.fault import Fault
from threadlab.backend.records import Entry, RunRecord
from threadlab.backend.store.transaction import Transaction

STRUCK = "fault.struck"


def record(
    change: Transaction, run: RunRecord, at: float, fault: Fault, effect: str, **consequences: Any
) -> None:
    """Write that a fault struck, what it did in words, and what it changes in the run's record."""
    data = {"kind": fault.kind, "fault": str(fault), "effect": effect, **consequences}
    write(change, [Entry(STRUCK, data, run.thread_id, run.id, run.leg, at)])
