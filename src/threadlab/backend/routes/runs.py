"""Runs of a thread."""

from __future__ import annotations

from typing import Any

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
from threadlab.backend.wire.bodies import NewRun, NewThread, RunOptions
from threadlab.backend.wire.http import Response
from threadlab.backend.wire.paging import envelope

OPTIONS = (
    "temperature",
    "top_p",
    "max_prompt_tokens",
    "max_completion_tokens",
    "truncation_strategy",
    "tool_choice",
    "response_format",
    "parallel_tool_calls",
)


def create(call: Call) -> dict[str, Any] | Response:
    """POST /threads/{id}/runs: accepted as queued, or with `stream` its events as they happen."""
    thread, body = call.find(ThreadRecord), call.body
    agent = call.find(AgentRecord, body.assistant_id)
    first = [messages.new_entry(call.room, thread.id, message) for message in body.additional_messages or []]
    run = call.room.engine.start(thread, agent, configure(agent, body), body.metadata or {}, first)
    return stream(call.room, run) if body.stream else show(call.room, run)


def create_with_thread(call: Call) -> dict[str, Any] | Response:
    """POST /threads/runs: a thread and its first run in one request."""
    agent = call.find(AgentRecord, call.body.assistant_id)
    config = configure(agent, call.body)
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
    call.room.driver.looked_at(run.id)
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
    run = call.find(RunRecord)
    before = call.room.store.log(run_id=run.id)[-1].seq
    outputs = [(item.tool_call_id, item.output) for item in call.body.tool_outputs]
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
        calls = step.calls if step else []
    return objects.run(run, calls)


def configure(agent: AgentRecord, body: RunOptions) -> RunConfig:
    """What a run works with: the request's own settings, else the agent's, copied."""
    sent = body.sent()
    instructions = sent.get("instructions", agent.instructions) or ""
    if isinstance(body, NewRun) and body.additional_instructions:
        instructions = f"{instructions}\n\n{body.additional_instructions}".strip()
    inherited = {
        "temperature": agent.temperature,
        "top_p": agent.top_p,
        "response_format": agent.response_format,
    }
    return RunConfig(
        model=sent.get("model", agent.model),
        instructions=instructions,
        tools=sent.get("tools", agent.tools),
        tool_resources=sent.get("tool_resources", agent.tool_resources),
        **{**inherited, **{name: sent[name] for name in OPTIONS if name in sent}},
    )
