"""Judging an exercise: its checks are run by pytest, in this process, and come back as records.

This is for answers that are known to end. What a learner is still writing may not: `judging.py` judges it in
a process of its own.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from threadlab.course.against import EXERCISES, answer_file
from threadlab.course.catalogue import Lesson
from threadlab.course.checks import CheckFailed
from threadlab.course.judge_report import usable
from threadlab.course.starters import UNWRITTEN
from threadlab.course.verdict import Outcome, Verdict

MOST_PRINTED = 2_000
"""Characters of what a check's code printed that are kept, from its end."""


def judge(lesson: Lesson, against: str = EXERCISES) -> Verdict:
    """Run the lesson's checks against the exercise, the solution, or one file.

    Raises CourseError when there are no checks to run, or pytest itself cannot run them.
    """
    outcomes: list[Outcome] = []
    recorder = Recorder(answer_file(lesson.root, lesson.name, against), outcomes.append)
    code = run_checks(lesson.root, lesson.test, against, recorder)
    return Verdict(lesson, usable(outcomes, code, lesson.name))


def run_checks(root: Path, test: Path, against: str, *plugins: object) -> int:
    """pytest's exit code for these checks, run with no plugin but ours: the others take seconds to load."""
    arguments = [
        *("-c", str(root / "pyproject.toml"), "--rootdir", str(root), "-o", "addopts="),
        *("-p", "threadlab", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler"),
        *("-p", "no:unraisableexception", "-p", "no:threadexception"),  # they collect all garbage, five times
        *("--against", against, str(test)),
    ]
    with _freshly_imported(test.stem), _without_other_plugins():
        return int(pytest.main(arguments, plugins=list(plugins)))


@contextmanager
def _freshly_imported(name: str) -> Iterator[None]:
    """Inside, the module of that name is imported anew; afterwards all is as before."""
    before = sys.modules.pop(name, None)
    try:
        yield
    finally:
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before


@contextmanager
def _without_other_plugins() -> Iterator[None]:
    variable = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
    before = os.environ.get(variable)
    os.environ[variable] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]
        else:
            os.environ[variable] = before


class Recorder:
    """A pytest plugin that tells the outcome of each check as soon as it is known."""

    def __init__(self, answer: Path, tell: Callable[[Outcome], object]) -> None:
        self.answer = answer
        self.tell = tell

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        """Keep what the call phase says, or the phase that kept the test from running."""
        report = yield
        printed = report.capstdout[-MOST_PRINTED:]
        if call.excinfo is not None:
            self.tell(_told(sentence_of(item), call.excinfo.value, self.answer, printed))
        elif call.when == "call":
            self.tell(Outcome(sentence_of(item), passed=True, printed=printed))
        return report


def sentence_of(item: pytest.Item) -> str:
    """A check in words: the first line of its docstring."""
    doc = getattr(getattr(item, "function", None), "__doc__", None) or item.name.replace("_", " ")
    return str(doc).strip().splitlines()[0]


def _told(sentence: str, problem: BaseException, answer: Path, printed: str) -> Outcome:
    match problem:
        case CheckFailed():
            expected, seen, try_next = problem.expected, problem.seen, problem.try_next
        case NotImplementedError():
            expected, seen, try_next = "the function is written", str(problem), "follow its TODO lines"
        case SyntaxError() if problem.filename == str(answer):
            where = f"line {problem.lineno} of {answer.name}"
            expected, seen, try_next = (
                "Python can read the file",
                f"{where}: {problem.msg}",
                f"look at {where}",
            )
        case _:
            expected, seen = "it runs without an error", f"{type(problem).__name__}: {problem}"
            try_next = f"look at {_last_line_in(answer, problem)}"
    unwritten = isinstance(problem, NotImplementedError) or UNWRITTEN in seen  # a check may have caught it
    return Outcome(sentence, False, expected, seen, try_next, unwritten, printed)


def _last_line_in(answer: Path, problem: BaseException) -> str:
    lines = [
        frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(answer)
    ]
    return f"line {lines[-1]} of {answer.name}" if lines else f"what {answer.name} returns"
