"""Status graph: the nine statuses, who may follow whom, and the way that a run took through them.

From queued, in_progress and requires_action a run may fail, expire or be cancelled, so those three stand in
one frame, and such ways lead from the frame. A look may have missed a status: then the shortest way between
two that were seen is drawn as taken, and said to be unseen.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from threadlab.following.run_view import RunView
from threadlab.widgets.drawing.status_look import StatusLook, look_of

FOLLOWERS: Mapping[str, tuple[str, ...]] = {
    "queued": ("in_progress", "failed", "expired", "cancelling"),
    "in_progress": ("requires_action", "completed", "incomplete", "failed", "expired", "cancelling"),
    "requires_action": ("queued", "failed", "expired", "cancelling"),
    "cancelling": ("cancelled", "failed"),
}
"""From each status that is not final, those that may follow."""

FRAME = "any"
FRAMED = ("queued", "in_progress", "requires_action")

PLACES: Mapping[str, tuple[int, int, int]] = {
    "queued": (12, 27, 58),
    "in_progress": (108, 27, 86),
    "requires_action": (92, 89, 108),
    "completed": (252, 13, 78),
    "incomplete": (252, 36, 78),
    "failed": (252, 59, 78),
    "expired": (252, 82, 78),
    "cancelling": (252, 105, 78),
    "cancelled": (358, 105, 74),
}
"""Of each status: its left edge, its middle from above, its width."""

WAYS: Mapping[tuple[str, str], tuple[str, tuple[int, int]]] = {
    ("queued", "in_progress"): ("M70 27 H107 m-5 -4 l5 4 l-5 4", (88, 20)),
    ("in_progress", "requires_action"): ("M156 37 V78 m-4 -5 l4 5 l4 -5", (168, 61)),
    ("requires_action", "queued"): ("M92 89 H57 Q41 89 41 73 V38 m-4 5 l4 -5 l4 5", (54, 66)),
    ("in_progress", "completed"): ("M194 24 C222 24 222 13 251 13 m-5 -4 l5 4 l-5 4", (223, 12)),
    ("in_progress", "incomplete"): ("M194 30 C222 30 222 36 251 36 m-5 -4 l5 4 l-5 4", (223, 44)),
    (FRAME, "failed"): ("M216 59 H251 m-5 -4 l5 4 l-5 4", (233, 54)),
    (FRAME, "expired"): ("M216 82 H251 m-5 -4 l5 4 l-5 4", (233, 77)),
    (FRAME, "cancelling"): ("M216 105 H251 m-5 -4 l5 4 l-5 4", (233, 100)),
    ("cancelling", "cancelled"): ("M330 105 H357 m-5 -4 l5 4 l-5 4", (344, 100)),
}
"""Each edge as the path of its arrow, and where its count stands. The rare cancelling to failed has none of
its own: it is drawn as the frame's."""


@dataclass(frozen=True, slots=True)
class Node:
    """A status on the graph: whether the run is there now, or was seen there."""

    look: StatusLook
    x: int
    y: int
    width: int
    here: bool
    seen: bool


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge: how often it was taken, whether only unseen, and whether it was the last one taken."""

    path: str
    count_at: tuple[int, int]
    taken: int
    unseen: bool
    latest: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusGraph:
    """The graph of one view of a run. `now` is the status that the run is in; `words` say it all."""

    now: StatusLook
    after: tuple[str, ...]
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    unseen: tuple[str, ...]
    words: str


def status_graph(view: RunView) -> StatusGraph:
    """The graph for this view."""
    moves = tuple(_moves(view))
    now, after = look_of(view.run.status), FOLLOWERS.get(view.run.status, ())
    seen = {one.status for one in view.statuses} | {view.run.status}
    unseen = tuple(dict.fromkeys(after_it for _, after_it, looked in moves if not looked))
    return StatusGraph(
        now=now,
        after=after,
        nodes=tuple(
            Node(look_of(status), *place, status == view.run.status, status in seen)
            for status, place in PLACES.items()
        ),
        edges=tuple(_edge(ends, *way, moves) for ends, way in WAYS.items()),
        unseen=unseen,
        words=_words(view, after),
    )


def _moves(view: RunView) -> Iterator[tuple[str, str, bool]]:
    """Each edge that was taken, and whether a look saw its end at once."""
    for before, after in pairwise(one.status for one in view.statuses):
        way = _shortest(before, after)
        for step in pairwise(way):
            yield *step, step[1] == after


def _shortest(start: str, end: str) -> tuple[str, ...]:
    """The shortest way from a status to another; empty if there is none."""
    ways = deque[tuple[str, ...]]([(start,)])
    reached = set[str]()
    while ways:
        way = ways.popleft()
        for status in FOLLOWERS.get(way[-1], ()):
            if status == end:
                return (*way, status)
            if status not in reached:
                reached.add(status)
                ways.append((*way, status))
    return ()


def _edge(
    ends: tuple[str, str], path: str, count_at: tuple[int, int], moves: tuple[tuple[str, str, bool], ...]
) -> Edge:
    before, after = ends
    taken = [move for move in moves if _drawn_as(move) == ends]
    source = " or ".join(FRAMED) if before == FRAME else before
    went = f", taken {len(taken)} times" if len(taken) > 1 else ", taken" if taken else ""
    return Edge(
        path=path,
        count_at=count_at,
        taken=len(taken),
        unseen=bool(taken) and not any(looked for _, _, looked in taken),
        latest=bool(moves) and _drawn_as(moves[-1]) == ends,
        words=f"{source} to {after}{went}",
    )


def _drawn_as(move: tuple[str, str, bool]) -> tuple[str, str]:
    before, after, _ = move
    return (before, after) if (before, after) in WAYS else (FRAME, after)


def _words(view: RunView, after: tuple[str, ...]) -> str:
    way = ", ".join(one.status for one in view.statuses) or "nothing yet"
    ahead = f"; next may come {', '.join(after)}" if after else "; it is over"
    return f"The run is {view.run.status}{ahead}. Seen so far: {way}."
