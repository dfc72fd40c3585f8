"""A learning grows old: properties that hold for every weight, age and piece of evidence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from tests.orchestration.learning_by_hand import BEGAN, learning
from threadlab.orchestration.learning.learning import (
    DAY,
    Ageing,
    AppliesTo,
    Situation,
    strengthened,
    weakened,
)
from threadlab.orchestration.learning.quoting import quoted

WEIGHTS = some.floats(0, 1)
AGES = some.floats(0, 400 * DAY)
REQUEST = Situation(request="Write a poem about snow.", choices=("review", "debate"))


@settings(deadline=None)
@given(WEIGHTS, AGES, AGES)
def test_a_learning_never_gets_heavier_with_age_alone(weight: float, one: float, other: float) -> None:
    """Decay is monotone, stays between 0 and the weight, and is halved after a half-life."""
    early, late = sorted((one, other))
    old = learning(weight=weight)
    assert weight >= old.weight_at(BEGAN + early) >= old.weight_at(BEGAN + late) >= 0
    assert old.weight_at(BEGAN + old.half_life) == pytest.approx(weight / 2)


@settings(deadline=None)
@given(WEIGHTS, AGES)
def test_an_expired_learning_weighs_nothing_and_is_never_quoted_again(weight: float, late: float) -> None:
    """Expiry is the end: whatever the weight, at that time and at any later one."""
    expired = learning(weight=weight, expires_at=BEGAN + DAY)
    assert expired.weight_at(BEGAN + DAY + late) == 0
    assert quoted([expired], REQUEST, BEGAN + DAY + late) == ()


@settings(deadline=None)
@given(WEIGHTS, WEIGHTS, AGES)
def test_evidence_for_makes_heavier_and_against_makes_lighter(
    weight: float, strength: float, age: float
) -> None:
    """Both stay between 0 and 1, and against the weight of that time, not of the beginning."""
    at, old = BEGAN + age, learning(weight=weight)
    now = old.weight_at(at)
    better = strengthened(old, "run-2", strength, at, Ageing())
    worse = weakened(old, "run-2", strength, at)
    assert 1 >= better.weight_at(at) >= now >= worse.weight_at(at) >= 0


@settings(deadline=None)
@given(WEIGHTS, AGES)
def test_the_same_evidence_counts_once(strength: float, age: float) -> None:
    """However often it is taken in: after a crash, a resume, a second look."""
    at = BEGAN + age
    once = strengthened(learning(), "run-2", strength, at, Ageing())
    assert strengthened(once, "run-2", strength, at + DAY, Ageing()) == once
    against = weakened(learning(), "run-2", strength, at)
    assert weakened(against, "run-2", strength, at + DAY) == against


def test_evidence_for_begins_its_life_again_and_evidence_against_does_not() -> None:
    """A learning that keeps being right stays; one that is doubted expires when it would have."""
    old = learning()
    assert strengthened(old, "run-2", 0.5, BEGAN + DAY, Ageing()).expires_at == old.expires_at + DAY
    assert weakened(old, "run-2", 0.5, BEGAN + DAY).expires_at == old.expires_at


def test_quoting_takes_the_heaviest_that_apply_and_at_most_so_many() -> None:
    """Top by weight times fit; another kind of request quotes nothing."""
    many = [learning(subject=name, weight=weight) for name, weight in (("a", 0.3), ("b", 0.9), ("c", 0.6))]
    told = quoted(many, REQUEST, BEGAN, most=2)
    assert [one.text.split("pattern ")[1] for one in told] == ["b", "c"]
    assert quoted(many, Situation(request="Add 2 and 3."), BEGAN) == ()


def test_of_two_contraries_only_the_heavier_is_quoted() -> None:
    """The orchestrator is not told both to prefer and to avoid."""
    both = [learning(weight=0.4), learning(advice="avoid", weight=0.6)]
    (told,) = quoted(both, REQUEST, BEGAN)
    assert "avoid pattern review" in told.text


def test_what_was_learned_of_an_agent_with_another_model_is_not_quoted() -> None:
    """The model changed, so the experience is of somebody else; nor is a pattern that is not on offer."""
    of_ada = learning(
        subject="Ada", dimension="agent", applies_to=AppliesTo(words=("poem",), agent="Ada", model="gpt-4o")
    )
    of_review = learning(applies_to=AppliesTo(words=("poem",), pattern="review"))

    def told(model: str, *choices: str) -> int:
        now = Situation(request="A poem, please.", agents={"Ada": model}, choices=choices)
        return len(quoted([of_ada, of_review], now, BEGAN))

    assert told("gpt-4o", "review") == 2
    assert told("gpt-5", "review") == 1
    assert told("gpt-5") == 0
