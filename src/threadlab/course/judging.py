"""Judging apart: a learner's exercise is judged in a process of its own, which can be stopped.

So an exercise that never comes back, or ends Python, harms nobody; the kernel or the terminal that asked
stays free, for all it does is look now and then; and every module is imported anew.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass

from threadlab.course.against import EXERCISES, answer_file
from threadlab.course.catalogue import Lesson
from threadlab.course.judge_report import Report, ended_python, never_came_back, read_report, usable
from threadlab.course.judge_start import REPORT, STACK, TROUBLE, JudgeProcess
from threadlab.course.verdict import Outcome, Verdict
from threadlab.errors import CourseError

LIMIT = 20.0
"""Seconds that one check may take."""

LOOK_EVERY = 0.03
"""Seconds between two looks at a judge at work."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A judge at work: the outcomes by now, the check under way, and the verdict once it is there."""

    outcomes: tuple[Outcome, ...]
    under_way: str
    verdict: Verdict | None


class Judging(AbstractContextManager["Judging"]):
    """One judging. `look` never waits; leaving the context ends the process, whatever it does."""

    def __init__(
        self,
        lesson: Lesson,
        against: str = EXERCISES,
        *,
        limit: float = LIMIT,
        process: JudgeProcess | None = None,
    ) -> None:
        self.lesson = lesson
        self.limit = limit
        self.answer = answer_file(lesson.root, lesson.name, against)
        self.judge = process or JudgeProcess()
        self.judge.ask(root=str(lesson.root), name=lesson.name, against=against, limit=limit)

    def look(self) -> Looked:
        """What is known by now. Raises CourseError when the checks could not be run."""
        gone = self.judge.process.poll()  # before the report is read, which is then known to be whole
        report = read_report(self.judge.read(REPORT))
        if report.ended is not None:
            outcomes = usable(list(report.outcomes), report.ended, self.lesson.name)
            return Looked(outcomes, "", Verdict(self.lesson, outcomes))
        if gone is None:
            return Looked(report.outcomes, report.under_way, None)
        outcomes = (*report.outcomes, self._last_outcome(report, gone))
        return Looked(outcomes, "", Verdict(self.lesson, outcomes))

    def _last_outcome(self, report: Report, gone: int) -> Outcome:
        if not report.under_way:
            words = self.judge.read(TROUBLE).strip().splitlines()
            raise CourseError(
                f"the judge's process ended with status {gone} before its first check"
                + (f": {words[-1]}" if words else ""),
                hint="run `threadlab doctor`: it looks for what is missing",
            )
        stack = self.judge.read(STACK)
        if stack.strip():
            return never_came_back(report.under_way, stack, self.answer.name, self.limit)
        return ended_python(report.under_way, gone)

    def __exit__(self, *_: object) -> None:
        self.judge.__exit__()


def judge_apart(
    lesson: Lesson, against: str = EXERCISES, *, limit: float = LIMIT, process: JudgeProcess | None = None
) -> Verdict:
    """The verdict on a learner's exercise, judged in a process of its own.

    Raises CourseError when the checks could not be run.
    """
    with Judging(lesson, against, limit=limit, process=process) as judging:
        while (verdict := judging.look().verdict) is None:
            time.sleep(LOOK_EVERY)
        return verdict
