"""`threadlab check`, printed as a lesson."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from threadlab.cli.app import app
from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.progress import solved
from threadlab.course.starters import write_starter

COURSE_TOML = """
title = "A course"
[generation.classic]
name = "Classic"
sdk = "sdk 1"
[[lesson]]
number = 1
slug = "adding"
title = "Adding"
objective = "You can add."
minutes = 5
generation = "classic"
hints = ["nudge", "pointer", "nearly"]
"""
SOLUTION = "def add(a, b):\n    # >>> solution\n    return a + b\n    # <<< solution\n"
CHECKS = '''
from threadlab.course.checks import check

def test_small(answer):
    """Small numbers are added"""
    given = answer.add(1, 2)
    check(given == 3, expected="their sum", seen=f"[{given}]", try_next="think of plus")

def test_large(answer):
    """Large numbers are added"""
    check(answer.add(1000, 1) == 1001, expected="their sum", seen="less", try_next="carry on")
'''


@pytest.fixture
def lesson(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lesson:
    """The lesson of a tiny course, with its starter; the current folder is inside the course."""
    for name, text in (
        ("lessons/course.toml", COURSE_TOML),
        ("solutions/01_adding.py", SOLUTION),
        ("tests/course/test_01_adding.py", CHECKS),
        ("pyproject.toml", "[tool.pytest.ini_options]\nasyncio_default_fixture_loop_scope = 'function'\n"),
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path / "lessons")
    found = read_catalogue(tmp_path).lessons[0]
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
    assert solved(lesson.root) == ()


def test_the_first_failure_is_told_in_three_parts_and_the_others_by_their_sentence(lesson: Lesson) -> None:
    """What a person can act on, and no more; brackets are not taken for markup."""
    lesson.exercise.write_text("def add(a, b):\n    return 0\n")
    status, told = check()
    assert status == 1
    assert "✗ Small numbers are added" in told and "✗ Large numbers are added" in told
    for words in ("their sum", "[0]", "think of plus"):
        assert words in told
    assert "carry on" not in told
    assert "return" not in told


def test_a_solved_exercise_is_remembered(lesson: Lesson) -> None:
    """And the solution is offered to compare with."""
    lesson.exercise.write_text("def add(a, b):\n    return b + a\n")
    status, told = check()
    assert status == 0
    assert "✓ Small numbers are added" in told
    assert "solutions/01_adding.py" in told
    assert solved(lesson.root) == ("01_adding",)
