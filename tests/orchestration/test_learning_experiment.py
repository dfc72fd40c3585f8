"""Do learnings help? An experiment with three arms that says what it does not know."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.orchestration.learning_by_hand import BEGAN, learning
from threadlab.errors import HistoryError
from threadlab.orchestration.learning.experiment import Case, ExperimentResult, experiment
from threadlab.orchestration.learning.loops import GivenLearnings
from threadlab.orchestration.learning.paired import difference, sign_test
from threadlab.orchestration.learning.shuffled import shuffled

NEEDS = {"poem": "review", "sum": "calculator", "letter": "debate"}
LEARNED = tuple(learning(subject=way, words=kind) for kind, way in NEEDS.items())


def a_poet(request: str, told: GivenLearnings) -> str:
    """An orchestrator that takes the way that it is told, and "answer_directly" else."""
    quotes = told.applying(request, {}, [*NEEDS.values()], BEGAN)
    return quotes[0].text.rpartition("pattern ")[2].split()[0] if quotes else "answer_directly"


def case(kind: str, number: int, needs: Callable[[str], bool] | None = None) -> Case:
    """A held-out request that only one way answers rightly."""
    return Case(f"A {kind} of the number {number}.", needs or (lambda way: way == NEEDS[kind]))


CASES = [case(kind, number) for kind in NEEDS for number in range(4)]


def measured(cases: list[Case]) -> ExperimentResult:
    """The experiment with what was learned."""
    return experiment(cases, a_poet, LEARNED)


def test_learnings_that_say_the_right_thing_help_and_shuffled_ones_do_not() -> None:
    """All cases right with them, none without, none shuffled; the intervals exclude zero."""
    result = measured(CASES)
    assert result.helps
    assert (result.effect.mean, result.effect.losses) == (1.0, 0)
    assert not result.control.is_shown and result.control.mean == 0
    assert result.verdict.startswith("The learnings help")
    assert result.table().column("with learnings")[-1] == 1.0


def test_learnings_that_change_nothing_are_not_shown_to_help() -> None:
    """The same answers in every arm: the verdict says that the interval contains zero."""
    result = measured([case(kind, 1, lambda way: True) for kind in NEEDS])
    assert not result.helps
    assert "contains zero" in result.verdict.splitlines()[0]


def test_three_cases_that_all_gained_are_too_few() -> None:
    """Their interval has no width, which is no certainty: chance alone does it in one of four."""
    result = measured([case(kind, 1) for kind in NEEDS])
    assert not result.effect.contains_zero
    assert not result.helps and "too few" in result.verdict


def test_help_that_shuffled_learnings_give_as_well_is_not_owed_to_them() -> None:
    """Being told anything was enough: the verdict says so."""
    result = measured(
        [case(kind, n, lambda way: way != "answer_directly") for kind in NEEDS for n in range(4)]
    )
    assert not result.helps
    assert "Shuffled learnings help, too" in result.verdict
    assert "not shown to be better than with shuffled" in result.verdict


def test_harm_is_called_harm() -> None:
    """Right without them, wrong with them."""
    result = measured(
        [case(kind, n, lambda way: way == "answer_directly") for kind in NEEDS for n in range(4)]
    )
    assert "harm" in result.verdict


def test_a_case_that_was_learned_from_is_not_held_out() -> None:
    """Whatever its spaces and capitals."""
    with pytest.raises(HistoryError, match="learned from"):
        experiment(CASES, a_poet, LEARNED, learned_from={CASES[0].request.upper() + " "})


def test_shuffling_mixes_up_what_is_said_and_of_what() -> None:
    """No learning keeps its own requests; the same seed shuffles the same; one alone cannot be shuffled."""
    mixed = shuffled(LEARNED, seed=3)
    assert all(NEEDS[one.applies_to.words[0]] != one.subject for one in mixed)
    assert {one.subject for one in mixed} == {*NEEDS.values()}
    assert shuffled(LEARNED, seed=3) == mixed
    with pytest.raises(HistoryError, match="cannot be shuffled"):
        shuffled(LEARNED[:1])


@settings(max_examples=20, deadline=None)
@given(some.lists(some.integers(0, 1), min_size=1, max_size=12), some.integers(0, 5))
def test_an_interval_of_no_difference_is_zero_and_every_interval_holds_its_mean(
    right: list[int], seed: int
) -> None:
    """Whatever the cases: the same results differ by nothing; swapping the ways turns the sign."""
    same = difference(right, right, seed=seed)
    assert (same.low, same.high, same.chance, same.is_shown) == (0, 0, 1.0, False)
    other = [1] * len(right)
    found = difference(right, other, seed=seed)
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9
    assert found.mean == pytest.approx(-difference(other, right, seed=seed).mean)


def test_the_sign_test_knows_its_coin() -> None:
    """Five of five is 2/32, and nothing that differs is no evidence."""
    assert sign_test(5, 0) == pytest.approx(0.0625)
    assert sign_test(3, 3) == 1.0
    assert sign_test(0, 0) == 1.0
