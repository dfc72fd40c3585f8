"""Way: one way to proceed. To the orchestrator it is a tool; to the one loop it is what a decision does."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.work import Work
from threadlab.tools.tool import Tool

NOTED = "noted"
"""What the orchestrator's tools answer: they only take its choice down."""


class Way(Protocol):
    """A tool of the orchestrator, and the work that it stands for."""

    @property
    def tool(self) -> Tool[..., Any]:
        """The typed function that it calls, named as the way: all that a model knows of it."""
        ...

    @property
    def finishes(self) -> bool:
        """Whether its result is the answer to the user, unless the choice says otherwise."""
        ...

    @property
    def fewest(self) -> int:
        """How many members it takes at least."""
        ...

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """Who works, as what. Pure."""
        ...

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """Do it. Raises GuardStopped, Paused and Stopped; what members fail in is in the outcome."""
        ...
