"""What a caller gives, as the SDK takes it: tools, and everything that may be left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from azure.ai.agents.models import CodeInterpreterToolDefinition, FileSearchToolDefinition, ToolResources
from azure.ai.agents.models import ToolDefinition as SdkToolDefinition

from threadlab.errors import ToolDefinitionError
from threadlab.service.port import Tools
from threadlab.service.read import plain

_CHECKED_BY_THE_SDK: Mapping[str, type[SdkToolDefinition]] = {
    "file_search": FileSearchToolDefinition,
    "code_interpreter": CodeInterpreterToolDefinition,
}
"""The tools that the SDK must see as objects of its own where resources are given for them."""


def given(**fields: Any) -> dict[str, Any]:
    """The fields that are not None, with mappings of any kind made plain."""
    return {name: plain(value) for name, value in fields.items() if value is not None}


def tool_definitions(tools: Tools | None) -> list[Any] | None:
    """Tools in wire form: from objects with a `definition`, mappings, and the SDK's own, mixed."""
    return None if tools is None else [definition for tool in tools for definition in _definitions(tool)]


def with_resources(tools: Tools | None, resources: Mapping[str, Any] | None) -> dict[str, Any]:
    """Tools and what they work on: what is given, over what the SDK's own tools (`FileSearchTool`) carry.

    Both as the SDK takes them for an agent, whose definitions it compares with the resources by class.
    """
    carried = [plain(getattr(tool, "resources", None) or {}) for tool in tools or ()]
    merged: dict[str, Any] = {}
    for one in (*carried, plain(resources or {})):
        merged |= one
    fields = {"tools": tool_definitions(tools), "tool_resources": ToolResources(merged) if merged else None}
    return {name: value for name, value in fields.items() if value is not None}


def _definitions(tool: Any) -> Iterator[Any]:
    if isinstance(tool, Mapping):
        yield _checked(tool, tool)
    elif hasattr(tool, "definition"):
        yield _checked(tool.definition, tool)
    elif hasattr(tool, "definitions"):  # a tool of the SDK: one, with a list of definitions
        yield from tool.definitions
    else:
        raise _no_tool(tool)


def _checked(definition: Any, tool: object) -> Any:
    if isinstance(definition, SdkToolDefinition):  # the SDK looks at their classes before it sends them
        return definition
    if not isinstance(definition, Mapping) or not definition.get("type"):
        raise _no_tool(tool)
    kind = _CHECKED_BY_THE_SDK.get(str(definition["type"]))
    return plain(definition) if kind is None else kind(plain(definition))


def _no_tool(tool: object) -> ToolDefinitionError:
    return ToolDefinitionError(
        f"{tool!r} does not describe a tool",
        hint="give a function decorated as a tool, or a definition such as "
        '{"type": "function", "function": {"name": …, "description": …, "parameters": …}}',
    )
