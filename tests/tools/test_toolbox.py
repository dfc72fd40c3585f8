"""The toolbox: which tools may stand in it, and what it tells the service."""

from __future__ import annotations

from typing import Any

import pytest

from threadlab.errors import ToolDefinitionError
from threadlab.tools.approval_policy import by_name
from threadlab.tools.executors.inline import Inline
from threadlab.tools.executors.subprocess import Subprocess
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def add(a: int, b: int) -> int:
    """Add."""
    return a + b


@tool
async def fetch() -> str:
    """Fetch."""
    return "x"


def test_definitions_come_in_the_order_given() -> None:
    """In wire form, as the tools themselves give them."""
    box = Toolbox(fetch, add)
    assert box.definitions == (fetch.definition, add.definition)
    assert (list(box), len(box), repr(box)) == ([fetch, add], 2, "Toolbox(fetch, add)")


def test_one_name_for_two_tools_is_an_error() -> None:
    """A model could not tell them apart."""
    with pytest.raises(ToolDefinitionError, match="more than one tool is named add"):
        Toolbox(add, add)


def test_a_plain_function_is_an_error() -> None:
    """The hint names the decorator."""
    plain: Any = len
    with pytest.raises(ToolDefinitionError, match="len is not a tool") as caught:
        Toolbox(plain)
    assert "@tool" in caught.value.hint


def test_a_name_that_no_tool_has_cannot_be_asked_about() -> None:
    """A slip here would let a call run that nobody was asked about."""
    with pytest.raises(ToolDefinitionError, match="adn"):
        Toolbox(add, approve=by_name("adn"))


def test_a_tool_that_the_executor_cannot_run_is_an_error_at_once() -> None:
    """Not at the first call."""
    with pytest.raises(ToolDefinitionError, match="async"):
        Toolbox(fetch, executor=Inline())

    @tool
    def local() -> str:
        return "x"

    with pytest.raises(ToolDefinitionError, match="cannot import local"):
        Toolbox(local, executor=Subprocess())


def test_a_list_of_tools_is_told_how_to_be_given() -> None:
    """Where an agent takes a list, a toolbox takes them one by one."""
    with pytest.raises(ToolDefinitionError) as caught:
        Toolbox([add])  # type: ignore[arg-type]
    assert "Toolbox(*tools)" in caught.value.hint
