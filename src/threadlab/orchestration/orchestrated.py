"""Orchestrated: the body of a user run whose orchestrator decides how it proceeds. Here is the one loop.

    take the next decision → carry it out → see what came of it → …

until a decision finishes, a guard stops it, or the fallback has answered. A way may have rounds, of a number
that was decided; only here is decided again and again. All work goes through the scope, each piece at its
path ("1.decide", "1.answer", "2.decide", "2.team.writer"): so it is recorded, and can be resumed, rerun,
replayed and compared like any other user run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from threadlab.errors import JournalError, ReplayMissed
from threadlab.following.patience import Asking
from threadlab.history.bodies.orchestration_end import orchestration_end
from threadlab.history.plans.rehearsal import Rehearsal
from threadlab.history.work.call_failed import CallFailed
from threadlab.history.work.interruption import Paused, Stopped
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import (
    ORCHESTRATED,
    ContextOpened,
    Decision,
    DecisionTaken,
    FellBack,
    Outcome,
    OutcomeSeen,
    PostMortemWritten,
    decision_path,
)
from threadlab.journal.values import Command
from threadlab.orchestration.context import ContextWriter
from threadlab.orchestration.guards import GuardStopped, Limits, Watch
from threadlab.orchestration.learns import Learns
from threadlab.orchestration.orchestrator import Orchestrator
from threadlab.orchestration.work import Work

FIRST = decision_path("1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """What a team in a team shares with the whole, and how deep it is."""

    context: ContextWriter
    watch: Watch
    depth: int


@dataclass(slots=True, kw_only=True)
class Orchestrated:
    """What is decided on is the orchestrator's `request`; `within` is set for a team in a team."""

    orchestrator: Orchestrator
    learning: Learns
    limits: Limits = field(default_factory=Limits)
    within: Within | None = None
    name: str = ORCHESTRATED
    commands: Sequence[Command] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)

    def order(self, recorded: Sequence[str]) -> Sequence[str]:
        """As it was recorded: what comes next is decided only then."""
        return recorded

    def rehearse(self, rehearsal: Rehearsal) -> None:
        """The first decision; where it is known, all that was recorded behind it; the end is open."""
        self._rehearse(rehearsal)
        rehearsal.open_end()

    def _rehearse(self, rehearsal: Rehearsal) -> None:
        if self.orchestrator.has_spent_all(()):
            self._rehearse_the_rest(rehearsal)
            return
        config, name = self.orchestrator.deciding(rehearsal.config), self.orchestrator.name
        given = self.orchestrator.given(rehearsal.context, ())
        is_known = rehearsal.apart(FIRST, name, given.prompt, config)
        if is_known or not rehearsal.allows(FIRST):
            self._rehearse_the_rest(rehearsal)

    def execute(self, scope: Scope) -> Asking[str]:
        """Decide, and have it done, until there is an answer. A guard's stop ends it as incomplete."""
        if self.within is not None:
            return (yield from self._at_work(scope, self.within))
        with closing(ContextWriter(scope)) as context:
            within = Within(context=context, watch=Watch(self.limits), depth=1)
            try:
                return (yield from self._at_work(scope, within))
            except GuardStopped as stopped:
                raise Stopped("incomplete", stopped.stop.reason, _last_text(context)) from None
            except Stopped as stopped:
                stopped.output = stopped.output or _last_text(context)
                raise

    def _rehearse_the_rest(self, rehearsal: Rehearsal) -> None:
        """What was recorded behind the first decision, in that order."""
        recorded = rehearsal.own if rehearsal.own.of else rehearsal.base
        agents = {
            call.path: call.agent
            for call in recorded.calls
            if call.status == "completed" or not rehearsal.is_offline
        }
        units = {unit.path for unit in (recorded.of.units if recorded.of else ())}
        for path in recorded.order():
            if path in agents and path != FIRST:
                rehearsal.agent_call(path, agents[path])
            elif path in units:
                rehearsal.unit(path)

    def _at_work(self, scope: Scope, at: Within) -> Asking[str]:
        """The loop, with its context opened before and closed behind, however it ends but by a pause."""
        at.context.write(self._opened(scope))
        try:
            output = yield from self._decided(scope, at)
        except (Paused, GeneratorExit, KeyboardInterrupt):
            raise
        except GuardStopped as stopped:
            yield from self._close(scope, at, "incomplete", stopped.stop.reason, stopped.stop.guard)
            raise
        except Stopped as stopped:
            yield from self._close(scope, at, stopped.status, stopped.reason)
            raise
        except Exception as problem:
            yield from self._close(scope, at, "failed", str(problem))
            raise
        yield from self._close(scope, at, "completed")
        return output

    def _decided(self, scope: Scope, at: Within) -> Asking[str]:
        """Decision after decision; the text of the one that finishes."""
        taken: list[Decision] = []
        for number in count(1):
            at.watch.decide()
            decision = yield from self.orchestrator.decide(scope, number, taken, at.watch.told())
            if decision.fallback:
                at.context.write(
                    FellBack(path=decision.path, why=decision.fallback, agent=decision.agents[0])
                )
            at.context.write(DecisionTaken(decision=decision))
            outcome = yield from self._carried_out(scope, at, number, decision)
            if decision.finish and outcome.is_good:
                return outcome.text or next((one.outcome.text for one in reversed(taken) if one.outcome), "")
            if decision.fallback:
                raise _not_even_that(scope, outcome)
            taken.append(replace(decision, outcome=outcome))
        raise AssertionError("count never ends")

    def _carried_out(self, scope: Scope, at: Within, number: int, decision: Decision) -> Asking[Outcome]:
        """What a decision led to, on disk; also where it was stopped in the middle."""
        work = Work(
            scope=scope,
            path=str(number),
            request=self.orchestrator.request,
            members=self.orchestrator.offer.members,
            watch=None if decision.fallback else at.watch,
            context=at.context,
            parameters=decision.parameters,
            depth=at.depth,
        )
        began = scope.lab.time.now()
        try:
            outcome = yield from self.orchestrator.offer.ways[decision.way].carry_out(decision, work)
        except (GuardStopped, Stopped) as stopped:
            partial = replace(
                work.outcome(status="stopped", reason=str(stopped)), seconds=_since(scope, began)
            )
            at.context.write(OutcomeSeen(path=decision.path, outcome=partial))
            raise
        outcome = replace(outcome, seconds=_since(scope, began))
        at.context.write(OutcomeSeen(path=decision.path, outcome=outcome))
        return outcome

    def _opened(self, scope: Scope) -> ContextOpened:
        offer = self.orchestrator.offer
        return ContextOpened(
            agents=tuple(offer.members),
            ways=tuple(offer.ways),
            patterns=tuple(offer.offered),
            learnings=offer.learnings,
            default=offer.default,
            model=scope.config.agents[self.orchestrator.name].model,
            budget=self.orchestrator.budget,
            path=scope.prefix,
        )

    def _close(
        self, scope: Scope, at: Within, status: str, reason: str = "", stopped_by: str = ""
    ) -> Asking[None]:
        """The end of the context: what is to be learned of it, then what deciding took."""
        written = yield from self._post_mortem(scope, at)
        if written is not None:
            at.context.write(written)
        record, decisions = scope.open_run.record, at.context.view.decisions
        at.context.write(
            orchestration_end(record, decisions, status, reason, stopped_by=stopped_by, path=scope.prefix)
        )

    def _post_mortem(self, scope: Scope, at: Within) -> Asking[PostMortemWritten | None]:
        """What learning makes of it. Its errors change nothing: the work is done."""
        if self.within is not None:
            return None
        now, request = scope.lab.time.now(), self.orchestrator.request
        try:
            return (yield from self.learning.post_mortem(at.context.view, scope, request, now))
        except (ReplayMissed, JournalError):
            raise
        except (Exception, Stopped) as problem:
            scope.log(f"there is no post-mortem: {problem!r}", "error")
            return None


def _since(scope: Scope, began: float) -> float:
    return scope.lab.time.now() - began


def _last_text(context: ContextWriter) -> str:
    """The best that there is of an answer."""
    own = [one for one in context.view.decisions if one.outcome is not None]
    return next((one.outcome.text for one in reversed(own) if one.outcome and one.outcome.text), "")


def _not_even_that(scope: Scope, outcome: Outcome) -> Exception:
    """The error of a fallback that failed, too."""
    call = scope.open_run.record.call(outcome.contributions[-1].path)
    assert call is not None, "the fallback asks an agent"
    return CallFailed(call)
