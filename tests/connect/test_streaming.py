"""Streams through the real SDK, sync and asyncio, over the in-process door."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from azure.ai.agents.models import (
    AgentEventHandler,
    AgentStreamEvent,
    MessageDeltaChunk,
    RunStatus,
    RunStep,
    RunStepStatus,
    RunStepType,
    ThreadRun,
    ToolOutput,
)

from tests.backend_client import FUNCTION, Scene
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local


@pytest.fixture
def scene() -> Scene:
    """The completer of `lab`."""
    return Scene()


@pytest.fixture
def lab(scene: Scene) -> Iterator[Lab]:
    """A lab whose model is a completer of three lines."""
    with connect(target=Local(seed=1, pace=0), completer=scene) as lab:
        yield lab


def ids(lab: Lab, *, tools: bool = False) -> Any:
    """A new thread and a new agent, as the arguments of `runs.stream`."""
    agent = lab.create_agent(tools=[FUNCTION] if tools else None)
    thread = lab.threads.create(messages=[{"role": "user", "content": "How is the weather?"}])
    return {"thread_id": thread.id, "agent_id": agent.id}


def test_iterating_a_stream_gives_typed_events_and_the_text(lab: Lab, scene: Scene) -> None:
    """The documented `for event_type, event_data, _ in stream`."""
    text, seen = "", []
    with lab.sdk.runs.stream(**ids(lab)) as stream:
        for kind, data, _ in stream:
            seen.append(kind)
            if isinstance(data, MessageDeltaChunk):
                text += data.text
    assert text.strip() == scene.text
    assert seen[0] == AgentStreamEvent.THREAD_RUN_CREATED
    assert seen[-2:] == [AgentStreamEvent.THREAD_RUN_COMPLETED, AgentStreamEvent.DONE]


class Answering(AgentEventHandler[None]):
    """Answers tool calls from inside the stream, as the SDK's samples do."""

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self.lab = lab
        self.told: list[str] = []

    def on_thread_run(self, run: ThreadRun) -> None:
        """Submit, with a stream of its own, while this one is still being read."""
        self.told.append(RunStatus(run.status).value)
        if run.status == "requires_action":
            calls: Any = run.required_action.submit_tool_outputs.tool_calls  # type: ignore[union-attr]
            outputs = [ToolOutput(tool_call_id=call.id, output="sunny") for call in calls]
            self.lab.sdk.runs.submit_tool_outputs_stream(
                thread_id=run.thread_id, run_id=run.id, tool_outputs=outputs, event_handler=self
            )

    def on_run_step(self, step: RunStep) -> None:
        """Note the step."""
        self.told.append(f"{RunStepType(step.type).value} {RunStepStatus(step.status).value}")

    def on_done(self) -> None:
        """Note the end of a leg."""
        self.told.append("done")


def test_a_handler_submits_inside_the_stream_and_sees_both_legs(lab: Lab) -> None:
    """Chained submits: the first response is read to its end only afterwards."""
    handler = Answering(lab)
    with lab.sdk.runs.stream(**ids(lab, tools=True), event_handler=handler) as stream:
        stream.until_done()
    assert handler.told.count("done") == 2
    assert "tool_calls completed" in handler.told
    assert handler.told[-2:] == ["completed", "done"]


async def test_the_asyncio_client_streams_alike(lab: Lab, scene: Scene) -> None:
    """The same events, awaited."""
    text = ""
    async with lab.sdk_async() as client, await client.runs.stream(**ids(lab)) as stream:
        async for _, data, _ in stream:
            if isinstance(data, MessageDeltaChunk):
                text += data.text
    assert text.strip() == scene.text
