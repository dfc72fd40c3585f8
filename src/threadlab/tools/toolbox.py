"""Toolbox: the tools of an agent, and the one that answers its calls.

box = Toolbox(get_weather, delete_file, approve=by_name("delete_file"))
agent = lab.create_agent(tools=box.definitions)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from threadlab.errors import ToolDefinitionError
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall
from threadlab.tools.approval_policy import Approve, ByName, policy_of
from threadlab.tools.approval_round import ApprovalRound
from threadlab.tools.executors.port import Executor
from threadlab.tools.executors.worker_thread import WorkerThread
from threadlab.tools.round import Round
from threadlab.tools.tool import Tool


class Toolbox:
    """Tools under distinct names, where they run, and whose calls wait for a person.

    `executor` is WorkerThread() unless another is given. `approve` is asked besides each tool's own policy:
    False, True, `by_name(...)` or a function of the ToolCall. Given, it decides on calls of MCP servers, too,
    where those wait for approval: a person is asked, or they are approved; without it nobody does.
    Raises ToolDefinitionError for what is not a tool, a name held twice, a name in `by_name` that no tool
    has, and a tool that the executor cannot run.
    """

    def __init__(
        self, *tools: Tool[..., Any], executor: Executor | None = None, approve: Approve = None
    ) -> None:
        self._executor: Executor = WorkerThread() if executor is None else executor
        self._policy = policy_of(approve)
        self._approves = approve is not None
        for tool in tools:
            _check_tool(tool)
            self._executor.check(tool)
        self._tools = {tool.name: tool for tool in tools}
        _check_names([tool.name for tool in tools], approve)

    def __iter__(self) -> Iterator[Tool[..., Any]]:
        return iter(self._tools.values())

    def __len__(self) -> int:
        return len(self._tools)

    def __repr__(self) -> str:
        return f"Toolbox({', '.join(self._tools)})"

    @property
    def definitions(self) -> tuple[dict[str, Any], ...]:
        """The tools in the service's wire form, in the order given."""
        return tuple(tool.definition for tool in self)

    @property
    def approves(self) -> bool:
        """Whether calls of MCP servers are decided on: it was said how."""
        return self._approves

    def begin(self, calls: Sequence[ToolCall], time: Time) -> Round | ApprovalRound:
        """Take on the calls of a run; `time` is the service's clock. See `Round` and `ApprovalRound`."""
        if self._approves and calls and all(call.kind == "mcp" for call in calls):
            return ApprovalRound(calls, self._policy, time)
        return Round(calls, self._tools, self._executor, self._policy, time)


def _check_tool(tool: object) -> None:
    if isinstance(tool, list | tuple | set | frozenset):
        raise ToolDefinitionError(
            f"a {type(tool).__name__} is not a tool", hint="give the tools one by one: Toolbox(*tools)"
        )
    if not isinstance(tool, Tool):
        raise ToolDefinitionError(
            f"{getattr(tool, '__name__', repr(tool))} is not a tool",
            hint="decorate the function with @tool, or pass tool(function)",
        )


def _check_names(names: Sequence[str], approve: Approve) -> None:
    twice = [name for name, times in Counter(names).items() if times > 1]
    if twice:
        raise ToolDefinitionError(
            f"more than one tool is named {', '.join(twice)}",
            hint="a model calls tools by name: rename one with @tool(name=...)",
        )
    if isinstance(approve, ByName) and (unknown := approve.names.difference(names)):
        raise ToolDefinitionError(
            f"by_name names {', '.join(sorted(unknown))}, which this toolbox does not hold",
            hint=f"its tools are: {', '.join(names) or 'none'}",
        )
