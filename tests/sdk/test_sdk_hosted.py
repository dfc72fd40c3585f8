"""Code, operations and tools of the cloud through the real SDK, in every version that the course knows.

The tools themselves are stood in for: what is judged is that the SDK's own models read all that is told of
their calls.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.ai.agents import models

from tests.sdk.test_sdk_streams import Desk
from threadlab.backend.cloud.scripted import Scripted
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.hosted import Json, Outcome, Setting

CODE = "print(6 * 7)"
SPEC = {"openapi": "3.1.0", "info": {"title": "map", "version": "1"}, "paths": {}}
MAP: Any = {
    "type": "openapi",
    "openapi": {
        "name": "map",
        "description": "",
        "spec": SPEC,
        "auth": {"type": "anonymous", "security_scheme": {}},
    },
}
KINDS: dict[str, tuple[Any, Call]] = {
    "code_interpreter": ({"type": "code_interpreter"}, Call("code_interpreter", json.dumps({"input": CODE}))),
    "openapi": (MAP, Call("map_find", '{"place": "Oslo"}')),
    "bing_grounding": (
        {"type": "bing_grounding", "bing_grounding": {"search_configurations": [{"connection_id": "c"}]}},
        Call("bing_grounding", '{"query": "snow"}'),
    ),
}
"""Of each kind: a tool, and the call that the model makes."""


class Stood:
    """In the place of a tool: one function, and what comes of it."""

    def __init__(self, kind: str, name: str, outcome: Outcome) -> None:
        self.kind, self.name, self.outcome = kind, name, outcome

    def offer(self, setting: Setting) -> Json:
        """The function."""
        function = {"name": self.name, "description": "", "parameters": {"type": "object", "properties": {}}}
        return {"type": "function", "function": function, "hosted": self.kind}

    def call(self, setting: Setting, arguments: str) -> Outcome:
        """What comes of it."""
        return self.outcome


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest) -> str:
    """Each kind."""
    return str(request.param)


@pytest.fixture
def desk(kind: str) -> Iterator[Desk]:
    """A backend with those tools, and its clients."""
    desk = Desk(FromFunction(lambda request: answer(request, kind)))
    shown = [{"type": "logs", "logs": "42\n"}, {"type": "image", "image": {"file_id": "assistant-drawn"}}]
    code = Outcome("42", {"input": CODE, "outputs": shown})
    hosted = desk.backend.engine.serving.hosted
    hosted["code_interpreter"] = Stood("code_interpreter", "code_interpreter", code)
    hosted["openapi"] = Stood("openapi", "map_find", Outcome("found it"))
    hosted["bing_grounding"] = Scripted("bing_grounding", "deep snow")
    yield desk
    desk.backend.close()


def answer(request: Request, kind: str) -> Any:
    """Make the call of that kind, then say what came of it."""
    return f"It says {request.rounds[-1][0].output}." if request.rounds else [KINDS[kind][1]]


def judge(kind: str, call: Any) -> None:
    """Hold the SDK's own object of a call to what came of it."""
    assert call.type == kind
    if kind == "code_interpreter":
        assert isinstance(call, models.RunStepCodeInterpreterToolCall)
        assert call.code_interpreter.input == CODE
        logs, image = call.code_interpreter.outputs
        assert isinstance(logs, models.RunStepCodeInterpreterLogOutput)
        assert isinstance(image, models.RunStepCodeInterpreterImageOutput)
        assert (logs.logs, image.image.file_id) == ("42\n", "assistant-drawn")
    elif kind == "openapi":
        assert isinstance(call, models.RunStepOpenAPIToolCall)
        told = {"name": "map_find", "arguments": '{"place": "Oslo"}', "output": "found it"}
        assert call["openapi"] == told
    else:
        assert isinstance(call, models.RunStepBingGroundingToolCall)
        assert call.bing_grounding == {"input": "snow", "output": "deep snow"}


def called(steps: Any) -> Any:
    """The one call among steps, oldest first."""
    first, *_ = steps
    (call,) = first.step_details.tool_calls
    return call


def test_a_run_waits_for_nobody_and_its_step_tells_all(desk: Desk, kind: str) -> None:
    """With the SDK's own polling."""
    client: Any = desk.client
    agent = client.create_agent(model="stand-in", tools=[KINDS[kind][0]])
    thread = client.threads.create()
    client.messages.create(thread.id, role="user", content="Please.")
    run = client.runs.create_and_process(thread_id=thread.id, agent_id=agent.id, polling_interval=0)
    assert run.status == "completed"
    judge(kind, called(client.run_steps.list(thread.id, run.id, order="asc")))
    said = next(iter(client.messages.list(thread.id)))
    assert said.text_messages[0].text.value.startswith("It says ")


def test_a_stream_tells_it_too(desk: Desk, kind: str) -> None:
    """Pieces of the call, then the step as it ended, each read by the SDK."""
    pieces: list[Any] = []
    steps: list[Any] = []
    with desk.client.runs.stream(**desk.ids([KINDS[kind][0]])) as stream:
        for _, data, _ in stream:
            if isinstance(data, models.RunStepDeltaChunk):
                pieces += data.delta.step_details.tool_calls  # type: ignore[union-attr]
            elif isinstance(data, models.RunStep) and data.type == "tool_calls":
                steps.append(data)
    assert {piece.type for piece in pieces} == {kind}
    assert steps[-1].status == "completed"
    judge(kind, called(steps[-1:]))


async def test_the_asyncio_client_reads_it_alike(desk: Desk, kind: str) -> None:
    """Polled."""
    async with desk.client_async() as client:
        run = await client.runs.create_and_process(**desk.ids([KINDS[kind][0]]), polling_interval=0)
        assert run.status == "completed"
        listed = client.run_steps.list(run.thread_id, run.id, order="asc")
        judge(kind, called([step async for step in listed]))
