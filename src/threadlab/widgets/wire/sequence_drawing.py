"""Sequence drawing: a sequence diagram laid out in pixels: lifelines, arrows, the run's status as a band."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.wire.participants import PARTICIPANTS, Signal
from threadlab.widgets.wire.sequence_words import said, times_of

WIDTH = 824
GUTTER = 62
HEAD = 46
ROW = 36
STATUS_ROW = 24
LETTER = 6.3
"""The width of an average letter of the drawing's font, in pixels."""


@dataclass(frozen=True, slots=True)
class Lifeline:
    """A participant: where it stands, its name, and what it is."""

    x: float
    name: str
    about: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing said. The arrow goes from `start` to `end` at `y`, its words stand above at `middle`.

    `tip` is where the strokes of its head begin. `back` is drawn as a second, dashed arrow below.
    """

    y: float
    time: str
    start: float
    end: float
    tip: float
    back_tip: float
    middle: float
    words: str
    whole: str
    back: bool
    style: str
    dashed: bool
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Band:
    """How long a run had a status, drawn along the lifeline of whoever has it."""

    x: float
    y: float
    height: float
    style: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """Everything with its place, in pixels."""

    width: float
    height: float
    lifelines: tuple[Lifeline, ...]
    bands: tuple[Band, ...]
    rows: tuple[Row, ...]


def drawing_of(
    participants: Sequence[str], signals: Sequence[Signal], about: Mapping[str, str] = PARTICIPANTS
) -> Drawing:
    """The layout. Pure."""
    apart = (WIDTH - GUTTER) / max(len(participants), 1)
    places = {name: round(GUTTER + apart * (place + 0.5), 1) for place, name in enumerate(participants)}
    rows = tuple(_rows(signals, places))
    height = (rows[-1].y if rows else HEAD) + 22
    return Drawing(
        width=WIDTH,
        height=height,
        lifelines=tuple(Lifeline(x, name, about[name]) for name, x in places.items()),
        bands=tuple(_bands(signals, rows, places, height - 8)),
        rows=rows,
    )


def _rows(signals: Sequence[Signal], places: Mapping[str, float]) -> Iterator[Row]:
    y = float(HEAD)
    for signal, time in zip(signals, times_of(signals), strict=True):
        y += ROW if signal.look is None else STATUS_ROW
        start, end = places[signal.sender], places[signal.receiver]
        itself = signal.sender == signal.receiver
        toward = 5 if end < start else -5
        whole = f"{said(signal)}{f'  →  {signal.back}' if signal.back else ''}"
        words = first_line(whole, 84)
        yield Row(
            y=y,
            time=time,
            start=start,
            end=end,
            tip=end + toward,
            back_tip=start - toward,
            middle=start + 14 if itself else _middle((start + end) / 2, words),
            words=words,
            whole=whole,
            back=bool(signal.back),
            style=_style(signal),
            dashed=signal.answers,
            mark=signal.look.mark if signal.look else "·" if itself else "",
        )


def _style(signal: Signal) -> str:
    if signal.look is not None:
        return signal.look.style
    return "bad" if signal.bad else "quiet"


def _middle(wanted: float, words: str) -> float:
    """Where the words are centred: over the arrow, and inside the drawing."""
    half = len(words) * LETTER / 2
    return round(min(max(wanted, GUTTER + half), max(WIDTH - half, GUTTER + half)), 1)


def _bands(
    signals: Sequence[Signal], rows: Sequence[Row], places: Mapping[str, float], end: float
) -> Iterator[Band]:
    """From each status to the next of the same; the last one, if it is final, has only its mark."""
    for name, x in places.items():
        stays = [
            (row, one.look)
            for row, one in zip(rows, signals, strict=True)
            if one.look is not None and one.sender == name
        ]
        for place, (row, look) in enumerate(stays):
            until = stays[place + 1][0].y if place + 1 < len(stays) else min(row.y + 10, end)
            yield Band(x - 3, row.y, round(until - row.y, 1), look.style, look.word)
