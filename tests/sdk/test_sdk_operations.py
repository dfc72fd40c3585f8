"""Every verb of the real SDK once, in every version that the course knows: see `tests/preview_sdk.py`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from azure.core.exceptions import ResourceNotFoundError
from azure.core.rest import HttpRequest

from tests.sdk.test_sdk_streams import Desk
from threadlab.backend.completer.port import Call, ModelError, Piece, Request, Text

WEATHER: Any = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]


class Model:
    """Calls `weather` once where it can, answers, and breaks off where it is told to."""

    stand_in, instant = "a test's completer", True

    def complete(self, request: Request) -> Iterable[Piece]:
        """The answer."""
        if request.tools and not request.rounds:
            yield Call("weather", "{}")
            return
        yield from (Text(f"{word} ") for word in ["It", "is", "sunny", "in", "Oslo", "and", "in", "Bergen"])
        if request.instructions == "Break off.":
            raise ModelError("the model broke off")


@pytest.fixture
def client() -> Iterable[Any]:
    """A client of a new backend."""
    desk = Desk(Model())
    yield desk.client
    desk.backend.close()


def test_agents_have_all_their_verbs(client: Any) -> None:
    """Made, read, listed, changed, deleted."""
    agent = client.create_agent(model="stand-in", name="first")
    assert client.get_agent(agent.id).name == "first"
    assert client.update_agent(agent.id, name="second").name == "second"
    assert [one.name for one in client.list_agents()] == ["second"]
    client.delete_agent(agent.id)
    with pytest.raises(ResourceNotFoundError):
        client.get_agent(agent.id)


def test_threads_and_messages_have_all_their_verbs(client: Any) -> None:
    """Made, read, listed, changed, deleted; 1.1.0 has no verb for deleting a message, only its route."""
    thread = client.threads.create()
    assert client.threads.get(thread.id).id == thread.id
    assert client.threads.update(thread.id, metadata={"a": "b"}).metadata == {"a": "b"}
    assert [one.id for one in client.threads.list()] == [thread.id]
    message = client.messages.create(thread.id, role="user", content="Hello")
    assert client.messages.get(thread.id, message.id).text_messages[0].text.value == "Hello"
    assert client.messages.update(thread.id, message.id, metadata={"c": "d"}).metadata == {"c": "d"}
    assert [one.id for one in client.messages.list(thread.id)] == [message.id]
    if hasattr(client.messages, "delete"):
        client.messages.delete(thread.id, message.id)
    else:
        client.send_request(HttpRequest("DELETE", f"/threads/{thread.id}/messages/{message.id}"))
    assert list(client.messages.list(thread.id)) == []
    client.threads.delete(thread.id)


def test_runs_and_steps_have_all_their_verbs(client: Any) -> None:
    """Begun, read, listed, changed, answered, cancelled; and the steps of it."""
    agent, thread = client.create_agent(model="stand-in", tools=WEATHER), client.threads.create()
    run = client.runs.create(thread.id, agent_id=agent.id)
    run = until(client, run, "requires_action")
    assert client.runs.update(thread.id, run.id, metadata={"a": "b"}).metadata == {"a": "b"}
    outputs = [{"tool_call_id": call.id, "output": "sunny"} for call in calls_of(run)]
    client.runs.submit_tool_outputs(thread.id, run.id, tool_outputs=outputs)
    until(client, run, "completed")
    assert [one.id for one in client.runs.list(thread.id)] == [run.id]
    steps = list(client.run_steps.list(thread.id, run.id))
    assert [client.run_steps.get(thread.id, run.id, step.id) for step in steps] == steps
    another = client.runs.create(thread.id, agent_id=agent.id)
    assert client.runs.cancel(thread.id, another.id).status == "cancelling"


def test_a_thread_and_its_run_are_made_in_one_request(client: Any) -> None:
    """The short way."""
    agent = client.create_agent(model="stand-in")
    said = {"messages": [{"role": "user", "content": "Hello"}]}
    run = client.create_thread_and_run(agent_id=agent.id, thread=said)
    assert until(client, run, "completed").thread_id == run.thread_id


@pytest.mark.parametrize(
    ("options", "ending"),
    [
        ({"max_completion_tokens": 3}, {"thread.run.incomplete", "thread.message.incomplete"}),
        ({"instructions": "Break off."}, {"thread.run.failed"}),
    ],
    ids=["at the limit", "broken off"],
)
def test_a_stream_tells_how_an_answer_ended_early(client: Any, options: Any, ending: set[str]) -> None:
    """With too few tokens, and with a model that broke off."""
    agent, thread = client.create_agent(model="stand-in"), client.threads.create()
    with client.runs.stream(thread.id, agent_id=agent.id, **options) as stream:
        names = {getattr(name, "value", name) for name, _, _ in stream}
    assert names >= ending


def until(client: Any, run: Any, status: str) -> Any:
    """The run once it has that status."""
    for _ in range(60):
        run = client.runs.get(run.thread_id, run.id)
        if run.status == status:
            return run
    raise AssertionError(f"the run is {run.status}")


def calls_of(run: Any) -> Any:
    """What a run waits for."""
    return run.required_action.submit_tool_outputs.tool_calls
