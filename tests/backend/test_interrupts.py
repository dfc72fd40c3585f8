"""A person presses the stop button at any moment: the next cell works, and nothing is half done."""

from __future__ import annotations

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
from threadlab.backend.engine import machine
from threadlab.backend.local import Backend
from threadlab.backend.records import MessageRecord, RunRecord, StepRecord

BACKEND = str(Path(threadlab.backend.__file__).parent)
INTERRUPTS = 1_000


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


def nothing_is_half_done(backend: Backend, thread: str) -> None:
    """Check what must hold of a store after each request, whole or interrupted."""
    store = backend.store
    runs = store.every(RunRecord, thread)
    assert sum(run.status not in machine.TERMINAL for run in runs) <= 1
    for run in runs:
        kinds = [entry.kind for entry in store.log(run_id=run.id)]
        due = store.due_of(run.id)
        steps = store.every(StepRecord, run.id)
        assert kinds[0] == "run.created"
        assert kinds.count("model.asked") == kinds.count("model.answered") == run.call
        assert (due is None) == (run.status in machine.TERMINAL)
        assert sum(step.status == "in_progress" for step in steps) == (run.step_id is not None)
        for step in steps:
            if step.message_id:
                message = store.get(MessageRecord, step.message_id)
                assert message is not None
                assert (message.status == "in_progress") == (step.status == "in_progress")
            if step.type == "tool_calls" and step.status == "completed":
                assert all(call.output is not None for call in step.calls)


@pytest.mark.parametrize("clock", ["virtual", "real"])
def test_a_thousand_interrupts_leave_the_next_request_working(clock: str, tmp_path: Path) -> None:
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
                nothing_is_half_done(backend, thread)
        if turns % 40 == 0:  # a long thread would only make the rest slower
            client.call("DELETE", f"/threads/{thread}")
            thread = client.thread("How is the weather?")
    nothing_is_half_done(backend, thread)
    done = client.until(client.run_on(client.thread("Still there?"), client.agent()), "completed")
    assert done["usage"]["total_tokens"] > 0
    backend.close()
