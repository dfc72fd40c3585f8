"""Review: one writes, one criticises, until it is accepted or the rounds are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool

ROUNDS = 3
ACCEPTED = "accepted"
WISH = f'Say what is wrong and must be changed. If nothing is, begin your answer with the word "{ACCEPTED}".'


@tool(name="review")
def review_text(
    writer: str,
    critic: str,
    reasoning: str,
    task: str = "",
    rounds: int = ROUNDS,
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = False,
) -> str:
    """One writes, another criticises, and the first corrects, until the critic accepts.

    For texts that must be right.

    Args:
        task: what is to be written.
        rounds: the most drafts.
    """
    return NOTED


class Review:
    """The text is the last draft; one that was never accepted leaves the outcome incomplete."""

    tool = review_text
    finishes = False
    fewest = 2

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """The writer and the critic."""
        task = chosen.get("task", "")
        return (
            Seat(member=chosen["writer"], role="writer", task=task),
            Seat(member=chosen["critic"], role="critic", task=task),
        )

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """Draft, criticism, next draft."""
        writer, critic = decision.team[:2]
        rounds = max(1, int(decision.arguments.get("rounds", ROUNDS)))
        before: dict[str, str] = {}
        for _ in range(rounds):
            draft = yield from work.ask(writer, work.brief(writer, before))
            if draft.status != "completed":
                return work.outcome(status="failed")
            said = yield from work.ask(critic, work.brief(critic, {writer.member: draft.text}, WISH))
            if said.status != "completed" or said.text.strip().casefold().startswith(ACCEPTED):
                return work.outcome(draft.text)
            before = {f"{writer.member} (your last draft)": draft.text, critic.member: said.text}
        return work.outcome(
            draft.text, status="incomplete", reason=f"not accepted after {rounds} rounds: {said.text}"
        )
