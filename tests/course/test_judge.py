"""Judging an exercise."""

from __future__ import annotations

from pathlib import Path

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.judge import judge
from threadlab.course.starters import write_starter
from threadlab.errors import CourseError


@pytest.fixture
def lesson(mini_course: Path) -> Lesson:
    """The tiny lesson, with its starter."""
    lesson = read_catalogue(mini_course).lessons[0]
    write_starter(lesson)
    return lesson


def test_a_solution_passes(lesson: Lesson) -> None:
    """Every check by its sentence."""
    verdict = judge(lesson, "solutions")
    assert verdict.passed
    assert [outcome.sentence for outcome in verdict.outcomes] == [
        "Two numbers are added",
        "Large numbers are added",
    ]


def test_a_starter_is_unwritten_and_not_wrong(lesson: Lesson) -> None:
    """Its own message is what is told."""
    verdict = judge(lesson)
    assert not verdict.passed
    assert verdict.unwritten
    assert "add() is still to be written" in verdict.outcomes[0].seen


@pytest.mark.parametrize(
    ("body", "seen", "try_next"),
    [
        ("    return 0", "0", "think of plus"),
        ("    return a.b", "AttributeError", "line 4"),
        ("    return (", "was never closed", "line 4"),
    ],
)
def test_what_is_wrong_is_told_in_three_parts(lesson: Lesson, body: str, seen: str, try_next: str) -> None:
    """A wrong result, an error, and a file that Python cannot read."""
    lesson.exercise.write_text(f'"""Mine."""\n\ndef add(a, b):\n{body}\n')
    outcome = judge(lesson).outcomes[0]
    assert not outcome.passed and not outcome.unwritten
    assert outcome.expected
    assert seen in outcome.seen
    assert try_next in outcome.try_next


def test_a_single_file_can_be_judged(lesson: Lesson, tmp_path: Path) -> None:
    """For wrong solutions, and for files elsewhere."""
    other = tmp_path / "other.py"
    other.write_text("def add(a, b):\n    return b + a\n")
    assert judge(lesson, str(other)).passed


def test_checks_that_cannot_be_run_are_an_error_not_a_pass(lesson: Lesson) -> None:
    """Zero checks prove nothing."""
    lesson.test.write_text("x = 1\n")
    with pytest.raises(CourseError, match="could not be run"):
        judge(lesson)
