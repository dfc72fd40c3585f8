"""Stop: the orchestrator itself ends it, with an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool


@tool(name="stop")
def stop_here(
    reasoning: str,
    answer: str = "",
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
) -> str:
    """All is done, or nothing more can be: end here.

    Args:
        answer: what the user is told; without it, the last outcome as it is.
    """
    return NOTED


class Stop:
    """No agent works any more."""

    tool = stop_here
    finishes = True
    fewest = 0

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """Nobody works."""
        return ()

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """The answer is the outcome's text."""
        yield from ()
        return work.outcome(str(decision.arguments.get("answer", "")), status="completed")
