from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from bs4 import BeautifulSoup

from threadlab.backend.engine.machine import TRANSITIONS
from threadlab.following.run_view import RunView, StatusSeen
from threadlab.objects.event import Event
from threadlab.objects.run import STATUSES, Run
from threadlab.widgets.runs.run_card import render_html
from threadlab.widgets.runs.status_graph import FOLLOWERS, PLACES, StatusGraph, status_graph

Fold = Callable[[Sequence[Event]], RunView]


def seen(run: Run, *statuses: str) -> StatusGraph:
    """The graph of a run that was seen in these statuses, one after another."""
    looks = tuple(StatusSeen(status, at) for at, status in enumerate(statuses))
    return status_graph(RunView(run=replace(run, status=statuses[-1]), statuses=looks))


def taken(graph: StatusGraph) -> list[str]:
    """The edges that were taken, in words."""
    return [edge.words for edge in graph.edges if edge.taken]


def test_it_knows_the_same_followers_as_the_engine() -> None:
    """The one table that the backend keeps for itself."""
    assert {status: set(after) for status, after in FOLLOWERS.items()} == {
        status: set(after) for status, after in TRANSITIONS.items() if after
    }
    assert set(PLACES) == set(STATUSES)


def test_the_live_node_is_lit_and_the_edges_count(tool_story: list[Event], fold: Fold) -> None:
    """A tool run goes round once."""
    graph = status_graph(fold(tool_story))
    assert [node.look.word for node in graph.nodes if node.here] == ["completed"]
    assert "in_progress to requires_action, taken" in taken(graph)
    assert [edge.words for edge in graph.edges if edge.latest] == ["in_progress to completed, taken"]


def test_a_round_is_counted_twice_on_the_edge_that_was_taken_twice(run: Run) -> None:
    """Two times from the queue."""
    graph = seen(run, "queued", "in_progress", "requires_action", "queued", "in_progress")
    assert "queued to in_progress, taken 2 times" in taken(graph)


def test_what_no_look_saw_is_on_the_way_and_is_said(run: Run) -> None:
    """From requires_action a run can only have come back by way of the queue."""
    graph = seen(run, "queued", "completed")
    assert graph.unseen == ("in_progress",)
    assert [edge.words for edge in graph.edges if edge.unseen] == ["queued to in_progress, taken"]


def test_ways_out_of_every_live_status_lead_from_the_frame(run: Run) -> None:
    """Cancelled while it was queued; failed while it was being cancelled."""
    assert taken(seen(run, "queued", "cancelling", "cancelled")) == [
        "queued or in_progress or requires_action to cancelling, taken",
        "cancelling to cancelled, taken",
    ]
    assert "to failed, taken" in taken(seen(run, "cancelling", "failed"))[0]


def test_a_status_that_nobody_knows_lights_nothing(run: Run) -> None:
    """And breaks nothing."""
    graph = seen(run, "queued", "paused")
    assert not [node for node in graph.nodes if node.here]
    assert taken(graph) == []


def test_the_page_says_in_words_where_the_run_is_and_may_go(run: Run) -> None:
    """For a reader who cannot see it."""
    page = BeautifulSoup(render_html(RunView(run=run)), "html.parser")
    said = str(page.select_one(".tl-graph svg")["aria-label"])  # type: ignore[index]
    assert "The run is queued; next may come in_progress" in said
