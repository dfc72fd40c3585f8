"""Compare: two user runs side by side: what was asked differently, where they first part, what each took."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from difflib import ndiff
from typing import Any, Protocol

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from threadlab.following.terminal_text import foreign_text, status_text
from threadlab.history.reading.alignment import Pair, aligned
from threadlab.history.reading.differences import FieldDifference, asked, field_differences
from threadlab.history.reading.plain_text import plain_text
from threadlab.history.reading.prices import Cost, Prices
from threadlab.history.reading.steps_taken import StepTaken, steps_taken
from threadlab.journal.fold import ABANDONED
from threadlab.journal.record import Record

MARK = "◀ first divergence"
WIDTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a user run took, to be set beside another's."""

    tokens: int
    seconds: float
    cost: Cost
    steps: int
    reused: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Comparison:
    """Two user runs side by side. Deltas are b less a: below zero, b took less."""

    a: Record
    b: Record
    config: tuple[FieldDifference, ...]
    pairs: tuple[Pair, ...]
    figures_a: Figures
    figures_b: Figures

    @property
    def divergence(self) -> Pair | None:
        """The first step at which they part; None if they never do."""
        return next((pair for pair in self.pairs if pair.parts_here), None)

    @property
    def is_same(self) -> bool:
        """Whether the same was asked in the same way, and the same happened."""
        return not self.config and self.divergence is None and self.a.status == self.b.status

    @property
    def tokens(self) -> int:
        """Tokens of b less those of a."""
        return self.figures_b.tokens - self.figures_a.tokens

    @property
    def seconds(self) -> float:
        """Seconds of b less those of a, by the service's clock."""
        return self.figures_b.seconds - self.figures_a.seconds

    @property
    def cost(self) -> float | None:
        """Cost of b less that of a; None where a model has no price."""
        a, b = self.figures_a.cost, self.figures_b.cost
        return b.amount - a.amount if a.is_whole and b.is_whole else None

    def __rich__(self) -> RenderableType:
        return Group(*_parts(self))

    def __repr__(self) -> str:
        return plain_text(self)


class HasRecord(Protocol):
    """A user run."""

    @property
    def record(self) -> Record:
        """All that is recorded of it."""
        ...


def compare(a: Record | HasRecord, b: Record | HasRecord, prices: Prices | None = None) -> Comparison:
    """The comparison of two user runs, finished or not: themselves, or their records."""
    a, b = (one if isinstance(one, Record) else one.record for one in (a, b))
    prices = prices or Prices()
    return Comparison(
        a=a,
        b=b,
        config=tuple(field_differences(asked(a), asked(b))),
        pairs=aligned(steps_taken(_as_made(a)), steps_taken(_as_made(b))),
        figures_a=figures_of(a, prices),
        figures_b=figures_of(b, prices),
    )


def figures_of(record: Record, prices: Prices) -> Figures:
    """What a user run took. One that is not over has taken no seconds yet."""
    steps = steps_taken(record)
    return Figures(
        tokens=record.usage.total_tokens,
        seconds=(record.ended_at - record.created_at) if record.ended_at is not None else 0.0,
        cost=prices.cost_of(record),
        steps=len(steps),
        reused=sum(bool(step.reused) for step in steps),
    )


def _as_made(record: Record) -> Record:
    """Without the calls that a crash cut off and that were made again: they were paid, and led nowhere."""
    return replace(record, calls=tuple(call for call in record.calls if call.status != ABANDONED))


def _parts(comparison: Comparison) -> Iterator[RenderableType]:
    yield Text.assemble(
        ("a ", "bold"), *_named(comparison.a), "   ", ("b ", "bold"), *_named(comparison.b)
    )  # fmt: skip
    if comparison.config:
        yield _config_table(comparison)
    else:
        yield Text("asked in the same way: no field of the input or the configuration differs", style="dim")
    yield _steps_table(comparison)
    if (divergence := comparison.divergence) is not None:
        yield from _difference(divergence)
    else:
        yield Text("the same happened in both: there is no divergence", style="dim")
    yield _figures(comparison)


def _named(record: Record) -> Iterator[Text]:
    yield foreign_text(record.id)
    yield Text.assemble(" ", status_text(record.status))
    yield Text(f", {record.trigger.mark}" if record.trigger.mark else "", style="yellow")


def _config_table(comparison: Comparison) -> Table:
    table = Table("asked differently", "a", "b", box=box.SIMPLE_HEAD)
    for one in comparison.config:
        table.add_row(foreign_text(one.field), _cut(one.a), _cut(one.b))
    return table


def _steps_table(comparison: Comparison) -> Table:
    table = Table("", "a", "b", "", box=box.SIMPLE_HEAD)
    for pair in comparison.pairs:
        here = pair is comparison.divergence
        note = Text(MARK, style="bold yellow") if here else Text(pair.note, style="dim")
        table.add_row(str(pair.number), _step(pair.a), _step(pair.b), note, style="bold" if here else "")
    return table


def _step(step: StepTaken | None) -> Text:
    if step is None:
        return Text("—", style="dim")
    words = _cut(f"{step.words}{': ' + step.came if step.kind != 'agent call' else ''}")
    return words + Text(" (reused)", style="dim") if step.reused else words


def _difference(pair: Pair) -> Iterator[Text]:
    yield Text(f"they part at step {pair.number}: {pair.look}", style="bold")
    if pair.a is None or pair.b is None:
        return
    in_words = pair.look == "other input"
    a, b = (pair.a.asked, pair.b.asked) if in_words else (pair.a.gave, pair.b.gave)
    for line in ndiff(a.splitlines(), b.splitlines()):
        if line[:2] in ("- ", "+ "):
            yield foreign_text(
                f"  {'a' if line[0] == '-' else 'b'}: {line[2:]}", "red" if line[0] == "-" else "green"
            )


def _figures(comparison: Comparison) -> Table:
    a, b = comparison.figures_a, comparison.figures_b
    table = Table("", "a", "b", "b less a", box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    table.add_row("tokens", str(a.tokens), str(b.tokens), f"{comparison.tokens:+d}")
    table.add_row("seconds", f"{a.seconds:.2f}", f"{b.seconds:.2f}", f"{comparison.seconds:+.2f}")
    cost = "" if comparison.cost is None else f"{comparison.cost:+.6g}"
    table.add_row("cost", str(a.cost), str(b.cost), cost)
    table.add_row("steps, reused of them", f"{a.steps}, {a.reused}", f"{b.steps}, {b.reused}", "")
    return table


def _cut(value: Any) -> Text:
    if value is None:
        return Text("—", style="dim")
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    line = " ".join(text.split())
    return foreign_text(line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…")
