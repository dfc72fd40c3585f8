"""Run step: one thing that a run did, a message written or a group of tool calls."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.objects.fault import Fault
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStep:
    """A step as the service reports it: `type` is "message_creation", "tool_calls" or another kind.

    `listed` are the functions that MCP servers said they have, by label, in a step of type "activities".
    `source` says where it came from ("run_step" on the classic service). Times are Unix seconds and
    None where the service gives none: nothing is invented.
    """

    id: str
    run_id: str
    thread_id: str
    type: str
    status: str
    message_id: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    listed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    error: Fault | None = None
    usage: Usage | None = None
    created_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    cancelled_at: int | None = None
    expired_at: int | None = None
    source: str = "run_step"
    native: Any = field(default=None, repr=False, compare=False)
