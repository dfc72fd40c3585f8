"""Pruning: whole user runs, and none that another stands on."""

import pytest

from tests.history.records_by_hand import BEGAN, user_run
from threadlab.errors import HistoryError
from threadlab.history.contexts.score import Score
from threadlab.history.plans.prune import Keep, pruning
from threadlab.journal.annotations import Annotations, FeedbackGiven
from threadlab.journal.record import Record


def run_at(name: str, minute: int, parent: str | None = None, status: str = "completed") -> Record:
    """A user run that was received so many minutes after the first."""
    return user_run(name, parent=parent, at=BEGAN + 60 * minute, status=status)


TREE = (
    run_at("root", 0),
    run_at("old try", 1, "root"),
    run_at("older child", 2, "old try"),
    run_at("head", 3, "root"),
    run_at("late try", 4, "root"),
    run_at("at work", 5, "head", "in_progress"),
)
HEADS = {"main": "head"}


def goes(keep: Keep | int, **others: object) -> tuple[str, ...]:
    """Which go."""
    return pruning(TREE, keep, heads=HEADS, **others).ids  # type: ignore[arg-type]


def test_heads_ancestors_and_what_is_not_over_stay() -> None:
    """Children go before their parents, so that a crash between leaves no orphan."""
    found = pruning(TREE, 0, heads=HEADS)
    assert found.ids == ("older child", "old try", "late try")
    assert found.stays == {
        "root": "head stands on it",
        "head": "it is the head of main",
        "at work": "it is not over: in_progress",
    }


def test_the_newest_stay() -> None:
    """With what they stand on."""
    assert goes(2) == ("older child", "old try")
    assert goes(5) == ()
    assert goes(99) == ()


def test_what_people_marked_stays() -> None:
    """By tag, group, or a thumb up; and its ancestors with it."""
    said = {
        "late try": Annotations(tags=("baseline",)),
        "older child": Annotations(groups=("experiment A",), feedback=(FeedbackGiven(rating=1),)),
    }
    marks = lambda id: said.get(id, Annotations())  # noqa: E731
    assert goes(Keep(tags=("baseline",)), marks=marks) == ()
    assert goes(Keep(tags=("baseline",), liked=False), marks=marks) == ("older child", "old try")
    assert goes(Keep(groups=("experiment A",), liked=False), marks=marks) == ("late try",)


def test_by_score_time_and_name() -> None:
    """Any one reason is enough."""
    scores = {"late try": Score(parts=(), chosen=0.8), "old try": Score(parts=(), chosen=0.2)}
    assert goes(Keep(score=0.5), scores=scores) == ("older child", "old try")
    assert goes(Keep(since=BEGAN + 240)) == ("older child", "old try")
    assert goes(Keep(ids=("older child",))) == ("late try",)


def test_the_table_says_what_would_go_and_why_the_rest_stays() -> None:
    """It can be read before anything is removed."""
    found = pruning(TREE, 0, heads=HEADS)
    assert str(found) == "3 user runs would go, 3 stay"
    assert "head stands on it" in str(found.table())
    nothing = pruning(TREE, 99, heads=HEADS)
    assert str(nothing) == "0 user runs would go, 6 stay; .table() says why each"


def test_nonsense_is_refused() -> None:
    """A score that nobody reckoned keeps nothing."""
    for keep in (-1, Keep(score=0.5)):
        with pytest.raises(HistoryError):
            goes(keep)
