"""Stars in a notebook, for a user run or one decision of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.orchestration.learning_by_hand import decision, kept_run
from threadlab import views
from threadlab.connect.connect import connect
from threadlab.history.history import History
from threadlab.history.user_run import UserRun
from threadlab.widgets.orchestrating.rating_form import RatingForm


@pytest.fixture
def user_run(tmp_path: Path) -> Iterator[UserRun]:
    """One that was orchestrated."""
    with connect(seed=5, pace=0) as lab:
        history = History(lab, tmp_path / "runs")
        yield history.user_run(kept_run(history.workspace, 1, "A <b>poem</b>.", decision(1)))


def test_a_press_on_stars_rates_with_the_comment_that_stands_there(user_run: UserRun) -> None:
    """The whole user run, unless a decision is chosen; the form tells what was given, and escapes it."""
    form = RatingForm(user_run)
    form.comment.value = "no <i>rhyme</i>"
    form.stars[1].click()
    form.about.value = "1"
    form.stars[4].click()
    given = [(one.stars, one.rating, one.comment, one.path) for one in user_run.annotations.feedback]
    assert given == [(2, -1, "no <i>rhyme</i>", ""), (5, 1, "", "1.decide")]
    assert form.comment.value == ""
    assert "no &lt;i&gt;rhyme" in form.said.value and "★★★★★ for 1.decide" in form.said.value
    assert "★★: no <i>rhyme</i>" in repr(form)


def test_it_offers_each_decision_by_its_choice(user_run: UserRun) -> None:
    """And is one of the views."""
    form = views.rating(user_run)
    assert form.about.options == (("the whole answer", ""), ("decision 1: answer_directly with solo", "1"))
    form.close()
