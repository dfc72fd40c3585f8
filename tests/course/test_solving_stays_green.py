"""A learner who solves exercises and works in lessons never turns the suite red."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from threadlab.course.audit.audited import audited
from threadlab.course.audit.rules import RULES
from threadlab.course.catalogue import read_catalogue
from threadlab.course.course_root import find_course_root
from threadlab.course.refresh import execute, read_notebook
from threadlab.course.working_copy import open_working_copy

COURSE = find_course_root(Path(__file__).parent)
PARTS = (
    "lessons",
    "exercises",
    "solutions",
    "tests/course",
    "tests/conftest.py",
    "tests/server_process.py",
)

# this very file, and what is tested on a tiny course of its own, where nothing of the learner's can matter
ELSEWHERE = (
    Path(__file__).name,
    "test_audit.py",
    "test_desk.py",
    "test_exercise_loop.py",
    "test_judge.py",
    "test_judging.py",
    "test_pytest_plugin.py",
    "test_refresh.py",
    "test_working_copy.py",
)

JUDGING = ("unwritten", "wrong-solutions")
"""Rules of the audit that judge solutions: nothing of the learner's can matter there either."""


def copy_course(target: Path) -> None:
    """Copy what the course's own tests need."""
    for part in (*PARTS, "pyproject.toml"):
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        if (COURSE / part).is_dir():
            shutil.copytree(COURSE / part, target / part, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(COURSE / part, target / part)


def test_the_suite_is_green_after_an_exercise_is_solved_and_a_lesson_is_run_and_saved(tmp_path: Path) -> None:
    """In a copy of the course: exercise 1 solved, lesson 1 run and saved with its outputs, then pytest.

    The other lessons, which nobody touched there, are left to the suite itself.
    """
    copy_course(tmp_path)
    lesson, *others = read_catalogue(tmp_path).lessons
    not_others = f"not ({' or '.join(other.name for other in others)})"
    solved = lesson.solution.read_text(encoding="utf-8").replace("# >>> solution", "# mine")
    lesson.exercise.write_text(solved, encoding="utf-8")
    mine = open_working_copy(lesson)
    run = execute(read_notebook(mine), mine.parent)
    run.cells[0].source += "\n\nMy own note."
    mine.write_text(json.dumps(run), encoding="utf-8")

    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "-k", not_others),
            *(f"--ignore=tests/course/{name}" for name in ELSEWHERE),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    course = audited(tmp_path, lesson.name, committed=False)
    quick = (rule for rule in RULES if rule.name not in JUDGING and not rule.elsewhere)
    assert [str(finding) for rule in quick for finding in rule.findings(course)] == []
    assert "my/" not in done.stdout
    assert "My own note." in mine.read_text(encoding="utf-8")
