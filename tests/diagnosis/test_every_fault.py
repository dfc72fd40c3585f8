"""Every fault, each way of going through a run: the end, what is left, and what `diagnose` says of it.

Six ways: the real SDK, polling and streaming, sync and asyncio, and `follow`, over polls and over a stream.
Whatever happens, afterwards there is one run, it is over, and the thread takes the next one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from azure.ai.agents.models import AgentEventHandler, AsyncAgentEventHandler, ThreadRun, ToolOutput
from azure.core.exceptions import AzureError

from tests.diagnosis.conftest import Station
from threadlab.diagnosis.diagnose import diagnose
from threadlab.errors import ThreadlabError
from threadlab.following.wait import wait

Make = Callable[..., Station]
ACTIVE = ("queued", "in_progress", "requires_action")


@dataclass(frozen=True)
class Case:
    """A fault with what must come of it. `streamed` is the fault for streams, where another place is meant.

    `raises` names the ways that end in an error at first.
    """

    fault: str
    end: str
    reason: str
    streamed: str = ""
    raises: tuple[str, ...] = ()


SDK = ("sdk polls", "sdk polls async")
SDK_STREAMS = ("sdk streams", "sdk streams async")
FOLLOW_STREAMS = ("follow streams",)
STREAMS = (*SDK_STREAMS, *FOLLOW_STREAMS)

CASES = {
    case.fault: case
    for case in (
        Case("delay", "completed", "slow_answer", streamed="delay:submit"),
        Case("429", "completed", "too_many_requests"),
        Case("429:times=2:retry_after=3", "completed", "too_many_requests"),
        Case("500:times=3", "completed", "server_errors"),
        Case("500:submit", "completed", "server_errors"),
        Case("drop", "completed", "connection_dropped", streamed="drop:create run", raises=STREAMS),
        Case("drop_stream", "completed", "stream_cut", raises=SDK_STREAMS),
        Case("unknown_status", "completed", "unknown_status", "unknown_status:stream", FOLLOW_STREAMS),
        Case("lost_outputs;expire:seconds=30", "expired", "outputs_lost"),
        Case("model_error", "failed", "model_failed"),
        Case("model_error:skip=1", "failed", "model_failed"),
        Case("rate_limit", "failed", "rate_limited"),
        Case("bad_arguments", "completed", "bad_arguments"),
        Case("wrong_tool", "completed", "unknown_tool"),
        Case("empty_answer", "failed", "empty_answer"),
        Case("stuck;expire:seconds=30", "expired", "stuck_in_queue"),
        Case("stuck:seconds=20", "completed", "stuck_in_queue"),
        Case("expire:seconds=1", "expired", "expired_at_work"),
        Case("crash", "completed", "worker_died"),
        Case("crash:step=1", "completed", "worker_died"),
    )
}


def outputs(run: Any) -> list[ToolOutput]:
    """An output for each call."""
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [ToolOutput(tool_call_id=call.id, output="sunny") for call in calls]


def sdk_polls(station: Station) -> None:
    """The documented loop."""
    runs = station.lab.sdk.runs
    run = runs.create(station.thread_id, agent_id=station.agent_id)
    for _ in range(2000):
        if run.status not in ACTIVE:
            return
        run = runs.get(station.thread_id, run.id)
        if run.status == "requires_action":
            run = runs.submit_tool_outputs(station.thread_id, run.id, tool_outputs=outputs(run))
    raise AssertionError("the loop never ended")


async def sdk_polls_async(station: Station) -> None:
    """The same, awaited."""
    async with station.lab.sdk_async() as client:
        run = await client.runs.create(station.thread_id, agent_id=station.agent_id)
        for _ in range(2000):
            if run.status not in ACTIVE:
                return
            run = await client.runs.get(station.thread_id, run.id)
            if run.status == "requires_action":
                run = await client.runs.submit_tool_outputs(
                    station.thread_id, run.id, tool_outputs=outputs(run)
                )
    raise AssertionError("the loop never ended")


class Answering(AgentEventHandler[None]):
    """Answers tool calls from inside the stream."""

    def __init__(self, station: Station) -> None:
        super().__init__()
        self.station = station

    def on_thread_run(self, run: ThreadRun) -> None:
        """Submit while the stream is read."""
        if run.status == "requires_action":
            self.station.lab.sdk.runs.submit_tool_outputs_stream(
                run.thread_id, run.id, tool_outputs=outputs(run), event_handler=self
            )


def sdk_streams(station: Station) -> None:
    """The SDK's event handler."""
    ids: Any = {"thread_id": station.thread_id, "agent_id": station.agent_id}
    with station.lab.sdk.runs.stream(**ids, event_handler=Answering(station)) as stream:
        stream.until_done()


class AnsweringAsync(AsyncAgentEventHandler[None]):
    """The same, awaited."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self.client = client

    async def on_thread_run(self, run: ThreadRun) -> None:
        """Submit while the stream is read."""
        if run.status == "requires_action":
            await self.client.runs.submit_tool_outputs_stream(
                run.thread_id, run.id, tool_outputs=outputs(run), event_handler=self
            )


async def sdk_streams_async(station: Station) -> None:
    """The SDK's asyncio event handler."""
    ids: Any = {"thread_id": station.thread_id, "agent_id": station.agent_id}
    async with (
        station.lab.sdk_async() as client,
        await client.runs.stream(**ids, event_handler=AnsweringAsync(client)) as stream,
    ):
        await stream.until_done()


def follow_polls(station: Station) -> None:
    """The kit's loop over polls."""
    wait(station.start(), tools=station.tools, deadline=None)


def follow_streams(station: Station) -> None:
    """The kit's loop over a stream."""
    stream = station.lab.runs.stream(station.thread_id, station.agent_id)
    wait(stream, tools=station.tools, deadline=None)


WAYS: dict[str, Callable[[Station], Awaitable[None] | None]] = {
    "sdk polls": sdk_polls,
    "sdk polls async": sdk_polls_async,
    "sdk streams": sdk_streams,
    "sdk streams async": sdk_streams_async,
    "follow polls": follow_polls,
    "follow streams": follow_streams,
}


def go(way: str, station: Station) -> Exception | None:
    """Go through a run that way; the error that ended it."""
    try:
        going = WAYS[way](station)
        if going is not None:
            asyncio.run(_whole(going))
    except (AzureError, ThreadlabError) as error:
        return error
    return None


async def _whole(going: Awaitable[None]) -> None:
    await going


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("text", CASES)
def test_a_fault_ends_as_it_must_and_is_named_and_the_thread_is_free_again(
    station: Make, text: str, way: str
) -> None:
    """K28: expected end, one run, no ghost, the next run goes through."""
    case = CASES[text]
    streams = "streams" in way
    if text == "drop_stream" and not streams:
        pytest.skip("there is no stream to cut")
    faults = ((case.streamed or case.fault) if streams else case.fault).split(";")
    at = station(*faults)
    error = go(way, at)
    raises = way in case.raises or (text == "unknown_status" and way == "follow polls")
    assert (error is not None) == raises, error
    said = diagnose(error) if error is not None else None
    if not list(at.lab.runs.list(at.thread_id)):
        assert said is not None
        assert said.reason == case.reason
        assert go(way, at) is None
    (run,) = at.lab.runs.list(at.thread_id)
    ended = wait(run, tools=at.tools, deadline=None)
    submits_again = "lost_outputs" in text and way in SDK
    assert ended.status == ("completed" if submits_again else case.end)
    told = diagnose(ended)
    assert case.reason in told or (said is not None and case.reason in said), str(told)
    if said is None or case.reason in told:
        assert {fault.kind for fault in told.faults} == {fault.partition(":")[0] for fault in faults}
    assert wait(at.start(tools=[])).status == "completed"
