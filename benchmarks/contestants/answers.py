"""Canned answers of the service: whole JSON objects of the protocol, made by functions of their ids."""

from __future__ import annotations

from typing import Any

from benchmarks.contestants.task import ARGUMENTS, INSTRUCTIONS, TOOL, TOOL_NAME

Json = dict[str, Any]
AT = 1_767_603_600


def agent(id: str) -> Json:
    """An agent with the task's tool."""
    return {
        "id": id,
        "object": "assistant",
        "created_at": AT,
        "name": "weather",
        "description": None,
        "model": "stand-in",
        "instructions": INSTRUCTIONS,
        "tools": [TOOL],
        "tool_resources": {},
        "metadata": {},
        "temperature": None,
        "top_p": None,
        "response_format": "auto",
    }


def thread(id: str) -> Json:
    """A thread."""
    return {"id": id, "object": "thread", "created_at": AT, "metadata": {}, "tool_resources": {}}


def message(id: str, thread_id: str, role: str, text: str, run_id: str | None = None) -> Json:
    """A message of one text."""
    return {
        "id": id,
        "object": "thread.message",
        "created_at": AT,
        "assistant_id": None,
        "thread_id": thread_id,
        "run_id": run_id,
        "role": role,
        "content": [{"type": "text", "text": {"value": text, "annotations": []}}],
        "attachments": [],
        "metadata": {},
    }


def run(id: str, thread_id: str, agent_id: str, status: str, call_id: str = "call_1") -> Json:
    """A run; in requires_action it waits for the task's one call."""
    calls = [{"id": call_id, "type": "function", "function": {"name": TOOL_NAME, "arguments": ARGUMENTS}}]
    action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
    return {
        "id": id,
        "object": "thread.run",
        "created_at": AT,
        "assistant_id": agent_id,
        "thread_id": thread_id,
        "status": status,
        "started_at": None if status == "queued" else AT,
        "expires_at": AT + 600,
        "cancelled_at": None,
        "failed_at": None,
        "completed_at": AT if status == "completed" else None,
        "required_action": action if status == "requires_action" else None,
        "last_error": None,
        "model": "stand-in",
        "instructions": INSTRUCTIONS,
        "tools": [TOOL],
        "tool_resources": {},
        "metadata": {},
        "temperature": None,
        "top_p": None,
        "max_completion_tokens": None,
        "max_prompt_tokens": None,
        "truncation_strategy": {"type": "auto", "last_messages": None},
        "incomplete_details": None,
        "usage": None,
        "response_format": "auto",
        "tool_choice": "auto",
        "parallel_tool_calls": True,
    }


def page(*items: Json) -> Json:
    """The last page of a list."""
    return {
        "object": "list",
        "data": list(items),
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
        "has_more": False,
    }
