"""Citations drawing: the places of everything in the picture of an answer and its sources. Pure.

The answer stands on the left, passages on the right, both in cells of one size, so that a line can be drawn
from a marker to the words that it cites. Units are those of the SVG, a pixel where there is room enough.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from threadlab.widgets.cards.cited_answer import CitedAnswer
from threadlab.widgets.drawing.wrapped_text import TextLine, cells, shown, stretches, wrapped

CELL = 7.2
LINE = 18
LEFT = 42
RIGHT = 52
GUTTER = 76
PAD = 8
HEAD = 24
GAP = 10
TOP = 20
BAR = 60
MOST_PASSAGES = 8
MOST_LINES = 12
LINES_UNCITED = 3
RIGHT_X = LEFT * CELL + GUTTER
WIDTH = RIGHT_X + RIGHT * CELL + 2 * PAD


@dataclass(frozen=True, slots=True)
class Words:
    """A line of text; `y` is its base line, `width` the room that it takes."""

    x: float
    y: float
    width: float
    text: str


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """A passage as drawn. `light` is how brightly it is lit, 0 to 1; `bar` is its score."""

    box: Rect
    name: Words
    score: str
    light: float
    bar: Rect | None
    lines: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """A citation as drawn: the places of its marker and of its quote, and the line between them."""

    number: int
    marker: tuple[Rect, ...]
    quote: tuple[Rect, ...]
    path: str


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture."""

    width: float
    height: float
    answer: tuple[Words, ...]
    chunks: tuple[Chunk, ...]
    links: tuple[Link, ...]
    left_out: int
    searched: bool
    right_x: float = RIGHT_X


@dataclass(frozen=True, slots=True)
class _Window:
    """A passage's lines that are shown, from number `first` on, and the top of the first one."""

    lines: tuple[TextLine, ...]
    first: int
    count: int
    top: float


def drawing(answer: CitedAnswer) -> Drawing:
    """Everything in its place."""
    lines = wrapped(answer.text, LEFT)
    cited = [source.passage for source in answer.sources]
    drawn = [*range(min(len(answer.passages), MOST_PASSAGES))]
    drawn += [number for number in dict.fromkeys(cited) if number not in drawn]
    windows: dict[int, _Window] = {}
    chunks: list[Chunk] = []
    top = float(TOP)
    for number in drawn:
        window = windows[number] = _window(answer, number, top)
        chunks.append(_chunk(answer, number, window, top))
        top += chunks[-1].box.height + GAP
    return Drawing(
        width=WIDTH,
        height=max(top - GAP, TOP + len(lines) * LINE) + PAD,
        answer=tuple(
            _words(
                answer.text, lines, 0.0, TOP, [cut for one in answer.sources for cut in (one.start, one.end)]
            )
        ),
        chunks=tuple(chunks),
        links=tuple(_links(answer, lines, windows)),
        left_out=len(answer.passages) - len(drawn),
        searched=any(passage.score is not None for passage in answer.passages),
    )


def _window(answer: CitedAnswer, number: int, top: float) -> _Window:
    """Of a long passage, the lines around what is cited first."""
    text = answer.passages[number].text
    lines = wrapped(text, RIGHT)
    quotes = [source for source in answer.sources if source.passage == number]
    most = MOST_LINES if quotes else LINES_UNCITED
    at = min((source.first for source in quotes), default=0)
    cited = next((place for place, line in enumerate(lines) if line.end >= at), 0)
    first = max(0, min(cited - 2, len(lines) - most))
    return _Window(lines, first, min(most, len(lines)), top + HEAD)


def _chunk(answer: CitedAnswer, number: int, window: _Window, top: float) -> Chunk:
    passage = answer.passages[number]
    cuts = [cut for one in answer.sources if one.passage == number for cut in (one.first, one.last)]
    name = shown(passage.file_name or passage.file_id)[: RIGHT - 18]
    lines = window.lines[window.first : window.first + window.count]
    box = Rect(RIGHT_X, top, WIDTH - RIGHT_X, HEAD + len(lines) * LINE + PAD)
    score = passage.score
    right = WIDTH - PAD
    return Chunk(
        box=box,
        name=Words(RIGHT_X + PAD, top + 17, cells(name) * CELL, name),
        score="" if score is None else f"{score:.2f}",
        light=0.0 if score is None else min(max(score, 0.0), 1.0),
        bar=None if score is None else Rect(right - BAR, top + 10, BAR, 6),
        lines=tuple(_words(passage.text, lines, RIGHT_X + PAD, window.top, cuts)),
    )


def _links(answer: CitedAnswer, lines: Sequence[TextLine], windows: dict[int, _Window]) -> Iterator[Link]:
    for number, source in enumerate(answer.sources, 1):
        window = windows[source.passage]
        text = answer.passages[source.passage].text
        marker = tuple(_rects(answer.text, lines, source.start, source.end, 0.0, TOP))
        shown_lines = window.lines[window.first : window.first + window.count]
        quote = tuple(_rects(text, shown_lines, source.first, source.last, RIGHT_X + PAD, window.top))
        yield Link(number, marker, quote, _path(marker, quote, window.top - HEAD + 13))


def _path(marker: Sequence[Rect], quote: Sequence[Rect], otherwise: float) -> str:
    """A curve from the marker to the quote, or to the head of its passage; "" where there is no marker.

    On both sides it runs along the foot of the line, so that it crosses no word.
    """
    if not marker:
        return ""
    last, edge, near = marker[-1], LEFT * CELL, RIGHT_X + 2
    y = last.y + last.height
    to_x = quote[0].x + quote[0].width if quote else near
    to_y = quote[0].y + quote[0].height if quote else otherwise
    middle = (edge + near) / 2
    begin = f"M{last.x:.1f} {y:.1f} H{edge:.1f}"
    return f"{begin} C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {near:.1f} {to_y:.1f} H{to_x:.1f}"


def _words(
    text: str, lines: Sequence[TextLine], x: float, top: float, cuts: Sequence[int] = ()
) -> Iterator[Words]:
    """The lines, each cut where something is lit, so that every piece begins in its own cell."""
    for number, line in enumerate(lines):
        inside = [cut for cut in sorted(set(cuts)) if line.start < cut < line.end]
        for start, end in pairwise([line.start, *inside, line.end]):
            if said := shown(text[start:end]).rstrip():
                begins = x + cells(text[line.start : start]) * CELL
                yield Words(begins, top + number * LINE + 13, cells(said) * CELL, said)


def _rects(
    text: str, lines: Sequence[TextLine], start: int, end: int, x: float, top: float
) -> Iterator[Rect]:
    for part in stretches(text, lines, start, end):
        yield Rect(x + part.cell * CELL - 1, top + part.line * LINE, part.cells * CELL + 2, LINE - 1)
