"""The tools of a conversation: who answers the calls, and what the agent must be told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from threadlab.objects.agent import Agent
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.tool_round import ToolRound
from threadlab.tools.tool import Tool
from threadlab.tools.toolbox import Toolbox


@runtime_checkable
class AnsweringTools(Protocol):
    """Someone who answers tool calls and can say which: a `Toolbox`, for one."""

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """The tools in wire form."""
        ...

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Start answering."""
        ...


def answering_tools(tools: Sequence[Tool[..., Any]] | AnsweringTools | None) -> AnsweringTools | None:
    """Tools as given, single ones put in a toolbox; None for none."""
    if tools is None or isinstance(tools, AnsweringTools):
        return tools
    return Toolbox(*tools) if tools else None


def tools_for_run(agent: Agent, tools: AnsweringTools | None) -> tuple[Mapping[str, Any], ...] | None:
    """What each run must name beside the agent's own tools, so that the model knows of all; None if nothing.

    A run's tools replace the agent's, so the agent's are in it.
    """
    known = {_name(definition) for definition in agent.tools}
    missing = [one for one in (tools.definitions if tools else ()) if _name(one) not in known]
    return (*agent.tools, *missing) if missing else None


def _name(definition: Mapping[str, Any]) -> tuple[str, str]:
    kind = str(definition.get("type"))
    return kind, str((definition.get(kind) or {}).get("name", ""))
