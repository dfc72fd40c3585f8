from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.engine.server_tools import create_specialist
from threadlab.backend.local import Backend

TIME = {"type": "function", "function": {"name": "time_in", "parameters": {"type": "object"}}}
SPECIALIST = {"type": "function", "function": {"name": "create_specialist", "parameters": {"type": "object"}}}


class Asking:
    """A model that asks for the calls it was made with, then says their outputs."""

    def __init__(self) -> None:
        self.calls: list[Call] = []

    def __call__(self, request: Request) -> Any:
        """The answer."""
        if not request.tools:
            return f"{request.instructions} {request.messages[-1].text}"
        return [called.output for called in request.rounds[-1]] if request.rounds else self.calls


@pytest.fixture
def model() -> Asking:
    """The model of `client`."""
    return Asking()


@pytest.fixture
def client(model: Asking) -> Iterator[Client]:
    """A client of a backend with that model, which can tell the time itself."""
    backend = Backend.seeded(1, completer=FromFunction(model))
    backend.tools["time_in"] = lambda city: {"city": city, "time": "09:00"}
    backend.tools["create_specialist"] = create_specialist
    yield Client(backend)
    backend.close()


def run_with(client: Client, *tools: Any) -> str:
    """The path of a new run of an agent with these tools."""
    return client.run_on(client.thread("hi"), client.agent(tools=list(tools)))


def outputs(client: Client, run: str) -> list[str]:
    """The outputs of the newest tool step."""
    steps = client.get(f"{run}/steps")["data"]
    calls = next(step["step_details"]["tool_calls"] for step in steps if step["type"] == "tool_calls")
    return [call["function"]["output"] for call in calls]


def test_a_tool_that_the_backend_has_is_executed_without_asking_anybody(
    client: Client, model: Asking
) -> None:
    """The run goes from in_progress straight on to its answer."""
    model.calls = [Call("time_in", '{"city": "Oslo"}')]
    run = run_with(client, TIME)
    client.until(run, "completed")
    log = client.backend.store.log(run_id=run.rsplit("/", 1)[1])
    statuses = [entry.data["status"] for entry in log if entry.kind == "run.status"]
    assert statuses == ["in_progress", "completed"]
    assert [json.loads(text) for text in outputs(client, run)] == [{"city": "Oslo", "time": "09:00"}]


def test_each_tool_of_an_agent_is_executed_here_or_waits_for_its_client(
    client: Client, model: Asking
) -> None:
    """Both in one round: the client is asked for its own only."""
    model.calls = [Call("weather", "{}"), Call("time_in", '{"city": "Oslo"}')]
    run = run_with(client, TIME, FUNCTION)
    waiting = client.until(run, "requires_action")
    asked = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [call["function"]["name"] for call in asked] == ["weather"]
    client.answer(run, "sunny")
    client.until(run, "completed")
    assert outputs(client, run) == ["sunny", '{"city": "Oslo", "time": "09:00"}']


def test_the_same_agent_waits_for_its_client_once_the_backend_has_the_tool_no_more(
    client: Client, model: Asking
) -> None:
    """The choice is the host's, tool by tool, at any time."""
    model.calls = [Call("time_in", '{"city": "Oslo"}')]
    del client.backend.tools["time_in"]
    assert client.until(run_with(client, TIME), "requires_action")["required_action"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("{", "not JSON"),
        ("[]", "not a JSON object"),
        ('{"town": "Oslo"}', "TypeError"),
        ('{"city": "Oslo", "x": 1}', "TypeError"),
    ],
)
def test_a_call_that_cannot_be_executed_is_an_error_output(
    client: Client, model: Asking, arguments: str, words: str
) -> None:
    """The run goes on with it."""
    model.calls = [Call("time_in", arguments)]
    run = run_with(client, TIME)
    client.until(run, "completed")
    assert words in json.loads(outputs(client, run)[0])["error"]


def test_a_specialist_is_made_for_a_task_and_answers_it(client: Client, model: Asking) -> None:
    """A new agent, stored like others, with a run of its own below the one that asked."""
    wish = {"name": "poet", "instructions": "As a poet:", "task": "roses"}
    model.calls = [Call("create_specialist", json.dumps(wish))]
    run = run_with(client, SPECIALIST)
    client.until(run, "completed")
    assert outputs(client, run) == ["As a poet: roses"]
    (call,) = client.get(f"{run}/steps", order="asc")["data"][0]["step_details"]["tool_calls"]
    made = client.get(f"/assistants/{call['function']['assistant_id']}")
    assert (made["name"], made["instructions"], made["tools"]) == ("poet", "As a poet:", [])
    child = client.get(f"/threads/{call['function']['thread_id']}/runs/{call['function']['run_id']}")
    assert (child["status"], child["assistant_id"]) == ("completed", made["id"])


def test_a_specialist_without_a_task_is_an_error_output(client: Client, model: Asking) -> None:
    """And no agent is made."""
    model.calls = [Call("create_specialist", '{"name": "poet"}')]
    run = run_with(client, SPECIALIST)
    client.until(run, "completed")
    assert "instructions" in json.loads(outputs(client, run)[0])["error"]
    assert len(client.get("/assistants")["data"]) == 1
