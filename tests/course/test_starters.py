"""Starters made from solutions."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from threadlab.course.catalogue import read_catalogue
from threadlab.course.starters import is_untouched, starter_text, write_starter
from threadlab.errors import CourseError


def test_a_starter_keeps_the_comments_as_todos_and_drops_the_code(mini_course: Path) -> None:
    """What the learner reads is what the author wrote, once."""
    lesson = read_catalogue(mini_course).lessons[0]
    assert write_starter(lesson)
    text = lesson.exercise.read_text()
    assert "    # TODO 1. add them\n" in text
    assert 'raise NotImplementedError("add() is still to be written")' in text
    assert "return a + b" not in text
    assert "python exercises/01_adding.py" in text
    assert "solution" not in text


def test_todos_stand_in_one_column_however_deep_their_comments_stood() -> None:
    """The code that they were nested in is not there any more."""
    region = "    # 1. a\n    for x in y:\n        # 2. b\n        g(x)\n"
    source = f"def f():\n    # >>> solution\n{region}    # <<< solution\n"
    assert "    # TODO 1. a\n    # TODO 2. b\n    raise" in starter_text(source, "01_x")


def test_writing_a_starter_again_changes_nothing(mini_course: Path) -> None:
    """The second time it is as it must be."""
    lesson = read_catalogue(mini_course).lessons[0]
    assert write_starter(lesson)
    assert not write_starter(lesson)


def test_an_untouched_starter_is_made_again_from_a_changed_solution(mini_course: Path) -> None:
    """Nobody's work is in it."""
    lesson = read_catalogue(mini_course).lessons[0]
    write_starter(lesson)
    lesson.solution.write_text(lesson.solution.read_text().replace("The sum.", "Their sum."))
    assert write_starter(lesson)
    assert "Their sum." in lesson.exercise.read_text()


def test_a_file_that_was_worked_in_is_never_overwritten_unasked(mini_course: Path) -> None:
    """Only with force."""
    lesson = read_catalogue(mini_course).lessons[0]
    write_starter(lesson)
    mine = lesson.exercise.read_text().replace("raise", "pass  # raise")
    lesson.exercise.write_text(mine)
    with pytest.raises(CourseError, match="someone's work"):
        write_starter(lesson)
    assert lesson.exercise.read_text() == mine
    assert write_starter(lesson, force=True)


@pytest.mark.parametrize(
    "source",
    [
        "x = 1\n",
        "# >>> solution\nx = 1\n",
        "# <<< solution\n",
        "# >>> solution\n# >>> solution\n# <<< solution\n",
    ],
)
def test_marks_that_do_not_pair_up_are_refused(source: str) -> None:
    """None, not closed, not opened, opened twice."""
    with pytest.raises(CourseError):
        starter_text(source, "01_x")


@given(st.lists(st.sampled_from(["x = 1", "# a comment", "", "    y = 2"])), st.text("ab#= \n"))
def test_a_stamp_holds_for_any_text_and_breaks_at_any_edit(lines: list[str], addition: str) -> None:
    """A starter is untouched; one with anything put before it is not."""
    starter = starter_text("\n".join([*lines, "# >>> solution", "# <<< solution"]), "01_x")
    assert is_untouched(starter)
    assert is_untouched(addition + starter) == (addition == "")
