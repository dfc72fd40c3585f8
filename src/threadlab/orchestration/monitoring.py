"""Monitoring: what orchestrators decided over many user runs, what came of it, and what deciding cost.

    watch = Monitoring(history)
    watch.overhead()                          # deciding apart from the work, for each user run
    watch.agreement(main.ask("What is 2+2?"), times=5)

The functions below it are pure: user runs in, tables out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import Unpack

from threadlab.errors import HistoryError
from threadlab.following.terminal_text import counted
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.overview import Chosen, Overview
from threadlab.history.reading.analytics import Plot, stacked
from threadlab.history.reading.table import Cell, Table
from threadlab.history.user_run import UserRun
from threadlab.journal.decision import Decision
from threadlab.journal.record import Record
from threadlab.orchestration.agreement import Agreement, agreement, choice_of
from threadlab.orchestration.learning.feedback import stars_by_path
from threadlab.orchestration.overhead import overhead_table


@dataclass(frozen=True, slots=True)
class Watched:
    """A user run with what was decided in it, and the latest stars of each decision, by its path."""

    record: Record
    context: OrchestrationContext
    stars: Mapping[str, int] = field(default_factory=dict)


class Monitoring:
    """The tables of a history. `chosen` narrows them down: `Monitoring(history, tag="baseline")`."""

    def __init__(self, history: Overview, **chosen: Unpack[Chosen]) -> None:
        self._history = history
        self._chosen = chosen

    def orchestrated(self) -> tuple[Watched, ...]:
        """The user runs in which something was decided, oldest first."""
        workspace = self._history.desk.workspace
        found = (
            Watched(one, OrchestrationContext.of(workspace, one.id), stars_by_path(workspace, one.id))
            for one in self._history.records(**self._chosen)
        )
        return tuple(one for one in found if one.context)

    def decisions(self) -> Table:
        """One row for each decision: who, how, why, what came of it."""
        return decisions_table(self.orchestrated())

    def fallbacks(self) -> Table:
        """One row for each time that no valid choice could be had, and why."""
        return fallbacks_table(self.orchestrated())

    def outcomes(self) -> Table:
        """Each way and pattern: how often it was chosen, how often it worked, what it took."""
        return outcomes_table(self.orchestrated())

    def overhead(self) -> Table:
        """One row for each user run: tokens and seconds of deciding, and of the work."""
        return overhead_table([one.record for one in self.orchestrated()])

    def plot(self, what: str = "tokens") -> Plot:
        """Deciding and work stacked, a bar for each user run: "tokens" or "seconds". Needs "plots"."""
        if what not in ("tokens", "seconds"):
            raise HistoryError(f"{what!r} cannot be plotted", hint="what can: tokens, seconds")
        table = self.overhead()
        columns = (f"deciding {what}", f"work {what}")
        return stacked(table, columns, f"{what} of deciding and of work", what)

    def agreement(self, user_run: UserRun, times: int = 5) -> Agreement:
        """Have the same decided on so many times, and say how far the first decisions agree.

        The user run counts as the first time; the others are made beside it, so each is given the same
        conversation, policy and learnings. Each is paid for.
        """
        again = (user_run.retry(on_plan=None) for _ in range(times - 1))
        request = user_run.record.received.input
        return agreement(request, [one.orchestration for one in (user_run, *again)])


def decisions_table(runs: Sequence[Watched]) -> Table:
    """One row for each decision of these user runs, in order; those of teams in teams included."""
    rows = tuple(
        (
            run.record.id, one.path, choice_of(one), ", ".join(one.agents), one.reasoning, one.fallback,
            _status(one), run.stars.get(one.path), one.input_tokens, one.usage.total_tokens, one.seconds,
            ", ".join(one.learnings),
        )
        for run in runs
        for one in run.context.decisions
    )  # fmt: skip
    return Table(
        title=counted(len(rows), "decision"),
        columns=(
            "user run", "path", "choice", "agents", "why", "fallback", "outcome", "stars", "input tokens",
            "tokens", "seconds", "learnings",
        ),
        rows=rows,
    )  # fmt: skip


def fallbacks_table(runs: Sequence[Watched]) -> Table:
    """One row for each fallback of these user runs, in order."""
    rows = tuple(
        (run.record.id, one.path, one.why, one.agent, run.record.status)
        for run in runs
        for one in run.context.fallbacks
    )
    decided = sum(len(run.context.decisions) for run in runs)
    return Table(
        title=f"{counted(len(rows), 'fallback')} of {counted(decided, 'decision')}",
        columns=("user run", "path", "why", "default agent", "status"),
        rows=rows,
    )


def outcomes_table(runs: Sequence[Watched]) -> Table:
    """One row for each way and pattern that was chosen, the most frequent first."""
    chosen: dict[str, list[Decision]] = {}
    for run in runs:
        for one in run.context.decisions:
            chosen.setdefault(choice_of(one, agents=False), []).append(one)
    ordered = sorted(chosen.items(), key=lambda item: (-len(item[1]), item[0]))
    return Table(
        title=f"{counted(len(chosen), 'choice')} in {counted(len(runs), 'user run')}",
        columns=("choice", "decisions", "worked", "rate", "fallbacks", "work tokens", "seconds"),
        rows=tuple(_outcome_row(choice, some) for choice, some in ordered),
        note="worked: it completed. Whether an answer was right, ratings and post-mortems say",
    )


def _outcome_row(choice: str, some: Sequence[Decision]) -> tuple[Cell, ...]:
    led = [one.outcome for one in some if one.outcome is not None]
    worked = sum(one.is_good for one in led)
    return (
        choice,
        len(some),
        worked,
        worked / len(led) if led else None,
        sum(bool(one.fallback) for one in some),
        sum(one.usage.total_tokens for one in led),
        fmean(one.seconds for one in led) if led else None,
    )


def _status(decision: Decision) -> str:
    if decision.outcome is None:
        return "finish" if decision.finish else "open"
    return decision.outcome.status
