"""Waiting for the end alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from threadlab.errors import RunNotCompleted
from threadlab.following.wait import collect, wait
from threadlab.objects.event import Ended, Event

if TYPE_CHECKING:
    from tests.following.conftest import ScriptedHome, ScriptedTools

PLAIN = [(0.3, "queued"), (1.2, "in_progress"), (0, "completed")]
ASKING = [(0.3, "queued"), (0.7, "in_progress"), (0, "requires_action")]


@pytest.mark.parametrize("status", ["completed", "failed", "cancelled", "expired", "incomplete"])
def test_waiting_returns_the_run_in_whatever_final_status(
    scripted_home: type[ScriptedHome], status: str
) -> None:
    """An end is an end; it is no error unless one was expected."""
    assert wait(scripted_home([[(0.1, "queued"), (0, status)]]).run).status == status


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        ("failed", "it broke (server_error)"),
        ("incomplete", "max_completion_tokens"),
        ("expired", "its time ran out"),
        ("cancelled", "stopped on request"),
    ],
)
def test_another_end_than_expected_explains_itself(
    scripted_home: type[ScriptedHome], status: str, cause: str
) -> None:
    """The status, the cause and what to do; the run is attached."""
    with pytest.raises(RunNotCompleted) as caught:
        wait(scripted_home([[(0.1, "queued"), (0, status)]]).run, expect="completed")
    assert caught.value.run.status == status
    assert cause in caught.value.message
    assert caught.value.hint


def test_expecting_a_cancel_is_fine(scripted_home: type[ScriptedHome]) -> None:
    """Completed is not the only end that someone can want."""
    assert wait(scripted_home([[(0, "cancelled")]]).run, expect="cancelled").status == "cancelled"


def test_collecting_gives_the_finished_view_and_every_event(
    scripted_home: type[ScriptedHome], scripted_tools: type[ScriptedTools]
) -> None:
    """Statuses, steps, answered calls, the message and the requests."""
    heard: list[Event] = []
    view = collect(scripted_home([ASKING, PLAIN]).run, tools=scripted_tools(), on_event=heard.append)
    assert view.ended
    assert [one.status for one in view.statuses][-1] == "completed"
    assert [step.type for step in view.steps] == ["tool_calls", "message_creation"]
    assert [(card.state, card.output, card.ok) for card in view.calls] == [("submitted", "3", True)] * 2
    assert [message.text for message in view.messages] == ["Done."]
    assert len(view.requests) == len(view.run.service.requests(view.run))
    assert isinstance(heard[-1], Ended)
