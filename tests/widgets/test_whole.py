"""A card of many widgets leaves the page as one: outside in, and each of them once."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import ipywidgets
import pytest

from threadlab.connect.connect import connect
from threadlab.following.run_view import RunView
from threadlab.objects.event import Event
from threadlab.widgets.cards.live_quota import LiveQuota
from threadlab.widgets.exercises.self_check import self_check
from threadlab.widgets.runs.film import Film
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.live_run_card import RunCard
from threadlab.widgets.watching.scrubber import Scrubber

Fold = Callable[[Sequence[Event]], RunView]


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[ipywidgets.Widget]:
    """The widgets whose end the page was told of, in that order."""
    told: list[ipywidgets.Widget] = []
    close = ipywidgets.Widget.close

    def noted(widget: ipywidgets.Widget) -> None:
        if widget.comm is not None:
            told.append(widget)
        close(widget)

    monkeypatch.setattr(ipywidgets.Widget, "close", noted)
    return told


def nested(box: ipywidgets.Box) -> Iterator[tuple[ipywidgets.Box, ipywidgets.Widget]]:
    """Every widget in it, with the box that it lies in."""
    for child in box.children:
        yield box, child
        if isinstance(child, ipywidgets.Box):
            yield from nested(child)


def quota() -> LiveQuota:
    """What lies at a local service."""
    with connect(seed=1, pace=0) as lab:
        return LiveQuota(lab)


@pytest.mark.parametrize("make", ["card", "asking", "scrubber", "quota", "self-check"])
def test_a_box_is_closed_before_what_lies_in_it(
    make: str, closed: list[ipywidgets.Widget], tool_story: list[Event], fold: Fold
) -> None:
    """Or the page would take its parts off twice. Nothing stays, and nothing is told twice."""
    view = fold(tool_story[:11] if make == "asking" else tool_story)
    card: ipywidgets.VBox = {
        "card": lambda: RunCard(view, Controls()),
        "asking": lambda: RunCard(view, Controls()),
        "scrubber": lambda: Scrubber(view.run, Film().after(view, tool_story[-1])),
        "quota": quota,
        "self-check": self_check,
    }[make]()
    inside = list(nested(card))
    assert len(inside) > 3
    card.close()
    card.close()
    assert closed[0] is card
    assert all(closed.index(box) < closed.index(widget) for box, widget in inside)
    assert len(closed) == len({id(widget) for widget in closed})


def test_what_was_never_on_the_page_is_closed_too(
    closed: list[ipywidgets.Widget], tool_story: list[Event], fold: Fold
) -> None:
    """Step and Speed of a service without them, and a form that was answered."""
    card = RunCard(fold(tool_story[:11]), Controls())
    (form,) = card.forms
    card.show(fold(tool_story))
    card.close()
    assert {card.bar.step, card.bar.speed, form, *form.children} <= set(closed)
