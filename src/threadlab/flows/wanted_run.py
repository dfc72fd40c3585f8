"""Wanted run: how a run of a component is asked for, as one value that contradicts itself nowhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.errors import FlowError
from threadlab.history.plans.reuse import Reuse
from threadlab.history.thread_policy import ThreadPolicy
from threadlab.history.work.budget import Budget
from threadlab.history.work.interruption import AnswersInterrupts


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedRun:
    """What somebody wants: see RunContext for each word. `inputs` None are those of the run before.

    `previous` is the run that is made again, `start` the path from which on; `resumed` is the run that is
    gone on with. Raises FlowError for two that do not go together.
    """

    branch: str
    profile: str
    inputs: Mapping[str, Any] | None = None
    previous: str | None = None
    start: str | None = None
    resumed: str | None = None
    reuse: Reuse | None = None
    budget: Budget = field(default_factory=Budget)
    on_interrupt: AnswersInterrupts | None = None
    thread_policy: ThreadPolicy = "enqueue"

    def __post_init__(self) -> None:
        again = {"previous_run_id": self.previous, "start_hierarchy_path": self.start, "reuse": self.reuse}
        given = [name for name, value in again.items() if value is not None]
        if self.resumed is not None and given:
            raise FlowError(
                f"resume_run_id goes on with the same run, and {given[0]} makes another one",
                hint="give one of the two: a run that was left is gone on with, one that is over made again",
            )
        if self.start is not None and self.reuse is not None:
            raise FlowError(
                "start_hierarchy_path and reuse both say what is taken over",
                hint="give one of the two: the path takes over what comes before it, whatever reuse says",
            )
        if given and self.previous is None:
            raise FlowError(
                f"a run cannot have {given[0]} without a previous run",
                hint="give previous_run_id: what is taken over comes from there",
            )

    @property
    def base(self) -> str | None:
        """The run that it stands on: the one that is gone on with, or made again."""
        return self.resumed or self.previous

    @property
    def reusing(self) -> Reuse:
        """What may be taken over from there."""
        return Reuse.before(self.start) if self.start is not None else self.reuse or Reuse.nothing()
