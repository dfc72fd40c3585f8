"""Work: what a way works with to carry out one decision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.following.patience import Asking
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import Contribution, Outcome, Seat
from threadlab.orchestration.briefing import briefed, by_name
from threadlab.orchestration.context import ContextWriter
from threadlab.orchestration.guards import Watch
from threadlab.orchestration.member import Assignment, Hears, Member
from threadlab.orchestration.side_by_side import side_by_side


@dataclass(slots=True, kw_only=True)
class Work:
    """One decision's work. `path` is the decision's in the scope ("2"), `done` what its members did so far.

    `watch` None means that no guard counts it: so the fallback always answers. `depth` is that of the
    orchestrator's own members, from 1.
    """

    scope: Scope
    path: str
    request: str
    members: Mapping[str, Member]
    watch: Watch | None
    context: ContextWriter
    parameters: Mapping[str, Any] = field(default_factory=dict)
    depth: int = 1
    done: list[Contribution] = field(default_factory=list)
    _places: Counter[str] = field(default_factory=Counter)

    def ask(
        self,
        seat: Seat,
        prompt: str,
        *,
        place: str = "",
        hears: Hears = "prompt",
        deeper: int = 0,
        tools: AnsweringTools | None = None,
    ) -> Asking[Contribution]:
        """Have a member do something; its contribution is remembered. It is at `<decision>.team.<member>`."""
        place = place or f"team.{seat.member.replace('.', '_')}"
        self._places[place] += 1
        turn = self._places[place]
        given = Assignment(
            scope=self.scope,
            path=f"{self.path}.{place}" + (f"-{turn}" if turn > 1 else ""),
            prompt=prompt,
            watch=self.watch,
            context=self.context,
            role=seat.role,
            turn=turn,
            depth=self.depth + deeper,
            parameters=self.parameters,
            hears=hears,
            tools=tools,
            left=self.done,
        )
        return self._remembered(self.members[seat.member].work(given))

    def ask_all(self, prompts: Sequence[tuple[Seat, str]]) -> Asking[dict[str, str]]:
        """Have several do something at the same time: what those who completed it said, by their names.

        Where the user run's budget gets short, one after another: so it is exceeded by one call at most, if
        none is larger than those before.
        """
        works = {str(place): self.ask(seat, prompt) for place, (seat, prompt) in enumerate(prompts)}
        before = len(self.done)
        done = yield from side_by_side(works, self.scope.lab.time, self._has_room_beside)
        self.done[before:] = done.values()  # not as they came to their end: a replay must tell the same
        return by_name((one.member, one.text) for one in done.values() if one.status == "completed")

    def brief(self, seat: Seat, before: Mapping[str, str] | None = None, wish: str = "") -> str:
        """What a member is told: see `briefing`."""
        return briefed(self.request, seat, before or {}, wish)

    def outcome(self, text: str = "", status: str = "", reason: str = "") -> Outcome:
        """What came of it: as it is said, else as the members' work tells."""
        good = [one for one in self.done if one.status == "completed"]
        missing = [f"{one.member}: {one.reason or one.status}" for one in self.done if one not in good]
        if not status:
            status = "completed" if not missing else "incomplete" if good else "failed"
        return Outcome(
            status=status,
            text=text or next((one.text for one in reversed(self.done) if one.text), ""),
            reason=reason or "; ".join(missing),
            contributions=tuple(self.done),
        )

    def _has_room_beside(self, others: int) -> bool:
        """Whether the budget would last for so many calls under way, each like the largest so far."""
        left, record, prices = self.scope.allowance.left(), self.scope.open_run.record, self.scope.prices
        tokens = max((call.usage.total_tokens for call in record.calls), default=0)
        cost = max((prices.cost_of_call(record, call).amount for call in record.calls), default=0.0)
        return (left.tokens is None or left.tokens > others * tokens) and (
            left.cost is None or left.cost > others * cost
        )

    def _remembered(self, working: Asking[Contribution]) -> Asking[Contribution]:
        contribution = yield from working
        self.done.append(contribution)
        return contribution
