"""Orchestration context: what an orchestrator decided in a user run, kept apart from the conversation.

It is there from the first event and belongs to one user run alone. An orchestrator writes it; others read. A
plain turn has one, too: it is empty.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from threadlab.errors import HistoryError
from threadlab.journal.blobs import Blobs
from threadlab.journal.decision import (
    ContextClosed,
    ContextEntry,
    ContextFact,
    ContextOpened,
    Contribution,
    Decision,
    DecisionTaken,
    FellBack,
    Outcome,
    OutcomeSeen,
    PostMortemWritten,
)
from threadlab.journal.decision_log import DECISIONS, read_decisions
from threadlab.journal.files import DISK, Files
from threadlab.journal.run_directory import ARTIFACTS
from threadlab.journal.workspace import Workspace
from threadlab.objects.usage import Usage

FILE = DECISIONS

Kind = TypeVar("Kind", bound=ContextFact)


@dataclass(frozen=True, slots=True)
class OrchestrationContext:
    """The decisions made in a user run, read from its file each time."""

    user_run: str
    file: Path

    @classmethod
    def of(cls, workspace: Workspace, user_run: str) -> OrchestrationContext:
        """That of a user run. Raises UnknownUserRun."""
        return cls(user_run, workspace.open(user_run).folder / FILE)

    @property
    def entries(self) -> tuple[ContextEntry, ...]:
        """Each line with its time, oldest first. Raises JournalError for a broken one."""
        return tuple(read_decisions(self.file, Blobs(self.file.parent / ARTIFACTS, DISK)))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions in order, those of teams in teams included, each with its outcome as far as it is."""
        outcomes = {fact.path: fact.outcome for fact in self._all(OutcomeSeen)}
        return tuple(
            replace(fact.decision, outcome=outcomes.get(fact.path)) for fact in self._all(DecisionTaken)
        )

    def decision(self, which: int | str) -> Decision:
        """The decision of that number or path. Raises HistoryError if there is none."""
        made = {one.path: one for one in self.decisions}
        if (found := made.get(str(which))) is None:
            raise HistoryError(
                f"{self.user_run} has no decision {which}",
                hint=f"it has {', '.join(made)}" if made else "nothing was orchestrated in it",
            )
        return found

    @property
    def opened(self) -> ContextOpened | None:
        """What there was to choose from; None where nothing was orchestrated."""
        return next(self._all(ContextOpened), None)

    @property
    def fallbacks(self) -> tuple[FellBack, ...]:
        """Where no valid choice could be had, and why."""
        return tuple(self._all(FellBack))

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What the decisions led to, in the order in which that was seen."""
        return tuple(fact.outcome for fact in self._all(OutcomeSeen))

    @property
    def contributions(self) -> tuple[Contribution, ...]:
        """What each member did, over all decisions of the user run itself."""
        own = (one for one in self._all(OutcomeSeen) if "." not in one.path)
        return tuple(done for one in own for done in one.outcome.contributions)

    @property
    def post_mortem(self) -> PostMortemWritten | None:
        """What is to be learned of it; None as long as nobody wrote it."""
        return next(self._all(PostMortemWritten), None)

    @property
    def closed(self) -> ContextClosed | None:
        """How it ended; None before that."""
        return next((fact for fact in self._all(ContextClosed) if not fact.path), None)

    @property
    def usage(self) -> Usage:
        """The tokens that deciding took, apart from the work; a decision that was reused took none."""
        return sum((one.usage for one in self.decisions if not one.reused), Usage())

    @property
    def saved_tokens(self) -> int:
        """About how many tokens were not given again, because later decisions are given only what is new."""
        return sum(one.saved_tokens for one in self.decisions)

    def __bool__(self) -> bool:
        """Whether anything was orchestrated."""
        return self.opened is not None

    def __str__(self) -> str:
        """A line for each decision: what was chosen, for whom, and why."""
        told = (
            f"{one.path}  {one.way} {', '.join(one.agents)}: {one.fallback or one.reasoning}"
            for one in self.decisions
        )
        return "\n".join(told) or f"{self.user_run}: nothing was decided in it"

    def _all(self, kind: type[Kind]) -> Iterator[Kind]:
        return (entry.fact for entry in self.entries if isinstance(entry.fact, kind))


def make_orchestration(folder: Path, files: Files) -> None:
    """Make the empty slot in the folder of a new user run."""
    files.replace(folder / FILE, b"")
