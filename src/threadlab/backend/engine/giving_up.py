"""Giving up: a run that cannot go on ends as failed and says why, so that its thread and other runs go on.

What is stored about such a run is not believed any more: its records are made again from the log.
"""

from __future__ import annotations

import sqlite3

from threadlab.backend.engine.ending import end
from threadlab.backend.engine.machine import TERMINAL
from threadlab.backend.engine.replay import Replay
from threadlab.backend.records import MessageRecord, RunRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction


def give_up(store: Store, run_id: str, at: float, fault: Exception) -> None:
    """End a run that cannot be moved because of `fault`. If even its log cannot be read, it is set aside."""
    try:
        with store.transaction() as change:
            _fail(store, change, run_id, at, fault)
    except sqlite3.Error:
        raise
    except Exception:
        with store.transaction() as change:
            change.schedule(run_id, "", None)


def _fail(store: Store, change: Transaction, run_id: str, at: float, fault: Exception) -> None:
    records = Replay()
    for entry in store.log(run_id=run_id):
        records.apply(entry)
    for record in records:
        if not isinstance(record, MessageRecord) or change.get(MessageRecord, record.id) is None:
            change.put(record)
    run = records.get(RunRecord, run_id)
    if run is None or run.status in TERMINAL:
        change.schedule(run_id, "", None)
        return
    message = f"the run cannot go on: {type(fault).__name__}: {fault}"
    end(store, change, run, at, "failed", error={"code": "server_error", "message": message})
