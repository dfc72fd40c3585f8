"""Parallel: members work at the same time; it takes as long as the slowest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.briefing import all_said
from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool


@tool
def run_parallel(
    members: tuple[Seat, ...],
    reasoning: str,
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = False,
) -> str:
    """Members work at the same time, none knowing of the others. For parts that do not need each other.

    Args:
        members: who; each with a role and a task of its own.
    """
    return NOTED


class Parallel:
    """One that fails does not hold up the others."""

    tool = run_parallel
    finishes = False
    fewest = 1

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """All of them."""
        return tuple(chosen["members"])

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """What all said is the outcome's text."""
        said = yield from work.ask_all([(seat, work.brief(seat)) for seat in decision.team])
        return work.outcome(all_said(said))
