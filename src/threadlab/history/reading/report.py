"""Report: where the time went, and what reuse has saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType

from threadlab.history.reading.plain_text import plain_text
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.steps_taken import steps_taken
from threadlab.history.reading.table import Table
from threadlab.journal.record import Record

SLOWEST = 10


@dataclass(frozen=True, slots=True, repr=False)
class Report:
    """Two tables: the slowest steps over all user runs, and what each user run did not have to do again."""

    slowest: Table
    saved: Table

    def __rich__(self) -> RenderableType:
        return Group(self.slowest, self.saved)

    def __repr__(self) -> str:
        return plain_text(self)


def performance(records: Sequence[Record], prices: Prices | None = None, slowest: int = SLOWEST) -> Report:
    """The report over these user runs. Pure."""
    return Report(slowest_steps(records, slowest), saved_by_reuse(records, prices))


def slowest_steps(records: Sequence[Record], count: int = SLOWEST) -> Table:
    """The steps that took longest, with their share of their user run. Steps that were reused took nothing.

    A tool call's seconds are also in those of the agent call that it belongs to.
    """
    taken = [
        (step.seconds, record, step)
        for record in records
        for step in steps_taken(record)
        if step.seconds and not step.reused
    ]
    taken.sort(key=lambda one: (-one[0], one[1].id, one[2].path))
    return Table(
        title="the slowest steps",
        columns=("seconds", "of its user run", "step", "kind", "user run", "path"),
        rows=tuple(
            (seconds, _share(seconds, record), step.words[:60], step.kind, record.id, step.path)
            for seconds, record, step in taken[:count]
        ),
    )


def saved_by_reuse(records: Sequence[Record], prices: Prices | None = None) -> Table:
    """For each user run that reused something: the steps, seconds, tokens and cost that it was spared. Pure.

    The figures are those of the recorded work. A reused tool result in a call that was made again saves its
    seconds alone: the tokens of that call were paid again.
    """
    prices = prices or Prices()
    rows = []
    for record in records:
        steps = [step for step in steps_taken(record) if step.reused]
        if not steps:
            continue
        calls = [call for call in record.calls if call.reused]
        within = tuple(f"{call.path}." for call in calls)
        apart = [step for step in steps if step.kind != "agent call" and not step.path.startswith(within)]
        seconds = sum(call.seconds for call in calls) + sum(step.seconds or 0.0 for step in apart)
        cost = prices.total(prices.cost_of_call(record, call) for call in calls)
        tokens = sum(call.usage.total_tokens for call in calls)
        again = len(record.plan.paid_again) if record.plan else 0
        from_ = ", ".join(dict.fromkeys(step.reused for step in steps))
        rows.append((record.id, from_, len(steps), seconds, tokens, str(cost), again))
    return Table(
        title="what reuse has saved",
        columns=("user run", "reused from", "steps", "seconds", "tokens", "cost", "paid again"),
        rows=tuple(rows),
        note="" if rows else "no user run reused anything",
    )


def _share(seconds: float, record: Record) -> str:
    if record.ended_at is None or record.started_at is None or record.ended_at <= record.started_at:
        return ""
    return f"{seconds / (record.ended_at - record.started_at):.0%}"
