"""Table: figures over user runs as plain rows; in rich a table, in pandas a frame, in `str` lines.

The rows need nothing installed. `frame()` needs the extra "plots", and says so where it is missing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table as RichTable

from threadlab.errors import HistoryError
from threadlab.following.terminal_text import foreign_text
from threadlab.history.reading.plain_text import plain_text

if TYPE_CHECKING:
    from pandas import DataFrame

Cell = str | int | float | bool | datetime | None
"""A value of a table; None where nothing is known. Times are UTC."""

ID = "user run"
ONE_LINE = (ID, "input")
"""Columns that are never broken into lines: an id is not cut either, a text is."""

BETWEEN, EDGE = 3, 1
"""Columns of the page between two of the table, and beside all of them."""

TEXT, CUT = 20, 8
"""So wide a column is at least, if it has so much to say: one that is broken into lines, one that is cut."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Table:
    """Rows under named columns; `note` says what a reader must know to trust the figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[dict[str, Cell]]:
        """Each row as a mapping from column to value."""
        return (dict(zip(self.columns, row, strict=True)) for row in self.rows)

    @property
    def first(self) -> dict[str, Cell] | None:
        """The first row: the answer, where the table answers a question; None if it has no row."""
        return next(iter(self), None)

    def column(self, name: str) -> tuple[Cell, ...]:
        """All values of one column. Raises HistoryError for a column that it has not."""
        if name not in self.columns:
            raise HistoryError(f"this table has no column {name!r}", hint=f"it has {', '.join(self.columns)}")
        place = self.columns.index(name)
        return tuple(row[place] for row in self.rows)

    def frame(self) -> DataFrame:
        """The same as a pandas DataFrame. Raises HistoryError where pandas is not installed."""
        try:
            from pandas import DataFrame  # noqa: PLC0415
        except ImportError as error:
            raise plots_missing("a DataFrame", error) from error
        return DataFrame(list(self.rows), columns=list(self.columns))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """As many columns as there is room for, and the names of the others."""
        places, left_out = self._fitting(options.max_width)
        note = "; ".join(filter(None, (self.note, left_out)))
        table = RichTable(
            title=foreign_text(self.title),
            title_justify="left",
            caption=foreign_text(note) if note else None,
            caption_justify="left",
            box=box.SIMPLE_HEAD,
        )
        for place in places:
            name = self.columns[place]
            figures = all(isinstance(row[place], int | float | None) for row in self.rows)
            table.add_column(
                name,
                justify="right" if figures else "left",
                no_wrap=name in ONE_LINE,
                overflow="ellipsis" if name in ONE_LINE else "fold",
                min_width=max((len(str(row[place])) for row in self.rows), default=0) if name == ID else None,
                max_width=self._room(place, places, options.max_width) if name in ONE_LINE else None,
            )
        for row in self.rows:
            table.add_row(*(foreign_text(shown(row[place])) for place in places))
        yield table

    def _fitting(self, width: int) -> tuple[tuple[int, ...], str]:
        """The columns that fit a page of that width, and what to say of the others.

        Too many are worse than few: first those go that say the same of every row, then the last ones.
        """
        every = tuple(range(len(self.columns)))
        if self._width(every) <= width:
            return every, ""
        telling = tuple(n for n in every if len({row[n] for row in self.rows}) != 1 or len(self.rows) == 1)
        same = ", ".join(
            f"{self.columns[n]} {shown(self.rows[0][n])}".rstrip() for n in every if n not in telling
        )
        kept = telling
        while len(kept) > 1 and self._width(kept) > width:
            kept = kept[:-1]
        others = ", ".join(self.columns[n] for n in telling if n not in kept)
        told = [f"the same in all: {same}" if same else "", f"not shown: {others}" if others else ""]
        return kept, "; ".join([*filter(None, told), "frame() has every column"])

    def _width(self, places: Sequence[int]) -> int:
        """How wide a table of these columns is; a text can be broken into lines, an id cannot."""
        return EDGE + sum(BETWEEN + self._widest(place) for place in places)

    def _room(self, place: int, places: Sequence[int], width: int) -> int:
        """How wide a column may be that is cut: else it would take what the others need."""
        others = [one for one in places if one != place]
        return max(width - self._width(others) - BETWEEN, self._widest(place))

    def _widest(self, place: int) -> int:
        cells = (len(shown(row[place])) for row in self.rows)
        name, most = self.columns[place], max((len(self.columns[place]), *cells))
        return most if name == ID else min(most, CUT if name in ONE_LINE else TEXT)

    def __repr__(self) -> str:
        return plain_text(self)


def shown(cell: Cell) -> str:
    """A value as a person reads it: no more digits than say something, nothing where nothing is known."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float):
        return f"{cell:.2f}" if abs(cell) >= 0.1 or not cell else f"{cell:.4g}"
    return str(cell)


def plots_missing(wanted: str, error: ImportError) -> HistoryError:
    """What to say when the extra is not installed."""
    return HistoryError(
        f"{wanted} needs the package {error.name or 'pandas'}, which is not installed",
        hint='install the extra: pip install "threadlab[plots]"; the plain rows need nothing',
    )
