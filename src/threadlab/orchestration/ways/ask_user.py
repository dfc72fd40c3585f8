"""Ask the user: the user run waits until there is an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Decision, Outcome, Seat
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.tool import tool


@tool(name="ask_user")
def ask_the_user(
    question: str,
    reasoning: str,
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
) -> str:
    """Ask the user something without which nothing can be done well; the answer is told to you.

    Args:
        question: in one sentence.
    """
    return NOTED


class AskUser:
    """An interrupt of the kind "input", at `<decision>.ask`; its answer is recorded as a unit of work is."""

    tool = ask_the_user
    finishes = False
    fewest = 0

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """Nobody works."""
        return ()

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """The answer is the outcome's text. Raises Paused as long as there is none."""
        path, question = f"{work.path}.ask", str(decision.arguments["question"])
        answer = work.scope.unit(
            path,
            {"question": question},
            lambda: work.scope.interrupt(path, "input", question),
            kind="question",
        )
        yield from ()
        return work.outcome(answer, status="completed")
