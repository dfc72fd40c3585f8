"""Status look: each status as a word, a mark and a colour, and the strip that a run travels along.

The colour is never alone: the mark and the word say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threadlab.following.run_view import RunView
from threadlab.objects.run import STATUSES
from threadlab.widgets.drawing.short_forms import seconds

ROAD = ("queued", "in_progress", "requires_action", "completed")
EXITS = ("cancelled", "failed", "incomplete", "expired")

MARKS: Mapping[str, str] = {
    "queued": "○",
    "in_progress": "◐",
    "requires_action": "◆",
    "cancelling": "◌",
    "cancelled": "⊘",
    "failed": "✕",
    "completed": "✓",
    "incomplete": "◑",
    "expired": "◷",
}


@dataclass(frozen=True, slots=True)
class StatusLook:
    """How a status looks. `style` is a name of ours, never the service's text: it becomes a CSS class."""

    word: str
    mark: str
    style: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Stop:
    """One status on the strip: how often it was seen, whether the run is there now, and since when."""

    look: StatusLook
    seen: int
    here: bool
    since: str


def look_of(status: str) -> StatusLook:
    """The look of a status, with a plain one for a status that this kit does not know."""
    if status not in MARKS:
        return StatusLook(status, "?", "unknown", "a status that this kit does not know")
    return StatusLook(status, MARKS[status], status, STATUSES[status].meaning)


def road(view: RunView) -> tuple[Stop, ...]:
    """The way a run goes: the four stops, and whatever else it came through."""
    detours = dict.fromkeys(
        status for status in (*(one.status for one in view.statuses), view.run.status) if status not in ROAD
    )
    left_early = any(status in EXITS for status in detours)
    stops = ROAD[:-1] if left_early else ROAD
    last = () if left_early else (ROAD[-1],)
    before = stops if left_early else stops[:-1]
    return tuple(_stop(view, status) for status in (*before, *detours, *last))


def _stop(view: RunView, status: str) -> Stop:
    times = [view.since_began(one.at) for one in view.statuses if one.status == status]
    here = view.run.status == status
    return Stop(look_of(status), len(times) or int(here), here, seconds(times[0]) if times else "")
