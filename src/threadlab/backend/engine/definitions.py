"""Definitions: which tool of a run a call is of, by the name that the model called, and who may allow it.

Functions and connected agents have names of their own, tools of this side are called by their type. An
openapi tool and an MCP server are several functions each, `<tool>_<operation>` and `<label>_<function>`.
Approvals are those of azure-ai-agents 1.2.0b6: `tool_resources.mcp[].require_approval` is "always" (also
where nothing is said), "never", or `{"never" | "always": {"tool_names": […]}}`.
"""

from __future__ import annotations

from typing import Any

from threadlab.backend.records import CallRecord, Json, RunConfig
from threadlab.backend.wire.tools import CLOUD, HOSTED


def definition_of(name: str, config: RunConfig) -> Json | None:
    """The tool that is called by that name; None if the run has none."""
    tools = [tool for tool in config.tools if called_by(tool) == name]
    groups = [tool for tool in config.tools if (prefix := _prefix(tool)) and name.startswith(prefix)]
    groups.sort(key=lambda tool: len(_prefix(tool)), reverse=True)
    return next(iter([*tools, *groups]), None)


def called_by(tool: Json) -> str | None:
    """What a model calls a tool by, if it is one function."""
    kind = tool.get("type")
    if kind in ("function", "connected_agent"):
        return str(tool[kind]["name"])
    if kind == "azure_function":
        return str(tool[kind]["function"]["name"])
    return kind if kind in HOSTED or kind in CLOUD else None


def new_call(id: str, name: str, config: RunConfig) -> CallRecord:
    """A call that begins. What no tool of the run has the name of is taken for a function of the client."""
    definition = definition_of(name, config) or {"type": "function"}
    kind = definition["type"]
    if kind != "mcp":
        return CallRecord(id=id, name=name, kind=kind)
    label = definition["server_label"]
    asks = needs_approval(config, label, name.removeprefix(f"{label}_"))
    approval = "needed" if asks else None
    return CallRecord(id=id, name=name, kind=kind, server_label=label, approval=approval)


def needs_approval(config: RunConfig, label: str, function: str) -> bool:
    """Whether a call of that function of that MCP server waits for the client's approval."""
    entries: list[Json] = config.tool_resources.get("mcp") or []
    required: Any = next(
        (entry.get("require_approval") for entry in entries if entry.get("server_label") == label), None
    )
    if not isinstance(required, dict):
        return bool(required != "never")
    named: dict[str, list[str]] = {
        rule: (required.get(rule) or {}).get("tool_names") or [] for rule in ("always", "never")
    }
    if function in named["always"] or function in named["never"]:
        return function in named["always"]
    return bool("always" not in required or "never" in required)


def _prefix(tool: Json) -> str:
    if tool.get("type") == "openapi":
        return f"{tool['openapi']['name']}_"
    return f"{tool['server_label']}_" if tool.get("type") == "mcp" else ""
