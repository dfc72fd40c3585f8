"""Wrapped text: text laid out in lines of cells, where it is known of each character in which cell it stands.

A drawing needs that: a browser tells nobody without a script where a word of a paragraph is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import category, combining, east_asian_width


@dataclass(frozen=True, slots=True)
class TextLine:
    """The characters of a text from `start` to `end`: one line."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a line: on which line, from which cell on, and how many cells."""

    line: int
    cell: int
    cells: int


def wrapped(text: str, width: int) -> tuple[TextLine, ...]:
    """The lines of at most so many cells; cut behind a space where there is one, else within a word."""
    return tuple(_lines(text, width))


def stretches(text: str, lines: Sequence[TextLine], start: int, end: int) -> Iterator[Stretch]:
    """Where the characters from `start` to `end` stand; a space at the end of a line stands nowhere."""
    for number, line in enumerate(lines):
        first, last = max(start, line.start), min(end, line.end)
        if first < last:
            yield Stretch(number, cells(text[line.start : first]), cells(text[first:last]))


def cells(text: str) -> int:
    """How many cells a text takes: two for each wide character, none for one that joins its neighbour."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def shown(text: str) -> str:
    """The text, character for character, with a blank for a tab and a sign for what cannot be shown."""
    return "".join(" " if char == "\t" else "�" if category(char) == "Cc" else char for char in text)


def _lines(text: str, width: int) -> Iterator[TextLine]:
    begins = 0
    for paragraph in text.split("\n"):
        yield from _paragraph(paragraph, begins, width)
        begins += len(paragraph) + 1


def _paragraph(text: str, begins: int, width: int) -> Iterator[TextLine]:
    start = 0
    while True:
        stop = _fitting(text, start, width)
        if stop == len(text):
            yield TextLine(begins + start, begins + stop)
            return
        space = text.rfind(" ", start + 1, stop + 1)
        yield TextLine(begins + start, begins + (stop if space < 0 else space))
        start = stop if space < 0 else space + 1


def _fitting(text: str, start: int, width: int) -> int:
    """How far a line that begins at `start` can go; at least one character."""
    taken = 0
    for place in range(start, len(text)):
        taken += cells(text[place])
        if taken > width and place > start:
            return place
    return len(text)
