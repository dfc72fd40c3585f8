"""Approving: the client allows the calls that its run waits to make, each or not, in one request.

What is allowed is then done by this side. For what is not, the model is told so. The wire is that of
azure-ai-agents 1.2.0b6; 1.1.0 does not know it, and a run that it leaves waiting expires.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from threadlab.backend.clock import Clock
from threadlab.backend.engine.accepting import QUEUEING
from threadlab.backend.engine.children import failure
from threadlab.backend.engine.log import note
from threadlab.backend.records import RunRecord, StepRecord
from threadlab.backend.store.sqlite import Store
from threadlab.backend.wire.errors import bad_request, not_found, outputs_do_not_fit

DENIED = failure("the user did not approve this call: it was not made")
"""What the model is told of a call that was not allowed."""


@dataclass(frozen=True, slots=True)
class Approval:
    """The client's answer for one call; `headers` go along to the server; they are held elsewhere."""

    call_id: str
    approve: bool
    headers: dict[str, str] = field(default_factory=dict)


def approve(store: Store, clock: Clock, run_id: str, answers: Sequence[Approval]) -> RunRecord:
    """Take the answers for all calls that a run waits to make. Raises a 400 unless they are exactly those."""
    at = clock.now()
    with store.transaction() as change:
        run = change.get(RunRecord, run_id)
        if run is None:
            raise not_found("run", run_id)
        step = change.get(StepRecord, run.step_id or "")
        waiting = [call for call in step.waiting if call.approval == "needed"] if step else []
        if run.status != "requires_action" or not waiting:
            raise bad_request(
                f'Runs in status "{run.status}" do not accept tool approvals: no tool call waits for one.',
                param="tool_approvals",
            )
        expected, given = [call.id for call in waiting], [answer.call_id for answer in answers]
        if sorted(expected) != sorted(given):
            raise outputs_do_not_fit(expected, given, "tool approval", "tool_approvals")
        run = replace(run, leg=run.leg + 1)
        told = {answer.call_id: {"approve": answer.approve, "headers": answer.headers} for answer in answers}
        note(change, run, at, "tool.approvals", {"id": run.step_id, "approvals": told})
        denied = {answer.call_id: DENIED for answer in answers if not answer.approve}
        if denied:
            note(change, run, at, "tool.outputs", {"id": run.step_id, "outputs": denied})
        note(change, run, at, "run.status", {"status": "queued"})
        change.schedule(run.id, run.thread_id, at + clock.stretch(QUEUEING))
        return change.get(RunRecord, run_id) or run
