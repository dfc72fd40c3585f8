"""Approvals: the answer to calls of MCP servers, which the service makes once it may.

azure-ai-agents 1.1.0 has no name for it, 1.2.0b6 has: `tool_approvals` in the place of `tool_outputs`. Both
send a body as it is given to their own operation, which brings all else that a request needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from threadlab.objects.tool_call import Answers, ToolApproval, ToolOutput


def approvals_in(answers: Answers) -> list[ToolApproval]:
    """The approvals among answers."""
    return [answer for answer in answers if isinstance(answer, ToolApproval)]


def outputs_in(answers: Answers) -> list[ToolOutput]:
    """The outputs among answers."""
    return [answer for answer in answers if isinstance(answer, ToolOutput)]


def approvals_body(approvals: Sequence[ToolApproval]) -> dict[str, Any]:
    """The body of POST …/submit_tool_outputs that approves calls, or does not."""
    said = [{"tool_call_id": one.tool_call_id, "approve": one.approve, "headers": {}} for one in approvals]
    return {"tool_approvals": said}
