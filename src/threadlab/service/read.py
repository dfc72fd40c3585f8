"""The service's JSON as the kit's objects. Pure: mappings in, frozen objects out.

The SDK's objects are mappings of what came over the wire, so they are read as such: a field or a value
that the SDK does not know (a new status, a new kind of step) passes through unchanged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from threadlab.objects.agent import Agent
from threadlab.objects.fault import Fault
from threadlab.objects.message import Message, Part
from threadlab.objects.run import Run, RunHome
from threadlab.objects.run_step import RunStep
from threadlab.objects.thread import Thread
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage

Wire = Mapping[str, Any]
_ARGUMENTS = ("arguments", "input", "action")
"""The names that kinds of tool calls have for what is asked of the tool."""


def plain(value: Any) -> Any:
    """The same value made of dicts and lists alone, whatever mappings and sequences it was made of."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value


def agent(wire: Wire) -> Agent:
    """An agent (on the wire: an assistant)."""
    return Agent(
        id=wire["id"],
        model=wire.get("model") or "",
        name=wire.get("name"),
        description=wire.get("description"),
        instructions=wire.get("instructions"),
        tools=_plains(wire.get("tools")),
        tool_resources=plain(wire.get("tool_resources") or {}),
        metadata=_metadata(wire),
        created_at=wire.get("created_at") or 0,
        native=wire,
    )


def thread(wire: Wire) -> Thread:
    """A thread."""
    return Thread(
        id=wire["id"], metadata=_metadata(wire), created_at=wire.get("created_at") or 0, native=wire
    )


def message(wire: Wire) -> Message:
    """A message."""
    return Message(
        id=wire["id"],
        thread_id=wire["thread_id"],
        role=str(wire["role"]),
        content=tuple(part(item) for item in wire.get("content") or ()),
        run_id=wire.get("run_id"),
        agent_id=wire.get("assistant_id"),
        attachments=_plains(wire.get("attachments")),
        metadata=_metadata(wire),
        created_at=wire.get("created_at") or 0,
        native=wire,
    )


def part(wire: Wire) -> Part:
    """One piece of a message's content. Text comes as `{"value"}` from the service, bare from a client."""
    kind = str(wire["type"])
    text = wire.get("text") if kind == "text" else None
    value = text.get("value") if isinstance(text, Mapping) else text
    return Part(kind, value or "", plain(wire))


def run(wire: Wire, home: RunHome | None = None) -> Run:
    """A run, tied to the service `home`."""
    return Run(
        id=wire["id"],
        thread_id=wire["thread_id"],
        agent_id=wire.get("assistant_id") or "",
        status=str(wire["status"]),
        model=wire.get("model") or "",
        instructions=wire.get("instructions"),
        tools=_plains(wire.get("tools")),
        required_calls=required_calls(wire.get("required_action")),
        error=fault(wire.get("last_error")),
        incomplete_reason=(wire.get("incomplete_details") or {}).get("reason"),
        usage=usage(wire.get("usage")),
        metadata=_metadata(wire),
        created_at=wire.get("created_at") or 0,
        started_at=wire.get("started_at"),
        completed_at=wire.get("completed_at"),
        failed_at=wire.get("failed_at"),
        cancelled_at=wire.get("cancelled_at"),
        expires_at=wire.get("expires_at"),
        native=wire,
        home=home,
    )


def required_calls(wire: Wire | None) -> tuple[ToolCall, ...]:
    """The calls of a `required_action`: under `submit_tool_outputs`, or the key that its type names."""
    if not wire:
        return ()
    action = wire.get(str(wire.get("type"))) or {}
    return tuple(tool_call(call) for call in action.get("tool_calls") or ())


def step(wire: Wire) -> RunStep:
    """A run step."""
    details = wire.get("step_details") or {}
    return RunStep(
        id=wire["id"],
        run_id=wire["run_id"],
        thread_id=wire["thread_id"],
        type=str(wire["type"]),
        status=str(wire["status"]),
        message_id=(details.get("message_creation") or {}).get("message_id"),
        tool_calls=tuple(tool_call(call) for call in details.get("tool_calls") or ()),
        listed={
            str(one["server_label"]): tuple(one.get("tools") or ())
            for one in details.get("activities") or ()
            if one.get("server_label")
        },
        error=fault(wire.get("last_error")),
        usage=usage(wire.get("usage")),
        created_at=wire.get("created_at"),
        completed_at=wire.get("completed_at"),
        failed_at=wire.get("failed_at"),
        cancelled_at=wire.get("cancelled_at"),
        expired_at=wire.get("expired_at"),
        native=wire,
    )


def tool_call(wire: Wire) -> ToolCall:
    """A tool call. Most keep name, arguments and output one level down; those of MCP beside the id."""
    kind = str(wire["type"])
    nested = wire.get(kind)
    body: Wire = nested if isinstance(nested, Mapping) else wire
    return ToolCall(
        id=wire["id"],
        kind=kind,
        name=_text(body.get("name")) or "",
        arguments=next((said for name in _ARGUMENTS if (said := _said(body.get(name)))), ""),
        output=_said(body.get("output")),
        detail=plain(wire),
    )


def fault(wire: Wire | None) -> Fault | None:
    """Why a run or a step failed."""
    return Fault(str(wire.get("code") or ""), str(wire.get("message") or "")) if wire else None


def usage(wire: Wire | None) -> Usage | None:
    """Tokens spent. A stand-in marks figures of its own counting with `estimated`; no real service does."""
    if not wire:
        return None
    return Usage(
        wire.get("prompt_tokens") or 0,
        wire.get("completion_tokens") or 0,
        bool(wire.get("estimated")),
    )


def _metadata(wire: Wire) -> Mapping[str, str]:
    return dict(wire.get("metadata") or {})


def _plains(items: Iterable[Wire] | None) -> tuple[Mapping[str, Any], ...]:
    return tuple(plain(item) for item in items or ())


def _said(value: Any) -> str | None:
    """What a call was asked or gave back, as text: computer use has objects there."""
    return json.dumps(plain(value), ensure_ascii=False) if isinstance(value, Mapping) else _text(value)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
