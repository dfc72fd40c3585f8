"""Tree lanes: a tree in rows and columns, as git draws its log: a row a node, a column a line of descent.

The lines given first (each by its last node, as a branch has its head) keep the leftmost columns. A fork
leaves its parent's column as late as possible, but above the next node in that column: so nothing seems to
come of what it does not come of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Place:
    """Where a node stands. `above` is the place of its parent; None at a root.

    The line that leads to it changes over to its own column right above the row `bend`.
    """

    row: int
    column: int
    above: tuple[int, int] | None
    bend: int


@dataclass(frozen=True, slots=True)
class _Line:
    """The rows between which a line of descent takes its column."""

    first: int
    last: int


def placed(parents: Mapping[str, str | None], ends: Sequence[str]) -> Mapping[str, Place]:
    """The place of each node. `parents` names every node once, a parent before its children.

    A parent that is not among the nodes (it was pruned) counts as none.
    """
    rows = {node: row for row, node in enumerate(parents)}
    known = {node: parent if parent in rows else None for node, parent in parents.items()}
    lines = _lines(known, [end for end in ends if end in rows])
    bends = _bends(known, rows, lines)
    left: dict[str, int] = {}  # by each parent, the last row in which its column leads to a child
    for node, parent in known.items():
        if parent is not None:
            left[parent] = max(left.get(parent, 0), bends[node] - 1)
    columns: dict[str, int] = {}
    taken: list[list[_Line]] = []
    for nodes in lines:
        first = bends[nodes[0]] - 1  # a free row above, or it would seem to come of what ends there
        line = _Line(first, max(max(rows[node], left.get(node, 0)) for node in nodes))
        column = _free(taken, line)
        taken[column].append(line)
        columns |= dict.fromkeys(nodes, column)
    return {
        node: Place(
            row,
            columns[node],
            None if (above := known[node]) is None else (rows[above], columns[above]),
            bends[node],
        )
        for node, row in rows.items()
    }


def gutters(places: Mapping[str, Place], marks: Mapping[str, str]) -> list[tuple[tuple[str, ...], str]]:
    """The tree as characters: for each node the lines above it, at least one but at the top, and its own."""
    found = []
    for node, place in sorted(places.items(), key=lambda item: item[1].row):
        leads = tuple(_leads(places, place.row))
        through = {
            other.above[1] if place.row < other.bend else other.column
            for other in places.values()
            if other.above is not None and other.above[0] < place.row < other.row
        }
        width = max([place.column, *through]) + 1
        cells = ["│" if column in through else " " for column in range(width)]
        cells[place.column] = marks[node]
        found.append((leads, " ".join(cells)))
    return found


def _lines(parents: Mapping[str, str | None], ends: Sequence[str]) -> Sequence[tuple[str, ...]]:
    """Every node in exactly one line, oldest first: those that lead to the ends, then what is left."""
    claimed: set[str] = set()
    lines = []
    with_child = set(parents.values())
    for end in (*ends, *(node for node in parents if node not in with_child)):
        nodes: list[str] = []
        node: str | None = end
        while node is not None and node not in claimed:
            nodes.append(node)
            node = parents[node]
        if nodes:
            claimed.update(nodes)
            lines.append(tuple(reversed(nodes)))
    return lines


def _bends(
    parents: Mapping[str, str | None], rows: Mapping[str, int], lines: Sequence[tuple[str, ...]]
) -> Mapping[str, int]:
    """The row above which each node's line changes columns: its own, or that below its parent."""
    after = {node: later for line in lines for node, later in pairwise(line)}
    bends = dict(rows)
    for node, *_ in lines:
        above = parents[node]
        if above is not None and above in after and rows[after[above]] < rows[node]:
            bends[node] = rows[above] + 1
    return bends


def _free(taken: list[list[_Line]], line: _Line) -> int:
    """The leftmost column that nothing stands in between the line's first and last row."""
    for column, lines in enumerate(taken):
        if all(line.last < other.first or other.last < line.first for other in lines):
            return column
    taken.append([])
    return len(taken) - 1


def _leads(places: Mapping[str, Place], row: int) -> Iterator[str]:
    """A line for each change of columns above this row, the widest first; at least one between two rows."""
    here = {
        node: place.above[1] if row <= place.bend else place.column
        for node, place in places.items()
        if place.above is not None and place.above[0] < row <= place.row
    }
    bending = [node for node in here if places[node].bend == row and here[node] != places[node].column]
    for node in sorted(bending, key=lambda node: -abs(places[node].column - here[node])):
        parent, own = here.pop(node), places[node].column
        yield _lead(parent, own, set(here.values()))
        here[node] = own
    begins = any(place.row == row and place.above is None for place in places.values())
    if row and (begins or not bending):  # a root begins a block of its own
        yield _passing(set(here.values()))


def _passing(through: set[int]) -> str:
    """A line on which nothing happens."""
    cells = ("│" if column in through else " " for column in range(max(through, default=-1) + 1))
    return " ".join(cells).rstrip()


def _lead(parent: int, own: int, through: set[int]) -> str:
    """The line that leaves the parent's column for the node's own."""
    cells = ["│" if column in through else " " for column in range(max([parent, own, *through]) + 1)]
    left, right = min(parent, own), max(parent, own)
    for column in range(left + 1, right):
        cells[column] = "┼" if column in through else "─"
    goes_right = own > parent
    cells[parent] = ("├" if goes_right else "┤") if parent in through else ("╰" if goes_right else "╯")
    cells[own] = "╮" if goes_right else "╭"
    joints = ["─" if left <= column < right else " " for column in range(len(cells))]
    return "".join(cell + joint for cell, joint in zip(cells, joints, strict=True)).rstrip()
