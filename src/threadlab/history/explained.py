"""Explained: what a user run can tell of itself, read off its record."""

from __future__ import annotations

from copy import copy
from itertools import pairwise
from pathlib import Path
from typing import Self

from threadlab.diagnosis.finding import Diagnosis
from threadlab.history.annotated import Annotated
from threadlab.history.contexts.context_bar import ContextBar, bar_of
from threadlab.history.contexts.score import Score, score, scores_on
from threadlab.history.contexts.summaries import Extractive, Summariser
from threadlab.history.reading.compare import Comparison, compare
from threadlab.history.reading.diagnose import diagnose
from threadlab.history.reading.prices import Cost
from threadlab.history.reading.run_tables import tool_operations, usage_by_call, usage_line
from threadlab.history.reading.sequence import Sequence, sequence
from threadlab.history.reading.table import Table
from threadlab.history.templates.template import Template
from threadlab.history.templates.templates import Templates
from threadlab.journal.record import Record


class Explained(Annotated):
    """A user run's own figures and reasons, and its neighbours on its branch."""

    @property
    def record(self) -> Record:
        """All that is recorded of it."""
        return self._desk.tree.record(self.id)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Its key decisions and actions, a few short lines, made when it ended."""
        return self.record.decisions

    @property
    def importance(self) -> Score:
        """How important it is for what comes after it on its branch, from 0 to 1, and why."""
        marks = self._desk.workspace.annotations
        on_branch = scores_on(self._branch_path(), marks)
        return on_branch.get(self.id) or score(self.record, said=self.annotations)

    @property
    def sequence(self) -> Sequence:
        """Who said what to whom, as text and as Mermaid."""
        return sequence(self.record)

    @property
    def tool_operations(self) -> Table:
        """Every tool call, with arguments, result and time."""
        return tool_operations(self.record)

    @property
    def usage_by_call(self) -> Table:
        """The tokens of each agent call: its own, those of the agents that it asked, and both."""
        return usage_by_call(self.record, self._desk.prices)

    @property
    def usage_line(self) -> str:
        """What it took, on one line."""
        return usage_line(self.record, self._desk.prices if self._desk.prices.models else None)

    @property
    def cost(self) -> Cost:
        """What it cost, and what is doubtful about that."""
        return self._desk.prices.cost_of(self.record)

    @property
    def context_bar(self) -> ContextBar:
        """What its first agent call was given of the user runs before it; empty where there were none."""
        parts = self.record.calls[0].context if self.record.calls else ()
        return bar_of(parts, self._desk.tree.path(self.record.parent))

    @property
    def next(self) -> Self | None:
        """The user run after it on its branch; None at the head, and for one that is not on its branch."""
        path = self._branch_path()
        after = (later for one, later in pairwise(path) if one.id == self.id)
        return next((self._other(one.id) for one in after), None)

    @property
    def previous(self) -> Self | None:
        """The user run that it went on from; None at the root."""
        parent = self.record.parent
        return None if parent is None else self._other(parent)

    def diagnose(self, *, live: bool = False) -> Diagnosis:
        """Why it is where it is, and what to do next; `live` reads the service's runs again as well."""
        lab = self._desk.lab
        return diagnose(
            self.record,
            stalled=self._desk.tree.standing(self.id) == "left",
            now=lab.time.now(),
            lab=lab if live else None,
        )

    def compare(self, other: Explained | str) -> Comparison:
        """It and another one, which may be said by its id, side by side, this one as `a`."""
        b = self._desk.tree.record(other) if isinstance(other, str) else other.record
        return compare(self.record, b, self._desk.prices)

    def write_summary(self, by: Summariser | None = None, tokens: int = 60) -> str:
        """Have a summary written, and used for it from now on in the context of later user runs.

        Under every policy that would have taken it whole. `by` is Extractive() unless given.
        """
        writer = by or Extractive()
        summary = writer(self.record, tokens)
        self.summarise(summary, by=str(writer))
        return summary

    def save_as_template(self, name: str, *, about: str = "", replace: bool = False, **values: str) -> Path:
        """Keep it as a template in which each of these values is a hole; the file. See `Template.of`."""
        workspace = self._desk.workspace
        template = Template.of(self.record, name, about=about, **values)
        return Templates(workspace.folder / "templates", workspace.files).save(template, replace=replace)

    def _branch_path(self) -> tuple[Record, ...]:
        branch = self.record.received.branch
        return self._desk.tree.path(self._desk.branches.read(branch).head)

    def _other(self, id: str) -> Self:
        other = copy(self)
        other.id = id
        return other
