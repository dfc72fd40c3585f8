"""Admission: may this call be run as it is? If not, the output that tells the model why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.objects.tool_call import ToolCall
from threadlab.tools.outcome import Outcome, failure, failure_of
from threadlab.tools.tool import Tool


def problem_with(call: ToolCall, tools: Mapping[str, Tool[..., Any]]) -> Outcome | None:
    """None for a known tool with valid arguments."""
    tool = tools.get(call.name)
    if tool is None or call.kind != "function":
        return _unknown(call, tools)
    try:
        tool.validate(call.arguments)
    except Exception as error:  # ArgumentsRejected, or a validator that the tool's author wrote
        return failure_of(error)
    return None


def denied(call: ToolCall, reason: str) -> Outcome:
    """A person said no."""
    return failure(
        "Denied",
        f"a person did not allow {call.name} to run: {reason}",
        "do not ask for the same again; answer without it, and say that it was not allowed",
    )


def policy_failed(call: ToolCall, error: Exception) -> Outcome:
    """Nobody knows whether to ask, so the call is not run."""
    return failure(
        "Denied",
        f"{call.name} was not run: the approval policy failed with {type(error).__name__}",
        "another call will not help; answer without it",
    )


def _unknown(call: ToolCall, tools: Mapping[str, Tool[..., Any]]) -> Outcome:
    asked = f"named {call.name!r}" if call.kind == "function" else f"of the kind {call.kind!r}"
    return failure(
        "UnknownTool",
        f"there is no tool {asked}; the known tools are: {', '.join(tools) or 'none'}",
        "call one of the known tools by its exact name, or answer without",
    )
