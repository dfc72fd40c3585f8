from __future__ import annotations

import json
from typing import Any

import pytest

from tests.backend_client import Client
from threadlab.backend.cloud.scripted import ABOUT, Script
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.local import Backend
from threadlab.backend.reach import Reach
from threadlab.backend.wire.tools import CLOUD

QUEUED: dict[str, Any] = {
    "type": "azure_function",
    "azure_function": {
        "function": {"name": "order", "description": "Order.", "parameters": {"type": "object"}},
        "input_binding": {"type": "storage_queue"},
        "output_binding": {"type": "storage_queue"},
    },
}


def definition(kind: str) -> dict[str, Any]:
    """A tool of that type."""
    return QUEUED if kind == "azure_function" else {"type": kind, kind: {"anything": [1]}}


def the_call(script: Script, kind: str, call: Call) -> Any:
    """The call of a run whose agent has that tool, once it is completed."""

    def model(request: Request) -> Any:
        offered = [tool["function"]["name"] for tool in request.tools]
        assert offered == [call.name]
        return [called.output for called in request.rounds[-1]] if request.rounds else [call]

    backend = Backend.seeded(1, completer=FromFunction(model), reach=Reach(scripted_tools={kind: script}))
    client = Client(backend)
    run = client.run_on(client.thread("hi"), client.agent(tools=[definition(kind)]))
    client.until(run, "completed")
    (step,) = [one for one in client.get(f"{run}/steps")["data"] if one["type"] == "tool_calls"]
    backend.close()
    return step["step_details"]["tool_calls"][0]


@pytest.mark.parametrize("kind", sorted(CLOUD))
def test_a_tool_of_the_cloud_is_refused_and_the_refusal_says_how_to_script_it(
    client: Client, kind: str
) -> None:
    """When an agent gets it, and when a run brings it along."""
    status, error = client.error("POST", "/assistants", {"model": "m", "tools": [definition(kind)]})
    assert (status, error["code"], error["param"]) == (400, "unsupported_tool", "tools[0].type")
    assert "only on Azure" in error["message"]
    assert f'connect(scripted_tools={{"{kind}": ' in error["message"]
    agent = client.agent()
    assert client.error("POST", f"/assistants/{agent}", {"tools": [definition(kind)]})[1] == error
    body = {"assistant_id": agent, "tools": [definition(kind)]}
    assert client.error("POST", f"/threads/{client.thread('hi')}/runs", body)[1] == error


@pytest.mark.parametrize("kind", sorted(ABOUT))
def test_a_scripted_tool_says_its_text(kind: str) -> None:
    """The step shows what was asked and what came back, as texts."""
    if kind == "computer_use_preview":
        call = the_call("https://example.org/screen.png", kind, Call(kind, '{"type": "screenshot"}'))
        screen = {"type": "computer_screenshot", "image_url": "https://example.org/screen.png"}
        assert call[kind] == {"action": {"type": "screenshot"}, "pending_safety_checks": [], "output": screen}
    else:
        call = the_call("sunny", kind, Call(kind, '{"query": "weather"}'))
        assert call[kind] == {"input": "weather", "output": "sunny"}
    assert call["type"] == kind


def test_a_script_may_be_a_function_of_the_arguments() -> None:
    """What it gives back is told as JSON."""
    call = the_call(
        lambda query: {"found": query.upper()}, "bing_grounding", Call("bing_grounding", '{"query": "a"}')
    )
    assert json.loads(call["bing_grounding"]["output"]) == {"found": "A"}


def test_a_script_that_fails_is_told_to_the_model() -> None:
    """The run goes on."""
    call = the_call(lambda: "x", "bing_grounding", Call("bing_grounding", '{"query": "a"}'))
    assert "TypeError" in call["bing_grounding"]["output"]


def test_an_azure_function_is_called_by_its_own_name() -> None:
    """The step has its name, arguments and output."""
    call = the_call(lambda what: f"{what} ordered", "azure_function", Call("order", '{"what": "tea"}'))
    assert call["azure_function"] == {
        "name": "order",
        "arguments": '{"what": "tea"}',
        "output": "tea ordered",
    }
