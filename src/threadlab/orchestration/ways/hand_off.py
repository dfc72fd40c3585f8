"""Hand-off: another agent takes the request over, and may hand it on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from threadlab.following.patience import Asking
from threadlab.journal.decision import Contribution, Decision, Outcome, Seat
from threadlab.orchestration.parameters import UNCHANGED, Parameters
from threadlab.orchestration.ways.way import NOTED
from threadlab.orchestration.work import Work
from threadlab.tools.executors.inline import Inline
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


@tool
def hand_off(
    agent: str,
    reasoning: str,
    task: str = "",
    looked_at: tuple[str, ...] = (),
    learnings: tuple[str, ...] = (),
    parameters: Parameters = UNCHANGED,
    finish: bool = True,
) -> str:
    """Another agent takes the request over with all that was said before; it may hand it on to the next.

    Args:
        task: what it is to mind.
    """
    return NOTED


@tool
def hand_on(agent: str, task: str = "") -> str:
    """Hand the request on to another agent, who answers in your place.

    Args:
        agent: who is to take over.
        task: what it is to mind.
    """
    return "handed on"


class HandOff:
    """Each step is one delegation deeper: so hands in a circle are stopped."""

    tool = hand_off
    finishes = True
    fewest = 1

    def team(self, chosen: Mapping[str, Any]) -> tuple[Seat, ...]:
        """Who takes over first."""
        return (Seat(member=chosen["agent"], role="takes over", task=chosen.get("task", "")),)

    def carry_out(self, decision: Decision, work: Work) -> Asking[Outcome]:
        """The text is that of whoever did not hand it on. Handing on to nobody known ends it."""
        seat, deeper = decision.team[0], 0
        while True:
            hands = Toolbox(hand_on, executor=Inline())
            done = yield from work.ask(
                seat, work.brief(seat), hears="conversation", deeper=deeper, tools=hands
            )
            to = _handed_to(work, done)
            if to is None:
                return work.outcome(status=done.status)
            if to.member not in work.members:
                return work.outcome(
                    status="failed", reason=f"{seat.member} handed on to {to.member!r}, whom nobody knows"
                )
            seat, deeper = to, deeper + 1


def _handed_to(work: Work, done: Contribution) -> Seat | None:
    """To whom a member handed it on, as its call tells; None if it answered itself."""
    call = work.scope.open_run.record.call(done.path)
    uses = [use for use in (call.tools if call else ()) if use.name == hand_on.name and use.ok]
    if not uses:
        return None
    said = json.loads(uses[-1].arguments)
    return Seat(member=said["agent"], role=f"took over from {done.member}", task=said.get("task", ""))
