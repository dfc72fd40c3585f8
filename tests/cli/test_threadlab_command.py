"""The command line as a person meets it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from threadlab.course.catalogue import read_catalogue
from threadlab.course.course_root import find_course_root

COURSE = find_course_root(Path(__file__).parent)


def threadlab(*arguments: str, folder: Path = COURSE) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, without a terminal."""
    return subprocess.run(
        [sys.executable, "-m", "threadlab.cli", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("verb", [["list"], ["check", "01"], ["lab"], ["refresh"], ["starters"], ["watch"]])
def test_outside_the_course_it_says_so_and_ends_with_2(verb: list[str], tmp_path: Path) -> None:
    """A message and a hint, and no traceback."""
    done = threadlab(*verb, folder=tmp_path)
    assert done.returncode == 2
    assert "no course was found" in done.stderr
    assert "→ change into the folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unknown_lesson_is_told_in_words() -> None:
    """With the lessons that there are."""
    done = threadlab("check", "99")
    assert done.returncode == 1
    assert "there is no lesson '99'" in done.stderr
    assert "01_first_run" in done.stderr
    assert "Traceback" not in done.stderr


def test_list_shows_every_lesson_from_any_folder_inside_the_course() -> None:
    """Also from the lessons' folder."""
    done = threadlab("list", folder=COURSE / "lessons")
    assert done.returncode == 0
    for lesson in read_catalogue(COURSE).lessons:
        assert lesson.name in done.stdout


def test_help_is_quick_because_nothing_heavy_is_imported() -> None:
    """Neither the SDK, nor Jupyter, nor pytest, nor the catalogue."""
    program = (
        "import sys, threadlab.cli.app\n"
        "heavy = {'azure', 'jupyterlab', 'nbclient', 'pytest', 'IPython', 'pydantic'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
