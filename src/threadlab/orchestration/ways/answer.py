"""Answer: one agent answers in the conversation. The cheapest way, and the one that always remains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.member import Hears
from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool


@tool
def answer_directly(
    agent: str,
    reasoning: str,
    task: str = "",
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = True,
) -> str:
    """One agent answers the user. It knows the conversation. Right for most requests.

    Args:
        task: what to mind; the request reaches the agent as the user wrote it.
    """
    return NOTED


class Answer:
    """The agent is asked in the conversation, in the user's own words; a task goes beside them."""

    tool = answer_directly
    finishes = True
    fewest = 1

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """The one who answers."""
        return (Seat(member=chosen["agent"], task=chosen.get("task", "")),)

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """One call; in a team within a team, apart from the conversation."""
        seat = decision.team[0]
        if decision.task:
            work.parameters = {**work.parameters, "additional_instructions": decision.task}
        hears: Hears = "prompt" if work.scope.prefix else "speaks"
        yield from work.ask(seat, work.request, place="answer", hears=hears)
        return work.outcome()
