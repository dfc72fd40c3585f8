"""Runs of a thread."""

from __future__ import annotations

from typing import Any

from threadlab.backend.engine.configure import configure
from threadlab.backend.engine.log import write
from threadlab.backend.records import (
    AgentRecord,
    CallRecord,
    Entry,
    RunConfig,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.routes import messages, threads
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.routes.stream import stream
from threadlab.backend.wire import objects
from threadlab.backend.wire.bodies import NewThread, RunOptions
from threadlab.backend.wire.errors import ApiError, bad_request, missing
from threadlab.backend.wire.http import Response
from threadlab.backend.wire.options import check_choice
from threadlab.backend.wire.paging import envelope
from threadlab.backend.wire.tools import refuse_cloud_tools


def create(call: Call) -> dict[str, Any] | Response:
    """POST /threads/{id}/runs: accepted as queued, or with `stream` its events as they happen."""
    thread, body = call.find(ThreadRecord), call.body
    agent = call.find(AgentRecord, body.assistant_id)
    first = [messages.new_entry(call.room, thread.id, message) for message in body.additional_messages or []]
    run = call.room.engine.start(thread, agent, _config(agent, body), body.metadata or {}, first)
    return stream(call.room, run) if body.stream else show(call.room, run)


def create_with_thread(call: Call) -> dict[str, Any] | Response:
    """POST /threads/runs: a thread and its first run in one request."""
    agent = call.find(AgentRecord, call.body.assistant_id)
    config = _config(agent, call.body)
    thread, first = threads.new_thread(call.room, call.body.thread or NewThread())
    metadata = call.body.metadata or {}
    run = call.room.engine.start(thread, agent, config, metadata, first, new_thread=True)
    return stream(call.room, run, new_thread=thread) if call.body.stream else show(call.room, run)


def list_(call: Call) -> dict[str, Any]:
    """GET /threads/{id}/runs."""
    thread = call.find(ThreadRecord)
    runs, more = call.room.store.page(RunRecord, call.page, thread.id)
    return envelope([show(call.room, run) for run in runs], more)


def get(call: Call) -> dict[str, Any]:
    """GET /threads/{id}/runs/{rid}."""
    run = call.find(RunRecord)
    call.room.driver.looked_at(run)
    return show(call.room, call.find(RunRecord))


def update(call: Call) -> dict[str, Any]:
    """POST /threads/{id}/runs/{rid}: metadata alone."""
    run = call.find(RunRecord)
    if call.body.metadata is not None:
        data = {"metadata": call.body.metadata}
        entry = Entry("run.updated", data, run.thread_id, run.id, run.leg, call.room.clock.now())
        with call.room.store.transaction() as change:
            write(change, [entry])
    return show(call.room, call.find(RunRecord))


def submit_tool_outputs(call: Call) -> dict[str, Any] | Response:
    """POST /threads/{id}/runs/{rid}/submit_tool_outputs: all outputs in one request."""
    run, body = call.find(RunRecord), call.body
    if body.tool_outputs is None:
        raise _approvals_unwanted(run) if body.tool_approvals is not None else missing("tool_outputs")
    before = call.room.store.log(run_id=run.id)[-1].seq if body.stream else 0
    outputs = [(item.tool_call_id, item.output) for item in body.tool_outputs]
    run = call.room.engine.submit(run.id, outputs)
    return stream(call.room, run, after=before) if call.body.stream else show(call.room, run)


def cancel(call: Call) -> dict[str, Any]:
    """POST /threads/{id}/runs/{rid}/cancel."""
    return show(call.room, call.room.engine.cancel(call.find(RunRecord).id))


def show(room: Room, run: RunRecord) -> dict[str, Any]:
    """A run on the wire, with the calls that it waits for."""
    calls: list[CallRecord] = []
    if run.status == "requires_action" and run.step_id:
        step = room.store.get(StepRecord, run.step_id)
        calls = [call for call in step.calls if call.output is None] if step else []
    return objects.run(run, calls)


def _config(agent: AgentRecord, body: RunOptions) -> RunConfig:
    """What the run works with. Raises a 400 for settings that do not fit together."""
    config = configure(agent, body.sent())
    refuse_cloud_tools(config.tools)
    check_choice(config.tool_choice, config.tools)
    return config


def _approvals_unwanted(run: RunRecord) -> ApiError:
    """No tool of this backend waits for approval."""
    return bad_request(
        f'Runs in status "{run.status}" do not accept tool approvals: no tool call waits for one.',
        param="tool_approvals",
    )
