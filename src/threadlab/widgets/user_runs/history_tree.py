"""History tree: all user runs of a history, with its branches: what was forked, edited, run again.

A row is a user run, oldest first; a column is a line of descent. A branch is a name on the row of its head.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.journal.branch_log import Branches
from threadlab.journal.record import Record
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.drawing.tree_lanes import Place, gutters, placed
from threadlab.widgets.drawing.trigger_mark import TriggerMark, trigger_mark
from threadlab.widgets.user_runs.user_run_card import brief, origin

ROW = 46  # as high as the style sheet makes a row
COLUMN = 18
LEFT = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class TreeRow:
    """A user run in the tree. `heads` are the branches that stand on it; `x` and `y` its dot, in pixels."""

    id: str
    look: StatusLook
    mark: TriggerMark | None
    origin: str
    input: str
    meter: str
    heads: tuple[str, ...]
    is_leaf: bool
    x: float
    y: float
    leads: tuple[str, ...]
    gutter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryTree:
    """The rows, oldest first, and the lines between them as SVG paths."""

    rows: tuple[TreeRow, ...]
    edges: tuple[str, ...]
    branches: tuple[str, ...]
    width: float

    @property
    def height(self) -> float:
        """Of the drawing, in pixels."""
        return ROW * len(self.rows)

    @property
    def summary(self) -> str:
        """How many user runs and branches there are."""
        branches = f"{len(self.branches)} branch{'' if len(self.branches) == 1 else 'es'}"
        return f"{counted(len(self.rows), 'user run')}, {branches}"

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def history_tree(records: Sequence[Record], branches: Mapping[str, str | None]) -> HistoryTree:
    """The tree of these records; `branches` is each branch's head (None for one without a user run yet).

    The first branch is the one whose way is drawn straight down.
    """
    oldest_first = sorted(records, key=lambda record: (record.created_at, record.id))
    parents = _in_order({record.id: record.parent for record in oldest_first})
    known = {record.id: record for record in records}
    places = placed(parents, [head for head in branches.values() if head])
    drawn = gutters(places, {record.id: look_of(record.status).mark for record in records})
    with_child = set(parents.values())
    rows = tuple(
        _row(known[node], places[node], branches, node not in with_child, gutter)
        for node, gutter in zip(places, drawn, strict=True)
    )
    return HistoryTree(
        rows=rows,
        edges=tuple(_edges(places.values())),
        branches=tuple(branches),
        width=max((row.x for row in rows), default=0.0) + LEFT,
    )


def heads_of(branches: Branches) -> Mapping[str, str | None]:
    """The user run on which each branch stands, the branch that was made first first."""
    states = sorted(map(branches.read, branches.names()), key=lambda state: state.made_at)
    return {state.name: state.head for state in states}


def render_html(tree: HistoryTree) -> str:
    """The tree as HTML that needs nothing else."""
    return styled(html("history_tree.html", tree=tree))


def render_text(tree: HistoryTree) -> str:
    """The tree as text, drawn with lines."""
    return foreign_text("\n".join(_text(tree))).plain


def _in_order(parents: Mapping[str, str | None]) -> dict[str, str | None]:
    """The same, each parent before its children, where two have the same time."""
    ordered: dict[str, str | None] = {}
    for node in parents:
        way: list[str] = []
        here: str | None = node
        while here is not None and here in parents and here not in (*ordered, *way):
            way.append(here)
            here = parents[here]
        ordered |= {one: parents[one] for one in reversed(way)}
    return ordered


def _row(
    record: Record,
    place: Place,
    branches: Mapping[str, str | None],
    is_leaf: bool,
    gutter: tuple[tuple[str, ...], str],
) -> TreeRow:
    return TreeRow(
        id=record.id,
        look=look_of(record.status),
        mark=trigger_mark(record.trigger),
        origin=origin(record),
        input=first_line(record.received.input, 120),
        meter=brief(record),
        heads=tuple(name for name, head in branches.items() if head == record.id),
        is_leaf=is_leaf,
        x=_x(place.column),
        y=_y(place.row),
        leads=gutter[0],
        gutter=gutter[1],
    )


def _x(column: int) -> float:
    return LEFT + COLUMN * column


def _y(row: int) -> float:
    return ROW * (row + 0.5)


def _edges(places: Iterable[Place]) -> Iterator[str]:
    """From each parent down its own column to the bend, and down the child's to the child."""
    for place in places:
        if place.above is None:
            continue
        x, y = _x(place.column), _y(place.row)
        from_x, from_y = _x(place.above[1]), _y(place.above[0])
        if x == from_x:
            yield f"M {from_x} {from_y} V {y}"
            continue
        bend, middle = _y(place.bend), _y(place.bend) - ROW / 2
        down = f" V {y}" if bend < y else ""
        yield f"M {from_x} {from_y} V {bend - ROW} C {from_x} {middle} {x} {middle} {x} {bend}{down}"


def _text(tree: HistoryTree) -> Iterator[str]:
    """Two lines for each user run: what was asked, and beside the lines that lead on from it the rest."""
    yield f"history: {tree.summary}"
    wide = max((len(line) for row in tree.rows for line in (row.gutter, *row.leads)), default=0)
    below = [*(row.leads for row in tree.rows[1:]), ("",)]
    for row, (first, *others) in zip(tree.rows, below, strict=False):
        heads = "".join(f"  [{name}]" for name in row.heads)
        mark = f"  {row.mark}" if row.mark else ""
        yield f"  {row.gutter:<{wide}}  {first_line(row.input, 60)}{heads}{mark}"
        about = " · ".join(part for part in (row.id, row.look.word, row.origin) if part)
        yield f"  {first:<{wide}}  {about}"
        yield from (f"  {lead}" for lead in others)
