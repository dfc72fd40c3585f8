"""Approval policies: which calls wait."""

from __future__ import annotations

from threadlab.objects.tool_call import ToolCall
from threadlab.tools.approval_policy import always, by_name, never, policy_of

READ, DELETE = ToolCall(id="1", name="read"), ToolCall(id="2", name="delete")


def test_false_and_true_are_never_and_always() -> None:
    """And a policy is itself."""
    assert (policy_of(False), policy_of(True), policy_of(never)) == (never, always, never)
    assert (never(READ), always(READ)) == (False, True)


def test_by_name_asks_for_the_named_tools_alone() -> None:
    """One name or several."""
    policy = by_name("delete", "move")
    assert (policy(READ), policy(DELETE)) == (False, True)
