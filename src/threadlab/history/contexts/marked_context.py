"""Marked context: any policy, told what people have said of the user runs that it decides about.

A summary that somebody wrote down stands for its user run wherever the policy would have taken it whole,
unless the user keeps that one by name. Scores set by hand count where a policy spends a budget by score.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from threadlab.history.contexts.context import Choice, ContextPolicy
from threadlab.history.contexts.context_policy import KEPT, ByScore, Recent, UserChoice
from threadlab.history.contexts.marks import Marks
from threadlab.journal.record import Record


@dataclass(frozen=True, slots=True)
class MarkedContext:
    """A policy together with the marks."""

    policy: ContextPolicy
    marks: Marks

    def choose(self, path: Sequence[Record]) -> Sequence[Choice]:
        """The policy's choices, with the summaries that were written down."""
        marks = cache(self.marks)  # each is a file
        choices = _bound(self.policy, marks).choose(path)
        return tuple(_marked(one, choice, marks) for one, choice in zip(path, choices, strict=True))

    def __str__(self) -> str:
        return str(self.policy)


def with_marks(policy: ContextPolicy, marks: Marks) -> ContextPolicy:
    """The policy together with these marks, in the place of any that it had."""
    return MarkedContext(policy.policy if isinstance(policy, MarkedContext) else policy, marks)


def _marked(record: Record, choice: Choice, marks: Marks) -> Choice:
    summary = marks(record.id).summary
    if not summary or choice.use != "verbatim" or choice.why == KEPT:
        return choice
    return Choice(use="summary", why="a summary was written down for it", summary=summary)


def _bound(policy: ContextPolicy, marks: Marks) -> ContextPolicy:
    if isinstance(policy, UserChoice):
        writing = replace(policy.writing, marks=marks)
        return replace(policy, writing=writing, others=_bound(policy.others, marks))
    if isinstance(policy, Recent | ByScore):
        return replace(policy, writing=replace(policy.writing, marks=marks))
    return policy
