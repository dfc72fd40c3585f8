from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from threadlab.following.run_view import RunView
from threadlab.objects.event import Event
from threadlab.objects.run import STATUSES, Run
from threadlab.widgets.drawing.page import style
from threadlab.widgets.drawing.status_look import look_of, road

Fold = Callable[[Sequence[Event]], RunView]


@pytest.mark.parametrize("status", STATUSES)
def test_every_status_has_a_word_a_mark_of_its_own_and_a_colour(status: str) -> None:
    """Colour is never the only carrier of a status."""
    look = look_of(status)
    others = [look_of(other).mark for other in STATUSES if other != status]
    assert look.word == status
    assert look.mark not in others
    assert f".tl-{look.style}" in style()


def test_a_status_of_a_later_service_gets_no_style_of_its_own_making() -> None:
    """The service's text never becomes a CSS class."""
    assert look_of('x" onclick="evil()').style == "unknown"


def test_the_road_counts_how_often_each_status_was_seen(tool_story: list[Event], fold: Fold) -> None:
    """A tool run is in_progress twice."""
    stops = road(fold(tool_story))
    assert [(stop.look.word, stop.seen, stop.here) for stop in stops] == [
        ("queued", 1, False),
        ("in_progress", 2, False),
        ("requires_action", 1, False),
        ("completed", 1, True),
    ]


def test_a_run_that_left_early_ends_its_road_at_the_exit(run: Run) -> None:
    """After a failure nothing points on to completed."""
    view = RunView(run=replace(run, status="failed"))
    assert [stop.look.word for stop in road(view)][-1] == "failed"
