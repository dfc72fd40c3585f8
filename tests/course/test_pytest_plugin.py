"""The pytest plugin, in a pytest of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from threadlab.course.catalogue import read_catalogue
from threadlab.course.starters import write_starter


def pytest_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run pytest in a folder, without what it does not need."""
    without = ("nbval", "cacheprovider", "hypothesispytest", "schemathesis")
    command = [sys.executable, "-m", "pytest", "-q", *(f"-pno:{plugin}" for plugin in without), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_it_is_light_at_the_start_of_every_pytest() -> None:
    """No SDK, no notebook, no model of data."""
    program = (
        "import sys, threadlab.course.pytest_plugin\n"
        "print(sorted({'azure', 'pydantic', 'IPython', 'nbclient', 'rich'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_project_that_is_no_course_notices_nothing(tmp_path: Path) -> None:
    """Not even when it has fixtures of the same names."""
    (tmp_path / "test_x.py").write_text(
        "import pytest\n"
        "@pytest.fixture\ndef answer(): return 42\n"
        "def test_x(answer): assert answer == 42\n"
        "def test_y(): pass\n"
    )
    assert "2 passed" in pytest_in(tmp_path).stdout


def test_solutions_are_judged_unless_the_exercises_are_asked_for(mini_course: Path) -> None:
    """The starter fails against itself, and the suite stays green."""
    lesson = read_catalogue(mini_course).lessons[0]
    write_starter(lesson)
    assert "2 passed" in pytest_in(mini_course).stdout
    assert "add() is still to be written" in pytest_in(mini_course, "--against", "exercises").stdout


def test_a_failed_check_shows_its_three_parts_and_its_seed_but_not_the_tests_source(
    mini_course: Path,
) -> None:
    """The source could give the answer away; the seed repeats the random data."""
    lesson = read_catalogue(mini_course).lessons[0]
    lesson.exercise.write_text("def add(a, b):\n    return a\n")
    told = pytest_in(mini_course, "--against", "exercises").stdout
    for words in ("expected:  their sum", "seen:      [", "try next:  think of plus"):
        assert words in told
    assert "given == a + b" not in told
    seed = re.search(r"--chance-seed (\d+)", told)
    assert seed is not None
    seen = re.search(r"seen: +\[\d+\]", told)
    assert seen is not None
    assert seen[0] in pytest_in(mini_course, "--against", "exercises", "--chance-seed", seed[1]).stdout
