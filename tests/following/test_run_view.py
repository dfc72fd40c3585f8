"""The fold of events into what a view shows."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

from threadlab.following.run_view import RunView, advance, with_requests
from threadlab.objects.approval import Approval
from threadlab.objects.event import (
    ApprovalNeeded,
    Ended,
    Event,
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
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall, ToolOutput
from threadlab.objects.wire_entry import WireEntry

CALL = ToolCall(id="call_1", name="add", arguments="{}")


def run(status: str) -> Run:
    """A run made by hand."""
    return Run(id="run_1", thread_id="thread_1", agent_id="asst_1", status=status)


def step(status: str, output: str | None = None) -> RunStep:
    """A tool step made by hand."""
    call = ToolCall(id="call_1", name="add", arguments="{}", output=output)
    return RunStep(
        id="step_1",
        run_id="run_1",
        thread_id="thread_1",
        type="tool_calls",
        status=status,
        tool_calls=(call,),
    )


def fold(*events: Event) -> RunView:
    """The view after these events."""
    return reduce(advance, events, RunView(run=run("queued")))


def test_an_empty_view_has_no_time() -> None:
    """Nothing was seen, so nothing has passed."""
    assert RunView(run=run("queued")).elapsed == 0


def test_times_count_from_the_first_event() -> None:
    """The service's clock, as seconds since following began."""
    view = fold(
        Polled(at=100, run=run("queued"), poll=1),
        StatusChanged(at=100, run=run("queued"), before=None),
        Polled(at=102.5, run=run("in_progress"), poll=2),
        StatusChanged(at=102.5, run=run("in_progress"), before="queued"),
    )
    assert view.elapsed == 2.5
    assert view.polls == 2
    assert [(one.status, view.since_began(one.at)) for one in view.statuses] == [
        ("queued", 0),
        ("in_progress", 2.5),
    ]


def test_a_call_goes_through_its_states() -> None:
    """Requested, waiting for a person, running, finished, submitted."""
    approval = Approval(CALL)
    output = ToolOutput("call_1", "3")
    events = [
        ToolCallsRequested(at=1, run=run("requires_action"), calls=(CALL,)),
        ApprovalNeeded(at=2, approval=approval),
        ToolStarted(at=3, call=CALL),
        ToolFinished(at=4, call=CALL, output=output, ok=True, seconds=1),
        OutputsSubmitted(at=5, run=run("queued"), outputs=(output,)),
    ]
    views = [fold(*events[: number + 1]) for number in range(len(events))]
    assert [view.calls[0].state for view in views] == [
        "requested",
        "needs approval",
        "running",
        "finished",
        "submitted",
    ]
    assert [view.approvals for view in views] == [(), (approval,), (), (), ()]
    assert views[-1].calls[0].output == "3"
    assert views[-1].calls[0].ok is True


def test_a_changed_step_keeps_its_place() -> None:
    """Steps are by id; calls answered by someone else show their output."""
    view = fold(
        StepChanged(at=1, step=step("in_progress"), before=None),
        StepChanged(at=2, step=step("completed", "3"), before=step("in_progress")),
    )
    assert [one.status for one in view.steps] == ["completed"]
    assert [(card.state, card.output, card.ok) for card in view.calls] == [("submitted", "3", None)]


def test_the_end_leaves_nothing_open() -> None:
    """A call that nobody decided on says so, and no approval is asked for any more."""
    view = fold(
        ToolCallsRequested(at=1, run=run("requires_action"), calls=(CALL,)),
        ApprovalNeeded(at=2, approval=Approval(CALL)),
        Ended(at=9, run=run("expired")),
    )
    assert view.ended
    assert view.run.status == "expired"
    assert view.calls[0].state == "undecided"
    assert view.approvals == ()


def test_a_decision_is_kept_with_what_it_changed() -> None:
    """What the model asked for, what a person made of it, and why not."""
    asked = [ToolCallsRequested(at=1, run=run("requires_action"), calls=(CALL,))]
    edited, denied = Approval(CALL), Approval(CALL)
    edited.approve('{"other": 1}')
    other = replace(CALL, arguments='{"other": 1}')
    ran = fold(*asked, ApprovalNeeded(at=2, approval=edited), ToolStarted(at=3, call=other))
    assert ran.calls[0].call.arguments == '{"other": 1}'
    assert ran.calls[0].asked == CALL.arguments
    denied.deny("not today")
    output = ToolOutput("call_1", "denied")
    finished = ToolFinished(at=3, call=CALL, output=output, ok=False, seconds=0)
    card = fold(*asked, ApprovalNeeded(at=2, approval=denied), finished).calls[0]
    assert card.decision is not None
    assert (card.decision.reason, card.asked) == ("not today", None)


def test_notes_retries_and_requests_are_kept() -> None:
    """Why the stand-in answered, what went wrong on the way, and the wire."""
    note = ModelNote(1, "rule-based stand-in", "greeting", "it said hello")
    retry = Retrying(at=2, problem="busy", seconds=1)
    view = with_requests(
        fold(ModelExplained(at=1, note=note), retry), [WireEntry(number=1, method="GET", path="/threads")]
    )
    assert (view.notes, view.retries, len(view.requests)) == ((note,), (retry,), 1)
