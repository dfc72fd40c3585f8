"""What must hold of a store at any moment: after an interrupt, after a kill, in the midst of an answer."""

from __future__ import annotations

from typing import Any

from threadlab.backend.engine import machine
from threadlab.backend.engine.replay import Replay
from threadlab.backend.records import Entry, MessageRecord, RunRecord, StepRecord
from threadlab.backend.store.sqlite import Store


def nothing_is_half_done(store: Store, thread: str) -> None:
    """Check the runs of a thread: one at a time, each with what belongs to its status and nothing else."""
    with store.transaction():  # nobody writes meanwhile
        runs = store.every(RunRecord, thread)
        assert sum(run.status not in machine.TERMINAL for run in runs) <= 1
        for run in runs:
            log = store.log(run_id=run.id)
            assert log[0].kind == "run.created"
            assert (store.due_of(run.id) is None) == (run.status in machine.TERMINAL)
            consultations_are_whole(run, log)
            steps_are_whole(store, run)


def consultations_are_whole(run: RunRecord, log: list[Entry]) -> None:
    """Each consultation was answered once, but for one that is going on; a kill may have it begun again."""
    asked = [entry.data["call"] for entry in log if entry.kind == "model.asked"]
    answered = [entry for entry in log if entry.kind == "model.answered"]
    goes_on = run.call > 0 and run.answer is None
    assert asked == sorted(asked)
    assert set(asked) == set(range(1, run.call + 1))
    assert len(answered) == run.call - goes_on
    assert not (goes_on and run.status in machine.TERMINAL)


def steps_are_whole(store: Store, run: RunRecord) -> None:
    """At most one step is open, and a message is open exactly with its step."""
    steps = store.every(StepRecord, run.id)
    assert sum(step.status == "in_progress" for step in steps) == (run.step_id is not None)
    for step in steps:
        if step.message_id:
            message = store.get(MessageRecord, step.message_id)
            assert message is not None
            assert (message.status == "in_progress") == (step.status == "in_progress")
        if step.type == "tool_calls" and step.status == "completed":
            assert all(call.output is not None for call in step.calls)


def records_are_what_the_log_says(store: Store, thread: str) -> None:
    """Reading the log again from its start gives the same messages, runs and run steps."""
    again = Replay()
    with store.transaction():  # nobody writes meanwhile
        for entry in store.log(thread_id=thread):
            again.apply(entry)
        runs = store.every(RunRecord, thread)
        kept: list[Any] = [
            *store.every(MessageRecord, thread),
            *runs,
            *(step for run in runs for step in store.every(StepRecord, run.id)),
        ]
    assert {record.id: record for record in kept} == {record.id: record for record in again}
