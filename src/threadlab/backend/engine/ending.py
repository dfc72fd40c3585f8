"""Ending: how a run comes to its end before its answer is whole, and who else that concerns.

A run that ends takes its open step with it, stops the runs that it handed tasks to, and wakes the run that
handed its own task to it. All of that is one transaction.
"""

from __future__ import annotations

from threadlab.backend.engine.interrupted import close_consultation, is_unanswered
from threadlab.backend.engine.log import note
from threadlab.backend.engine.machine import TERMINAL
from threadlab.backend.engine.plan import part_of, spent_so_far
from threadlab.backend.records import Json, RunRecord, StepRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.transaction import Transaction

NOTHING_SPENT: Json = {"prompt_tokens": 0, "completion_tokens": 0, "estimated": False}
"""The usage of a step for which no model was consulted."""


def end(
    store: Store,
    change: Transaction,
    run: RunRecord,
    at: float,
    status: str,
    *,
    error: Json | None = None,
    reason: str | None = None,
) -> None:
    """End a run; an open step ends with it, with what it has cost so far. `reason` is for incomplete ones."""
    if is_unanswered(run):
        run = close_consultation(store, change, run, at)
    if run.step_id is not None:
        stop_children(store, change, run, at)
        step_status = "cancelled" if status == "incomplete" else status
        step_ends(change, run, at, step_status, _spent(store, run))
    note(change, run, at, "run.status", {"status": status, "error": error, "reason": reason})
    over(change, run, at)


def step_ends(
    change: Transaction, run: RunRecord, at: float, status: str, usage: Json, reason: str | None = None
) -> None:
    """End the open step; `reason` says why the message in it is incomplete although the step is not."""
    data = {"id": run.step_id, "status": status, "usage": usage, "reason": reason}
    note(change, run, at, "step.status", data)


def _spent(store: Store, run: RunRecord) -> Json:
    """The usage of the open step so far; before the model was consulted it is none."""
    if run.answer is None:
        return NOTHING_SPENT
    parts = store.entry(run.answer).data["parts"]
    number, place = part_of(parts, run.shown)
    return spent_so_far(parts[number], place)


def over(change: Transaction, run: RunRecord, at: float) -> None:
    """A run has no more moves; one that waits for it goes on now."""
    change.schedule(run.id, run.thread_id, None)
    parent = change.get(RunRecord, run.parent_id) if run.parent_id else None
    if parent is not None and parent.status == "in_progress":
        change.schedule(parent.id, parent.thread_id, at)


def stop_children(store: Store, change: Transaction, run: RunRecord, at: float) -> None:
    """Cancel the runs that the open step's calls were handed to."""
    step = change.get(StepRecord, run.step_id or "")
    for call in step.calls if step else ():
        child = change.get(RunRecord, call.run_id) if call.run_id and call.output is None else None
        if child is None or child.status in TERMINAL:
            continue
        if child.status != "cancelling":
            note(change, child, at, "run.status", {"status": "cancelling"})
        end(store, change, child, at, "cancelled")
