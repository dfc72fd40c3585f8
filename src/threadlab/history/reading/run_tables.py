"""Run tables: one user run as tables: its tool operations, and who used how many tokens."""

from __future__ import annotations

from threadlab.following.terminal_text import counted
from threadlab.history.reading.call_tree import children
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.steps_taken import model_of, steps_taken
from threadlab.history.reading.table import Table
from threadlab.journal.record import Record
from threadlab.objects.usage import Usage


def tool_operations(record: Record) -> Table:
    """Every tool call of a user run, those of the service's own tools included, in order. Pure."""
    steps = [step for step in steps_taken(record) if step.kind == "tool call"]
    return Table(
        title=f"tool operations of {record.id}",
        columns=("path", "tool", "arguments", "status", "seconds", "result", "reused"),
        rows=tuple(
            (step.path, step.name, step.asked, step.status, step.seconds, step.came, step.reused)
            for step in steps
        ),
        note="a call that was interrupted may have had its effect"
        if any(step.status == "interrupted" for step in steps)
        else "",
    )


def usage_by_call(record: Record, prices: Prices | None = None) -> Table:
    """The tokens of each agent call: its own, those of the agents that it asked, and both. Pure.

    What was reused was not paid again and counts nothing. Below stand the summaries that were paid for its
    context.
    """
    prices = prices or Prices()
    rows = []
    for call in record.calls:
        own = Usage() if call.reused else call.usage
        below = sum((one.usage for one in children(record.calls, call) if not one.reused), Usage())
        cost = str(prices.cost_of_call(record, call)) if not call.reused else f"reused from {call.reused}"
        figures = (own.total_tokens, below.total_tokens, (own + below).total_tokens)
        rows.append(
            (call.path, call.agent, model_of(record, call), call.status, *figures, own.estimated, cost)
        )
    for one in record.summaries:
        tokens, priced = one.usage.total_tokens, str(prices.cost(one.usage, one.model))
        what = f"summary of {one.user_run}"
        rows.append(("", what, one.model, "completed", tokens, 0, tokens, one.usage.estimated, priced))
    return Table(
        title=f"usage of {record.id}: {usage_line(record, prices if prices.models else None)}",
        columns=(
            "path",
            "agent",
            "model",
            "status",
            "own",
            "children",
            "total",
            "estimated",
            "cost of its own",
        ),
        rows=tuple(rows),
    )


def usage_line(record: Record, prices: Prices | None = None) -> str:
    """What a user run took, on one line: "2 agent calls, 240 tokens, 4.10 s, 0.0012 USD". Pure."""
    usage = record.usage
    parts = [counted(len(record.calls), "agent call")]
    reused = sum(bool(call.reused) for call in record.calls)
    parts += [f"{reused} of them reused"] if reused else []
    parts += [counted(len(record.tools), "tool call")] if record.tools else []
    parts += [f"{'about ' if usage.estimated else ''}{counted(usage.total_tokens, 'token')}"]
    if record.ended_at is not None and record.started_at is not None:
        parts += [f"{record.ended_at - record.started_at:.2f} s"]
    parts += [str(prices.cost_of(record))] if prices is not None else []
    return ", ".join(parts)
