"""Attribution: to which choice an outcome is owed, by rules on what is recorded. Pure.

Each rule is a function that looks for one thing and says what it teaches. Where two decisions of a user run
differ in one dimension and one of them worked, that dimension made the difference; where they differ in
several, each gets a part, for nobody can tell them apart. That a single choice completed teaches nothing: it
may have been the wrong one, and whatever is chosen often would only praise itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from threadlab.journal.decision import Contribution, Decision, Dimension
from threadlab.orchestration.learning.dimensions import differing, main_dimension, named, subject_of
from threadlab.orchestration.learning.finding import Finding
from threadlab.orchestration.learning.learning import Advice, AppliesTo
from threadlab.orchestration.learning.request_words import words_of

SURE, LIKELY, WEAK = 0.6, 0.4, 0.2
"""What a finding is worth: somebody judged it; the record shows it; the record hints at it."""

REVIEW, CRITIC, STOPPED = "review", "critic", "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A user run that is over, as far as attribution asks: the request, what was decided, and how it went.

    `is_right` is what somebody judged of the answer, None where nobody did; `verdict` is why.
    """

    request: str
    decisions: tuple[Decision, ...]
    is_right: bool | None = None
    verdict: str = ""

    @property
    def own(self) -> tuple[Decision, ...]:
        """The orchestrator's decisions that led to work: no fallbacks, no questions, none inside a team."""
        led = (one for one in self.decisions if one.outcome is not None and one.agents)
        return tuple(one for one in led if not one.fallback and "." not in one.path)

    def finding(
        self, decision: Decision, dimension: Dimension, advice: Advice, why: str, strength: float
    ) -> Finding:
        """What such requests teach about a choice of a decision."""
        subject = subject_of(decision, dimension)
        models = {one.model for one in contributions(decision) if one.member == subject}
        agent, model = (subject, models.pop()) if dimension == "agent" and len(models) == 1 else ("", "")
        return self.finding_about(dimension, subject, advice, why, strength, agent=agent, model=model)

    def finding_about(
        self,
        dimension: Dimension,
        subject: str,
        advice: Advice,
        why: str,
        strength: float = LIKELY,
        *,
        agent: str = "",
        model: str = "",
    ) -> Finding:
        """What such requests teach about anything; of an agent, with the model that it had."""
        words = tuple(sorted(words_of(self.request)))
        return Finding(
            dimension=dimension,
            advice=advice,
            subject=subject,
            why=why,
            applies_to=AppliesTo(words=words, agent=agent, model=model),
            strength=strength,
        )


Rule = Callable[[Story], Iterator[Finding]]


def findings_of(story: Story) -> tuple[Finding, ...]:
    """What a user run teaches, by the rules in their order; the first word on a thing counts."""
    found: dict[tuple[str, str], Finding] = {}
    for rule in RULES:
        for finding in rule(story):
            found.setdefault((finding.dimension, finding.subject), finding)
    return tuple(found.values())


def the_answer_was_judged(story: Story) -> Iterator[Finding]:
    """Somebody judged the answer: the decision that led to it is to be preferred, or avoided."""
    if story.is_right is None or not story.own:
        return
    last = story.own[-1]
    advice: Advice = "prefer" if story.is_right else "avoid"
    judged = f"the answer was judged {'right' if story.is_right else 'wrong'}"
    why = f"{judged}: {story.verdict}" if story.verdict else judged
    yield story.finding(last, main_dimension(last), advice, why, SURE)


def a_limit_cut_it_off(story: Story) -> Iterator[Finding]:
    """A member ended incomplete, and the decision had set limits: they were too narrow."""
    for decision in story.own:
        limits = {name: value for name, value in decision.parameters.items() if name.startswith("max_")}
        cut = [one.member for one in contributions(decision) if one.status == "incomplete"]
        if limits and cut:
            yield story.finding_about("parameters", named(limits), "avoid", f"{cut[0]} was cut off")


def a_change_made_the_difference(story: Story) -> Iterator[Finding]:
    """Of two decisions in a row one worked: what they differ in is what it is owed to."""
    for one, other in pairwise(story.own):
        if is_good(one) == is_good(other):
            continue
        good, bad = (one, other) if is_good(one) else (other, one)
        changed = differing(good, bad)
        together = f", though {' and '.join(changed)} changed together" if len(changed) > 1 else ""
        for dimension in changed:
            worked, failed = subject_of(good, dimension), subject_of(bad, dimension)
            strength = LIKELY / len(changed)
            if failed:
                why = f"it failed{f' where {worked} did not' if worked else ''}{together}"
                yield story.finding(bad, dimension, "avoid", why, strength)
            if worked:
                why = f"it worked{f' where {failed} did not' if failed else ''}{together}"
                yield story.finding(good, dimension, "prefer", why, strength)


def members_failed(story: Story) -> Iterator[Finding]:
    """A member did not do its part: it is the agent's; or the model's, where all with one model failed."""
    for decision in story.own:
        failed = [one for one in contributions(decision) if one.status != "completed"]
        names = sorted({one.member for one in failed})
        models = {one.model for one in failed}
        is_everybody = len(names) > 1 and len(failed) == len(contributions(decision))
        if is_everybody and len(models) == 1 and (model := models.pop()):
            yield story.finding_about(
                "parameters", f"model={model}", "avoid", f"all of {', '.join(names)} failed with it"
            )
        else:
            for one in failed:
                why = f"it ended {one.status}{f': {one.reason}' if one.reason else ''}"
                yield story.finding_about(
                    "agent", one.member, "avoid", why, agent=one.member, model=one.model
                )


def a_review_changed_something(story: Story) -> Iterator[Finding]:
    """A review that ended well is worth its calls if the critic had the writer write again, else not."""
    for decision in story.own:
        if decision.way != REVIEW or not is_good(decision):
            continue
        turns = max((one.turn for one in contributions(decision) if one.role != CRITIC), default=1)
        if turns > 1:
            why = f"what the critic said made it better: it accepted draft {turns}"
            yield story.finding(decision, "pattern", "prefer", why, LIKELY)
        else:
            why = "the critic accepted the first draft: an answer alone would have done"
            yield story.finding(decision, "pattern", "avoid", why, WEAK)


def members_gave_nothing(story: Story) -> Iterator[Finding]:
    """A team that worked although some of its members gave nothing is larger than it need be."""
    for decision in story.own:
        spoke = {one.member for one in contributions(decision) if one.text.strip()}
        idle = sorted({seat.member for seat in decision.team} - spoke)
        if idle and spoke and is_good(decision):
            yield story.finding(decision, "team", "avoid", f"{', '.join(idle)} gave nothing", LIKELY)


def it_did_not_work(story: Story) -> Iterator[Finding]:
    """One decision that did not work, though all its members did their part: they do not fit together."""
    for decision in story.own if len(story.own) == 1 else ():
        if not is_good(decision) and all(one.status == "completed" for one in contributions(decision)):
            dimension = _not_fitting(decision)
            reason = decision.outcome.reason if decision.outcome else ""
            yield story.finding(decision, dimension, "avoid", reason or "it did not complete", LIKELY)


RULES: tuple[Rule, ...] = (
    the_answer_was_judged,
    a_limit_cut_it_off,
    a_change_made_the_difference,
    members_failed,
    a_review_changed_something,
    members_gave_nothing,
    it_did_not_work,
)


def _not_fitting(decision: Decision) -> Dimension:
    """What is to blame where everybody did their part; the way, if it went on until a guard stopped it."""
    if decision.outcome and decision.outcome.status == STOPPED:
        return "pattern"
    return "team" if subject_of(decision, "team") else main_dimension(decision)


def is_good(decision: Decision) -> bool:
    """Whether what it led to completed."""
    return decision.outcome is not None and decision.outcome.is_good


def contributions(decision: Decision) -> tuple[Contribution, ...]:
    """What its members did."""
    return decision.outcome.contributions if decision.outcome else ()
