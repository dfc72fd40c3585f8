"""Learning: one thing that user runs have taught, how much it weighs today, and when it applies. Pure.

A learning grows old: its weight halves every `half_life`, and after `expires_at` it weighs nothing. Evidence
for it makes it heavier and young again; evidence against it makes it lighter, and no younger.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import sha256
from typing import Literal

from threadlab.journal.decision import Dimension
from threadlab.orchestration.learning.request_words import words_of

Advice = Literal["prefer", "avoid"]

DAY = 86_400.0
FITS_FROM = 0.5
"""The share of a learning's words that a request must have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliesTo:
    """For which requests a learning was made. What is empty asks for nothing.

    `words` of the request; `pattern` that must be on offer; `agent` that must be there, and the `model` that
    it must have: what was learned of an agent says nothing of it with another model.
    """

    words: tuple[str, ...] = ()
    pattern: str = ""
    agent: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is to be decided about: the request, the agents with their models, ways and patterns on offer."""

    request: str
    agents: Mapping[str, str] = field(default_factory=dict)
    choices: Collection[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ageing:
    """How learnings grow old, in seconds."""

    half_life: float = 30 * DAY
    lifetime: float = 90 * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Learning:
    """Prefer or avoid `subject` (an agent, a pattern, parameters, a team) where it applies, and `why`.

    `weight` (0 to 1) is that of the time `weighed_at`; times are Unix seconds, `half_life` is seconds.
    `evidence` and `against` name the user runs that speak for it and against it.
    """

    id: str
    dimension: Dimension
    advice: Advice
    subject: str
    why: str = ""
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    weight: float
    weighed_at: float
    expires_at: float
    half_life: float = Ageing().half_life
    evidence: tuple[str, ...] = ()
    against: tuple[str, ...] = ()
    retired: str = ""

    @property
    def text(self) -> str:
        """The learning as a sentence: "for requests with poem, write: prefer review: the critic accepted"."""
        words = ", ".join(self.applies_to.words)
        asked = f"for requests with {words}: " if words else "for any request: "
        with_model = f" (with {self.applies_to.model})" if self.applies_to.model else ""
        why = f": {self.why}" if self.why else ""
        return f"{asked}{self.advice} {self.dimension} {self.subject}{with_model}{why}"

    @property
    def user_runs(self) -> tuple[str, ...]:
        """The user runs that speak for it, by what they did or by how they were rated."""
        return tuple(dict.fromkeys(one.partition("#")[0] for one in self.evidence))

    def weight_at(self, at: float) -> float:
        """What it weighs at that time: half as much after each half-life, nothing once expired or retired."""
        if self.retired or at >= self.expires_at:
            return 0.0
        age = max(0.0, at - self.weighed_at)
        return float(self.weight * 0.5 ** (age / self.half_life))

    def out_of_use(self, at: float) -> str:
        """Why it is not quoted at that time, in words; nothing where it is."""
        if self.retired:
            return f"retired: {self.retired}"
        if at < self.expires_at:
            return ""
        day = datetime.fromtimestamp(self.expires_at, UTC).date()
        return f"expired on {day}; it weighed {self.weight:.2f}"

    def fits(self, situation: Situation) -> float:
        """How well it applies, 0 (not at all) to 1: the share of its words that the request has."""
        about, agents = self.applies_to, situation.agents
        if about.pattern and about.pattern not in situation.choices:
            return 0.0
        if about.agent and about.agent not in agents:
            return 0.0
        models = {agents[about.agent]} if about.agent else {*agents.values()}
        if about.model and about.model not in models:
            return 0.0
        if not about.words:
            return 1.0
        share = len({*about.words} & words_of(situation.request)) / len(about.words)
        return share if share >= FITS_FROM else 0.0


def learning_id(dimension: str, advice: str, subject: str, applies_to: AppliesTo) -> str:
    """The id of a learning, made of what it says: the same in every process."""
    about = applies_to
    said = "\n".join((dimension, advice, subject, *about.words, about.pattern, about.agent, about.model))
    return f"learning-{sha256(said.encode()).hexdigest()[:8]}"


def strengthened(learning: Learning, by: str, strength: float, at: float, ageing: Ageing) -> Learning:
    """The learning after evidence for it: heavier, never above 1, and its life begins again.

    The same piece of evidence counts once.
    """
    if by in learning.evidence:
        return learning
    now = learning.weight_at(at)
    return replace(
        learning,
        weight=now + (1 - now) * strength,
        weighed_at=at,
        expires_at=at + ageing.lifetime,
        evidence=(*learning.evidence, by),
    )


def weakened(learning: Learning, by: str, strength: float, at: float) -> Learning:
    """The learning after evidence against it: lighter, and no younger. The same evidence counts once."""
    if by in learning.against:
        return learning
    now = learning.weight_at(at)
    return replace(learning, weight=now * (1 - strength), weighed_at=at, against=(*learning.against, by))
