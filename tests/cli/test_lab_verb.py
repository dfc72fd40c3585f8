"""`threadlab lab`."""

from __future__ import annotations

import sys
from pathlib import Path

from threadlab.cli.lab import jupyterlab_command
from threadlab.course.catalogue import read_catalogue
from threadlab.course.course_root import find_course_root

COURSE = find_course_root(Path(__file__).parent)


def test_jupyterlab_is_opened_on_the_copy_and_options_pass_through() -> None:
    """In the course's folder, by this environment's Python."""
    lesson = read_catalogue(COURSE).lessons[0]
    command = jupyterlab_command(lesson.root, lesson.working_copy, ["--no-browser", "--port=8123"])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={COURSE}" in command
    assert "--LabApp.default_url=/lab/tree/my/01_first_run.ipynb" in command
    assert command[-2:] == ["--no-browser", "--port=8123"]
