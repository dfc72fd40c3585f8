"""Run steps of a run."""

from __future__ import annotations

from typing import Any

from threadlab.backend.records import RunRecord, StepRecord
from threadlab.backend.routes.call import Call
from threadlab.backend.wire import objects
from threadlab.backend.wire.include import wants_content
from threadlab.backend.wire.paging import envelope


def list_(call: Call) -> dict[str, Any]:
    """GET /threads/{id}/runs/{rid}/steps."""
    run = call.find(RunRecord)
    steps, more = call.room.store.page(StepRecord, call.page, run.id)
    content = wants_content(call.request.query)
    return envelope([objects.step(step, content=content) for step in steps], more)


def get(call: Call) -> dict[str, Any]:
    """GET /threads/{id}/runs/{rid}/steps/{sid}: the same as in the list."""
    return objects.step(call.find(StepRecord), content=wants_content(call.request.query))
