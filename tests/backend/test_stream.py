from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from typing import Any

import pytest

from tests.backend_client import FUNCTION, Client, Scene
from threadlab.backend.completer.port import ModelError, Request
from threadlab.backend.engine.replay import Replay
from threadlab.backend.local import Backend
from threadlab.backend.records import MessageRecord, RunRecord
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.backend.wire.http import WaitUntil
from threadlab.backend.wire.paging import Page

PLAIN = [
    "thread.run.created",
    "thread.run.queued",
    "thread.run.in_progress",
    "thread.run.step.created",
    "thread.run.step.in_progress",
    "thread.message.created",
    "thread.message.in_progress",
    "thread.message.delta",
    "thread.message.completed",
    "thread.run.step.completed",
    "thread.run.completed",
    "done",
]
"""A plain answer, with the deltas as one."""


def blocks(client: Client, path: str, body: dict[str, Any]) -> Iterator[bytes]:
    """The blocks of a stream as they come; the clock is moved where the stream would wait."""
    request = HttpRequest("POST", client.prefix + path, {}, {}, json.dumps({**body, "stream": True}).encode())
    response = client.backend.handle(request)
    assert response.status == 200, response.body
    assert response.headers["content-type"].startswith("text/event-stream")
    assert not isinstance(response.body, bytes)
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            client.backend.time.sleep(piece.at - client.backend.time.now())
        else:
            yield piece


def events(client: Client, path: str, body: dict[str, Any]) -> Generator[tuple[str, Any], None, None]:
    """The events of a stream: name and JSON each."""
    for block in blocks(client, path, body):
        first, second, *rest = block.decode().split("\n")
        assert rest == ["", ""], "a block ends in two line feeds"
        assert "\r" not in block.decode()
        data = second.removeprefix("data: ")
        yield first.removeprefix("event: "), data if data == "[DONE]" else json.loads(data)


def names(seen: list[tuple[str, Any]]) -> list[str]:
    """The names, with repeated ones as one."""
    found: list[str] = []
    for name, _ in seen:
        if not found or found[-1] != name:
            found.append(name)
    return found


def start(client: Client, *, tools: bool = False) -> tuple[str, dict[str, Any]]:
    """A path to start a run at, and its body."""
    agent = client.agent(tools=[FUNCTION] if tools else [])
    return f"/threads/{client.thread('How is the weather?')}/runs", {"assistant_id": agent}


def test_a_plain_answer_comes_in_the_order_of_the_service(client: Client, scene: Scene) -> None:
    """The deltas together are the text, and the message is completed before its step."""
    seen = list(events(client, *start(client)))
    assert names(seen) == PLAIN
    deltas = [content for name, content in seen if name == "thread.message.delta"]
    assert all(set(delta) == {"id", "object", "delta"} for delta in deltas)
    parts = [delta["delta"]["content"][0]["text"] for delta in deltas]
    assert [sorted(part) for part in parts] == [["annotations", "value"], *([["value"]] * (len(parts) - 1))]
    assert "".join(part["value"] for part in parts).strip() == scene.text
    by_name = dict(seen)
    assert by_name["thread.message.in_progress"]["content"] == []
    assert by_name["thread.message.completed"]["status"] == "completed"
    assert by_name["thread.message.completed"]["content"][0]["text"]["value"].strip() == scene.text
    assert by_name["thread.run.step.completed"]["usage"]["total_tokens"] > 0
    assert by_name["thread.run.completed"]["usage"]["total_tokens"] > 0
    assert by_name["done"] == "[DONE]"


def test_a_tool_round_stops_at_requires_action_and_the_submit_goes_on_from_there(client: Client) -> None:
    """Two streams, one for each leg; the second one begins with the step that got its outputs."""
    path, body = start(client, tools=True)
    first = list(events(client, path, body))
    assert names(first)[3:] == [
        "thread.run.step.created",
        "thread.run.step.in_progress",
        "thread.run.step.delta",
        "thread.run.requires_action",
        "done",
    ]
    run = dict(first)["thread.run.requires_action"]
    calls = run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert dict(first)["thread.run.step.created"]["step_details"]["tool_calls"] == []
    outputs = [{"tool_call_id": call["id"], "output": "sunny"} for call in calls]
    second = list(events(client, f"{path}/{run['id']}/submit_tool_outputs", {"tool_outputs": outputs}))
    assert names(second)[:3] == ["thread.run.step.completed", "thread.run.queued", "thread.run.in_progress"]
    assert names(second)[-2:] == ["thread.run.completed", "done"]
    assert "thread.run.step.delta" not in names(second)
    step = second[0][1]["step_details"]["tool_calls"]
    assert [call["function"]["output"] for call in step] == ["sunny", "sunny"]


def test_step_deltas_begin_each_call_with_its_name_and_add_its_arguments(client: Client) -> None:
    """Joined they are the calls that the run waits for."""
    seen = list(events(client, *start(client, tools=True)))
    calls: dict[int, dict[str, str]] = {}
    for name, content in seen:
        if name == "thread.run.step.delta":
            (call,) = content["delta"]["step_details"]["tool_calls"]
            if "id" in call:
                calls[call["index"]] = {"id": call["id"], "name": call["function"]["name"], "arguments": ""}
            calls[call["index"]]["arguments"] += call["function"]["arguments"]
    waiting = dict(seen)["thread.run.requires_action"]["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [calls[index] for index in sorted(calls)] == [
        {"id": call["id"], **call["function"]} for call in waiting
    ]


def test_the_first_delta_is_there_before_the_run_is_over(client: Client) -> None:
    """A stream is live: what it has shown so far is what the store has."""
    path, body = start(client)
    for name, content in events(client, path, body):
        if name == "thread.message.delta":
            run = client.get(path, limit="1")["data"][0]
            assert (run["status"], content["object"]) == ("in_progress", "thread.message.delta")
            return
    raise AssertionError("there was no delta")


def test_a_reader_who_walks_away_holds_nothing_up(client: Client) -> None:
    """The run goes on, and the thread takes messages again once it is over."""
    path, body = start(client)
    reader = events(client, path, body)
    for _ in range(6):
        next(reader)
    reader.close()
    run = client.get(path, limit="1")["data"][0]
    client.until(f"{path}/{run['id']}", "completed")
    client.post(path.replace("/runs", "/messages"), {"role": "user", "content": "and now?"})


def test_a_second_observer_reads_the_same_log(client: Client) -> None:
    """While one stream is read, polls and another tail of the log see the same run."""
    path, body = start(client)
    seen: list[str] = []
    for name, _ in events(client, path, body):
        seen.append(name)
        runs, _ = client.backend.store.page(RunRecord, Page(1), path.split("/")[2])
        again = Replay()
        for entry in client.backend.store.log(run_id=runs[0].id):
            again.apply(entry)
        assert again.get(RunRecord, runs[0].id) == runs[0]
    assert seen[-1] == "done"


def test_a_cancel_while_a_stream_is_read_ends_it(client: Client) -> None:
    """The message is incomplete, step and run are cancelled, and the stream is done."""
    path, body = start(client)
    seen: list[tuple[str, Any]] = []
    for name, content in events(client, path, body):
        if name == "thread.message.delta" and "thread.message.delta" not in names(seen):
            run = client.get(path, limit="1")["data"][0]
            client.post(f"{path}/{run['id']}/cancel")
        seen.append((name, content))
    assert names(seen)[-5:] == [
        "thread.run.cancelling",
        "thread.message.incomplete",
        "thread.run.step.cancelled",
        "thread.run.cancelled",
        "done",
    ]
    message = dict(seen)["thread.message.incomplete"]
    assert message["incomplete_details"] == {"reason": "run_cancelled"}
    record = client.backend.store.get(MessageRecord, message["id"])
    assert record is not None and record.status == "incomplete"


def test_a_model_error_ends_a_stream_with_the_runs_error() -> None:
    """The last events are the failed run and done."""

    class Broken(Scene):
        def complete(self, request: Request) -> Any:
            raise ModelError("no capacity", "rate_limit_exceeded")

    client = Client(Backend.seeded(1, completer=Broken()))
    seen = list(events(client, *start(client)))
    assert names(seen)[-2:] == ["thread.run.failed", "done"]
    assert dict(seen)["thread.run.failed"]["last_error"] == {
        "code": "rate_limit_exceeded",
        "message": "no capacity",
    }


def test_a_thread_that_is_deleted_ends_the_stream(client: Client) -> None:
    """There is nothing more to tell."""
    path, body = start(client)
    reader = events(client, path, body)
    for _ in range(4):
        next(reader)
    client.delete(path.removesuffix("/runs"))
    assert names(list(reader))[-1] == "done"


def test_a_new_thread_and_its_run_can_be_streamed(client: Client) -> None:
    """POST /threads/runs tells of the thread first."""
    thread = {"messages": [{"role": "user", "content": "hi"}]}
    seen = list(events(client, "/threads/runs", {"assistant_id": client.agent(), "thread": thread}))
    assert names(seen) == ["thread.created", *PLAIN]


@pytest.mark.parametrize("path", ["/threads/thread_none/runs", "/threads/runs"])
def test_a_stream_that_cannot_begin_is_an_ordinary_error(client: Client, path: str) -> None:
    """The error is a 4xx, not an event."""
    status, error = client.error("POST", path, {"assistant_id": "asst_none", "stream": True})
    assert status == 404
    assert error["code"] == "not_found"
