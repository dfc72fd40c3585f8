"""Sequence: one member after another, each given what those before it said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.briefing import by_name
from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool


@tool
def run_sequence(
    members: tuple[Seat, ...],
    reasoning: str,
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = False,
) -> str:
    """Members work one after another; each is given what those before it said. For work in stages.

    Args:
        members: who, in order; each with a role and a task of its own.
    """
    return NOTED


class Sequence:
    """It ends at the first member that fails: what comes after would stand on nothing."""

    tool = run_sequence
    finishes = False
    fewest = 1

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """In the order of their work."""
        return tuple(chosen["members"])

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """The last one's text is the outcome's."""
        for seat in decision.team:
            before = by_name((one.member, one.text) for one in work.done)
            done = yield from work.ask(seat, work.brief(seat, before))
            if done.status != "completed":
                return work.outcome(status="failed")
        return work.outcome()
