"""Approval policy: which calls wait for a person's yes.

A policy is a question asked of each call, once its arguments are known to be valid: True means "wait". It
may look at the name and at the arguments. A policy that fails counts as a no: the call is not run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from threadlab.objects.tool_call import ToolCall

Policy = Callable[[ToolCall], bool]
Approve = bool | Policy | None


def never(call: ToolCall) -> bool:
    """No call waits."""
    return False


def always(call: ToolCall) -> bool:
    """Every call waits."""
    return True


@dataclass(frozen=True, slots=True)
class ByName:
    """The calls of these tools wait, and all of MCP servers. A toolbox refuses names it does not hold."""

    names: frozenset[str]

    def __call__(self, call: ToolCall) -> bool:
        """Whether the call's tool is one of them, or a server's."""
        return call.kind == "mcp" or call.name in self.names


def by_name(*names: str) -> ByName:
    """The calls of the tools with these names wait."""
    return ByName(frozenset(names))


def policy_of(approve: Approve) -> Policy:
    """False and None are `never`, True is `always`; a policy stays itself."""
    if approve is None or isinstance(approve, bool):
        return always if approve else never
    return approve
