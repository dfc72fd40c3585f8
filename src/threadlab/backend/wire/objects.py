"""Objects as the service shows them, made from records.

Key order and nulls follow recordings of the service. Messages outside a stream must not have a `status`
(the SDK's own tests compare the attributes exactly); `usage` of a run is null until it is over;
`expires_at` is null once nothing can expire.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from threadlab.backend.held_headers import without_headers
from threadlab.backend.records import (
    AgentRecord,
    CallRecord,
    FaultRecord,
    MessageRecord,
    RunRecord,
    StepRecord,
    ThreadRecord,
    UsageRecord,
)
from threadlab.backend.wire import tool_calls

Json = dict[str, Any]
LIVE = ("queued", "in_progress", "requires_action", "cancelling")


def agent(record: AgentRecord) -> Json:
    """An agent, on the wire an `assistant`."""
    return {
        "id": record.id,
        "object": "assistant",
        "created_at": int(record.created_at),
        "name": record.name,
        "description": record.description,
        "model": record.model,
        "instructions": record.instructions,
        "tools": record.tools,
        "tool_resources": without_headers(record.tool_resources),
        "metadata": record.metadata,
        "temperature": record.temperature,
        "top_p": record.top_p,
        "response_format": record.response_format,
    }


def thread(record: ThreadRecord) -> Json:
    """A thread."""
    return {
        "id": record.id,
        "object": "thread",
        "created_at": int(record.created_at),
        "metadata": record.metadata,
        "tool_resources": without_headers(record.tool_resources),
    }


def message(record: MessageRecord) -> Json:
    """A message as GET and lists show it: without status, and empty while it is being written."""
    return {
        "id": record.id,
        "object": "thread.message",
        "created_at": int(record.created_at),
        "assistant_id": record.agent_id,
        "thread_id": record.thread_id,
        "run_id": record.run_id,
        "role": record.role,
        "content": [] if record.status == "in_progress" else record.content,
        "attachments": record.attachments,
        "metadata": record.metadata,
    }


def streamed_message(record: MessageRecord) -> Json:
    """A message as streams show it: with the fields of its life, which GET does not have."""
    shown = message(record)
    ended = record.status == "incomplete"
    return {
        **shown,
        "status": record.status,
        "incomplete_details": {"reason": record.incomplete_reason} if ended else None,
        "incomplete_at": _seconds(record.incomplete_at),
        "completed_at": _seconds(record.completed_at),
    }


def message_delta(
    message_id: str, text: str, annotations: Sequence[tuple[int, Json]] = (), *, opening: bool, place: int = 0
) -> Json:
    """A piece of a message's text, with the annotations (numbered in the message) that came with it.

    The first piece carries a list of annotations even if it is empty. `place` is the text's in the message.
    """
    value: Json = {"value": text}
    if opening or annotations:
        value["annotations"] = [{"index": index, **annotation} for index, annotation in annotations]
    return part_delta(message_id, place, {"type": "text", "text": value})


def part_delta(message_id: str, place: int, part: Json) -> Json:
    """A part of a message's content, at its place, or a piece of it."""
    content = [{"index": place, **part}]
    return {"id": message_id, "object": "thread.message.delta", "delta": {"content": content}}


def step_delta(step_id: str, record: CallRecord, piece: Json) -> Json | None:
    """A piece of a tool call: first its id and name, later only more of its arguments, if those are shown."""
    said = tool_calls.of_piece(record, piece)
    begins = {"id": piece["id"]} if "id" in piece else {}
    return said and _step_delta(step_id, {"index": piece["index"], "type": record.kind, **begins, **said})


def served_delta(step_id: str, index: int, record: CallRecord, *, content: bool = False) -> Json:
    """What became of a call that the backend answers itself."""
    said = tool_calls.of_answer(record, content=content)
    return _step_delta(step_id, {"index": index, "type": record.kind, "id": record.id, **said})


def run(record: RunRecord, calls: list[CallRecord]) -> Json:
    """A run; `calls` are the ones it waits for, empty unless its status is requires_action."""
    config = record.config
    return {
        "id": record.id,
        "object": "thread.run",
        "created_at": int(record.created_at),
        "assistant_id": record.agent_id,
        "thread_id": record.thread_id,
        "status": record.status,
        "started_at": _seconds(record.started_at),
        "expires_at": int(record.expires_at) if record.status in LIVE else None,
        "cancelled_at": _ended(record, "cancelled"),
        "failed_at": _ended(record, "failed"),
        "completed_at": _ended(record, "completed", "incomplete"),
        "required_action": tool_calls.required_action(calls) if calls else None,
        "last_error": _fault(record.error),
        "model": config.model,
        "instructions": config.instructions,
        "tools": config.tools,
        "tool_resources": without_headers(config.tool_resources),
        "metadata": record.metadata,
        "temperature": config.temperature,
        "top_p": config.top_p,
        "max_completion_tokens": config.max_completion_tokens,
        "max_prompt_tokens": config.max_prompt_tokens,
        "truncation_strategy": config.truncation_strategy,
        "incomplete_details": {"reason": record.incomplete_reason} if record.incomplete_reason else None,
        "usage": None if record.status in LIVE else usage(record.usage),
        "response_format": config.response_format,
        "tool_choice": config.tool_choice,
        "parallel_tool_calls": config.parallel_tool_calls,
    }


def step(record: StepRecord, *, content: bool = False) -> Json:
    """A run step. Its tool calls are shown once the model has finished asking.

    With `content`, the results of file searches come with their text.
    """
    return {
        "id": record.id,
        "object": "thread.run.step",
        "created_at": int(record.created_at),
        "run_id": record.run_id,
        "assistant_id": record.agent_id,
        "thread_id": record.thread_id,
        "type": record.type,
        "status": record.status,
        "cancelled_at": _ended(record, "cancelled"),
        "completed_at": _ended(record, "completed"),
        "expires_at": None,
        "expired_at": _ended(record, "expired"),
        "failed_at": _ended(record, "failed"),
        "last_error": _fault(record.error),
        "step_details": _step_details(record, content),
        "usage": usage(record.usage),
    }


def usage(record: UsageRecord | None) -> Json | None:
    """Tokens, or null. Estimates are marked as such, in a field that the service does not have."""
    if record is None:
        return None
    counted = {
        "prompt_tokens": record.prompt_tokens,
        "completion_tokens": record.completion_tokens,
        "total_tokens": record.prompt_tokens + record.completion_tokens,
    }
    return {**counted, "estimated": True} if record.estimated else counted


def deleted(id: str, kind: str) -> Json:
    """What a DELETE answers; `kind` is "assistant", "thread", …"""
    return {"id": id, "object": f"{kind}.deleted", "deleted": True}


def text_part(value: str, annotations: Sequence[Json] = ()) -> Json:
    """Text content in the form that responses have."""
    return {"type": "text", "text": {"value": value, "annotations": list(annotations)}}


def image_part(file_id: str) -> Json:
    """Image content in the form that responses have."""
    return {"type": "image_file", "image_file": {"file_id": file_id}}


def _step_delta(step_id: str, call: Json) -> Json:
    details = {"type": "tool_calls", "tool_calls": [call]}
    return {"id": step_id, "object": "thread.run.step.delta", "delta": {"step_details": details}}


def _step_details(record: StepRecord, content: bool) -> Json:
    if record.type == "message_creation":
        return {"type": "message_creation", "message_creation": {"message_id": record.message_id}}
    if record.type == "activities":
        return {"type": "activities", "activities": record.activities}
    calls = record.calls if record.asked or record.status != "in_progress" else []
    shown = [
        {"id": call.id, "type": call.kind, **tool_calls.of_call(call, content=content)} for call in calls
    ]
    return {"type": "tool_calls", "tool_calls": shown}


def _fault(record: FaultRecord | None) -> Json | None:
    return {"code": record.code, "message": record.message} if record else None


def _ended(record: RunRecord | StepRecord, *statuses: str) -> int | None:
    return _seconds(record.ended_at) if record.status in statuses else None


def _seconds(instant: float | None) -> int | None:
    return None if instant is None else int(instant)
