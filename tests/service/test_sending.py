"""Tools as the SDK takes them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import pytest
from azure.ai.agents.models import CodeInterpreterToolDefinition, FileSearchTool, FunctionTool

from threadlab.errors import ToolDefinitionError
from threadlab.service.port import Tools
from threadlab.service.sending import given, tool_definitions, with_resources
from threadlab.tools.tool import tool

DEFINITION = {"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}


@dataclass
class Described:
    """A tool of the kit: it has a `definition`."""

    definition: Any


def lookup(word: str) -> str:
    """Look up a word."""
    return word


def test_tools_of_every_kind_can_be_mixed() -> None:
    """Ours, plain mappings, the SDK's definitions and the SDK's tools."""
    sdk = CodeInterpreterToolDefinition()
    frozen = MappingProxyType(DEFINITION)
    mixed: Tools = [Described(frozen), frozen, sdk, FunctionTool({lookup})]
    tools = tool_definitions(mixed)
    assert tools is not None
    assert tools[:2] == [DEFINITION, DEFINITION]
    assert tools[2] is sdk
    assert tools[3]["function"]["name"] == "lookup"
    assert all(isinstance(tool, dict) for tool in tools[:2])


def test_an_sdk_tool_or_its_definitions_are_tools_to_a_type_checker_too() -> None:
    """mypy reads this file: neither needs a cast, alone or beside others."""
    search = FileSearchTool(["vs_1"])
    alone: Tools = search.definitions
    beside: Tools = [search, tool(lookup), DEFINITION]
    assert tool_definitions(alone) == [{"type": "file_search"}]
    assert tool_definitions(beside) == [{"type": "file_search"}, tool(lookup).definition, DEFINITION]
    assert with_resources(beside, None)["tool_resources"] == {"file_search": {"vector_store_ids": ["vs_1"]}}


@pytest.mark.parametrize("wrong", [lookup, {"name": "f"}, {}, Described(None), "code_interpreter"])
def test_what_is_no_tool_is_refused_before_anything_is_sent(wrong: Any) -> None:
    """And the hint shows the form."""
    with pytest.raises(ToolDefinitionError, match="parameters"):
        tool_definitions([wrong])


def test_no_tools_and_an_empty_list_differ() -> None:
    """Nothing said keeps what there is; an empty list takes tools away."""
    assert tool_definitions(None) is None
    assert tool_definitions([]) == []
    assert given(a=None, b=[], c={"d": (1,)}) == {"b": [], "c": {"d": [1]}}
