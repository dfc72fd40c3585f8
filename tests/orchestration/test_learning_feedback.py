"""Ratings that come days later: attached to decisions, and learned from where the delayed loop is on."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.orchestration.learning_by_hand import BEGAN, decision, finding, kept_run
from threadlab.errors import HistoryError
from threadlab.journal.annotations import given_feedback
from threadlab.journal.decision import decision_path
from threadlab.journal.workspace import Workspace
from threadlab.orchestration.learning.feedback import ratings_of, take_in_ratings
from threadlab.orchestration.learning.learning import DAY
from threadlab.orchestration.learning.learnings import FILE, Learnings
from threadlab.orchestration.learning.loops import LearningLoops
from threadlab.orchestration.learning.request_types import RequestTypes
from threadlab.orchestration.learning.satisfaction import satisfaction

LATER = BEGAN + 5 * DAY


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """An empty one."""
    return Workspace(tmp_path / "runs")


def rate(workspace: Workspace, id: str, stars: int, comment: str = "", path: str = "") -> None:
    """Rate a user run days later."""
    workspace.annotate(id, given_feedback(None, stars, comment=comment, path=path), LATER)


def test_a_rating_of_the_user_run_belongs_to_the_decision_that_gave_the_answer(workspace: Workspace) -> None:
    """And one of a decision to that decision."""
    first, last = decision(1), decision(2, "review", ["writer", "critic"], finish=True)
    id = kept_run(workspace, 1, "Write a poem.", first, last)
    rate(workspace, id, 5)
    rate(workspace, id, 1, "too slow", decision_path("1"))
    rate(workspace, id, 3, path="2.writer")
    assert [(one.decision.path, one.stars, one.comment) for one in ratings_of(workspace, id)] == [
        ("2", 5, ""),
        ("1", 1, "too slow"),
    ]


def test_stars_become_a_thumb_and_nonsense_is_refused() -> None:
    """Four and five are up, one and two down; six are none, nor is nothing."""
    assert [given_feedback(None, stars).rating for stars in (1, 2, 3, 4, 5)] == [-1, -1, 0, 1, 1]
    for rating, stars in ((None, 6), (None, None), (1, 5), (7, None)):
        with pytest.raises(HistoryError, match="no rating"):
            given_feedback(rating, stars)


def test_a_rating_teaches_once(workspace: Workspace) -> None:
    """Bad stars: avoid what was decided, and the comment is why. Looking again changes nothing."""
    rate(workspace, kept_run(workspace, 1, "Write a poem.", decision(1)), 1, "no rhyme")
    learnings = Learnings.of(workspace)
    assert take_in_ratings(workspace, learnings, LATER)
    (one,) = learnings
    assert (one.advice, one.dimension, one.subject) == ("avoid", "agent", "solo")
    assert "1 of 5 stars: “no rhyme”" in one.text
    assert take_in_ratings(workspace, learnings, LATER + DAY) == ()


def test_three_stars_say_nothing(workspace: Workspace) -> None:
    """Neither good nor bad is no evidence."""
    rate(workspace, kept_run(workspace, 1, "Write a poem.", decision(1)), 3)
    assert take_in_ratings(workspace, Learnings.of(workspace), LATER) == ()


@pytest.mark.parametrize(("stars", "heavier"), [(5, True), (1, False)])
def test_a_rating_speaks_for_or_against_the_learning_that_was_followed(
    workspace: Workspace, stars: int, heavier: bool
) -> None:
    """The decision quoted it and did what it says."""
    learnings = Learnings.of(workspace)
    (quoted,) = learnings.take_in(finding("review", "essay"), "earlier", BEGAN)
    followed = decision(1, "review", ["writer", "critic"], learnings=(quoted.id,))
    rate(workspace, kept_run(workspace, 1, "Write an essay on poems.", followed), stars)
    before = quoted.weight_at(LATER)
    take_in_ratings(workspace, learnings, LATER)
    after = next(one for one in learnings if one.id == quoted.id).weight_at(LATER)
    assert (after > before) is heavier


def test_a_learning_that_was_quoted_and_not_followed_is_not_judged(workspace: Workspace) -> None:
    """Whatever came of it, it was not its doing."""
    learnings = Learnings.of(workspace)
    (quoted,) = learnings.take_in(finding("review", "essay"), "earlier", BEGAN)
    ignored = decision(1, learnings=(quoted.id,))
    rate(workspace, kept_run(workspace, 1, "Write an essay.", ignored), 1)
    take_in_ratings(workspace, learnings, LATER)
    assert quoted in tuple(learnings)


def test_with_the_delayed_loop_off_ratings_teach_nothing(workspace: Workspace) -> None:
    """And with both off nothing is quoted, and no file is made."""
    rate(workspace, kept_run(workspace, 1, "Write a poem.", decision(1)), 5)
    off = LearningLoops(workspace, immediate=False, delayed=False)
    assert off.applying("Write a poem.", {}, (), LATER) == ()
    assert LearningLoops(workspace, delayed=False).applying("Write a poem.", {}, (), LATER) == ()
    assert not (workspace.folder / FILE).exists()
    Learnings.of(workspace).take_in(finding(words="poem"), "run-1", LATER)
    assert off.applying("Write a poem.", {}, (), LATER) == ()
    assert len(LearningLoops(workspace, delayed=False).applying("Write a poem.", {}, (), LATER)) == 1


def test_the_strategic_view_counts_types_of_requests_and_how_content_people_were(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Types by the project's words, the rest by form; few ratings are called few."""
    (tmp_path / "request_types.toml").write_text('poetry = ["poem", "verse"]', encoding="utf-8")
    review = decision(1, "review", ["writer", "critic"])
    rate(workspace, kept_run(workspace, 1, "Write a poem.", review), 5, "lovely")
    rate(workspace, kept_run(workspace, 2, "Two verses, please.", decision(1)), 2)
    kept_run(workspace, 3, "What is 2+2?", decision(1))
    table = satisfaction(workspace, RequestTypes.read(tmp_path))
    poetry, question = table
    assert (poetry["type"], poetry["user runs"], poetry["stars"], poetry["content"]) == (
        "poetry",
        2,
        3.5,
        0.5,
    )
    assert (poetry["best way"], poetry["latest comment"]) == ("review", "lovely")
    assert (question["type"], question["ratings"], question["stars"]) == ("question", 0, None)
    assert "poetry" in table.note
    with pytest.raises(HistoryError, match="no words"):
        (tmp_path / "request_types.toml").write_text("poetry = 3", encoding="utf-8")
        RequestTypes.read(tmp_path)
