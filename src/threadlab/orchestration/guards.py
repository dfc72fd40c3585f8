"""Guards: what stops a user run that would go on for ever. Pure: a tally, and limits that it is held to.

Each stop has a reason in words. What an agent is asked for the second time in the same words is told to the
orchestrator; the third time it is stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from threadlab.errors import HistoryError

DEEPEST = 5
"""Nobody may delegate deeper than that, whatever the limits say."""

Guard = Literal["decisions", "calls", "depth", "repetition"]
Asked = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The most that may happen in one user run; `depth` is that of delegation, 1 for the orchestrator's own.

    Raises HistoryError for a limit below 1, and for a depth above 5.
    """

    decisions: int = 8
    calls: int = 24
    depth: int = DEEPEST
    repeats: int = 2

    def __post_init__(self) -> None:
        limits = {"decisions": self.decisions, "calls": self.calls, "depth": self.depth}
        for name, limit in {**limits, "repeats": self.repeats}.items():
            if limit < 1 or (name == "depth" and limit > DEEPEST):
                raise HistoryError(
                    f"the limit of {name} is {limit}",
                    hint=f"give at least 1; delegation goes at most {DEEPEST} deep",
                )


@dataclass(frozen=True, slots=True)
class Stop:
    """Which guard stops it, and why, in words."""

    guard: Guard
    reason: str


class GuardStopped(Exception):
    """A guard stops the user run."""

    def __init__(self, stop: Stop) -> None:
        super().__init__(stop.reason)
        self.stop = stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """What happened so far: decisions, agent calls, and how often who was asked what."""

    decisions: int = 0
    calls: int = 0
    asked: Mapping[Asked, int] = field(default_factory=dict)

    def decided(self) -> Tally:
        """One decision more."""
        return replace(self, decisions=self.decisions + 1)

    def called(self, agent: str, prompt: str) -> Tally:
        """One agent call more."""
        key = _key(agent, prompt)
        return replace(self, calls=self.calls + 1, asked={**self.asked, key: self.times(agent, prompt) + 1})

    def times(self, agent: str, prompt: str) -> int:
        """How often this agent was asked this, in the same words."""
        return self.asked.get(_key(agent, prompt), 0)


def before_decision(tally: Tally, limits: Limits) -> Stop | None:
    """Whether one more decision is too much."""
    if tally.decisions >= limits.decisions:
        return Stop("decisions", f"{limits.decisions} decisions were made, and none finished the request")
    return None


def before_call(tally: Tally, limits: Limits, agent: str, prompt: str, depth: int) -> Stop | None:
    """Whether asking this agent this, that deep, is too much."""
    if depth > limits.depth:
        return Stop("depth", f"{agent} would work {depth} delegations deep; the limit is {limits.depth}")
    if tally.calls >= limits.calls:
        return Stop("calls", f"{limits.calls} agent calls were made; {agent} would be one more")
    times = tally.times(agent, prompt)
    if times >= limits.repeats:
        return Stop("repetition", f"{agent} was asked the same {times} times: {_shortened(prompt)!r}")
    return None


@dataclass(slots=True)
class Watch:
    """The guards of one user run at work: counts, and raises GuardStopped. Teams in teams share it."""

    limits: Limits
    tally: Tally = field(default_factory=Tally)
    notes: list[str] = field(default_factory=list)

    def decide(self) -> None:
        """A decision is about to be taken."""
        _stop_if(before_decision(self.tally, self.limits))
        self.tally = self.tally.decided()

    def call(self, agent: str, prompt: str, depth: int) -> None:
        """An agent is about to be asked."""
        _stop_if(before_call(self.tally, self.limits, agent, prompt, depth))
        if self.tally.times(agent, prompt):
            self.notes.append(f"{agent} was asked the same again; once more, and all is stopped.")
        self.tally = self.tally.called(agent, prompt)

    def told(self) -> tuple[str, ...]:
        """The notes for the orchestrator, once."""
        notes, self.notes = tuple(self.notes), []
        return notes


def _stop_if(stop: Stop | None) -> None:
    if stop is not None:
        raise GuardStopped(stop)


def _key(agent: str, prompt: str) -> Asked:
    return agent, " ".join(prompt.casefold().split())


def _shortened(text: str, longest: int = 60) -> str:
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest]}…"
