"""Analytics: user runs as rows of figures, and as plots of them.

`runs_table(records)` and `steps_table(records)` need nothing; `.frame()` makes a pandas DataFrame of a table,
and `plot` a picture: both need the extra "plots".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from threadlab.errors import HistoryError
from threadlab.history.reading.call_tree import top_level
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.steps_taken import steps_taken
from threadlab.history.reading.table import Cell, Table, plots_missing
from threadlab.journal.record import Record

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FIGURES: Mapping[str, tuple[tuple[str, ...], str]] = {
    "seconds": (("waited", "seconds"), "seconds by the service's clock"),
    "tokens": (("prompt tokens", "completion tokens"), "tokens"),
    "errors": (("failed calls", "failed tools"), "calls that did not complete"),
    "cost": (("cost",), "cost"),
}
"""What can be plotted: the columns that are stacked for each user run, and what the axis says."""


@dataclass(frozen=True, slots=True)
class Plot:
    """A picture of figures over user runs, which a notebook draws; `figure` is matplotlib's own."""

    title: str
    figure: Figure

    def save(self, path: str | Path) -> Path:
        """Write it to a file; its ending says in which form: .png, .svg, .pdf."""
        self.figure.savefig(path, bbox_inches="tight")
        return Path(path)

    def _repr_png_(self) -> bytes:
        file = BytesIO()
        self.figure.savefig(file, format="png", bbox_inches="tight", metadata={"Software": None})
        return file.getvalue()

    def __repr__(self) -> str:
        return f"plot: {self.title}"


def runs_table(records: Sequence[Record], prices: Prices | None = None) -> Table:
    """One row for each user run: when, what, how long, how many tokens and errors, what it cost. Pure.

    `seconds` is from its begin to its end, `waited` from its acceptance to its begin; both by the service's
    clock, and None for one that is not so far. `own tokens` are those of the agents that the user asked,
    `child tokens` those of the agents that these asked. Failed calls count with their tokens.
    """
    prices = prices or Prices()
    rows = tuple(_row(record, prices) for record in records)
    unpriced = sorted({model for record in records for model in prices.cost_of(record).unpriced})
    return Table(
        title=f"{len(rows)} user runs",
        columns=(
            "user run", "verb", "status", "seconds", "tokens", "cost", "agent calls", "failed calls",
            "tool calls", "failed tools", "reused steps", "branch", "trigger", "created", "waited",
            "own tokens", "child tokens", "prompt tokens", "completion tokens", "estimated", "cost is whole",
        ),
        rows=rows,
        note=f"no price for {', '.join(unpriced)}: their tokens are in no cost" if unpriced else "",
    )  # fmt: skip


def steps_table(records: Sequence[Record], prices: Prices | None = None) -> Table:
    """One row for each step of all these user runs, in order; what agent calls took and cost. Pure."""
    prices = prices or Prices()
    return Table(
        title=f"the steps of {len(records)} user runs",
        columns=(
            "user run", "path", "kind", "name", "status", "seconds", "tokens", "cost", "reused", "model",
        ),
        rows=tuple(
            (
                record.id, step.path, step.kind, step.name, step.status, step.seconds,
                step.usage.total_tokens, prices.cost(step.usage, step.model).amount, step.reused, step.model,
            )
            for record in records
            for step in steps_taken(record)
        ),
    )  # fmt: skip


def plot(records: Sequence[Record], what: str = "tokens", prices: Prices | None = None) -> Plot:
    """A bar for each user run, in the order given: "seconds", "tokens", "errors" or "cost".

    Raises HistoryError for anything else, and where matplotlib is not installed.
    """
    if what not in FIGURES:
        raise HistoryError(f"{what!r} cannot be plotted", hint=f"what can: {', '.join(FIGURES)}")
    columns, axis = FIGURES[what]
    table = runs_table(records, prices)
    return stacked(table, columns, f"{what} of {len(table)} user runs", axis)


def stacked(table: Table, columns: Sequence[str], title: str, axis: str) -> Plot:
    """A bar for each row of a table, with these columns of it stacked.

    Raises HistoryError where matplotlib is not installed.
    """
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415
    except ImportError as error:
        raise plots_missing("a plot", error) from error
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.add_subplot()
    below = [0.0] * len(table)
    for column in columns:
        heights = [float(cell) if isinstance(cell, int | float) else 0.0 for cell in table.column(column)]
        axes.bar([str(number) for number in range(1, len(table) + 1)], heights, bottom=below, label=column)
        below = [low + height for low, height in zip(below, heights, strict=True)]
    axes.set(title=title, xlabel="user run", ylabel=axis)
    axes.legend()
    return Plot(title, figure)


def _row(record: Record, prices: Prices) -> tuple[Cell, ...]:
    cost, usage = prices.cost_of(record), record.usage
    made = [call for call in record.calls if not call.reused]
    own = sum(call.usage.total_tokens for call in top_level(made))
    began, ended = record.started_at, record.ended_at
    return (
        record.id,
        record.received.verb,
        record.status,
        None if began is None or ended is None else ended - began,
        usage.total_tokens,
        cost.amount,
        len(record.calls),
        sum(call.status not in ("completed", "in_progress") for call in made),
        len(record.tools),
        sum(use.ok is False for use in record.tools),
        sum(bool(step.reused) for step in steps_taken(record)),
        record.received.branch,
        record.trigger.type,
        datetime.fromtimestamp(record.created_at, UTC),
        None if began is None else began - record.created_at,
        own,
        usage.total_tokens - own,
        usage.prompt_tokens,
        usage.completion_tokens,
        usage.estimated,
        cost.is_whole,
    )
