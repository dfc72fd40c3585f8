"""Span attributes: what a span says of its work, under the names of OpenTelemetry's GenAI conventions. Pure.

Nothing that was said is in here, no prompt, answer, argument or result: see `span_content`. What the
conventions have no name for begins with "threadlab.".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.journal.record import AgentCall, Record, ToolUse, Unit
from threadlab.objects.fault import Fault
from threadlab.objects.hosted_call import FILE_SEARCH
from threadlab.objects.run_step import RunStep
from threadlab.objects.usage import Usage

Attributes = Mapping[str, Any]

PROVIDER = "azure.ai.foundry"
"""The conventions' name of the service whose protocol this is, wherever it runs."""

_BAD_ENDS = frozenset({"failed", "cancelled", "expired", "incomplete", "abandoned"})
_OPTIONS = {
    "temperature": "gen_ai.request.temperature",
    "top_p": "gen_ai.request.top_p",
    "max_completion_tokens": "gen_ai.request.max_tokens",
}


def problem_of(status: str, error: Fault | None) -> Fault | None:
    """What went wrong: the error, or the status where no more is known; None where nothing did."""
    if status not in _BAD_ENDS:
        return None
    return error if error and error.code else Fault(status, error.message if error else "")


def of_user_run(record: Record) -> Attributes:
    """Which conversation it belongs to (the branch), what it executed, and why it exists."""
    received = record.received
    return _known(
        {
            "gen_ai.workflow.name": received.body,
            "gen_ai.conversation.id": received.branch,
            "threadlab.user_run": record.id,
            "threadlab.branch": received.branch,
            "threadlab.trigger": received.trigger.type,
            "threadlab.verb": received.verb,
            "threadlab.base": received.base,
            "threadlab.parent": record.parent,
        }
    )


def of_unit(unit: Unit) -> Attributes:
    """The place of a node in its flow."""
    return {"threadlab.path": unit.path}


def agent_name(record: Record, call: AgentCall) -> str:
    """The agent's own name, else the one that it goes by in the user run: of a flow's node, its path."""
    agent = record.config.agents.get(call.agent)
    return (agent.name if agent else None) or call.agent


def of_call(record: Record, call: AgentCall) -> Attributes:
    """Which agent was asked, on which thread, with which options, and for how many tokens."""
    agent = record.config.agents.get(call.agent)
    told = record.config.options_of(call.agent)
    options = {name: told.get(option) for option, name in _OPTIONS.items()}
    return _known(
        {
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.agent.name": agent_name(record, call),
            "gen_ai.agent.description": agent.description if agent else None,
            "gen_ai.agent.id": call.run.agent_id if call.run else agent.id if agent else None,
            "gen_ai.conversation.id": call.thread_id,
            "gen_ai.request.model": call.run.model if call.run else agent.model if agent else None,
            "threadlab.place": record.config.elsewhere.get(call.agent),
            "threadlab.run": call.run.id if call.run else None,
            "threadlab.path": call.path,
            **{name: value for name, value in options.items() if isinstance(value, int | float)},
            **_tokens(call.usage),
        }
    )


def of_step(step: RunStep, call: AgentCall) -> Attributes:
    """Which model answered in the step, and for how many tokens."""
    return _known(
        {
            "gen_ai.provider.name": PROVIDER,
            "gen_ai.request.model": call.run.model if call.run else None,
            "gen_ai.conversation.id": step.thread_id,
            "threadlab.step": step.id,
            "threadlab.step.type": step.type,
            **(_tokens(step.usage) if step.usage else {}),
        }
    )


def of_tool(use: ToolUse, call: AgentCall) -> Attributes:
    """Which tool was called, and what kind of tool that is."""
    return {
        "gen_ai.tool.name": use.name,
        "gen_ai.tool.call.id": use.call_id,
        "gen_ai.tool.type": _tool_type(use, call),
    }


def _tool_type(use: ToolUse, call: AgentCall) -> str:
    """The client runs a "function", the service an "extension"; a "datastore" is searched there."""
    asked = (one for step in call.steps for one in step.tool_calls)
    kind = next((one.kind for one in asked if one.id == use.call_id), "function")
    return {"function": "function", FILE_SEARCH: "datastore"}.get(kind, "extension")


def _tokens(usage: Usage) -> dict[str, Any]:
    told = {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.completion_tokens,
    }
    return {**told, "threadlab.usage.estimated": True} if usage.estimated else told


def _known(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that have no value."""
    return {name: value for name, value in attributes.items() if value is not None and value != ""}
