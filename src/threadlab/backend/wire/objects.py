"""Objects as the service shows them, made from records.

Key order and nulls follow recordings of the service. Messages outside a stream must not have a `status`
(the SDK's own tests compare the attributes exactly); `usage` of a run is null until it is over;
`expires_at` is null once nothing can expire.
"""

from __future__ import annotations

from typing import Any

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
        "tool_resources": record.tool_resources,
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
        "tool_resources": record.tool_resources,
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


def message_delta(message_id: str, text: str, *, opening: bool) -> Json:
    """A piece of a message's text. The first one carries an empty list of annotations."""
    value: Json = {"value": text, "annotations": []} if opening else {"value": text}
    return {
        "id": message_id,
        "object": "thread.message.delta",
        "delta": {"content": [{"index": 0, "type": "text", "text": value}]},
    }


def step_delta(step_id: str, record: CallRecord, piece: Json) -> Json:
    """A piece of a tool call: first its id and name, later only more of its arguments."""
    if "id" in piece:
        said = {"name": piece["name"], "arguments": piece["arguments"], "output": None}
        call = {"index": piece["index"], "type": record.kind, "id": piece["id"], record.kind: said}
    else:
        said = {"arguments": piece["arguments"]}
        call = {"index": piece["index"], "type": record.kind, record.kind: said}
    return _step_delta(step_id, call)


def served_delta(step_id: str, index: int, record: CallRecord) -> Json:
    """What became of a call that the backend answers itself: the run it was handed to, then its output."""
    said = _child(record) if record.output is None else {"output": record.output}
    return _step_delta(step_id, {"index": index, "type": record.kind, "id": record.id, record.kind: said})


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
        "required_action": _required_action(calls) if calls else None,
        "last_error": _fault(record.error),
        "model": config.model,
        "instructions": config.instructions,
        "tools": config.tools,
        "tool_resources": config.tool_resources,
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


def step(record: StepRecord) -> Json:
    """A run step. Its tool calls are shown once the model has finished asking."""
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
        "step_details": _step_details(record),
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


def text_part(value: str) -> Json:
    """Text content in the form that responses have."""
    return {"type": "text", "text": {"value": value, "annotations": []}}


def _step_delta(step_id: str, call: Json) -> Json:
    details = {"type": "tool_calls", "tool_calls": [call]}
    return {"id": step_id, "object": "thread.run.step.delta", "delta": {"step_details": details}}


def _child(record: CallRecord) -> Json:
    """The run that a call was handed to, under the names that the service has for it."""
    if record.run_id is None:
        return {}
    return {"run_id": record.run_id, "thread_id": record.thread_id, "assistant_id": record.agent_id}


def _required_action(calls: list[CallRecord]) -> Json:
    return {
        "type": "submit_tool_outputs",
        "submit_tool_outputs": {
            "tool_calls": [
                {
                    "id": call.id,
                    "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments},
                }
                for call in calls
            ]
        },
    }


def _step_details(record: StepRecord) -> Json:
    if record.type == "message_creation":
        return {"type": "message_creation", "message_creation": {"message_id": record.message_id}}
    calls = record.calls if record.asked or record.status != "in_progress" else []
    return {
        "type": "tool_calls",
        "tool_calls": [
            {
                "id": call.id,
                "type": call.kind,
                call.kind: {
                    "name": call.name,
                    "arguments": call.arguments,
                    "output": call.output,
                    **_child(call),
                },
            }
            for call in calls
        ],
    }


def _fault(record: FaultRecord | None) -> Json | None:
    return {"code": record.code, "message": record.message} if record else None


def _ended(record: RunRecord | StepRecord, *statuses: str) -> int | None:
    return _seconds(record.ended_at) if record.status in statuses else None


def _seconds(instant: float | None) -> int | None:
    return None if instant is None else int(instant)
