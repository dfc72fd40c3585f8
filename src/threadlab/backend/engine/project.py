"""Projection: how each entry of the log changes messages, runs and run steps.

Pure over whatever holds the records: the store while an entry is written, a dictionary when a log is
read again from its start. Both must come to the same records; a test says so.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from threadlab.backend.engine import machine
from threadlab.backend.engine.definitions import new_call
from threadlab.backend.records import (
    CallRecord,
    Entry,
    FaultRecord,
    Json,
    MessageRecord,
    Record,
    RunConfig,
    RunRecord,
    StepRecord,
    UsageRecord,
)
from threadlab.backend.wire.objects import image_part, text_part

AnyRecord = TypeVar("AnyRecord", MessageRecord, RunRecord, StepRecord)


class Records(Protocol):
    """Where records are read from and written to."""

    def get(self, kind: type[AnyRecord], id: str) -> AnyRecord | None:
        """The record of that kind and id."""
        ...

    def put(self, record: Record) -> None:
        """Write a record."""
        ...

    def remove(self, kind: type[Any], id: str) -> None:
        """Delete a record."""
        ...


def project(entry: Entry, records: Records) -> None:
    """Apply one entry. An entry of an unknown kind changes nothing."""
    if entry.kind in PROJECTIONS:
        PROJECTIONS[entry.kind](entry, records)


def _message_created(entry: Entry, records: Records) -> None:
    records.put(MessageRecord(thread_id=entry.thread_id, created_at=entry.at, **entry.data))


def _message_updated(entry: Entry, records: Records) -> None:
    message = _read(records, MessageRecord, entry.data["id"])
    records.put(replace(message, metadata=entry.data["metadata"]))


def _message_deleted(entry: Entry, records: Records) -> None:
    records.remove(MessageRecord, entry.data["id"])


def _run_created(entry: Entry, records: Records) -> None:
    data = {**entry.data, "config": RunConfig(**entry.data["config"])}
    records.put(RunRecord(thread_id=entry.thread_id, created_at=entry.at, **data))


def _run_updated(entry: Entry, records: Records) -> None:
    records.put(replace(_run(entry, records), metadata=entry.data["metadata"]))


def _run_status(entry: Entry, records: Records) -> None:
    run, status = _run(entry, records), entry.data["status"]
    machine.check(run.status, status)
    error = entry.data.get("error")
    run = replace(
        run,
        status=status,
        leg=entry.leg,
        error=FaultRecord(**error) if error else None,
        incomplete_reason=entry.data.get("reason"),
        started_at=entry.at if status == "in_progress" and run.started_at is None else run.started_at,
        ended_at=entry.at if status in machine.TERMINAL else None,
    )
    records.put(run)
    if status == "requires_action" and run.step_id:
        records.put(replace(_read(records, StepRecord, run.step_id), asked=True))


def _model_asked(entry: Entry, records: Records) -> None:
    records.put(replace(_run(entry, records), call=entry.data["call"], answer=None, shown=0))


def _model_answered(entry: Entry, records: Records) -> None:
    records.put(replace(_run(entry, records), answer=entry.seq, shown=entry.data.get("shown", 0)))


def _fault_struck(entry: Entry, records: Records) -> None:
    run = _run(entry, records)
    records.put(replace(run, expires_at=entry.data.get("expires_at", run.expires_at)))


def _step_created(entry: Entry, records: Records) -> None:
    run = _run(entry, records)
    step = StepRecord(
        run_id=run.id, thread_id=run.thread_id, agent_id=run.agent_id, created_at=entry.at, **entry.data
    )
    records.put(step)
    if step.message_id:
        records.put(
            MessageRecord(
                id=step.message_id,
                thread_id=run.thread_id,
                created_at=entry.at,
                role="assistant",
                content=[*map(image_part, run.images), text_part("")],
                run_id=run.id,
                agent_id=run.agent_id,
                status="in_progress",
            )
        )
        run = replace(run, images=[])
    records.put(replace(run, step_id=step.id))


def _step_delta(entry: Entry, records: Records) -> None:
    run, step = _run(entry, records), _read(records, StepRecord, entry.data["id"])
    pieces: list[Json] = entry.data["pieces"]
    if step.message_id:
        message = _read(records, MessageRecord, step.message_id)
        records.put(
            replace(message, content=[*message.content[:-1], _written(message.content[-1]["text"], pieces)])
        )
    else:
        records.put(replace(step, calls=grow(step.calls, pieces, run.config)))
    records.put(replace(run, shown=run.shown + 1))


def grow(calls: list[CallRecord], pieces: list[Json], config: RunConfig) -> list[CallRecord]:
    """Calls with more of them revealed: a piece with an id begins a call, others add to arguments."""
    grown = list(calls)
    for piece in pieces:
        if "id" in piece:
            grown.append(new_call(piece["id"], piece["name"], config))
        last = grown[piece["index"]]
        grown[piece["index"]] = replace(last, arguments=last.arguments + piece["arguments"])
    return grown


def _written(text: Json, pieces: list[Json]) -> Json:
    """The text with more pieces of it; an annotation gets the place of the words that it is about."""
    value, annotations = text["value"], list(text["annotations"])
    for piece in pieces:
        for annotation in piece.get("annotations", ()):
            start = len(value) + piece["text"].index(annotation["text"])
            place = {"start_index": start, "end_index": start + len(annotation["text"])}
            annotations.append({**annotation, **place})
        value += piece["text"]
    return text_part(value, annotations)


def connected_agents(config: RunConfig) -> dict[str, str]:
    """The agents that a run may hand tasks to: name as a tool → id."""
    details = [tool["connected_agent"] for tool in config.tools if tool.get("type") == "connected_agent"]
    return {detail["name"]: detail["id"] for detail in details}


def _step_status(entry: Entry, records: Records) -> None:
    run, step = _run(entry, records), _read(records, StepRecord, entry.data["id"])
    status, usage = entry.data["status"], UsageRecord(**entry.data["usage"])
    error = FaultRecord(**entry.data["error"]) if entry.data.get("error") else None
    records.put(replace(step, status=status, usage=usage, error=error, ended_at=entry.at))
    records.put(replace(run, step_id=None, usage=run.usage + usage if run.usage else usage))
    if step.message_id:
        message = _read(records, MessageRecord, step.message_id)
        if status == "completed" and not entry.data.get("reason"):
            message = replace(message, status="completed", completed_at=entry.at)
        else:
            reason = entry.data.get("reason") or f"run_{status}"
            message = replace(message, status="incomplete", incomplete_at=entry.at, incomplete_reason=reason)
        records.put(message)


def _tool_outputs(entry: Entry, records: Records) -> None:
    step = _read(records, StepRecord, entry.data["id"])
    outputs: dict[str, str] = entry.data["outputs"]
    details: dict[str, Json] = entry.data.get("details", {})
    calls = [
        replace(call, output=outputs.get(call.id, call.output), detail=details.get(call.id, call.detail))
        for call in step.calls
    ]
    records.put(replace(step, calls=calls))
    if images := [id for call in calls if call.id in details for id in _images(call)]:
        run = _run(entry, records)
        records.put(replace(run, images=[*run.images, *images]))


def _tool_approvals(entry: Entry, records: Records) -> None:
    step = _read(records, StepRecord, entry.data["id"])
    answers: dict[str, Json] = entry.data["approvals"]
    records.put(replace(step, calls=[_answered(call, answers.get(call.id)) for call in step.calls]))


def _answered(call: CallRecord, answer: Json | None) -> CallRecord:
    if answer is None:
        return call
    approval = "given" if answer["approve"] else "denied"
    return replace(call, approval=approval, headers=answer["headers"])


def _tools_listed(entry: Entry, records: Records) -> None:
    step = _read(records, StepRecord, entry.data["id"])
    records.put(replace(step, activities=[*step.activities, *entry.data["activities"]]))


def _images(call: CallRecord) -> list[str]:
    """The files of the images that code has shown."""
    outputs = (call.detail or {}).get("outputs", ()) if call.kind == "code_interpreter" else ()
    return [output["image"]["file_id"] for output in outputs if output["type"] == "image"]


def _tool_child(entry: Entry, records: Records) -> None:
    step = _read(records, StepRecord, entry.data["id"])
    child = {name: entry.data[name] for name in ("run_id", "thread_id", "agent_id")}
    calls = [replace(call, **child) if call.id == entry.data["call_id"] else call for call in step.calls]
    records.put(replace(step, calls=calls))


def _run(entry: Entry, records: Records) -> RunRecord:
    return _read(records, RunRecord, entry.run_id or "")


def _read(records: Records, kind: type[AnyRecord], id: str) -> AnyRecord:
    record = records.get(kind, id)
    if record is None:
        raise LookupError(f"the log names {kind.__name__} {id}, which it did not create before")
    return record


PROJECTIONS: dict[str, Callable[[Entry, Records], None]] = {
    "message.created": _message_created,
    "message.updated": _message_updated,
    "message.deleted": _message_deleted,
    "run.created": _run_created,
    "run.updated": _run_updated,
    "run.status": _run_status,
    "model.asked": _model_asked,
    "model.answered": _model_answered,
    "fault.struck": _fault_struck,
    "step.created": _step_created,
    "step.delta": _step_delta,
    "step.status": _step_status,
    "tool.approvals": _tool_approvals,
    "tool.child": _tool_child,
    "tool.outputs": _tool_outputs,
    "tools.listed": _tools_listed,
}
