"""Film: what happened to a watched run, a frame an event, so that one can walk back over it.

Each frame is the view as it was then; views share what they have in common. The strip is the same as lines
of text: what happened in a row, several polls that saw nothing new for one, is one line.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby

from threadlab.following.run_lines import words
from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import counted
from threadlab.objects.event import ArgumentsArrived, Event, Polled, StatusChanged, TextArrived, ToolStarted
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import look_of

MOST_FRAMES = 600
LONGEST_WORDS = 110


@dataclass(frozen=True, slots=True)
class Frame:
    """One event in words, and the view after it. `kind` is "poll", "text" or "" for what happens once."""

    kind: str
    words: str
    view: RunView

    @property
    def status(self) -> str:
        """The run's status as it was known then."""
        return self.view.run.status

    @property
    def short(self) -> str:
        """The words, as far as they fit on a line."""
        return first_line(self.words, LONGEST_WORDS)

    @property
    def time(self) -> str:
        """Since following began."""
        return seconds(float(self.view.elapsed))


@dataclass(frozen=True, slots=True)
class StripLine:
    """A line of the strip: when, the run's status, and what happened."""

    time: str
    status: str
    words: str


@dataclass(frozen=True, slots=True)
class Film:
    """The frames, oldest first. `left_out` counts those that were dropped to keep the film short."""

    frames: tuple[Frame, ...] = ()
    left_out: int = 0

    def __len__(self) -> int:
        return len(self.frames)

    def after(self, view: RunView, event: Event) -> Film:
        """The film with one more frame. A long film loses every other poll and piece of text."""
        longer = replace(self, frames=(*self.frames, Frame(_kind(event), event_words(view, event), view)))
        return longer if len(longer) <= MOST_FRAMES else _thinned(longer)

    def strip(self) -> tuple[StripLine, ...]:
        """The film as lines of text."""
        return tuple(_lines(self.frames))


def _thinned(film: Film) -> Film:
    kept = tuple(frame for place, frame in enumerate(film.frames) if not (frame.kind and place % 2))
    kept = kept[-MOST_FRAMES:]
    return Film(kept, film.left_out + len(film) - len(kept))


def _kind(event: Event) -> str:
    if isinstance(event, TextArrived | ArgumentsArrived):
        return "text"
    return "poll" if isinstance(event, Polled) else ""


def event_words(view: RunView, event: Event) -> str:
    """The event on one line; `view` is the view after it."""
    match event:
        case Polled():
            return f"poll {event.poll} sees {event.run.status}"
        case StatusChanged():
            return f"{event.run.status}: {look_of(event.run.status).meaning}"
        case ToolStarted():
            return f"{event.call.name} starts with {event.call.arguments}"
    return words(view, event) or type(event).__name__


def _lines(frames: tuple[Frame, ...]) -> Iterator[StripLine]:
    for (kind, _), group in groupby(frames, key=lambda frame: (frame.kind, frame.status)):
        same = list(group)
        if kind == "poll" and len(same) > 1:
            first, last = (frame.view.polls for frame in (same[0], same[-1]))
            yield _line(same[-1], f"polls {first} to {last} saw nothing new")
        elif kind == "text" and len(same) > 1:
            yield _line(same[-1], f"{counted(len(same), 'piece')} of text, the last: {same[-1].words}")
        else:
            yield from (_line(frame, frame.short) for frame in same)


def _line(frame: Frame, said: str) -> StripLine:
    return StripLine(frame.time, frame.status, first_line(said, LONGEST_WORDS))
