"""Quoting: which learnings a decision is told. The heaviest that apply, and of two contraries one. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted
from threadlab.orchestration.learning.learning import Learning, Situation

MOST = 3
LEAST_WEIGHT = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """A learning as a decision is told it, with what it weighed then; `fit` is how well it applied."""

    id: str
    text: str
    weight: float
    fit: float
    from_runs: int = 1

    @property
    def said(self) -> str:
        """What the orchestrator reads: the text, and how much there is behind it."""
        return f"{self.text} (weight {self.weight:.2f}, from {counted(self.from_runs, 'user run')})"


def quoted(
    learnings: Sequence[Learning], situation: Situation, at: float, most: int = MOST
) -> tuple[Quote, ...]:
    """The learnings that apply at that time, those with most weight times fit first, `most` of them."""
    fitting = ((one.weight_at(at), one.fits(situation), one) for one in learnings)
    heavy = [(weight, fit, one) for weight, fit, one in fitting if weight * fit >= LEAST_WEIGHT]
    heavy.sort(key=lambda found: (-found[0] * found[1], found[2].id))
    told = (
        Quote(id=one.id, text=one.text, weight=round(weight, 4), fit=fit, from_runs=len(one.user_runs))
        for weight, fit, one in _without_contraries(heavy)
    )
    return tuple(told)[:most]


def _without_contraries(
    found: Sequence[tuple[float, float, Learning]],
) -> Iterator[tuple[float, float, Learning]]:
    """Only the heavier of two that say "prefer" and "avoid" of the same thing."""
    said: set[tuple[str, str]] = set()
    for weight, fit, one in found:
        if (one.dimension, one.subject) not in said:
            said.add((one.dimension, one.subject))
            yield weight, fit, one
