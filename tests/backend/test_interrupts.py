"""A person presses the stop button at any moment: the next cell works, and nothing is half done."""

from __future__ import annotations

import json
import os
import random
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import threadlab.backend
from tests.backend_client import FUNCTION, Client, Scene
from tests.soundness import nothing_is_half_done, records_are_what_the_log_says
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import Request, WaitUntil

BACKEND = str(Path(threadlab.backend.__file__).parent)
INTERRUPTS = int(os.environ.get("THREADLAB_INTERRUPTS", "240"))
"""How many in all: of requests over both clocks, and of streams over the three drivers."""


@contextmanager
def interrupt_after(instructions: int) -> Iterator[None]:
    """Raise KeyboardInterrupt before the n-th instruction that the backend's own code executes."""
    left = instructions

    def each(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal left
        if not frame.f_code.co_filename.startswith(BACKEND):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            left -= 1
            if left == 0:
                raise KeyboardInterrupt
        return each

    before = sys.gettrace()
    sys.settrace(each)
    try:
        yield
    finally:
        sys.settrace(before)


def requests_of_a_turn(client: Client, thread: str, agent: str) -> list[Callable[[], Any]]:
    """What a client asks for in one turn with tools, as far as the run stands."""

    def message() -> Any:
        return client.call("POST", f"/threads/{thread}/messages", {"role": "user", "content": "and?"})

    def run() -> Any:
        return client.call("POST", f"/threads/{thread}/runs", {"assistant_id": agent})

    def newest() -> dict[str, Any] | None:
        runs = client.call("GET", f"/threads/{thread}/runs", query={"limit": "1"})[1]["data"]
        return runs[0] if runs else None

    def poll() -> Any:
        client.backend.time.sleep(0.7)
        return newest()

    def answer() -> Any:
        found = newest()
        if found and found["required_action"]:
            calls = found["required_action"]["submit_tool_outputs"]["tool_calls"]
            outputs = [{"tool_call_id": call["id"], "output": "sunny"} for call in calls]
            path = f"/threads/{thread}/runs/{found['id']}/submit_tool_outputs"
            return client.call("POST", path, {"tool_outputs": outputs})
        return None

    def cancel() -> Any:
        found = newest()
        return found and client.call("POST", f"/threads/{thread}/runs/{found['id']}/cancel")

    return [message, run, poll, poll, poll, answer, poll, poll, poll, poll, cancel]


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_interrupts_at_any_instruction_leave_the_next_request_working(clock: str, tmp_path: Path) -> None:
    """Interrupts at random instructions, in every kind of request: each next request is served."""
    chance = random.Random(20)
    scene = Scene(text="word " * 9)
    backend = (
        Backend.seeded(3, completer=scene)
        if clock == "virtual"
        else Backend.durable(tmp_path / "store.sqlite", completer=scene)
    )
    client = Client(backend)
    if clock == "real":
        backend.time.sleep = lambda seconds: None  # type: ignore[method-assign]
    agent, thread = client.agent(tools=[FUNCTION]), client.thread("How is the weather?")
    interrupted = turns = 0
    while interrupted < INTERRUPTS // 2:
        turns += 1
        for request in requests_of_a_turn(client, thread, agent):
            try:
                with interrupt_after(chance.randint(1, 4_000)):
                    request()
            except KeyboardInterrupt:
                interrupted += 1
                assert client.call("GET", f"/threads/{thread}")[0] == 200
                nothing_is_half_done(backend.store, thread)
        if turns % 40 == 0:  # a long thread would only make the rest slower
            client.call("DELETE", f"/threads/{thread}")
            thread = client.thread("How is the weather?")
    nothing_is_half_done(backend.store, thread)
    done = client.until(client.run_on(client.thread("Still there?"), client.agent()), "completed")
    assert done["usage"]["total_tokens"] > 0
    backend.close()


def read_stream(client: Client, path: str, body: dict[str, Any]) -> list[str]:
    """The names of a stream's events, to its end; none if the stream cannot begin."""
    request = Request("POST", client.prefix + path, {}, {}, json.dumps({**body, "stream": True}).encode())
    response = client.backend.handle(request)
    if isinstance(response.body, bytes):
        return []
    names = []
    for piece in response.body:
        if isinstance(piece, WaitUntil):
            client.backend.wait(piece)
        else:
            names.append(piece.decode().partition("\n")[0].removeprefix("event: "))
    return names


def streams_of_a_turn(client: Client, thread: str, agent: str) -> list[Callable[[], Any]]:
    """A turn with tools, streamed: a run, its outputs if it waits for some, and a cancel of what is left."""
    runs = f"/threads/{thread}/runs"

    def newest() -> dict[str, Any]:
        found = client.call("GET", runs, query={"limit": "1"})[1]["data"]
        return found[0] if found else {"id": "run_none", "required_action": None}

    def run() -> Any:
        return read_stream(client, runs, {"assistant_id": agent})

    def submit() -> Any:
        found = newest()
        if not found["required_action"]:
            return None
        calls = found["required_action"]["submit_tool_outputs"]["tool_calls"]
        outputs = [{"tool_call_id": call["id"], "output": "sunny"} for call in calls]
        return read_stream(client, f"{runs}/{found['id']}/submit_tool_outputs", {"tool_outputs": outputs})

    def end() -> Any:
        return client.call("POST", f"{runs}/{newest()['id']}/cancel")

    return [run, submit, end]


@pytest.mark.parametrize("driver", ["stepped", "worker", "live worker"])
def test_interrupts_at_any_instruction_of_streams_leave_store_and_next_stream_working(
    driver: str, tmp_path: Path
) -> None:
    """A stream is cut at random instructions: the run goes on, is sound, and the next stream is whole."""
    chance = random.Random(driver)
    scene = Scene(text="word " * 9, instant=driver != "live worker")
    backend = (
        Backend.seeded(5, completer=scene)
        if driver == "stepped"
        else Backend.durable(tmp_path / "store.sqlite", completer=scene, worker=True)
    )
    client = Client(backend)
    agent, thread = client.agent(tools=[FUNCTION]), client.thread("How is the weather?")
    interrupted = turns = 0
    while interrupted < INTERRUPTS // 3 + 1:
        turns += 1
        for request in streams_of_a_turn(client, thread, agent):
            try:
                with interrupt_after(chance.randint(1, 12_000)):
                    request()
            except KeyboardInterrupt:
                interrupted += 1
                assert client.call("GET", f"/threads/{thread}")[0] == 200
                nothing_is_half_done(backend.store, thread)
        if turns % 20 == 0:
            come_to_rest(client, thread)
            records_are_what_the_log_says(backend.store, thread)
            client.call("DELETE", f"/threads/{thread}")
            thread = client.thread("How is the weather?")
    fresh = client.thread("Still there?")
    names = read_stream(client, f"/threads/{fresh}/runs", {"assistant_id": client.agent()})
    assert names[-2:] == ["thread.run.completed", "done"]
    assert names.count("thread.message.delta") >= len(scene.text.split())
    backend.close()


def come_to_rest(client: Client, thread: str) -> None:
    """Cancel what is active on a thread and wait until it is over."""
    for run in client.get(f"/threads/{thread}/runs", limit="1")["data"]:
        path = f"/threads/{thread}/runs/{run['id']}"
        client.call("POST", f"{path}/cancel")
        for _ in range(2_000):
            if client.get(path)["status"] in ("completed", "cancelled", "failed"):
                return
            client.backend.time.sleep(0.01)
        raise AssertionError(f"the run does not end: {client.get(path)['status']}")
