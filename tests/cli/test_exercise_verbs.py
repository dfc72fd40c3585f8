"""The verbs around an exercise: hint, list, solution, reset."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from threadlab.cli.app import app
from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.progress import read_progress
from threadlab.course.starters import is_untouched, write_starter
from threadlab.errors import CourseError


@pytest.fixture
def lesson(mini_course: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The lesson of a tiny course, with its starter; the current folder is inside the course."""
    monkeypatch.chdir(mini_course / "exercises")
    found = read_catalogue(mini_course).lessons[0]
    write_starter(found)
    return found


def threadlab(*arguments: str, answer: str = "") -> Result:
    """Run a verb, with what a person answers when asked."""
    return CliRunner().invoke(app, arguments, input=answer)


def solve(lesson: Lesson) -> None:
    """Write an exercise that is not the solution, and remember it as solved."""
    lesson.exercise.write_text("def add(a, b):\n    return sum((a, b))\n")
    (lesson.root / ".threadlab").mkdir()
    (lesson.root / ".threadlab" / "progress.txt").write_text("01_adding solved\n")


def test_each_hint_says_more_than_the_one_before(lesson: Lesson) -> None:
    """Without a number it is that of the current exercise; the last does not offer another."""
    told = [threadlab("hint").stdout for _ in range(3)]
    for words, tier in zip(("nudge", "pointer", "nearly"), told, strict=True):
        assert words in tier
    assert "Still stuck?" in told[1] and "Still stuck?" not in told[2]
    assert "nudge" in threadlab("hint", "01", "--tier", "1").stdout


def test_list_says_how_each_exercise_is_and_which_is_next(lesson: Lesson) -> None:
    """And how many hints were taken."""
    assert "untouched" in threadlab("list").stdout
    threadlab("hint")
    lesson.exercise.write_text("def add(a, b): ...\n")
    told = threadlab("list").stdout
    assert "begun, 1 of 3 hints" in told
    assert "→  01_adding" in told and "0 of 1 solved" in told


def test_an_unsolved_exercise_keeps_its_solution_back(lesson: Lesson) -> None:
    """Unless someone insists."""
    done = threadlab("solution", "01")
    assert isinstance(done.exception, CourseError)
    assert done.exception.hint is not None and "--anyway" in done.exception.hint
    assert "return a + b" not in done.stdout
    assert "return a + b" in threadlab("solution", "01", "--anyway").stdout


def test_a_solved_exercise_is_compared_with_the_solution(lesson: Lesson) -> None:
    """Yours with a minus, the other with a plus."""
    solve(lesson)
    told = threadlab("solution", "01").stdout
    assert "-    return sum((a, b))" in told and "+    return a + b" in told


def test_a_reset_asks_before_it_takes_work_away_and_keeps_it(lesson: Lesson) -> None:
    """No leaves all as it is; yes names the file in which the work is kept."""
    solve(lesson)
    refused = threadlab("reset", "01", answer="n\n")
    assert refused.exit_code == 1
    assert read_progress(lesson.root).solved == ("01_adding",)
    told = threadlab("reset", "01", answer="y\n").stdout
    (kept,) = (lesson.root / "my" / "kept").iterdir()
    assert f"my/kept/{kept.name}" in told
    assert "sum((a, b))" in kept.read_text()
    assert is_untouched(lesson.exercise.read_text())
    assert read_progress(lesson.root).solved == ()


def test_a_reset_of_all_can_do_without_asking(lesson: Lesson) -> None:
    """For scripts; and for an untouched starter nothing is asked."""
    solve(lesson)
    assert "is kept" in threadlab("reset", "--all", "--yes").stdout
    assert "[y/N]" not in threadlab("reset", "01").stdout


@pytest.mark.parametrize("arguments", [[], ["01", "--all"]])
def test_a_reset_wants_to_know_what(lesson: Lesson, arguments: list[str]) -> None:
    """One exercise, or all: never by accident."""
    done = threadlab("reset", *arguments)
    assert done.exit_code == 2
    assert "--all" in done.stderr
