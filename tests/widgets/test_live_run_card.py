from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from threadlab.following.run_view import RunView
from threadlab.objects.event import ApprovalNeeded, Event, Polled
from threadlab.objects.run import Run
from threadlab.widgets.live_run_card import RunCard

Fold = Callable[[Sequence[Event]], RunView]


@pytest.fixture
def waiting(tool_story: list[Event], fold: Fold) -> RunView:
    """A run that waits for a person's yes or no."""
    return fold(tool_story[:11])


def sent(card: RunCard) -> list[str]:
    """The names of the parts whose HTML changes from now on, as they do."""
    changed: list[str] = []
    for name, part in card.parts.items():
        part.observe(lambda _, name=name: changed.append(name), "value")
    return changed


def test_its_text_tells_nothing_that_changes(run: Run, tool_story: list[Event], fold: Fold) -> None:
    """Stored notebooks are compared by it."""
    card = RunCard(RunView(run=run))
    card.show(fold(tool_story))
    assert repr(card) == "RunCard()"


def test_what_is_drawn_already_is_not_sent_again(waiting: RunView) -> None:
    """Showing the same view twice costs nothing on the wire to the browser."""
    card = RunCard(waiting)
    changed = sent(card)
    card.show(waiting)
    assert changed == []


def test_a_poll_that_saw_nothing_new_changes_the_meter_alone(tool_story: list[Event], fold: Fold) -> None:
    """The status is not announced again, and no folded part closes."""
    before = [*tool_story[:8]]
    card = RunCard(fold(before))
    changed = sent(card)
    last = before[-1]
    card.show(fold([*before, Polled(at=last.at + 0.5, run=fold(before).run, poll=4)]))
    assert changed == ["run_meter.html"]


def test_cancel_calls_once_and_does_nothing_else(waiting: RunView) -> None:
    """The press is a wish; whoever watches carries it out."""
    presses: list[None] = []
    card = RunCard(waiting, on_cancel=lambda: presses.append(None))
    card.cancel.click()
    assert presses == [None]
    assert card.cancel.disabled
    assert not waiting.approvals[0].decision.done()


@pytest.mark.parametrize(("button", "approved"), [(0, True), (1, False)])
def test_the_two_buttons_answer_the_approval(waiting: RunView, button: int, approved: bool) -> None:
    """Approve says yes, Deny says no."""
    card = RunCard(waiting)
    card.buttons.children[button].click()
    assert waiting.approvals[0].decision.result().approved is approved


def test_an_approval_that_was_answered_elsewhere_is_left_alone(waiting: RunView) -> None:
    """A late press is no error."""
    card = RunCard(waiting)
    waiting.approvals[0].deny()
    card.buttons.children[0].click()
    assert waiting.approvals[0].decision.result().approved is False


def test_the_buttons_go_with_the_approval_and_with_the_run(tool_story: list[Event], fold: Fold) -> None:
    """Nothing is left to press once there is nothing to decide."""
    asked = next(place for place, event in enumerate(tool_story) if isinstance(event, ApprovalNeeded))
    card = RunCard(fold(tool_story[: asked + 1]), on_cancel=lambda: None)
    assert len(card.buttons.children) == 3
    card.show(fold(tool_story))
    assert card.buttons.children == (card.cancel,)
    assert card.cancel.layout.display == "none"


def test_closing_takes_everything_in_it_along(waiting: RunView) -> None:
    """No widget model stays behind in the kernel."""
    card = RunCard(waiting)
    inside = [*card.children, *card.buttons.children]
    card.close()
    assert all(widget.comm is None for widget in (card, *inside))
