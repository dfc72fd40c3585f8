"""Fact reel: a user run's log as stops, fact for fact; the state at each is folded again from the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import foreign_text
from threadlab.journal.fact import Entry
from threadlab.journal.fold import GrowingRecord, fold
from threadlab.journal.record import Record
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.drawing.trigger_mark import trigger_mark
from threadlab.widgets.user_runs.fact_words import fact_words

LONGEST_WORDS = 110


@dataclass(frozen=True, slots=True)
class Stop:
    """One fact: when, in words, and the user run's status after it."""

    time: str
    short: str
    look: StatusLook


@dataclass(frozen=True, slots=True)
class FactReel:
    """All facts as stops, oldest first."""

    entries: tuple[Entry, ...]
    frames: tuple[Stop, ...]

    def __len__(self) -> int:
        return len(self.frames)

    def at(self, place: int) -> Record:
        """The user run as it was after the fact at that place."""
        return fold(self.entries[: place + 1])


def reel_of(entries: Sequence[Entry]) -> FactReel:
    """The log with each fact in words, and with the status after it."""
    growing = GrowingRecord(entries[0])
    stops = []
    for entry in entries:
        if entry is not entries[0]:
            growing.add(entry)
        stops.append(stop_of(entry, entries[0].at, growing.status))
    return FactReel(tuple(entries), tuple(stops))


def stop_of(entry: Entry, began: float, status: str) -> Stop:
    """A fact in words, with the status after it. `began` is when the first one was."""
    words = first_line(fact_words(entry.fact), LONGEST_WORDS)
    return Stop(seconds(float(entry.at - began)), words, look_of(status))


def strip_html(reel: FactReel) -> str:
    """The strip as HTML that needs nothing else."""
    record = reel.at(len(reel) - 1)
    mark = trigger_mark(record.trigger)
    return styled(
        html("log_strip.html", id=record.id, look=look_of(record.status), mark=mark, stops=reel.frames)
    )


def strip_text(reel: FactReel) -> str:
    """The strip as lines of text: when, in which status, and what."""
    record = reel.at(len(reel) - 1)
    mark = trigger_mark(record.trigger)
    about = f" · {mark}" if mark else ""
    lines = [f"{look_of(record.status).mark} what happened in user run {record.id}{about}: {len(reel)} facts"]
    lines += [
        f"  {stop.time:>12}  {stop.look.mark} {stop.look.word:<15}  {stop.short}" for stop in reel.frames
    ]
    return foreign_text("\n".join(lines)).plain
