"""Learned rules: the notebook of learnings, each with its score before and after, on cases it has not seen.

An experiment's result shows itself so. A learning is scored on the held-out requests that it applies to, by
their words; what that shows at all, the verdict says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from statistics import fmean

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.orchestration.learning.experiment import CaseResult, ExperimentResult
from threadlab.orchestration.learning.learning import Learning, Situation
from threadlab.widgets.drawing.page import html, styled


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """One share of right answers as a bar."""

    name: str
    share: float
    style: str

    @property
    def percent(self) -> int:
        """How long it is."""
        return round(100 * self.share)

    @property
    def words(self) -> str:
        """What it is of, and how long."""
        return f"{self.name}: {self.share:.0%}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """The share of right answers, 0 to 1, over so many cases: without learnings, with them, and shuffled."""

    cases: int
    before: float
    after: float
    shuffled: float

    @property
    def style(self) -> str:
        """Better, worse, or neither."""
        return "good" if self.after > self.before else "bad" if self.after < self.before else "live"

    @property
    def bars(self) -> tuple[ScoreBar, ...]:
        """The three shares; none where there is no case."""
        shares = (
            ScoreBar("before", self.before, "quiet"),
            ScoreBar("after", self.after, self.style),
            ScoreBar("with shuffled rules", self.shuffled, "requires_action"),
        )
        return shares if self.cases else ()

    @property
    def asked(self) -> str:
        """How many cases it is of."""
        return counted(self.cases, "case")

    @property
    def change(self) -> str:
        """Before and after."""
        return f"{self.before:.0%} → {self.after:.0%}" if self.cases else "no case asks for it"

    @property
    def beside(self) -> str:
        """How many cases, and what shuffled rules did there."""
        return f"{self.asked}; shuffled {self.shuffled:.0%}" if self.cases else ""

    @property
    def words(self) -> str:
        """The figures, in words."""
        return f"{self.change} of {self.beside}" if self.cases else self.change


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A learning in the notebook: its sentence, its weight when it was learned, and what speaks for it."""

    id: str
    text: str
    weight: float
    evidence: str
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedRules:
    """All rules, the score over all cases, and what the experiment shows."""

    rules: tuple[Rule, ...]
    overall: Score
    helps: bool
    verdict: tuple[str, ...]


def learned_rules(result: ExperimentResult) -> LearnedRules:
    """The notebook of an experiment, the heaviest rule first. Pure."""
    ordered = sorted(result.learnings, key=lambda one: (-one.weight, one.id))
    return LearnedRules(
        rules=tuple(_rule(one, result.cases) for one in ordered),
        overall=_score(result.cases, lambda case: True),
        helps=result.helps,
        verdict=tuple(result.verdict.splitlines()),
    )


def render_html(result: ExperimentResult) -> str:
    """The notebook as HTML that needs nothing else."""
    return styled(html("learned_rules.html", learned=learned_rules(result)))


def render_text(result: ExperimentResult) -> str:
    """The notebook as text."""
    return foreign_text("\n".join(_lines(learned_rules(result)))).plain


def _rule(learning: Learning, cases: Sequence[CaseResult]) -> Rule:
    against = f", against: {len(learning.against)}" if learning.against else ""
    return Rule(
        id=learning.id,
        text=learning.text,
        weight=learning.weight,
        evidence=f"for: {counted(len(learning.evidence), 'user run')}{against}",
        score=_score(cases, lambda case: asks_for(learning, case.request)),
    )


def asks_for(learning: Learning, request: str) -> bool:
    """Whether a learning applies to a request by its words, with everybody there that it speaks of."""
    about = learning.applies_to
    agents = {about.agent: about.model} if about.agent or about.model else {}
    return learning.fits(Situation(request=request, agents=agents, choices=(about.pattern,))) > 0


def _score(cases: Sequence[CaseResult], counts: Callable[[CaseResult], bool]) -> Score:
    own = [case for case in cases if counts(case)]
    if not own:
        return Score(cases=0, before=0.0, after=0.0, shuffled=0.0)
    return Score(
        cases=len(own),
        before=fmean(case.without for case in own),
        after=fmean(case.with_learnings for case in own),
        shuffled=fmean(case.with_shuffled for case in own),
    )


def _lines(learned: LearnedRules) -> Iterator[str]:
    yield f"{counted(len(learned.rules), 'learned rule')}: {learned.overall.words}"
    for rule in learned.rules:
        yield f"  {rule.text}"
        yield f"      {rule.score.words} · weight {rule.weight:.2f}, {rule.evidence} · {rule.id}"
    yield from learned.verdict
