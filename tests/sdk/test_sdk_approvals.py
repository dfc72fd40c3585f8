"""MCP tools and their approval through the real SDK: 1.2.0b6 answers, 1.1.0 cannot (`preview_sdk.py`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.ai.agents import models

from tests.sdk.test_sdk_operations import until
from tests.sdk.test_sdk_streams import Desk
from tests.shop import SHOP, Shop
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request

KNOWS_APPROVALS = hasattr(models, "ToolApproval")
KINDS: Any = models  # each version has some that the other has not
if KNOWS_APPROVALS:

    class Judge(KINDS.RunHandler):  # type: ignore[misc]
        """Approves what is looked at, and nothing that is bought."""

        def submit_mcp_tool_approval(self, *, run: Any, tool_call: Any, **_: Any) -> Any:
            """The answer for one call."""
            return KINDS.ToolApproval(tool_call_id=tool_call.id, approve=tool_call.name == "look", headers={})


def answer(request: Request) -> Any:
    """Look and buy, then say what came of it."""
    asked = [Call("shop_look", '{"what": "roses"}'), Call("shop_buy", '{"what": "roses"}')]
    return [called.output for called in request.rounds[-1]] if request.rounds else asked


@pytest.fixture
def shop() -> Shop:
    """The server."""
    return Shop()


@pytest.fixture
def desk(shop: Shop) -> Iterator[Desk]:
    """A backend with that server, and its clients."""
    desk = Desk(FromFunction(answer))
    desk.backend.engine.serving.hosted["mcp"] = shop
    yield desk
    desk.backend.close()


def test_a_run_with_an_mcp_tool_is_approved_by_the_sdk_or_expires(desk: Desk, shop: Shop) -> None:
    """1.2.0b6 asks its handler and goes on; 1.1.0 would poll until the ten minutes are over."""
    if not KNOWS_APPROVALS:
        run = until(desk.client, desk.client.runs.create(**desk.ids([SHOP])), "requires_action")
        desk.backend.time.sleep(600)
        assert desk.client.runs.get(run.thread_id, run.id).status == "expired"
        assert shop.called == []
        return
    tool = KINDS.McpTool(server_label="shop", server_url=SHOP["server_url"])
    client: Any = desk.client
    agent = client.create_agent(model="stand-in", tools=tool.definitions)
    toolset = models.ToolSet()
    toolset.add(tool)
    thread = client.threads.create()
    client.messages.create(thread.id, role="user", content="Roses!")
    run = client.runs.create_and_process(
        thread_id=thread.id, agent_id=agent.id, toolset=toolset, run_handler=Judge(), polling_interval=0
    )  # fmt: skip
    assert run.status == "completed"
    assert [name for name, _ in shop.called] == ["shop_look"]
    listed, called, _ = client.run_steps.list(thread.id, run.id, order="asc")
    (activity,) = listed.step_details.activities
    assert isinstance(activity, KINDS.RunStepDetailsActivity)
    assert set(activity.tools) == {"look", "buy"}
    look, buy = called.step_details.tool_calls
    assert isinstance(look, KINDS.RunStepMcpToolCall)
    assert (look.name, look.server_label, look.output) == ("look", "shop", "shop_look done")
    assert "did not approve" in buy.output


def test_a_stream_with_an_mcp_tool_can_be_approved(desk: Desk, shop: Shop) -> None:
    """The approval's stream brings the output and the answer; 1.1.0 sees the run wait."""
    seen: list[str] = []
    ids = desk.ids([SHOP])
    with desk.client.runs.stream(**ids) as stream:
        for name, data, _ in stream:
            seen.append(str(getattr(name, "value", name)))
            if seen[-1] == "thread.run.requires_action":
                run: Any = data
    assert seen[-2:] == ["thread.run.requires_action", "done"]
    assert run["required_action"]["type"] == "submit_tool_approval"
    if not KNOWS_APPROVALS:
        return
    told: list[tuple[str, Any]] = []

    class Told(models.AgentEventHandler[str]):
        """Remembers the steps that ended."""

        def on_run_step(self, step: Any) -> None:
            """A step."""
            told.append((str(step.status), step.step_details))

    calls = run.required_action.submit_tool_approval.tool_calls
    approvals = [KINDS.ToolApproval(tool_call_id=call.id, approve=True, headers={"X": "1"}) for call in calls]
    handler: Any = Told()
    operations: Any = desk.client.runs
    operations.submit_tool_outputs_stream(
        run.thread_id, run.id, tool_approvals=approvals, event_handler=handler
    )
    handler.until_done()
    done = [
        details
        for status, details in told
        if details["type"] == "tool_calls" and "completed" in status.lower()
    ]
    assert [call.output for call in done[0].tool_calls] == ["shop_look done", "shop_buy done"]
    assert [headers for _, headers in shop.called] == [{"X": "1"}] * 2
