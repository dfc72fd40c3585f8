"""Feedback: what people say of user runs days later, attached to the decisions that they are about.

A rating of a decision belongs to it; one of the user run belongs to the decision whose result was the answer.
It speaks for or against what was decided, and for or against each learning that was quoted and followed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.journal.annotations import NEITHER, FeedbackGiven
from threadlab.journal.decision import Decision, decision_path
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.attribution import Story
from threadlab.orchestration.learning.dimensions import main_dimension, subject_of
from threadlab.orchestration.learning.finding import Finding
from threadlab.orchestration.learning.learning import Learning, strengthened, weakened
from threadlab.orchestration.learning.learnings import Learnings

MOST_WORTH = 0.6
"""What five stars, or one, are worth; four and two are worth half of it."""
_THUMB = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rated:
    """A rating of one decision. `id` names it as a piece of evidence; `stars` are 1 to 5."""

    id: str
    user_run: str
    request: str
    decision: Decision
    stars: int
    comment: str = ""
    by: str = "user"

    @property
    def strength(self) -> float:
        """What it is worth as evidence, 0 to 1; nothing if it is neither good nor bad."""
        return MOST_WORTH * abs(self.stars - NEITHER) / _THUMB

    @property
    def is_good(self) -> bool:
        """Whether it speaks for what was decided."""
        return self.stars > NEITHER

    @property
    def finding(self) -> Finding:
        """What it teaches about the choice that was made."""
        said = f": “{self.comment}”" if self.comment else ""
        return Story(request=self.request, decisions=(self.decision,)).finding(
            self.decision,
            main_dimension(self.decision),
            "prefer" if self.is_good else "avoid",
            f"{self.by} gave {self.stars} of 5 stars{said}",
            self.strength,
        )


def stars_of(feedback: FeedbackGiven) -> int:
    """The stars that were given; a thumb counts as the most or the least of them."""
    return feedback.stars if feedback.stars is not None else NEITHER + _THUMB * feedback.rating


def ratings_of(workspace: Workspace, id: str) -> Iterator[Rated]:
    """The ratings of a user run's decisions, in the order in which they were given."""
    given = workspace.annotations(id).feedback
    if not given:
        return
    context = OrchestrationContext.of(workspace, id)
    if not (decisions := context.decisions):
        return
    request = workspace.record(id).received.input
    for number, feedback in enumerate(given, 1):
        if (decision := rated_decision(feedback, decisions)) is not None:
            yield Rated(
                id=f"{id}#rating-{number}",
                user_run=id,
                request=request,
                decision=decision,
                stars=stars_of(feedback),
                comment=feedback.comment,
                by=feedback.by,
            )


def stars_by_path(workspace: Workspace, id: str) -> dict[str, int]:
    """The latest stars of each decision of a user run that was rated, by the decision's path."""
    return {one.decision.path: one.stars for one in ratings_of(workspace, id)}


def rated_decision(feedback: FeedbackGiven, decisions: Sequence[Decision]) -> Decision | None:
    """The decision that a rating is about; None if it is about another part of the user run. Pure."""
    if feedback.path:
        return next((one for one in decisions if decision_path(one.path) == feedback.path), None)
    own = [one for one in decisions if "." not in one.path and one.agents]
    return next((one for one in reversed(own) if one.finish), own[-1] if own else None)


def take_in_ratings(workspace: Workspace, learnings: Learnings, at: float) -> tuple[str, ...]:
    """Learn from all ratings that were not learned from before; the ids of the learnings that changed.

    A rating counts once, however often this is done.
    """
    known = {evidence for one in learnings for evidence in (*one.evidence, *one.against)}
    changed: dict[str, None] = {}
    for id in workspace.ids():
        for rated in ratings_of(workspace, id):
            if rated.strength and rated.id not in known:
                changed.update(dict.fromkeys(_take_in(rated, learnings, at)))
    return tuple(changed)


def _take_in(rated: Rated, learnings: Learnings, at: float) -> Iterator[str]:
    if not rated.decision.fallback and rated.decision.agents:
        yield from (one.id for one in learnings.take_in(rated.finding, rated.id, at))
    for learning in tuple(learnings):
        if learning.id in rated.decision.learnings and was_followed(learning, rated.decision):
            change = partial(_spoken, rated=rated, learnings=learnings, at=at)
            yield from (one.id for one in learnings.change(learning.id, change, rated.id, at))


def _spoken(learning: Learning, rated: Rated, learnings: Learnings, at: float) -> Learning:
    """The learning after a rating of a decision that followed it; what it counted already counts no more."""
    if rated.id in (*learning.evidence, *learning.against):
        return learning
    if rated.is_good:
        return strengthened(learning, rated.id, rated.strength, at, learnings.ageing)
    return weakened(learning, rated.id, rated.strength, at)


def was_followed(learning: Learning, decision: Decision) -> bool:
    """Whether a decision did what a learning advises. Pure."""
    has_it = subject_of(decision, learning.dimension) == learning.subject
    return has_it if learning.advice == "prefer" else not has_it
