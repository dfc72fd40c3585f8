"""The learner's desk."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from threadlab.course.catalogue import read_catalogue
from threadlab.course.desk import Desk
from threadlab.course.exercise_loop import State
from threadlab.course.progress import PROGRESS
from threadlab.course.starters import is_untouched, write_starter
from threadlab.course.verdict import Outcome, Verdict
from threadlab.errors import CourseError


@pytest.fixture
def desk(mini_course: Path) -> Desk:
    """The tiny course, with its starter, on a known day."""
    catalogue = read_catalogue(mini_course)
    write_starter(catalogue.lessons[0])
    return Desk(catalogue, now=lambda: datetime(2027, 1, 2, 3, 4, 5))


def test_the_state_follows_what_is_written_and_judged(desk: Desk) -> None:
    """Untouched, begun, failing, solved."""
    lesson = desk.exercise().lesson
    states = [desk.exercise().state]
    lesson.exercise.write_text("def add(a, b): ...\n")
    states.append(desk.exercise().state)
    for passed in (False, True):
        desk.judged(Verdict(lesson, (Outcome("It adds", passed),)))
        states.append(desk.exercise().state)
    assert states == list(State)


def test_what_is_only_unwritten_is_not_failing(desk: Desk) -> None:
    """There is nothing wrong with it."""
    lesson = desk.exercise().lesson
    lesson.exercise.write_text("def add(a, b): raise NotImplementedError\n")
    desk.judged(Verdict(lesson, (Outcome("It adds", passed=False, unwritten=True),)))
    assert desk.exercise().state is State.BEGUN


def test_each_hint_is_the_next_one_and_the_last_stays(desk: Desk) -> None:
    """It is remembered in the progress file, which can be carried to another machine."""
    hints = [desk.hint(desk.exercise()) for _ in range(4)]
    assert [hint.words for hint in hints] == ["nudge", "pointer", "nearly", "nearly"]
    assert [hint.more for hint in hints] == [True, True, False, False]
    assert (desk.root / PROGRESS).read_text() == "01_adding begun, hints 3\n"


def test_a_reset_keeps_every_version_and_forgets_the_rest(desk: Desk) -> None:
    """Two within one second too."""
    lesson = desk.exercise().lesson
    for mine in (b"first", b"\xff no text"):
        lesson.exercise.write_bytes(mine)
        desk.judged(Verdict(lesson, (Outcome("It adds", passed=True),)))
        kept = desk.reset(lesson)
        assert kept is not None and kept.read_bytes() == mine
        assert kept.name.startswith("01_adding-2027-01-02-030405")
        assert is_untouched(lesson.exercise.read_text())
        assert desk.exercise().state is State.UNTOUCHED
    assert len(list((desk.root / "my" / "kept").iterdir())) == 2


def test_a_starter_is_not_kept_and_a_missing_file_is_made(desk: Desk) -> None:
    """There is nothing to lose."""
    lesson = desk.exercise().lesson
    assert desk.reset(lesson) is None
    lesson.exercise.unlink()
    assert desk.reset(lesson) is None
    assert is_untouched(lesson.exercise.read_text())


def test_where_no_starter_can_be_made_nothing_is_touched(desk: Desk) -> None:
    """The learner's version stays where it is."""
    lesson = desk.exercise().lesson
    lesson.exercise.write_text("mine")
    lesson.solution.unlink()
    with pytest.raises(CourseError, match="01_adding"):
        desk.reset(lesson)
    assert lesson.exercise.read_text() == "mine"
    assert not (desk.root / "my").exists()
