"""Totals: what runs cost, one by one and in all: response times, tokens, tools, errors.

`talk.totals()` is of one conversation. `ada.totals() + ben.totals()` is of both, and so is
`totals([ada, ben])`, which takes single replies and runs too.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from math import ceil
from operator import add
from statistics import fmean, median
from typing import Protocol, runtime_checkable

from rich import box
from rich.table import Table
from rich.text import Text

from threadlab.following.explain import explained
from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import foreign_text, status_text
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One question's run in figures. `tools` are names in order of the calls.

    `seconds` are the service's: from the first look at the run to the one that found it over, where it was
    followed; else from its creation to its end, in whole seconds, as the service tells them.
    `tool_failures` counts the calls whose output told of a failure.
    """

    run_id: str
    status: str
    seconds: float
    usage: Usage | None
    tools: tuple[str, ...] = ()
    tool_failures: int = 0

    @classmethod
    def of(cls, view: RunView) -> Turn:
        """The figures of a run as it was followed, to its end or not."""
        return cls(
            run_id=view.run.id,
            status=view.run.status,
            seconds=view.elapsed,
            usage=view.run.usage,
            tools=tuple(card.call.title for card in view.calls),
            tool_failures=sum(card.ok is False for card in view.calls),
        )

    @classmethod
    def read(cls, run: Run) -> Turn:
        """The figures of a run as the service has it now: two requests, or one if the run is over."""
        run = run if run.is_terminal else run.read()
        steps = run.steps()
        calls = [call for step in steps for call in step.tool_calls]
        return cls(
            run_id=run.id,
            status=run.status,
            seconds=float(explained(run, steps, now=run.service.time.now()).seconds),
            usage=run.usage,
            tools=tuple(call.title for call in calls),
            tool_failures=sum(_tells_of_failure(call.output or "") for call in calls),
        )

    @property
    def is_over(self) -> bool:
        """Whether the run had ended when it was last seen."""
        return self.status in STATUSES and STATUSES[self.status].is_terminal


@dataclass(frozen=True, slots=True)
class Totals:
    """The turns, and figures over them. A figure over no turn is 0.

    Response times and the error rate are of the turns that are `over`; tokens are of all turns, where a turn
    whose tokens the service did not tell, such as one that failed at once, counts as none.
    """

    turns: tuple[Turn, ...]

    @property
    def over(self) -> tuple[Turn, ...]:
        """The turns whose run has ended."""
        return tuple(turn for turn in self.turns if turn.is_over)

    @property
    def usage(self) -> Usage:
        """The tokens of all turns."""
        return reduce(add, (turn.usage for turn in self.turns if turn.usage), Usage())

    @property
    def seconds(self) -> float:
        """The service's seconds of all turns."""
        return sum(turn.seconds for turn in self.turns)

    @property
    def average_seconds(self) -> float:
        """The average response time: the sum of the seconds, divided by the number of turns."""
        return fmean(self._times) if self._times else 0.0

    @property
    def median_seconds(self) -> float:
        """The median response time: half of the turns took less. Of two in the middle, their average."""
        return median(self._times) if self._times else 0.0

    @property
    def p95_seconds(self) -> float:
        """The 95th percentile by nearest rank: the shortest time that 95 of 100 turns did not exceed.

        With fewer than 20 turns that is the longest time.
        """
        return self._times[ceil(0.95 * len(self._times)) - 1] if self._times else 0.0

    @property
    def tokens_per_run(self) -> float:
        """Tokens of an average turn, read and written: their sum, divided by the number of turns."""
        return self.usage.total_tokens / len(self.turns) if self.turns else 0.0

    @property
    def tool_frequency(self) -> Mapping[str, int]:
        """How many calls of each tool there were, whatever came of them, most frequent first."""
        return dict(Counter(name for turn in self.turns for name in turn.tools).most_common())

    @property
    def errors(self) -> int:
        """Turns whose run ended otherwise than completed: failed, expired, incomplete or cancelled."""
        return sum(turn.status != "completed" for turn in self.over)

    @property
    def error_rate(self) -> float:
        """Errors divided by the turns that are over, from 0 to 1."""
        return self.errors / len(self.over) if self.over else 0.0

    @property
    def tool_failures(self) -> int:
        """Tool calls whose output told of a failure. A run may well complete in spite of them."""
        return sum(turn.tool_failures for turn in self.turns)

    @property
    def _times(self) -> list[float]:
        """Response times, shortest first."""
        return sorted(turn.seconds for turn in self.over)

    def __add__(self, other: Totals) -> Totals:
        return totals([self, other])

    def __rich__(self) -> Table:
        table = Table("run", "status", "s", "tokens", "tools", box=box.SIMPLE_HEAD, show_footer=True)
        for turn in self.turns:
            table.add_row(
                foreign_text(turn.run_id),
                status_text(turn.status),
                f"{turn.seconds:.2f}",
                str(turn.usage.total_tokens) if turn.usage else "",
                foreign_text(", ".join(turn.tools)),
            )
        footers: tuple[str | Text, ...] = (
            f"{len(self.turns)} in all",
            f"{self.errors} not completed",
            f"{self.average_seconds:.2f} on average",
            str(self.usage.total_tokens),
            foreign_text(", ".join(f"{name} {count}" for name, count in self.tool_frequency.items())),
        )
        for column, footer in zip(table.columns, footers, strict=True):
            column.footer = footer
        return table


@runtime_checkable
class HasTotals(Protocol):
    """A conversation."""

    def totals(self) -> Totals:
        """The totals of what was asked there."""
        ...


@runtime_checkable
class HasView(Protocol):
    """A reply, or a run that was followed."""

    @property
    def view(self) -> RunView:
        """What was seen of the run."""
        ...


Countable = Totals | HasTotals | HasView | Run


def totals(what: Iterable[Countable]) -> Totals:
    """The totals of conversations, replies and runs together; a run that comes twice counts once.

    A run that nobody here followed is read from the service, and a ServiceError of that is raised.
    """
    turns: dict[str, Turn] = {}
    for one in what:
        if not isinstance(one, Run) or one.id not in turns:
            for turn in _turns_of(one):
                turns.setdefault(turn.run_id, turn)
    return Totals(tuple(turns.values()))


def _tells_of_failure(output: str) -> bool:
    """Whether a tool's output has the form in which failures go back to a model."""
    try:
        told = json.loads(output)
    except ValueError:
        return False
    return isinstance(told, dict) and "error" in told


def _turns_of(one: Countable) -> Iterable[Turn]:
    if isinstance(one, Totals):
        return one.turns
    if isinstance(one, HasTotals):
        return one.totals().turns
    return (Turn.of(one.view) if isinstance(one, HasView) else Turn.read(one),)
