from __future__ import annotations

from collections.abc import Callable, Sequence
from io import StringIO

import pytest
from rich.console import Console

from threadlab.errors import ThreadlabError
from threadlab.following.run_view import RunView
from threadlab.objects.event import Event
from threadlab.objects.run import Run
from threadlab.widgets.runs.film import Film
from threadlab.widgets.watching import displays
from threadlab.widgets.watching.controls import Controls
from threadlab.widgets.watching.displays import (
    Display,
    NoDisplay,
    RichDisplay,
    StaticDisplay,
    WidgetDisplay,
    current_cell,
    display_named,
)

Fold = Callable[[Sequence[Event]], RunView]
ANSWER = "It is −3 °C in Oslo, with snow. 21 × 2 is 42."


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Everything that is published, as a front end would get it."""
    published: list[dict[str, str]] = []
    monkeypatch.setattr(displays, "display", lambda shown: published.append(shown._repr_mimebundle_()))
    return published


@pytest.fixture
def terminal() -> StringIO:
    """What a terminal would show."""
    return StringIO()


@pytest.fixture(params=["widgets", "rich", "static", "none"])
def shown(request: pytest.FixtureRequest, terminal: StringIO) -> Display:
    """Each of the displays."""
    if request.param == "rich":
        return RichDisplay(Console(file=terminal, width=120))
    return display_named(request.param)


def test_every_display_shows_a_run_from_its_beginning_to_its_end(
    shown: Display,
    run: Run,
    tool_story: list[Event],
    fold: Fold,
    page: list[dict[str, str]],
    terminal: StringIO,
) -> None:
    """It takes every view in turn, and tells truly whether the finished run is to be seen."""
    shown.begin(RunView(run=run), Controls())
    for length in range(1, len(tool_story) + 1):
        shown.update(fold(tool_story[:length]), Film())
    finished = shown.end(fold(tool_story))
    everything = terminal.getvalue() + "".join(bundle["text/plain"] for bundle in page)
    assert finished is (ANSWER in everything)
    assert finished is not isinstance(shown, NoDisplay)


def test_every_display_can_end_where_it_began(shown: Display, run: Run, page: list[dict[str, str]]) -> None:
    """Watching may fail before the first event."""
    shown.begin(RunView(run=run), Controls())
    shown.end(RunView(run=run))


def test_the_live_card_gives_way_to_the_finished_one(
    run: Run, tool_story: list[Event], fold: Fold, page: list[dict[str, str]]
) -> None:
    """Two outputs with stable text, of which a reader sees the second."""
    shown = WidgetDisplay()
    shown.begin(RunView(run=run), Controls())
    shown.end(fold(tool_story))
    live, finished = page
    assert (live["text/plain"], live["text/html"]) == ("RunCard()", "")
    assert ANSWER in finished["text/html"]
    assert shown.card is not None
    assert shown.card.comm is None


def test_the_cancel_button_passes_the_wish_on(run: Run, page: list[dict[str, str]]) -> None:
    """Through the display, to whoever watches."""
    wishes: list[None] = []
    shown, controls = WidgetDisplay(), Controls()
    controls.cancel_wished = lambda: wishes.append(None)
    shown.begin(RunView(run=run), controls)
    assert shown.card is not None
    shown.card.bar.cancel.click()
    assert wishes == [None]


def test_outside_a_notebook_the_terminal_is_the_place() -> None:
    """Nobody has to say where they are."""
    assert isinstance(display_named(None), RichDisplay)
    assert current_cell() is None


def test_a_page_that_cannot_move_gets_the_finished_card_alone(
    run: Run, tool_story: list[Event], fold: Fold, page: list[dict[str, str]]
) -> None:
    """No widget, one output."""
    shown = StaticDisplay()
    shown.begin(RunView(run=run), Controls())
    shown.end(fold(tool_story))
    assert [set(bundle) for bundle in page] == [{"text/html", "text/plain"}]


def test_a_name_that_is_no_display_is_refused_with_those_that_are() -> None:
    """Before anything is shown."""
    with pytest.raises(ThreadlabError, match='"widgets", "rich", "static", "none"'):
        display_named("hologram")
