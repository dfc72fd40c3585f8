"""Questions over many user runs, each answered with a table whose first row is the answer.

ask_about(records, "which tool fails most")
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from statistics import fmean
from typing import TypeVar

from threadlab.errors import HistoryError
from threadlab.history.reading.prices import Prices
from threadlab.history.reading.steps_taken import StepTaken, model_of, steps_taken
from threadlab.history.reading.table import Cell, Table
from threadlab.journal.record import AgentCall, Record

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Question = Callable[[Sequence[Record], Prices], Table]


def ask_about(records: Sequence[Record], question: str, prices: Prices | None = None) -> Table:
    """The answer to one of `QUESTIONS`, nearly in its words. Pure.

    Raises HistoryError for a question that is not among them, and names them all.
    """
    asked = " ".join(question.lower().rstrip("?").split())
    known = get_close_matches(asked, QUESTIONS, n=1, cutoff=0.75)
    if not known:
        raise HistoryError(
            f"no table answers {question!r}",
            hint=f"these are answered: {'; '.join(QUESTIONS)}. For others, take steps_table(records).frame()",
        )
    return replace(QUESTIONS[known[0]](records, prices or Prices()), title=f"{known[0]}?")


def tools_by_failures(records: Sequence[Record], prices: Prices) -> Table:
    """Each tool with its calls and failures, those that failed most first. A reused result is no call."""
    rows = []
    for name, steps in _grouped((step.name, step) for step in _made(records) if step.kind == "tool call"):
        bad = [step for step in steps if step.status == "failed"]
        rows.append((name, len(bad), len(steps), len(bad) / len(steps), bad[-1].came if bad else ""))
    rows.sort(key=lambda row: (-row[1], -row[3], row[0]))
    return _table(("tool", "failed", "calls", "rate", "latest failure"), rows)


def tools_by_time(records: Sequence[Record], prices: Prices) -> Table:
    """Each tool with the seconds of its calls, the slowest on average first."""
    steps = ((step.name, step.seconds) for step in _made(records) if step.kind == "tool call")
    return _by_time("tool", ((name, seconds) for name, seconds in steps if seconds is not None))


def agents_by_time(records: Sequence[Record], prices: Prices) -> Table:
    """Each agent with the seconds of its calls, the slowest on average first."""
    over = ((step.name, step.seconds) for step in _made(records) if _is_over(step))
    return _by_time("agent", ((name, seconds) for name, seconds in over if seconds is not None))


def agents_by_failures(records: Sequence[Record], prices: Prices) -> Table:
    """Each agent with its calls that did not complete, those with most first."""
    rows = []
    for name, steps in _grouped((step.name, step) for step in _made(records) if _is_over(step)):
        bad = [step.status for step in steps if step.status != "completed"]
        rows.append((name, len(bad), len(steps), len(bad) / len(steps), ", ".join(sorted({*bad}))))
    rows.sort(key=lambda row: (-row[1], -row[3], row[0]))
    return _table(("agent", "not completed", "calls", "rate", "ended"), rows)


def models_by_cost(records: Sequence[Record], prices: Prices) -> Table:
    """Each model with its tokens and their cost, the dearest first; unpriced ones after, by their tokens."""
    rows = []
    for model, pairs in _grouped(
        (model_of(record, call), (record, call)) for record, call in _calls(records)
    ):
        cost = prices.total(prices.cost_of_call(record, call) for record, call in pairs)
        tokens = sum(call.usage.total_tokens for _, call in pairs)
        rows.append((model, cost.amount if cost.is_whole else None, tokens, len(pairs), cost.wasted))
    rows.sort(key=lambda row: (-(row[1] or 0.0), -row[2], row[0]))
    note = "" if all(row[1] is not None for row in rows) else "a model without a cost has no price"
    return _table(
        ("model", f"cost {prices.currency}".strip(), "tokens", "calls", "cost of failed calls"), rows, note
    )


def user_runs_by_tokens(records: Sequence[Record], prices: Prices) -> Table:
    """Each user run with its tokens and cost, the largest first."""
    rows = [
        (
            record.id,
            record.usage.total_tokens,
            str(prices.cost_of(record)),
            record.status,
            record.received.input[:60],
        )
        for record in records
    ]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return _table(("user run", "tokens", "cost", "status", "input"), rows)


def repeated_inputs(records: Sequence[Record], prices: Prices) -> Table:
    """Inputs given more than once as new turns, most often first; case and spacing do not matter."""
    turns = (
        (" ".join(one.received.input.lower().split()), one) for one in records if one.received.verb == "turn"
    )
    rows = [
        (
            same[0].received.input[:80],
            len(same),
            len({one.output for one in same}),
            ", ".join(one.id for one in same),
        )
        for _, same in _grouped(turns)
        if len(same) > 1
    ]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return _table(("input", "times", "different answers", "user runs"), rows)


def errors_by_number(records: Sequence[Record], prices: Prices) -> Table:
    """Each error of agent calls with how often it came, most often first."""
    told = ((call.error.code, (record, call)) for record, call in _calls(records) if call.error)
    rows = []
    for code, pairs in _grouped(told):
        message = pairs[-1][1].error.message if pairs[-1][1].error else ""
        rows.append((code, len(pairs), message, ", ".join(dict.fromkeys(record.id for record, _ in pairs))))
    rows.sort(key=lambda row: (-row[1], row[0]))
    return _table(("error", "times", "latest message", "user runs"), rows)


QUESTIONS: Mapping[str, Question] = {
    "which tool fails most": tools_by_failures,
    "which tool is slowest": tools_by_time,
    "which agent is slowest": agents_by_time,
    "which agent fails most": agents_by_failures,
    "which model costs most": models_by_cost,
    "which user run takes most tokens": user_runs_by_tokens,
    "which input repeats": repeated_inputs,
    "which error comes most": errors_by_number,
}
"""Every question that has an answer, in its own words."""


def _by_time(what: str, told: Iterable[tuple[str, float]]) -> Table:
    rows = [(name, fmean(all), max(all), sum(all), len(all)) for name, all in _grouped(told)]
    rows.sort(key=lambda row: (-row[1], row[0]))
    return _table((what, "seconds on average", "longest", "in all", "calls"), rows)


def _made(records: Sequence[Record]) -> Iterator[StepTaken]:
    """The steps that were really taken."""
    return (step for record in records for step in steps_taken(record) if not step.reused)


def _calls(records: Sequence[Record]) -> Iterator[tuple[Record, AgentCall]]:
    return ((record, call) for record in records for call in record.calls if not call.reused)


def _is_over(step: StepTaken) -> bool:
    return step.kind == "agent call" and step.status != "in_progress"


def _grouped(pairs: Iterable[tuple[K, V]]) -> Iterator[tuple[K, list[V]]]:
    groups: defaultdict[K, list[V]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return iter(groups.items())


def _table(columns: tuple[str, ...], rows: Sequence[tuple[Cell, ...]], note: str = "") -> Table:
    return Table(title="", columns=columns, rows=tuple(rows), note=note)
