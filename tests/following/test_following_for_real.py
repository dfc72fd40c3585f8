"""Following real runs: the real SDK, the local backend in this process, tools from a toolbox."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from threadlab.backend.completer.port import Call
from threadlab.backend.completer.scripted import Scripted
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.errors import NobodyAnswers
from threadlab.following.follow import follow, follow_async
from threadlab.following.wait import collect, wait
from threadlab.objects.event import ApprovalNeeded, Ended, OutputsSubmitted, ToolStarted
from threadlab.objects.run import Run
from threadlab.objects.tool_call import ToolOutput
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


BOX = Toolbox(add)
TWO_CALLS = [Call("add", '{"a": 2, "b": 3}'), Call("add", '{"a": 40, "b": 2}')]


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab whose model asks for two sums, then answers, again and again."""
    script = Scripted(answer for _ in range(9) for answer in (TWO_CALLS, "5 and 42"))
    with connect(target=Local(seed=7, pace=0), completer=script) as lab:
        yield lab


def begin(lab: Lab) -> Run:
    """A run that will want both calls answered."""
    agent = lab.create_agent(tools=BOX.definitions)
    thread = lab.threads.create()
    lab.messages.create(thread.id, content="Add, please.")
    return lab.runs.create(thread.id, agent.id)


def test_a_tool_run_goes_through_the_sdk_to_its_answer(lab: Lab) -> None:
    """Two calls, one submission, the step with both outputs, the answer, and few requests."""
    view = collect(begin(lab), tools=BOX)
    assert view.run.status == "completed"
    assert [(card.output, card.state) for card in view.calls] == [("5", "submitted"), ("42", "submitted")]
    assert [step.type for step in view.steps] == ["tool_calls", "message_creation"]
    assert all(step.status == "completed" for step in view.steps)
    assert [message.text for message in view.messages] == ["5 and 42"]
    assert view.run.usage is not None
    submissions = [one for one in view.requests if one.path.endswith("/submit_tool_outputs")]
    assert len(submissions) == 1
    assert len(view.requests) <= 45


def test_the_async_form_sees_the_same_run(lab: Lab) -> None:
    """Its answer and its statuses."""

    async def watch() -> list[str]:
        return [type(event).__name__ async for event in follow_async(begin(lab), tools=BOX)]

    names = asyncio.run(watch())
    assert names[-1] == "Ended"
    assert names.count("OutputsSubmitted") == 1
    assert names.count("MessageArrived") == 1


def test_answering_by_hand_after_nobody_answered(lab: Lab) -> None:
    """Without tools the wait ends at the calls; the run can be answered and followed again."""
    run = begin(lab)
    with pytest.raises(NobodyAnswers, match="add, add"):
        wait(run)
    run = run.read()
    run.submit([ToolOutput(call.id, "by hand") for call in run.required_calls])
    assert wait(run, expect="completed").status == "completed"


def test_a_cancel_while_following_is_seen_to_its_end(lab: Lab) -> None:
    """Someone cancels between two events; the tools' work is not submitted to a run that is over."""
    run = begin(lab)
    events = []
    for event in follow(run, tools=BOX):
        events.append(event)
        if isinstance(event, ToolStarted) and run.read().status == "requires_action":
            run.cancel()
    assert isinstance(events[-1], Ended)
    assert events[-1].run.status == "cancelled"
    assert not any(isinstance(event, OutputsSubmitted) for event in events)


def test_a_person_says_no_and_changes_the_other_call(lab: Lab) -> None:
    """Approvals are answered from the events; the model is told."""
    box = Toolbox(add, approve=True)
    outputs: list[str] = []
    asked = 0
    for event in follow(begin(lab), tools=box):
        if isinstance(event, ApprovalNeeded):
            asked += 1
            if asked == 1:
                event.approval.deny("not today")
            else:
                event.approval.approve('{"a": 1, "b": 1}')
        if isinstance(event, OutputsSubmitted):
            outputs = [output.output for output in event.outputs]
    assert "not today" in outputs[0]
    assert outputs[1] == "2"


def test_following_a_run_that_is_over_tells_the_whole_story_again(lab: Lab) -> None:
    """Waiting is not owning: a second look later finds the same end, steps and messages."""
    first = collect(begin(lab), tools=BOX)
    again = collect(first.run.read())
    assert again.messages == first.messages
    assert [step.id for step in again.steps] == [step.id for step in first.steps]
    assert [card.output for card in again.calls] == ["5", "42"]
