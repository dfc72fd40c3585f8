"""Experiment: do learnings help, on cases that nothing was learned from?

    held_out = [Case("Write a poem about rain.", lambda answer: "rain" in answer), …]
    answer = answered_by(history, orchestration, agents={"poet": poet, "clerk": clerk})
    result = experiment(held_out, answer, Learnings.of(history.workspace))
    print(result.verdict)

Each case is answered with the learnings, with none, and with the same learnings shuffled. Nothing is learned
meanwhile. The verdict claims help only if it shows against both of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from statistics import fmean
from typing import Any

from threadlab.errors import HistoryError
from threadlab.history.history import History
from threadlab.history.reading.table import Table
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.learning import Learning
from threadlab.orchestration.learning.loops import GivenLearnings
from threadlab.orchestration.learning.paired import Difference, difference
from threadlab.orchestration.learning.shuffled import shuffled
from threadlab.orchestration.orchestration import Orchestration

CONTROL_HELPS = "Shuffled learnings help, too: so much of the gain is not owed to what the learnings say."

Answers = Callable[[str, GivenLearnings], str]
"""Answers a request with the learnings that it is given to quote."""


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and how to tell whether an answer to it is right."""

    request: str
    is_right: Callable[[str], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseResult:
    """The share of right answers to one request, each 0 to 1, over all repeats."""

    request: str
    with_learnings: float
    without: float
    with_shuffled: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentResult:
    """What came of each case, and what that shows."""

    cases: tuple[CaseResult, ...]
    learnings: tuple[Learning, ...]
    effect: Difference
    control: Difference
    against_control: Difference

    @property
    def helps(self) -> bool:
        """Whether learnings were shown to help: more than none, and more than shuffled ones."""
        better = self.effect.is_shown and self.effect.mean > 0
        return better and self.against_control.is_shown and self.against_control.mean > 0

    @property
    def verdict(self) -> str:
        """What the experiment shows, and what it does not, in plain words."""
        lines = (
            _claim(self),
            *([CONTROL_HELPS] if self.control.is_shown and self.control.mean > 0 else []),
            f"with learnings, against none: {self.effect}",
            f"shuffled learnings, against none: {self.control}",
            f"with learnings, against shuffled: {self.against_control}",
        )
        return "\n".join(lines)

    def table(self) -> Table:
        """The share of right answers to each case, and on average: before and after learning."""
        rows = tuple((one.request, one.without, one.with_learnings, one.with_shuffled) for one in self.cases)
        means = tuple(fmean(column) for column in zip(*(row[1:] for row in rows), strict=True))
        return Table(
            title=f"{len(rows)} held-out cases, {len(self.learnings)} learnings",
            columns=("request", "without", "with learnings", "with shuffled"),
            rows=(*rows, ("all cases", *means)),
            note=_claim(self),
        )


def experiment(
    cases: Sequence[Case],
    answer: Answers,
    learnings: Iterable[Learning],
    *,
    learned_from: Collection[str] = (),
    repeats: int = 1,
    seed: int = 0,
) -> ExperimentResult:
    """Answer each case with the learnings, with none, and with shuffled ones; each `repeats` times.

    `learned_from` are the requests behind the learnings (see `requests_behind`). Raises HistoryError for a
    case that is among them, for no cases, and for learnings that cannot be shuffled.
    """
    known = {_plain(request) for request in learned_from}
    if seen := [case.request for case in cases if _plain(case.request) in known]:
        raise HistoryError(
            f"this was learned from, so it cannot be a held-out case: {seen[0]!r}",
            hint="test on requests of the same kinds that no user run has seen",
        )
    given = tuple(learnings)
    arms = (
        GivenLearnings(given),
        GivenLearnings(()),
        GivenLearnings(shuffled(given, seed=seed)),
    )
    results = tuple(_result(case, answer, arms, repeats) for case in cases)
    with_them = [one.with_learnings for one in results]
    without, with_shuffled = [one.without for one in results], [one.with_shuffled for one in results]
    return ExperimentResult(
        cases=results,
        learnings=given,
        effect=difference(with_them, without, seed=seed),
        control=difference(with_shuffled, without, seed=seed),
        against_control=difference(with_them, with_shuffled, seed=seed),
    )


def answered_by(history: History, orchestration: Orchestration, **branch: Any) -> Answers:
    """Answers each request with a user run on a new branch of its own, so that no case knows another.

    `branch` are the arguments of `history.branch`, such as its agents.
    """
    numbers = count(1)

    def answer(request: str, learning: GivenLearnings) -> str:
        taken = history.branches
        name = next(name for number in numbers if (name := f"experiment {number}") not in taken)
        asked = history.branch(name, orchestrated_by=replace(orchestration, learning=learning), **branch)
        return asked.ask(request, stream=True).output

    return answer


def requests_behind(workspace: Workspace, learnings: Iterable[Learning]) -> frozenset[str]:
    """The requests of the user runs that speak for or against these learnings, as far as they are there."""
    there = {*workspace.ids()}
    ids = {id.partition("#")[0] for one in learnings for id in (*one.evidence, *one.against)}
    return frozenset(workspace.record(id).received.input for id in sorted(ids & there))


def _result(case: Case, answer: Answers, arms: Sequence[GivenLearnings], repeats: int) -> CaseResult:
    shares = [fmean(float(case.is_right(answer(case.request, arm))) for _ in range(repeats)) for arm in arms]
    return CaseResult(
        request=case.request, with_learnings=shares[0], without=shares[1], with_shuffled=shares[2]
    )


def _claim(result: ExperimentResult) -> str:
    if result.helps:
        return "The learnings help: better than none, and better than shuffled ones."
    effect = result.effect
    if effect.is_shown and effect.mean < 0:
        return "The learnings do harm: retire them."
    if effect.is_shown:
        return "Better with learnings than without, but not shown to be better than with shuffled ones."
    if effect.contains_zero:
        return "Not shown to help: the interval contains zero."
    return f"Not shown to help: {effect.wins + effect.losses} cases that differ are too few."


def _plain(request: str) -> str:
    return " ".join(request.casefold().split())
