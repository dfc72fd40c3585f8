"""Accepting: a new run stands in the queue, alone on its thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

from threadlab.backend.clock import Clock
from threadlab.backend.engine.log import write
from threadlab.backend.records import AgentRecord, Entry, Json, RunConfig, RunRecord
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import thread_is_busy

QUEUEING = 0.4
"""Seconds that a run stands in the queue."""
LIFETIME = 600.0
"""Seconds after which an unfinished run expires, as on the service."""


def accept(
    change: Transaction,
    clock: Clock,
    run_id: str,
    thread_id: str,
    agent: AgentRecord,
    config: RunConfig,
    at: float,
    *,
    first: Sequence[Entry] = (),
    metadata: dict[str, str] | None = None,
    parent: RunRecord | None = None,
) -> None:
    """Write a run as queued, after the messages `first`. A child run expires when its parent does.

    Raises a 400 while another run is active on the thread.
    """
    active = change.active_run(thread_id)
    if active is not None:
        raise thread_is_busy(thread_id, active)
    data: Json = {
        "id": run_id,
        "agent_id": agent.id,
        "expires_at": parent.expires_at if parent else at + max(LIFETIME, clock.stretch(LIFETIME)),
        "config": {field.name: getattr(config, field.name) for field in fields(config)},
        "metadata": metadata or {},
    }
    if parent is not None:
        data |= {"parent_id": parent.id, "lineage": [*parent.lineage, parent.agent_id]}
    write(change, [*first, Entry("run.created", data, thread_id, run_id, 1, at)])
    change.schedule(run_id, thread_id, at + clock.stretch(QUEUEING))
