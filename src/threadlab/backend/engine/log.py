"""The canonical log: every kind of entry, and how entries are written.

| kind | data | what happened |
|---|---|---|
| message.created | id, role, content, attachments, metadata | a client added a message |
| message.updated | id, metadata | its metadata changed |
| message.deleted | id | it was deleted |
| run.created | id, agent_id, expires_at, config, metadata, … | a run was accepted, as queued |
| run.updated | metadata | its metadata changed |
| run.status | status, error, reason | it changed its status |
| model.asked | call, oldest, newest, hosted | the model was consulted, with these messages and hosted tools |
| model.answered | stand_in, reasons, parts, error, cut, shown | the whole answer, in bursts to be shown |
| step.created | id, type, message_id | a step began |
| step.delta | id, pieces | a burst of the answer was revealed in it |
| step.status | id, status, usage | it ended |
| tool.child | id, call_id, run_id, thread_id, agent_id | a call was handed to a run of another agent |
| tool.outputs | id, outputs, details | outputs of its calls came in, of hosted tools with details |
| tool.approvals | id, approvals | the client allowed calls, or did not; `headers` by reference |
| tools.listed | id, activities | servers told which functions they have |
| fault.struck | kind, fault, effect, … | a fault that was asked for struck the run |

Messages, runs, run steps and every stream of events are projections of this log.
"""

from __future__ import annotations

from collections.abc import Iterable

from threadlab.backend.engine.project import project
from threadlab.backend.records import Entry, Json, RunRecord
from threadlab.backend.store.transaction import Transaction


def write(change: Transaction, entries: Iterable[Entry]) -> None:
    """Append entries and bring the records up to date, in one and the same change."""
    for entry in entries:
        project(entry.at_place(change.append(entry)), change)


def note(change: Transaction, run: RunRecord, at: float, kind: str, data: Json) -> None:
    """Write one entry about a run, in the leg that it is in."""
    write(change, [Entry(kind, data, run.thread_id, run.id, run.leg, at)])
