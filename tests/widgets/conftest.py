"""A run with everything in it, as the events that following it would give."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.objects.approval import Approval
from threadlab.objects.event import (
    ApprovalNeeded,
    Ended,
    Event,
    MessageArrived,
    ModelExplained,
    OutputsSubmitted,
    Polled,
    Retrying,
    StatusChanged,
    StepChanged,
    ToolCallsRequested,
    ToolFinished,
    ToolStarted,
)
from threadlab.objects.message import Message, Part
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.objects.usage import Usage
from threadlab.objects.wire_entry import WireEntry


@pytest.fixture(autouse=True)
def somebody_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Buttons are pressed here, whatever the environment in which lessons are judged says."""
    monkeypatch.delenv("THREADLAB_UNATTENDED", raising=False)


START = 1_700_000_000
WEATHER = ToolCall(
    id="call_w4JqTr8pLm2N", name="get_weather", arguments='{"city": "Oslo", "unit": "celsius"}'
)
SUM = ToolCall(id="call_s9ZxKd3vBn7Q", name="calculate", arguments='{"expression": "21 * 2"}')


@pytest.fixture
def run() -> Run:
    """A run that was just created."""
    return Run(
        id="run_7fKq2LmZp4RtXw9sVb3Nc8Yd",
        thread_id="thread_h3Jk9QwErTy5UiOp2AsDfGzX",
        agent_id="asst_b8Nm4VcXzLk6JhGf1DsAqWeR",
        status="queued",
        model="gpt-4o-mini",
        created_at=START,
    )


@pytest.fixture
def tool_story(run: Run) -> list[Event]:
    """Queued, two tool calls of which one needs approval, a retry, the answer."""
    return tell(run, START)


@pytest.fixture
def fold(run: Run) -> Callable[[Sequence[Event]], RunView]:
    """The view after some events, with the requests behind them."""

    def after(events: Sequence[Event]) -> RunView:
        view = RunView(run=run)
        for event in events:
            view = advance(view, event)
        return with_requests(view, wire(run))

    return after


def tell(run: Run, start: float) -> list[Event]:
    """The events of a whole tool run."""
    working = replace(run, status="in_progress", started_at=START)
    asking = replace(working, status="requires_action", required_calls=(WEATHER, SUM))
    usage = Usage(148, 36, estimated=True)
    done = replace(working, status="completed", completed_at=START + 3, usage=usage)
    calls = RunStep(
        id="step_q1WeRtYuIoP2AsDf",
        run_id=run.id,
        thread_id=run.thread_id,
        type="tool_calls",
        status="in_progress",
        tool_calls=(WEATHER, SUM),
        created_at=START + 1,
    )
    answered = (
        replace(WEATHER, output='{"city": "Oslo", "degrees": -3, "sky": "snow"}'),
        replace(SUM, output="42"),
    )
    calls_done = replace(calls, status="completed", tool_calls=answered, completed_at=START + 2)
    writing = RunStep(
        id="step_z9XcVbNm8KjHgFdS",
        run_id=run.id,
        thread_id=run.thread_id,
        type="message_creation",
        status="completed",
        message_id="msg_u7YtRe4WqAs1DfGh",
        created_at=START + 2,
        completed_at=START + 3,
    )
    text = "It is −3 °C in Oslo, with snow. 21 × 2 is 42."
    message = Message(
        id="msg_u7YtRe4WqAs1DfGh",
        thread_id=run.thread_id,
        role="assistant",
        content=(Part("text", text),),
        run_id=run.id,
        agent_id=run.agent_id,
        created_at=START + 3,
    )
    outputs = tuple(ToolOutput(call.id, call.output or "") for call in answered)
    why = "the message speaks of weather and of a sum, as the tools' descriptions do"
    composed = "both outputs came back and nothing else was asked"
    return [
        Polled(at=start, run=run, poll=1),
        StatusChanged(at=start, run=run, before=None),
        Polled(at=start + 0.2, run=working, poll=2),
        StatusChanged(at=start + 0.2, run=working, before="queued"),
        Retrying(at=start + 0.4, problem="429 rate_limit_exceeded", seconds=0.25),
        Polled(at=start + 0.7, run=asking, poll=3),
        StatusChanged(at=start + 0.7, run=asking, before="in_progress"),
        ModelExplained(at=start + 0.7, note=ModelNote(1, "rule-based stand-in", "call-tools", why)),
        StepChanged(at=start + 0.7, step=calls, before=None),
        ToolCallsRequested(at=start + 0.7, run=asking, calls=(WEATHER, SUM)),
        ApprovalNeeded(at=start + 0.7, approval=Approval(WEATHER)),
        ToolStarted(at=start + 0.8, call=SUM),
        ToolFinished(at=start + 0.8, call=SUM, output=outputs[1], ok=True, seconds=0.012),
        ToolStarted(at=start + 1.6, call=WEATHER),
        ToolFinished(at=start + 2.0, call=WEATHER, output=outputs[0], ok=True, seconds=0.4),
        OutputsSubmitted(at=start + 2.0, run=working, outputs=outputs),
        StatusChanged(at=start + 2.1, run=working, before="requires_action"),
        Polled(at=start + 2.4, run=working, poll=4),
        StepChanged(at=start + 2.4, step=calls_done, before=calls),
        Polled(at=start + 2.9, run=done, poll=5),
        ModelExplained(at=start + 2.9, note=ModelNote(2, "rule-based stand-in", "tell-outputs", composed)),
        StatusChanged(at=start + 2.9, run=done, before="in_progress"),
        StepChanged(at=start + 2.9, step=writing, before=None),
        MessageArrived(at=start + 2.9, message=message),
        Ended(at=start + 2.9, run=done),
    ]


def wire(run: Run) -> tuple[WireEntry, ...]:
    """Some requests behind the run, the last two with the same answer."""
    runs = f"/threads/{run.thread_id}/runs"
    body = {
        "id": run.id,
        "object": "thread.run",
        "status": "queued",
        "assistant_id": run.agent_id,
        "thread_id": run.thread_id,
    }
    asked = {"assistant_id": run.agent_id}
    one, two = body, {**body, "status": "in_progress"}
    return (
        WireEntry(number=3, method="POST", path=runs, request=asked, status=200, response=one, seconds=0.004),
        WireEntry(number=4, method="GET", path=f"{runs}/{run.id}", status=429, seconds=0.001),
        WireEntry(
            number=5,
            method="GET",
            path=f"{runs}/{run.id}",
            status=200,
            response=two,
            seconds=0.002,
            attempt=2,
        ),
        WireEntry(number=6, method="GET", path=f"{runs}/{run.id}", status=200, response=two, seconds=0.002),
    )
