"""Approvals: the answer to calls of MCP servers, which the service makes once it may.

azure-ai-agents 1.1.0 has no operation for it, 1.2.0b6 has: `tool_approvals` in the place of `tool_outputs`.
So the request is made here, and sent by the SDK's own client.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from azure.ai.agents import AgentsClient
from azure.core.exceptions import HttpResponseError
from azure.core.rest import HttpRequest, HttpResponse

from threadlab.objects.tool_call import Answers, ToolApproval, ToolOutput
from threadlab.service.failures import telling


def approvals_in(answers: Answers) -> list[ToolApproval]:
    """The approvals among answers."""
    return [answer for answer in answers if isinstance(answer, ToolApproval)]


def outputs_in(answers: Answers) -> list[ToolOutput]:
    """The outputs among answers."""
    return [answer for answer in answers if isinstance(answer, ToolOutput)]


def submit_approvals(
    client: AgentsClient,
    thread_id: str,
    run_id: str,
    approvals: Sequence[ToolApproval],
    *,
    stream: bool = False,
) -> HttpResponse:
    """POST …/submit_tool_outputs with approvals: the run, or with `stream` the events of its next leg."""
    said = [{"tool_call_id": one.tool_call_id, "approve": one.approve, "headers": {}} for one in approvals]
    body: dict[str, Any] = {"tool_approvals": said, **({"stream": True} if stream else {})}
    request = HttpRequest(
        "POST",
        f"/threads/{thread_id}/runs/{run_id}/submit_tool_outputs",
        params={"api-version": client._config.api_version},  # only the SDK's own operations bring it along
        headers={"Accept": "text/event-stream" if stream else "application/json"},
        json=body,
    )
    with telling(f"submit tool approvals to run {run_id}", run_id=run_id, thread_id=thread_id):
        response = client.send_request(request, stream=stream)
        if response.status_code != 200:
            response.read()
            raise HttpResponseError(response=cast(Any, response))
    return response
