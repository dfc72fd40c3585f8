"""Orchestrator: an agent like any other, whose tools are the ways to proceed. One agent call, one decision.

It decides on a thread of its own: nothing of it ever stands in the conversation. What it costs is counted
apart from the work, and has a budget of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from threadlab.following.patience import Asking
from threadlab.history.contexts.context import Context
from threadlab.history.work.call_failed import CallFailed
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import Decision, decision_path
from threadlab.journal.record import AgentCall
from threadlab.journal.values import Config
from threadlab.objects.usage import Usage
from threadlab.orchestration.choice import InvalidChoice, chosen_by
from threadlab.orchestration.deltas import Given, first, later
from threadlab.orchestration.fallback import fallen_back
from threadlab.orchestration.noting import Noting
from threadlab.orchestration.offer import Offer

OPTIONS = {"tool_choice": "required", "parallel_tool_calls": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Orchestrator:
    """Decides, for one request. `name` is its agent's in the config; `budget` is in tokens, None for none."""

    name: str
    offer: Offer
    request: str
    budget: int | None = None

    def given(self, context: Context, taken: Sequence[Decision], notes: Sequence[str] = ()) -> Given:
        """What the next decision is given: everything, or what is new."""
        return later(self.request, context, taken, notes) if taken else first(self.request, context)

    def deciding(self, config: Config) -> Config:
        """What is in force for its call: its own tools alone, one of which it must call."""
        return replace(config, options=OPTIONS, tools=())

    def decide(
        self, scope: Scope, number: int, taken: Sequence[Decision], notes: Sequence[str]
    ) -> Asking[Decision]:
        """The next decision; the fallback where there is no valid one. Raises Paused and Stopped."""
        context = scope.context if not scope.prefix else Context()
        given = self.given(context, taken, notes)
        began, call = scope.lab.time.now(), None
        try:
            if self.has_spent_all(taken):
                raise InvalidChoice(f"its budget of {self.budget} tokens is used up ({_spent(taken)})")
            call = yield from self._asked(scope, decision_path(str(number)), given, context, taken)
            decision = chosen_by(call, self.offer, given.labels)
        except InvalidChoice as invalid:
            call = call or scope.open_run.record.call(scope.at(decision_path(str(number))))
            decision = fallen_back(str(invalid), self.offer.default)
        return replace(
            decision,
            number=number,
            path=scope.at(str(number)),
            at=call.started_at if call else began,
            input_tokens=given.tokens if call else 0,
            saved_tokens=given.saved if call else 0,
            usage=call.usage if call else Usage(),
            seconds=call.seconds if call else 0.0,
            reused=call.reused if call else "",
        )

    def has_spent_all(self, taken: Sequence[Decision]) -> bool:
        """Whether its budget is used up after these decisions."""
        return self.budget is not None and _spent(taken) >= self.budget

    def _asked(
        self, scope: Scope, path: str, given: Given, context: Context, taken: Sequence[Decision]
    ) -> Asking[AgentCall]:
        """Its agent call. One that failed after its choice was noted has decided all the same."""
        try:
            return (
                yield from scope.apart(
                    path,
                    self.name,
                    given.prompt,
                    config=self.deciding(scope.config),
                    context=Context(parts=context.parts if not taken else ()),
                    tools=Noting(self.offer.toolbox),
                    failures_too=True,
                )
            )
        except CallFailed as failed:
            if failed.call.tools and failed.call.tools[0].ok:
                return failed.call
            why = failed.call.error.message if failed.call.error else f"it ended as {failed.call.status}"
            raise InvalidChoice(f"the orchestrator could not decide: {why}") from failed


def _spent(taken: Sequence[Decision]) -> int:
    """The tokens of these decisions; reused ones count, too, so a replay falls back where its base did."""
    return sum(one.usage.total_tokens for one in taken)
