"""Runs of a thread."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threadlab.backend.engine.approving import Approval
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
from threadlab.backend.routes.available import refuse_unavailable
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.routes.sources import attach, refuse_headers, resources_of
from threadlab.backend.routes.stream import stream
from threadlab.backend.wire import objects
from threadlab.backend.wire.bodies import NewThread
from threadlab.backend.wire.errors import ApiError, bad_request, missing
from threadlab.backend.wire.http import Response
from threadlab.backend.wire.include import wants_content
from threadlab.backend.wire.options import check_choice
from threadlab.backend.wire.paging import envelope


def create(call: Call) -> dict[str, Any] | Response:
    """POST /threads/{id}/runs: accepted as queued, or with `stream` its events as they happen."""
    thread, body = call.find(ThreadRecord), call.body
    agent = call.find(AgentRecord, body.assistant_id)
    config, said = _config(call, agent), body.additional_messages or []
    first = [messages.new_entry(call.room, thread.id, message) for message in said]
    if any(message.attachments for message in said):
        with call.room.store.transaction() as change:
            messages.refuse_while_busy(change, thread.id)
            thread = attach(call, change, change.get(ThreadRecord, thread.id) or thread, said)
    config = _with_attached(call, config, thread)
    run = call.room.engine.start(thread, agent, config, body.metadata or {}, first)
    return _stream(call, run) if body.stream else show(call.room, run)


def create_with_thread(call: Call) -> dict[str, Any] | Response:
    """POST /threads/runs: a thread and its first run in one request."""
    agent = call.find(AgentRecord, call.body.assistant_id)
    config = _config(call, agent)
    thread, first = threads.new_thread(call, call.body.thread or NewThread())
    config, metadata = _with_attached(call, config, thread), call.body.metadata or {}
    run = call.room.engine.start(thread, agent, config, metadata, first, new_thread=True)
    return _stream(call, run, new_thread=thread) if call.body.stream else show(call.room, run)


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
    """POST /threads/{id}/runs/{rid}/submit_tool_outputs: all outputs in one request, or all approvals."""
    run, body = call.find(RunRecord), call.body
    if (body.tool_outputs is None) == (body.tool_approvals is None):
        raise missing("tool_outputs") if body.tool_outputs is None else _one_of_them()
    before = call.room.store.log(run_id=run.id)[-1].seq if body.stream else 0
    if body.tool_approvals is not None:
        for index, one in enumerate(body.tool_approvals):
            refuse_headers(one.headers or {}, f"tool_approvals[{index}].headers")
        answers = [Approval(one.tool_call_id, one.approve, one.headers or {}) for one in body.tool_approvals]
        run = call.room.engine.serving.approve(run.id, answers)
    else:
        _refuse_unapproved(call.room, run)
        outputs = [(item.tool_call_id, item.output) for item in body.tool_outputs]
        run = call.room.engine.submit(run.id, outputs)
    return _stream(call, run, after=before) if call.body.stream else show(call.room, run)


def cancel(call: Call) -> dict[str, Any]:
    """POST /threads/{id}/runs/{rid}/cancel."""
    return show(call.room, call.room.engine.cancel(call.find(RunRecord).id))


def show(room: Room, run: RunRecord) -> dict[str, Any]:
    """A run on the wire, with the calls that it waits for."""
    calls: list[CallRecord] = []
    if run.status == "requires_action" and run.step_id:
        step = room.store.get(StepRecord, run.step_id)
        calls = step.waiting if step else []
    return objects.run(run, calls)


def _stream(call: Call, run: RunRecord, **where: Any) -> Response:
    return stream(call.room, run, content=wants_content(call.request.query), **where)


def _config(call: Call, agent: AgentRecord) -> RunConfig:
    """What the run works with. Raises a 400 for settings that do not fit together."""
    sent = call.body.sent()
    if "tool_resources" in sent:
        sent["tool_resources"] = resources_of(call, sent["tool_resources"])
    config = configure(agent, sent)
    refuse_unavailable(call, config.tools)
    check_choice(config.tool_choice, config.tools)
    return config


def _with_attached(call: Call, config: RunConfig, thread: ThreadRecord) -> RunConfig:
    """With the tools that files were attached for to messages of the thread. Raises a 400."""
    there = {tool["type"] for tool in config.tools}
    attached = [{"type": type} for type in thread.attached_tools if type not in there]
    refuse_unavailable(call, attached)
    return replace(config, tools=[*config.tools, *attached]) if attached else config


def _refuse_unapproved(room: Room, run: RunRecord) -> None:
    """Raise a 400 for outputs of calls that this side makes, once it may."""
    step = room.store.get(StepRecord, run.step_id or "")
    if run.status == "requires_action" and step and step.waiting and step.waiting[0].approval == "needed":
        raise bad_request(
            "The run waits for approvals, not for outputs: send 'tool_approvals', "
            '[{"tool_call_id": …, "approve": true}], one for each call.',
            param="tool_outputs",
        )


def _one_of_them() -> ApiError:
    return bad_request("Send either 'tool_outputs' or 'tool_approvals'.", param="tool_approvals")
