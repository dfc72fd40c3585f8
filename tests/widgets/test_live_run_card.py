from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import pytest

from threadlab.following.run_view import RunView, advance
from threadlab.objects.event import ApprovalNeeded, Event, Polled
from threadlab.objects.run import Run
from threadlab.widgets.runs.film import Film
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.live_run_card import RunCard

Fold = Callable[[Sequence[Event]], RunView]


@pytest.fixture
def waiting(tool_story: list[Event], fold: Fold) -> RunView:
    """A run that waits for a person's yes or no."""
    return fold(tool_story[:11])


@pytest.fixture
def controls() -> Controls:
    """Those of a service whose time waits, at pace 1."""
    stepping: Any = SimpleNamespace(pace=1.0, truth=lambda run: None)
    return Controls(stepping)


def sent(card: RunCard) -> list[str]:
    """The names of the parts whose HTML changes from now on, as they do."""
    changed: list[str] = []
    for name, part in card.parts.items():
        part.observe(lambda _, name=name: changed.append(name), "value")
    return changed


def filmed(run: Run, events: Sequence[Event]) -> Film:
    """The film of these events."""
    view, film = RunView(run=run), Film()
    for event in events:
        view = advance(view, event)
        film = film.after(view, event)
    return film


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


def test_cancel_is_wished_once_and_does_nothing_else(waiting: RunView, controls: Controls) -> None:
    """The press is a wish; whoever watches carries it out. The button keeps the focus."""
    wishes: list[None] = []
    controls.cancel_wished = lambda: wishes.append(None)
    card = RunCard(waiting, controls)
    card.bar.cancel.click()
    card.bar.cancel.click()
    assert wishes == [None]
    assert card.bar.cancel.description == "Cancelling …"
    assert not card.bar.cancel.disabled
    assert not waiting.approvals[0].decision.done()


def test_pause_and_step_are_noted_and_said(waiting: RunView, controls: Controls) -> None:
    """The same button goes on again."""
    card = RunCard(waiting, controls)
    card.bar.pause.click()
    assert controls.pacing.is_held
    assert card.bar.pause.description == "Go on"
    assert "Time stands still" in card.bar.said.value
    card.bar.step.click()
    assert controls.pacing.steps == 1
    card.bar.pause.click()
    assert not controls.pacing.paused
    assert card.bar.pause.description == "Pause"


def test_the_speed_is_the_lab_s_own(waiting: RunView, controls: Controls) -> None:
    """From the stop that it is at, to any other; the slider says which that is."""
    speed = RunCard(waiting, controls).bar.speed
    assert speed.words == "1×"
    speed.value += 1
    assert controls.pacing.pace == 0.5
    speed.value = speed.maximum
    assert (speed.words, controls.pacing.pace) == ("instant", 0)


def test_the_status_is_said_to_a_screen_reader(waiting: RunView, controls: Controls) -> None:
    """With who is asked, and whether it is held."""
    card = RunCard(waiting, controls)
    card.bar.pause.click()
    card.show(waiting)
    assert card.aloud.words == "run requires_action; get_weather: yes or no?; paused"


def test_a_service_in_real_time_can_be_paused_in_view_alone(waiting: RunView) -> None:
    """Step and Speed are not there, and a pause says what it is."""
    card = RunCard(waiting, Controls())
    assert card.bar.row.children == (card.bar.pause, card.bar.cancel)
    card.bar.pause.click()
    assert "The run goes on" in card.bar.said.value


def test_the_forms_go_with_the_approval_and_the_bar_with_the_run(
    tool_story: list[Event], fold: Fold, controls: Controls
) -> None:
    """Nothing is left to press once there is nothing to decide."""
    asked = next(place for place, event in enumerate(tool_story) if isinstance(event, ApprovalNeeded))
    card = RunCard(fold(tool_story[: asked + 1]), controls)
    (form,) = card.forms
    card.show(fold(tool_story[: asked + 2]))
    assert card.forms == (form,)  # what was typed in it stays
    card.show(fold(tool_story))
    assert not card.forms
    assert card.bar.layout.display == "none"


def test_the_slider_shows_the_card_as_it_was_and_comes_back(
    run: Run, tool_story: list[Event], fold: Fold
) -> None:
    """While more happens, the past stays where it is; Latest returns."""
    card = RunCard(RunView(run=run))
    card.show(fold(tool_story[:10]), filmed(run, tool_story[:10]))
    card.scrub.slider.value = 0
    assert "</span> queued</span>" in card.parts["run_head.html"].value
    assert "tl-past" in card._dom_classes
    card.show(fold(tool_story), filmed(run, tool_story))
    assert card.scrub.slider.value == 0
    assert "</span> queued</span>" in card.parts["run_head.html"].value
    card.scrub.live.click()
    assert "</span> completed</span>" in card.parts["run_head.html"].value
    assert "tl-past" not in card._dom_classes


def test_the_slider_goes_along_with_what_happens(run: Run, tool_story: list[Event], fold: Fold) -> None:
    """At its right end it follows."""
    card = RunCard(RunView(run=run))
    for length in (2, 3, len(tool_story)):
        card.show(fold(tool_story[:length]), filmed(run, tool_story[:length]))
        assert card.scrub.slider.value == length - 1
        assert card.scrub.place is None


def test_closing_takes_everything_in_it_along(waiting: RunView, controls: Controls) -> None:
    """No widget model stays behind in the kernel."""
    card = RunCard(waiting, controls)
    form, bar, scrub = card.forms[0], card.bar, card.scrub
    inside = [*card.children, *form.children, *form.buttons.children, *bar.row.children, *scrub.row.children]
    card.close()
    assert all(widget.comm is None for widget in (card, *inside))
