"""`threadlab watch`, at a real terminal and without one."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from threadlab.course.catalogue import Lesson, read_catalogue
from threadlab.course.progress import read_progress
from threadlab.course.starters import write_starter

COMMAND = [sys.executable, "-m", "threadlab.cli", "watch"]
PATIENCE = 30.0


@pytest.fixture
def lesson(mini_course: Path) -> Lesson:
    """The tiny lesson, with its starter."""
    found = read_catalogue(mini_course).lessons[0]
    write_starter(found)
    return found


def _hear_ctrl_c() -> None:
    """A suite that a shell runs in its background is deaf to it, and so would be whoever it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class Terminal:
    """The command at a terminal: keys go in, and what is shown comes out."""

    def __init__(self, folder: Path) -> None:
        self.ours, theirs = os.openpty()
        os.set_blocking(self.ours, False)
        self.process = subprocess.Popen(
            COMMAND, cwd=folder, stdin=theirs, stdout=theirs, stderr=theirs, preexec_fn=_hear_ctrl_c
        )
        os.close(theirs)
        self.shown = ""

    def read(self) -> str:
        """What is shown since the last key, without colours."""
        with suppress(OSError):  # nothing new, or the other side is gone
            self.shown += os.read(self.ours, 65536).decode()
        return re.sub(r"\x1b\[[0-9;]*[mK]", "", self.shown)

    def press(self, key: str) -> None:
        """Press a key."""
        self.shown = ""
        os.write(self.ours, key.encode())


def wait_for(words: str, terminal: Terminal) -> None:
    """Until the words are shown."""
    until = time.monotonic() + PATIENCE
    while words not in (shown := terminal.read()):
        assert time.monotonic() < until, shown
        time.sleep(0.02)


@pytest.fixture
def terminal(lesson: Lesson) -> Iterator[Terminal]:
    """The command, watching the tiny course at a terminal."""
    if sys.platform == "win32":
        pytest.skip("there is no pseudo-terminal here")
    terminal = Terminal(lesson.root)
    yield terminal
    terminal.process.kill()
    terminal.process.wait()
    os.close(terminal.ours)


def test_an_exercise_is_watched_from_starter_to_solved_with_keys(lesson: Lesson, terminal: Terminal) -> None:
    """Unwritten, a hint, wrong, solved by an editor that replaces the file, the solution, Ctrl-C."""
    wait_for("Nothing wrong yet", terminal)
    wait_for("q quit", terminal)
    terminal.press("h")
    wait_for("Hint 1 of 3", terminal)
    terminal.press("s")
    wait_for("once yours passes", terminal)

    terminal.shown = ""
    lesson.exercise.write_text("def add(a, b):\n    return 0\n")
    wait_for("think of plus", terminal)
    new = lesson.exercise.with_name("new~")
    new.write_text("def add(a, b):\n    return b + a\n")
    new.replace(lesson.exercise)
    wait_for("Solved, and that was the last one", terminal)
    wait_for("1 of 1 solved", terminal)
    assert read_progress(lesson.root).solved == ("01_adding",)

    terminal.press("s")
    wait_for("return a + b", terminal)
    terminal.press("r")
    wait_for("y: yes", terminal)
    terminal.press("n")
    wait_for("stays as it is", terminal)
    terminal.process.send_signal(signal.SIGINT)
    wait_for("Stopped.", terminal)
    assert terminal.process.wait(PATIENCE) == 0
    assert "Traceback" not in terminal.read()


def test_without_a_terminal_it_checks_what_is_saved_and_ends_when_all_is_solved(lesson: Lesson) -> None:
    """In a pipe, or where a program watches."""
    lesson.exercise.write_text("def add(a, b):\n    return b + a\n")
    done = subprocess.run(
        COMMAND, cwd=lesson.root, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE
    )
    assert done.returncode == 0, done.stderr
    assert "✓ Large numbers are added" in done.stdout
    assert "q quit" not in done.stdout
    assert "\x1b" not in done.stdout and "\r" not in done.stdout
