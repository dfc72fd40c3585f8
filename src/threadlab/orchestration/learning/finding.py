"""Finding: what one user run teaches, and what it does to the learnings that are there. Pure.

A finding that says the same as a learning, of like requests, makes that one heavier, and leaves it the words
that both have: so "write a poem about the sea" and "write a poem about snow" become "poem, write". One that
says the contrary makes it lighter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from threadlab.journal.decision import Dimension
from threadlab.orchestration.learning.learning import (
    Advice,
    Ageing,
    AppliesTo,
    Learning,
    learning_id,
    strengthened,
    weakened,
)
from threadlab.orchestration.learning.request_words import likeness

SAME_FROM = 0.4
"""How alike the words of two requests must be, for what they teach to be one learning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Prefer or avoid `subject`, for such requests, and why; `strength` (0 to 1) is what that is worth."""

    dimension: Dimension
    advice: Advice
    subject: str
    why: str = ""
    applies_to: AppliesTo = field(default_factory=AppliesTo)
    strength: float = 0.5


def taken_in(
    finding: Finding, by: str, learnings: Sequence[Learning], at: float, ageing: Ageing
) -> tuple[Learning, ...]:
    """The learnings that are new or changed by a finding, made by that evidence at that time.

    A retired learning stays retired, and swallows what would say the same again.
    """
    alike = [(_likeness(one, finding), one) for one in learnings if _is_about(one, finding)]
    alike = [(share, one) for share, one in alike if share >= SAME_FROM]
    contrary = [one for _, one in alike if one.advice != finding.advice and not one.retired]
    changed = [weakened(one, by, finding.strength, at) for one in contrary]
    same = [(share, one) for share, one in alike if one.advice == finding.advice]
    if same:
        nearest = max(same, key=lambda pair: (pair[0], pair[1].weight_at(at), pair[1].id))[1]
        if not nearest.retired:
            changed.append(_with_words(strengthened(nearest, by, finding.strength, at, ageing), finding))
    else:
        changed.append(_new(finding, by, at, ageing))
    return tuple(_really_changed(changed, learnings))


def _new(finding: Finding, by: str, at: float, ageing: Ageing) -> Learning:
    return Learning(
        id=learning_id(finding.dimension, finding.advice, finding.subject, finding.applies_to),
        dimension=finding.dimension,
        advice=finding.advice,
        subject=finding.subject,
        why=finding.why,
        applies_to=finding.applies_to,
        weight=finding.strength,
        weighed_at=at,
        expires_at=at + ageing.lifetime,
        half_life=ageing.half_life,
        evidence=(by,),
    )


def _is_about(learning: Learning, finding: Finding) -> bool:
    """Whether both speak of the same thing, for whatever requests."""
    mine, its = learning.applies_to, finding.applies_to
    same_thing = (learning.dimension, learning.subject) == (finding.dimension, finding.subject)
    return same_thing and (mine.pattern, mine.agent, mine.model) == (its.pattern, its.agent, its.model)


def _likeness(learning: Learning, finding: Finding) -> float:
    """How alike the requests are; wholly, where the newer one has every word that the learning asks for."""
    learned, found = frozenset(learning.applies_to.words), frozenset(finding.applies_to.words)
    return 1.0 if learned and learned <= found else likeness(learned, found)


def _with_words(learning: Learning, finding: Finding) -> Learning:
    """The learning with the words that both have: it is about what the requests have in common."""
    common = tuple(word for word in learning.applies_to.words if word in finding.applies_to.words)
    return replace(learning, applies_to=replace(learning.applies_to, words=common))


def _really_changed(changed: Sequence[Learning], learnings: Sequence[Learning]) -> Iterator[Learning]:
    yield from (one for one in changed if one not in learnings)
