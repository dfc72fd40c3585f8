from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, ModelError, Request
from threadlab.backend.engine.replay import Replay
from threadlab.backend.local import Backend
from threadlab.backend.records import StepRecord
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.http import WaitUntil


def connected(agent: str, name: str = "expert") -> dict[str, Any]:
    """An agent as another one's tool."""
    return {
        "type": "connected_agent",
        "connected_agent": {"id": agent, "name": name, "description": "Knows."},
    }


class Team:
    """A model that does what an agent's instructions say: `call NAME`, `call NAME and weather`, `fail`, …"""

    def __init__(self) -> None:
        self.seen: list[Request] = []

    def __call__(self, request: Request) -> Any:
        """The answer."""
        self.seen.append(request)
        wish = request.instructions
        if request.rounds:
            return " | ".join(called.output for called in request.rounds[-1])
        if wish.startswith("call "):
            names = wish.removeprefix("call ").split(" and ")
            return [Call(name, json.dumps({"message": request.messages[-1].text})) for name in names]
        return ModelError("no capacity") if wish == "fail" else f"{wish}: {request.messages[-1].text}"


@pytest.fixture
def team() -> Team:
    """The model of `client`."""
    return Team()


@pytest.fixture
def client(team: Team) -> Iterator[Client]:
    """A client of a backend with that model."""
    backend = Backend.seeded(1, completer=FromFunction(team))
    yield Client(backend)
    backend.close()


def pair(client: Client, child: str = "expert's answer", parent: str = "call expert", **of_child: Any) -> str:
    """The path of a run of an agent that has another one as a tool."""
    expert = client.agent(instructions=child, **of_child)
    agent = client.agent(instructions=parent, tools=[connected(expert), FUNCTION])
    return client.run_on(client.thread("why?"), agent)


def calls_of(client: Client, run: str) -> list[dict[str, Any]]:
    """The calls of a run's tool step."""
    steps = client.get(f"{run}/steps", order="asc")["data"]
    return [call for step in steps for call in step["step_details"].get("tool_calls", [])]


def child_of(client: Client, run: str) -> str:
    """The path of the run that a run's first call was handed to."""
    for _ in range(100):
        record = client.backend.store.every(StepRecord, run.rsplit("/", 1)[1])
        for call in (call for step in record for call in step.calls if call.run_id):
            return f"/threads/{call.thread_id}/runs/{call.run_id}"
        client.backend.time.sleep(0.1)
        client.get(run)
    raise AssertionError("there is no child")


def test_a_connected_agent_answers_on_a_thread_and_a_run_of_its_own(client: Client) -> None:
    """Its answer is the call's output, and its tokens are its own run's."""
    run = pair(client)
    done = client.until(run, "completed")
    (call,) = calls_of(client, run)
    assert (call["type"], set(call)) == ("connected_agent", {"id", "type", "connected_agent"})
    details = call["connected_agent"]
    assert set(details) == {"name", "arguments", "output", "run_id", "thread_id", "assistant_id"}
    assert (details["name"], details["output"]) == ("expert", "expert's answer: why?")
    child = client.get(f"/threads/{details['thread_id']}/runs/{details['run_id']}")
    assert (child["status"], child["assistant_id"]) == ("completed", details["assistant_id"])
    assert child["thread_id"] != done["thread_id"]
    said = client.get(f"/threads/{details['thread_id']}/messages", order="asc")["data"]
    assert [message["role"] for message in said] == ["user", "assistant"]
    steps = client.get(f"{run}/steps")["data"]
    assert done["usage"]["total_tokens"] == sum(step["usage"]["total_tokens"] for step in steps)
    assert child["usage"]["total_tokens"] > 0
    newest = client.get(f"/threads/{done['thread_id']}/messages")["data"][0]
    assert newest["content"][0]["text"]["value"] == "expert's answer: why?"


def test_the_model_is_offered_another_agent_as_a_function_of_one_message(client: Client, team: Team) -> None:
    """Any completer can call it."""
    expert = client.agent(instructions="x")
    tools = [connected(expert)]
    client.until(client.run_on(client.thread("hi"), client.agent(tools=tools)), "completed")
    (offered,) = team.seen[0].tools
    assert offered["type"] == "function"
    assert (offered["function"]["name"], offered["function"]["description"]) == ("expert", "Knows.")
    assert offered["function"]["parameters"]["required"] == ["message"]


def test_a_round_of_both_kinds_asks_the_client_for_its_part_only(client: Client) -> None:
    """The step completes when all outputs are there."""
    run = pair(client, parent="call expert and weather")
    waiting = client.until(run, "requires_action")
    asked = waiting["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [call["function"]["name"] for call in asked] == ["weather"]
    assert calls_of(client, run)[0]["connected_agent"]["output"] == "expert's answer: why?"
    other = {"tool_call_id": calls_of(client, run)[0]["id"], "output": "mine"}
    status, error = client.error("POST", f"{run}/submit_tool_outputs", {"tool_outputs": [other]})
    assert (status, "unknown" in error["message"]) == (400, True)
    client.answer(run, "sunny")
    done = client.until(run, "completed")
    newest = client.get(f"/threads/{done['thread_id']}/messages")["data"][0]
    assert newest["content"][0]["text"]["value"] == "expert's answer: why? | sunny"


@pytest.mark.parametrize(
    ("child", "tools", "words"),
    [
        ("fail", [], "ended as failed: no capacity"),
        ("call weather", [FUNCTION], "no client that could run weather"),
    ],
)
def test_a_child_that_fails_is_an_error_output(
    client: Client, child: str, tools: list[Any], words: str
) -> None:
    """The parent's model reads it, and the parent goes on."""
    run = pair(client, child, tools=tools)
    client.until(run, "completed")
    (call,) = calls_of(client, run)
    assert words in json.loads(call["connected_agent"]["output"])["error"]
    assert client.get(child_of(client, run))["status"] == "failed"


def test_an_agent_that_was_called_cannot_call_a_third_nor_itself(client: Client) -> None:
    """As deep as the service goes: one agent below another."""
    third = client.agent(instructions="third")
    second = client.agent(instructions="call third", tools=[connected(third, "third")])
    first = client.agent(instructions="call second", tools=[connected(second, "second")])
    run = client.run_on(client.thread("hi"), first)
    client.until(run, "completed")
    assert "assistant_tool_depth_exceeded" in calls_of(client, run)[0]["connected_agent"]["output"]
    client.post(f"/assistants/{third}", {"instructions": "call me", "tools": [connected(third, "me")]})
    run = client.run_on(client.thread("hi"), third)
    client.until(run, "completed")
    assert "cannot call itself" in calls_of(client, run)[0]["connected_agent"]["output"]


def test_an_agent_that_is_gone_or_a_call_without_a_task_is_an_error_output(client: Client) -> None:
    """No run is started for it."""
    run = pair(client)
    agent = client.get(run)["tools"][0]["connected_agent"]["id"]
    client.delete(f"/assistants/{agent}")
    client.until(run, "completed")
    assert "does not exist any more" in calls_of(client, run)[0]["connected_agent"]["output"]
    backend = Backend.seeded(
        1, completer=FromFunction(lambda r: "fine" if r.rounds else Call("expert", "[]"))
    )
    silent = Client(backend)
    run = pair(silent)
    silent.until(run, "completed")
    assert "needs a message" in calls_of(silent, run)[0]["connected_agent"]["output"]
    backend.close()


def test_a_cancel_of_the_parent_reaches_the_child(client: Client) -> None:
    """Both are cancelled, and so is the step."""
    run = pair(client)
    child = child_of(client, run)
    client.post(f"{run}/cancel")
    client.until(run, "cancelled")
    assert client.get(child)["status"] == "cancelled"
    assert client.get(f"{run}/steps")["data"][0]["status"] == "cancelled"


def test_when_the_parents_time_is_up_the_child_ends_too(client: Client) -> None:
    """A child has no more time than its parent."""
    run = pair(client)
    child = child_of(client, run)
    assert client.get(child)["expires_at"] == client.get(run)["expires_at"]
    store, run_id = client.backend.store, child.rsplit("/", 1)[1]
    due = store.due_of(run_id)
    assert due is not None
    with store.transaction() as change:  # the child hangs
        change.schedule(run_id, due.thread_id, due.at + 10_000)
    client.backend.time.advance_to(client.get(run)["expires_at"] + 1.0)
    assert client.get(run)["status"] == "expired"
    assert client.get(child)["status"] == "cancelled"


def test_a_cancel_of_the_child_is_an_error_output_for_the_parent(client: Client) -> None:
    """Anybody may cancel it: it is a run like others."""
    run = pair(client)
    client.post(f"{child_of(client, run)}/cancel")
    client.until(run, "completed")
    assert "ended as cancelled" in calls_of(client, run)[0]["connected_agent"]["output"]


def test_a_child_whose_thread_is_deleted_does_not_keep_its_parent_waiting(client: Client) -> None:
    """The parent is told, and goes on."""
    run = pair(client)
    thread = child_of(client, run).split("/runs")[0]
    client.delete(thread)
    client.until(run, "completed")
    assert "was deleted" in calls_of(client, run)[0]["connected_agent"]["output"]
    assert client.error("GET", thread)[0] == 404


def test_deleting_the_parents_thread_stops_the_child(client: Client) -> None:
    """Nothing goes on for nobody."""
    run = pair(client)
    child = child_of(client, run)
    client.delete(run.split("/runs")[0])
    assert client.get(child)["status"] == "cancelled"


def test_what_is_made_for_a_run_follows_the_metadata_of_its_thread(client: Client) -> None:
    """Whoever looks for their threads by metadata finds the child's, too; 16 pairs leave no room for more."""
    for pairs, expected in (({"whose": "mine"}, True), ({str(number): "x" for number in range(16)}, False)):
        expert = client.agent(instructions="expert's answer", metadata={"of": "the expert"})
        agent = client.agent(instructions="call expert", tools=[connected(expert)])
        said = [{"role": "user", "content": "why?"}]
        thread = client.post("/threads", {"messages": said, "metadata": pairs})["id"]
        child = child_of(client, client.run_on(thread, agent))
        link = {"threadlab.parent_thread": thread} if expected else {}
        assert client.get(child.split("/runs")[0])["metadata"] == {**pairs, **link}
        assert client.get(f"/assistants/{expert}")["metadata"] == {"of": "the expert"}


def test_stepping_a_run_that_waits_for_another_steps_that_one(client: Client) -> None:
    """The step button never runs the parent's time out."""
    run = pair(client).rsplit("/", 1)[1]
    for _ in range(30):
        record = client.backend.driver.step(run)
        if record is not None and record.status == "completed":
            return
    raise AssertionError("the run was not over after 30 steps")


def test_the_log_tells_the_whole_of_it(client: Client) -> None:
    """Read again from its start it gives the same records, parent and child."""
    run = pair(client, parent="call expert and weather")
    client.until(run, "requires_action")
    client.answer(run)
    client.until(run, "completed")
    for path in (run, child_of(client, run)):
        again = Replay()
        for entry in client.backend.store.log(thread_id=path.split("/")[2]):
            again.apply(entry)
        for record in again:
            kind: Any = type(record)
            assert client.backend.store.get(kind, record.id) == record


@pytest.mark.parametrize("instant", [True, False], ids=["at once", "live"])
def test_a_worker_drives_parent_and_child_alike(tmp_path: Path, team: Team, instant: bool) -> None:
    """In real time, whether the model answers at once or takes its time; the wake-up is not lost."""
    completer = FromFunction(team, instant=instant)
    backend = Backend.durable(tmp_path / "store.sqlite", completer=completer, worker=True)
    client = Client(backend)
    runs = [pair(client, parent="call expert and weather") for _ in range(5)]
    for run in runs:
        client.until(run, "requires_action")
        client.answer(run)
        client.until(run, "completed")
        assert calls_of(client, run)[0]["connected_agent"]["output"] == "expert's answer: why?"
    backend.close()


def stream_of(client: Client, path: str, body: dict[str, Any]) -> list[tuple[str, Any]]:
    """The events of a stream."""
    raw = json.dumps({**body, "stream": True}).encode()
    response = client.backend.handle(HttpRequest("POST", client.prefix + path, body=raw))
    assert not isinstance(response.body, bytes)
    blocks = b""
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            client.backend.time.advance_to(piece.at)
        else:
            blocks += piece
    lines = [block.split(b"\n") for block in blocks.split(b"\n\n") if block]
    events = [(name.decode().removeprefix("event: "), data.decode()[6:]) for name, data in lines]
    return [(name, data if data == "[DONE]" else json.loads(data)) for name, data in events]


def test_a_stream_shows_the_call_then_its_run_then_its_output_and_goes_on(client: Client) -> None:
    """One stream for it all: no client is asked for anything."""
    expert = client.agent(instructions="expert's answer")
    agent = client.agent(instructions="call expert", tools=[connected(expert)])
    seen = stream_of(client, f"/threads/{client.thread('why?')}/runs", {"assistant_id": agent})
    names = [name for name, _ in seen]
    assert "thread.run.requires_action" not in names
    assert names[-2:] == ["thread.run.completed", "done"]
    deltas = [
        content["delta"]["step_details"]["tool_calls"][0]
        for name, content in seen
        if name == "thread.run.step.delta"
    ]
    assert {delta["type"] for delta in deltas} == {"connected_agent"}
    said = [delta["connected_agent"] for delta in deltas]
    assert (said[0]["name"], said[0]["output"]) == ("expert", None)
    assert json.loads(said[1]["arguments"]) == {"message": "why?"}
    assert set(said[2]) == {"run_id", "thread_id", "assistant_id"}
    assert said[3] == {"output": "expert's answer: why?"}
    ended = names.index("thread.run.step.completed")
    assert (
        names.index("thread.message.created")
        > ended
        > max(index for index, name in enumerate(names) if name == "thread.run.step.delta")
    )
