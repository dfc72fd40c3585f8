"""`threadlab check`, printed as a lesson."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from threadlab.cli.app import app
from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.progress import read_progress
from threadlab.course.starters import write_starter


@pytest.fixture
def lesson(mini_course: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The lesson of a tiny course, with its starter; the current folder is inside the course."""
    monkeypatch.chdir(mini_course / "lessons")
    found = read_catalogue(mini_course).lessons[0]
    write_starter(found)
    return found


def check() -> tuple[int, str]:
    """Exit status and what was printed."""
    done = CliRunner().invoke(app, ["check", "01"])
    return done.exit_code, done.stdout


def test_a_starter_is_told_to_be_unwritten_with_the_file_to_open(lesson: Lesson) -> None:
    """Kindly: nothing is wrong yet."""
    status, told = check()
    assert status == 1
    assert "Nothing wrong yet" in told
    assert "exercises/01_adding.py" in told
    assert read_progress(lesson.root).solved == ()


def test_the_first_failure_is_told_in_three_parts_and_the_others_by_their_sentence(lesson: Lesson) -> None:
    """What a person can act on, and no more; brackets are not taken for markup."""
    lesson.exercise.write_text("def add(a, b):\n    return 0\n")
    status, told = check()
    assert status == 1
    assert "✗ Two numbers are added" in told and "✗ Large numbers are added" in told
    for words in ("their sum", "[0]", "think of plus"):
        assert words in told
    assert "carry on" not in told
    assert "return" not in told


def test_a_solved_exercise_is_remembered(lesson: Lesson) -> None:
    """And the solution is offered to compare with, and what comes next."""
    lesson.exercise.write_text("def add(a, b):\n    return b + a\n")
    status, told = check()
    assert status == 0
    assert "✓ Two numbers are added" in told
    assert "threadlab solution 01" in told
    assert "1 of 1 solved" in told
    assert read_progress(lesson.root).solved == ("01_adding",)


def test_what_the_exercise_printed_is_shown_with_the_failure(lesson: Lesson) -> None:
    """People look for mistakes by printing; the last lines, and as they are."""
    lesson.exercise.write_text("def add(a, b):\n    [print(f'[{n}]') for n in range(99)]\n    return 0\n")
    _, told = check()
    assert "printed" in told and "[98]" in told
    assert "[90]" not in told
