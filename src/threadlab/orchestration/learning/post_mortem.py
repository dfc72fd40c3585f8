"""Post-mortem: what is written when a user run is over: how well its way worked, why, and what that teaches.

Pure. It claims no more than is recorded: that an answer came does not make it right, and where nobody judged
it, the text says so.
"""

from __future__ import annotations

from dataclasses import dataclass

from threadlab.following.terminal_text import counted
from threadlab.journal.decision import PostMortemWritten
from threadlab.orchestration.learning.attribution import Story, findings_of, is_good
from threadlab.orchestration.learning.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMortem:
    """A rating of the way (0 to 1), in words, and what is to be learned."""

    rating: float
    why: str
    pattern: str = ""
    findings: tuple[Finding, ...] = ()

    def written(self, learnings: tuple[str, ...] = ()) -> PostMortemWritten:
        """The line for the context, with the ids of the learnings that it made or changed."""
        return PostMortemWritten(
            rating=self.rating,
            why=self.why,
            dimension=self.findings[0].dimension if self.findings else None,
            pattern=self.pattern,
            findings=tuple(f"{one.advice} {one.dimension} {one.subject}: {one.why}" for one in self.findings),
            learnings=learnings,
        )


def post_mortem(story: Story) -> PostMortem:
    """What is to be said of a user run that is over."""
    last = story.own[-1] if story.own else None
    return PostMortem(
        rating=_rating(story),
        why=_why(story),
        pattern=(last.pattern or last.way) if last else "",
        findings=findings_of(story),
    )


def _rating(story: Story) -> float:
    """The share of decisions that worked; nothing if the answer was wrong, or nothing worked at last."""
    led = [one for one in story.decisions if one.outcome is not None and "." not in one.path]
    if not led or story.is_right is False or not is_good(led[-1]):
        return 0.0
    return round(sum(is_good(one) and not one.fallback for one in led) / len(led), 2)


def _why(story: Story) -> str:
    led = [one for one in story.decisions if one.outcome is not None and "." not in one.path]
    if not led:
        return "no decision led to anything"
    worked = sum(is_good(one) for one in led)
    parts = [f"{worked} of {counted(len(led), 'decision')} worked"]
    fallbacks = sum(bool(one.fallback) for one in led)
    parts += [f"{counted(fallbacks, 'fallback')}, which no choice is to be blamed for"] if fallbacks else []
    bad = next((one for one in led if one.outcome and not is_good(one)), None)
    parts += [f"{bad.way} ended {bad.outcome.status}: {bad.outcome.reason}"] if bad and bad.outcome else []
    if story.is_right is None:
        parts.append("nobody judged the answer")
    else:
        verdict = f": {story.verdict}" if story.verdict else ""
        parts.append(f"the answer was judged {'right' if story.is_right else 'wrong'}{verdict}")
    return "; ".join(parts)
