"""Loops: the two learning loops as one thing to give to an orchestration. Each can be switched off.

    Orchestration(…, learning=LearningLoops(history.workspace, delayed=False))

The immediate loop learns when a user run is over, the delayed one from the ratings that people give later.
With both off, nothing is quoted and nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from threadlab.following.patience import Asking
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.work.scope import Scope
from threadlab.journal.decision import PostMortemWritten, Quoted
from threadlab.journal.workspace import Workspace
from threadlab.objects.agent import Agent
from threadlab.orchestration.learning.attribution import Story
from threadlab.orchestration.learning.feedback import take_in_ratings
from threadlab.orchestration.learning.judging import Judge, judged_by_agent
from threadlab.orchestration.learning.learning import Ageing, Learning, Situation
from threadlab.orchestration.learning.learnings import Learnings
from threadlab.orchestration.learning.post_mortem import post_mortem
from threadlab.orchestration.learning.quoting import MOST, quoted

NOTHING_TAUGHT = PostMortemWritten(rating=0.0, why="somebody stopped it, which teaches nothing")


class LearningLoops:
    """Learns from user runs, and quotes what was learned: `most` learnings for a request.

    `judge` says whether an answer is right, or `judged_by` names an agent that is asked; with neither, a
    post-mortem only knows what completed.
    """

    def __init__(
        self,
        workspace: Workspace,
        *,
        immediate: bool = True,
        delayed: bool = True,
        most: int = MOST,
        judge: Judge | None = None,
        judged_by: str = "",
        ageing: Ageing | None = None,
    ) -> None:
        self.workspace = workspace
        self.learnings = Learnings.of(workspace, ageing)
        self.immediate = immediate
        self.delayed = delayed
        self.most = most
        self._judge = judge
        self._judged_by = judged_by

    def applying(
        self, request: str, agents: Mapping[str, Agent], patterns: Sequence[str], now: float
    ) -> tuple[Quoted, ...]:
        """What is quoted for a request, after the ratings that came since were learned from."""
        if self.delayed:
            take_in_ratings(self.workspace, self.learnings, now)
        if not (self.immediate or self.delayed):
            return ()
        return _quoted(self.learnings, request, agents, patterns, now, self.most)

    def post_mortem(
        self, context: OrchestrationContext, scope: Scope, request: str, now: float
    ) -> Asking[PostMortemWritten | None]:
        """What a user run that is over teaches, learned; None with the immediate loop off.

        A replay says the same again, and teaches nothing new.
        """
        if not self.immediate:
            return None
        if scope.open_run.is_to_stop():
            return NOTHING_TAUGHT
        decisions = context.decisions
        answer = next((one.outcome.text for one in reversed(decisions) if one.outcome), "")
        is_right, verdict = yield from self._judged(scope, request, answer)
        found = post_mortem(Story(request=request, decisions=decisions, is_right=is_right, verdict=verdict))
        learned: dict[str, None] = {}
        if not scope.is_offline:
            for finding in found.findings:
                changed = self.learnings.take_in(finding, context.user_run, now)
                learned.update(dict.fromkeys(one.id for one in changed))
        return found.written(tuple(learned))

    def _judged(self, scope: Scope, request: str, answer: str) -> Asking[tuple[bool | None, str]]:
        if self._judge is not None:
            return self._judge(request, answer), ""
        if self._judged_by:
            return (yield from judged_by_agent(scope, self._judged_by, request, answer))
        return None, ""


class PostMortems:
    """Looks back at each user run, by rules alone, and keeps nothing for the next: learning by nobody."""

    def applying(
        self, request: str, agents: Mapping[str, Agent], patterns: Sequence[str], now: float
    ) -> tuple[Quoted, ...]:
        """Nothing is quoted."""
        return ()

    def post_mortem(
        self, context: OrchestrationContext, scope: Scope, request: str, now: float
    ) -> Asking[PostMortemWritten | None]:
        """What is to be said of it."""
        yield from ()
        if scope.open_run.is_to_stop():
            return NOTHING_TAUGHT
        return post_mortem(Story(request=request, decisions=context.decisions)).written()


class GivenLearnings:
    """Quotes the learnings that it was given, as they weigh `at` that time, and learns nothing.

    For experiments.
    """

    def __init__(self, learnings: Iterable[Learning], *, most: int = MOST, at: float | None = None) -> None:
        self.learnings = tuple(learnings)
        self._most = most
        self._at = at

    def applying(
        self, request: str, agents: Mapping[str, Agent], patterns: Sequence[str], now: float
    ) -> tuple[Quoted, ...]:
        """What is quoted for a request."""
        at = now if self._at is None else self._at
        return _quoted(self.learnings, request, agents, patterns, at, self._most)

    def post_mortem(
        self, context: OrchestrationContext, scope: Scope, request: str, now: float
    ) -> Asking[PostMortemWritten | None]:
        """None: what is measured must not learn from the measurement."""
        yield from ()
        return None


def _quoted(
    learnings: Iterable[Learning],
    request: str,
    agents: Mapping[str, Agent],
    patterns: Sequence[str],
    at: float,
    most: int,
) -> tuple[Quoted, ...]:
    models = {name: agent.model for name, agent in agents.items()}
    situation = Situation(request=request, agents=models, choices=patterns)
    told = quoted(tuple(learnings), situation, at, most)
    return tuple(Quoted(id=one.id, text=one.said) for one in told)
