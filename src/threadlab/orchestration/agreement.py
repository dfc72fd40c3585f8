"""Agreement: whether an orchestrator chooses the same for the same request, again and again. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from threadlab.following.terminal_text import counted
from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.journal.decision import Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What was chosen first for the same request, again and again; `choices` from the most frequent on."""

    request: str
    choices: tuple[tuple[str, int], ...]

    @property
    def times(self) -> int:
        """How often it was decided."""
        return sum(number for _, number in self.choices)

    @property
    def rate(self) -> float:
        """The share of the most frequent choice: 1.0 means that it was always the same."""
        return self.choices[0][1] / self.times if self.choices else 0.0

    def __str__(self) -> str:
        chosen = ", ".join(f"{choice} ({number})" for choice, number in self.choices)
        return f"{self.rate:.0%} of {counted(self.times, 'repeat')} agree: {chosen}"


def agreement(request: str, contexts: Sequence[OrchestrationContext]) -> Agreement:
    """How far the first decisions of these contexts agree, in way, pattern and agents. Pure."""
    first = (next(iter(one.decisions), None) for one in contexts)
    choices = Counter(choice_of(one) if one else "nothing" for one in first)
    return Agreement(request=request, choices=tuple(choices.most_common()))


def choice_of(decision: Decision, *, agents: bool = True) -> str:
    """A choice as a short text: "review with writer, critic", "my pattern (review)", or "fallback"."""
    if decision.fallback:
        return "fallback"
    how = f"{decision.pattern} ({decision.way})" if decision.pattern else decision.way
    return f"{how} with {', '.join(decision.agents)}" if agents and decision.agents else how
