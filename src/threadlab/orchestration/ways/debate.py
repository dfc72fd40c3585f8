"""Debate: members answer, see each other's answers and answer again; a judge concludes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool

JUDGE = "judge"
ROUNDS = 2
WISH = "These are the answers of the others and your own. Answer again; keep or change your mind."
CONCLUDE = "Conclude: give the one answer that is best founded, and say in a sentence why."


@tool(name="debate")
def debate_question(
    members: tuple[Seat, ...],
    judge: str,
    reasoning: str,
    rounds: int = ROUNDS,
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = False,
) -> str:
    """Members answer the same question, see each other's answers, answer again; a judge concludes.

    For questions on which one agent alone may err.

    Args:
        rounds: how often each answers.
    """
    return NOTED


class Debate:
    """Members speak at the same time in each round; one that fails is silent in the next."""

    tool = debate_question
    finishes = False
    fewest = 2

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """The members, the judge last."""
        return (*chosen["members"], Seat(member=chosen["judge"], role=JUDGE))

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """The judge's text is the outcome's."""
        *members, judge = decision.team
        texts: dict[str, str] = {}
        for _ in range(max(1, int(decision.arguments.get("rounds", ROUNDS)))):
            wish = WISH if texts else ""
            texts = yield from work.ask_all([(seat, work.brief(seat, texts, wish)) for seat in members])
            if not texts:
                return work.outcome(status="failed")
        concluded = yield from work.ask(judge, work.brief(judge, texts, CONCLUDE), place=f"team.{JUDGE}")
        return work.outcome(concluded.text, status=concluded.status)
