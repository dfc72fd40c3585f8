"""A record is what the entries tell, no more and no less."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce

import pytest

from tests.journal import story
from threadlab.errors import JournalError
from threadlab.following.run_view import RunView
from threadlab.following.run_view import advance as advance_view
from threadlab.journal.fact import (
    AnyFact,
    Began,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Entry,
    Interrupted,
    Observed,
    Queued,
)
from threadlab.journal.fold import ABANDONED, GrowingRecord, fold
from threadlab.journal.record import Record
from threadlab.journal.values import Command
from threadlab.journal.workspace import Workspace
from threadlab.objects.event import StepChanged, ToolFinished, ToolStarted
from threadlab.objects.usage import Usage

ID = "turn-20231114-221320-abcd"


def _told(*facts: AnyFact, commands: int = 1) -> Record:
    queue = tuple(Command(text=str(number)) for number in range(commands))
    told = [story.received(ID, commands=queue), *facts]
    return fold(Entry(seq=number, at=story.NOON + number, fact=fact) for number, fact in enumerate(told, 1))


def test_the_story_becomes_one_record() -> None:
    """One input, its agent call, its run steps, its tool call, messages, cost, and the rest."""
    record = fold(story.entries(ID))
    (call,) = record.calls
    (use,) = call.tools
    assert (record.id, record.status, record.parent) == (ID, "completed", "turn-20231114-220000-0000")
    assert (record.created_at, record.started_at, record.ended_at) == tuple(story.NOON + n for n in (0, 1, 8))
    assert [(one.command.agent, one.status) for one in record.queue] == [("guide", "completed")]
    assert (call.agent, call.thread_id, call.status) == ("guide", "thread_1", "completed")
    assert call.run and (call.run.id, call.run.status) == ("run_1", "completed")
    assert [step.id for step in call.steps] == ["step_1", "step_2"]
    assert [message.text for message in call.messages] == [record.output]
    assert (use.path, use.name, use.output, use.ok) == (
        "1.get_weather.1",
        "get_weather",
        '{"sky":"blue"}',
        True,
    )
    assert (use.started_at, use.seconds) == (story.NOON + 2.5, 0.5)
    assert record.usage == Usage(20 + 30, 8 + 9) and record.tools == (use,)
    (unit,) = record.units
    assert (unit.path, unit.status, unit.error and unit.error.code) == ("tour.plan.map", "failed", "no_map")
    (interrupt,) = record.interrupts
    assert (interrupt.question, interrupt.answer, interrupt.by) == ("Go on?", "yes", "user")
    assert record.tickets == ("t-1",) and record.promoted == {"mood": "sunny"}
    assert record.scratch["city"]["name"] == "Rome" and record.decisions == ("asked for the weather",)


def test_going_on_entry_by_entry_comes_to_the_same() -> None:
    """So a live view can fold as it goes, at every point."""
    told = story.entries(ID)
    growing = GrowingRecord(told[0])
    for number, entry in enumerate(told[1:], 2):
        growing.add(entry)
        assert growing.record == fold(told[:number])


def test_a_fresh_kernel_folds_the_recorded_events_into_the_view_of_following(workspace: Workspace) -> None:
    """The same events, so the very same card."""
    live = list(story.events())
    entries = workspace.open(story.write_story(workspace)).entries()
    read = [entry.fact.event for entry in entries if isinstance(entry.fact, Observed)]
    start = RunView(run=story.run("queued"))
    assert reduce(advance_view, read, start) == reduce(advance_view, live, start)


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        ((), "queued"),
        ((Queued(reason="busy"),), "queued"),
        ((Began(process=1),), "in_progress"),
        ((Began(process=1), Interrupted(id="1", kind="input", question="?")), "requires_action"),
        ((Began(process=1), Ended(status="cancelled", output="")), "cancelled"),
        ((Ended(status="completed", output=""),), "incomplete"),
        ((CommandEnded(position=1, status="completed"), Ended(status="completed", output="")), "completed"),
        ((CommandEnded(position=1, status="failed"), Ended(status="completed", output="")), "failed"),
        ((CommandStarted(position=1), Ended(status="completed", output="")), "incomplete"),
        ((CommandEnded(position=1, status="completed"), Ended(status="failed", output="")), "failed"),
    ],
)
def test_the_status_is_derived(facts: tuple[AnyFact, ...], status: str) -> None:
    """With a command that failed or was left undone it is never completed, whatever the end says."""
    assert _told(*facts).status == status


def test_a_call_that_is_made_again_after_a_crash_keeps_the_cost_of_the_first() -> None:
    """The first is called abandoned; one that the service never heard of leaves nothing."""
    started = CallStarted(path="1", agent="a", prompt="p", request="r")
    tied = CallTied(path="1", thread_id="t", message_id="m", run_id="run_1")
    paid = next(event for event in story.events() if isinstance(event, StepChanged) and event.step.usage)
    record = _told(started, tied, Observed(path="1", event=paid), started, tied)
    assert [call.status for call in record.calls] == [ABANDONED, "in_progress"]
    assert record.usage == Usage(20, 8)
    assert len(_told(started, started).calls) == 1


def test_the_calls_of_one_tool_are_numbered_and_each_has_one_result() -> None:
    """The second call of a tool in an agent call is number 2; a result that was reused says whose it is."""
    again = replace(story.CALL, id="call_2")
    record = _told(
        CallStarted(path="2", agent="a", prompt="p", request="r"),
        Observed(path="2", event=ToolStarted(at=1.0, call=story.CALL)),
        Observed(path="2", event=ToolStarted(at=1.0, call=again)),
        Observed(
            path="2",
            event=ToolFinished(at=2.0, call=again, output=story.OUTPUT, ok=False, seconds=1.0),
            reused="turn-1",
        ),
    )
    first, second = record.tools
    assert (first.path, first.output, first.ok, first.reused) == ("2.get_weather.1", None, None, "")
    assert (second.path, second.ok, second.reused) == ("2.get_weather.2", False, "turn-1")


def test_entries_that_do_not_begin_with_an_input_are_no_user_run() -> None:
    """Nothing was accepted."""
    for told in ((), (Entry(seq=1, at=1.0, fact=Began(process=1)),)):
        with pytest.raises(JournalError, match="does not begin with what was received"):
            fold(told)
