"""Fallback: where no valid choice can be had, the default agent answers directly. Pure."""

from __future__ import annotations

from threadlab.journal.decision import Decision, Seat
from threadlab.orchestration.ways.all_ways import ANSWER


def fallen_back(why: str, agent: str) -> Decision:
    """The decision that always remains; it is none of the orchestrator's, and says so."""
    return Decision(
        number=0,
        path="",
        way=ANSWER.tool.name,
        reasoning=f"Fallback: {why}.",
        agents=(agent,),
        team=(Seat(member=agent),),
        finish=True,
        looked_at=("request",),
        fallback=why,
    )
