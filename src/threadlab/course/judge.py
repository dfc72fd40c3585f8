"""Judging an exercise: its checks are run by pytest, in this process, and come back as records."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from threadlab.course.against import EXERCISES, answer_file
from threadlab.course.catalogue import Lesson
from threadlab.course.checks import CheckFailed
from threadlab.course.verdict import Outcome, Verdict
from threadlab.errors import CourseError


def judge(lesson: Lesson, against: str = EXERCISES) -> Verdict:
    """Run the lesson's checks against the exercise, the solution, or one file.

    Raises CourseError when there are no checks to run, or pytest itself cannot run them.
    """
    recorder = _Recorder(answer_file(lesson.root, lesson.name, against))
    arguments = [
        *("-c", str(lesson.root / "pyproject.toml"), "--rootdir", str(lesson.root), "-o", "addopts="),
        *("-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:faulthandler", "-p", "no:nbval"),
        *("--against", against, str(lesson.test)),
    ]
    with _freshly_imported(lesson.test.stem):
        code = pytest.main(arguments, plugins=[recorder])
    if not recorder.outcomes or code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise CourseError(
            f"the checks of {lesson.name} could not be run",
            hint=f"see what pytest says: pytest --against {against} tests/course/{lesson.test.name}",
        )
    return Verdict(lesson, tuple(recorder.outcomes))


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


class _Recorder:
    """A pytest plugin that turns reports into outcomes."""

    def __init__(self, answer: Path) -> None:
        self.answer = answer
        self.outcomes: list[Outcome] = []

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, Any, Any]:
        """Keep what the call phase says, or the phase that kept the test from running."""
        if call.excinfo is not None:
            self.outcomes.append(_told(_sentence(item), call.excinfo.value, self.answer))
        elif call.when == "call":
            self.outcomes.append(Outcome(_sentence(item), passed=True))
        return (yield)


def _sentence(item: pytest.Item) -> str:
    doc = getattr(getattr(item, "function", None), "__doc__", None) or item.name.replace("_", " ")
    return str(doc).strip().splitlines()[0]


def _told(sentence: str, problem: BaseException, answer: Path) -> Outcome:
    match problem:
        case CheckFailed():
            return Outcome(sentence, False, problem.expected, problem.seen, problem.try_next)
        case NotImplementedError():
            return Outcome(
                sentence,
                False,
                "the function is written",
                str(problem),
                "follow its TODO lines",
                unwritten=True,
            )
        case SyntaxError() if problem.filename == str(answer):
            where = f"line {problem.lineno} of {answer.name}"
            return Outcome(
                sentence, False, "Python can read the file", f"{where}: {problem.msg}", f"look at {where}"
            )
    where = _last_line_in(answer, problem)
    seen = f"{type(problem).__name__}: {problem}"
    return Outcome(sentence, False, "it runs without an error", seen, f"look at {where}")


def _last_line_in(answer: Path, problem: BaseException) -> str:
    lines = [
        frame.lineno for frame in traceback.extract_tb(problem.__traceback__) if frame.filename == str(answer)
    ]
    return f"line {lines[-1]} of {answer.name}" if lines else f"what {answer.name} returns"
