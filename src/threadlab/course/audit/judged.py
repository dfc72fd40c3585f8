"""The rules that judge: starters, solutions and wrong solutions, by the checks of their exercise."""

from __future__ import annotations

import ast
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from threadlab.course.against import SOLUTIONS
from threadlab.course.audit.audited import Course, read
from threadlab.course.audit.finding import Fault, first_difference
from threadlab.course.catalogue import Lesson
from threadlab.course.giveaway import given_away
from threadlab.course.judge import judge
from threadlab.course.starters import is_untouched, stamp_in, starter_text
from threadlab.course.verdict import Outcome
from threadlab.errors import CourseError

CAUGHT_BY = "Caught by: "
FEWEST_WRONG = 3


def starters(course: Course) -> Iterator[Fault]:
    """The exercises are what the solutions make: byte for byte, or by their stamp once worked in."""
    for lesson in _complete(course):
        exercise, where = read(lesson.exercise), course.named(lesson.exercise)
        try:
            made = starter_text(read(lesson.solution), lesson.name)
        except CourseError as problem:
            yield Fault(course.named(lesson.solution), "", problem.message, problem.hint)
            continue
        if course.committed or is_untouched(exercise):
            if exercise != made:
                wrong = "is not the starter that the solution makes"
                yield Fault(
                    where, first_difference(exercise, made), wrong, "run `threadlab starters --force`"
                )
        elif stamp_in(exercise) not in (None, stamp_in(made)):
            yield Fault(where, "last line", "was made from an older solution", "run `threadlab starters`")


def unwritten(course: Course) -> Iterator[Fault]:
    """Every check meets a part of the starter that is still to be written, and nothing else."""
    for lesson in _complete(course):
        with tempfile.TemporaryDirectory() as folder:
            starter = Path(folder) / lesson.exercise.name
            try:
                starter.write_text(starter_text(read(lesson.solution), lesson.name), encoding="utf-8")
                outcomes = judge(lesson, str(starter)).outcomes
            except CourseError as problem:
                yield Fault(course.named(lesson.test), "", problem.message, problem.hint)
                continue
        yield from _answers_told(course.named(lesson.test), lesson, outcomes)
        for outcome in outcomes:
            if not outcome.unwritten:
                told = "passes" if outcome.passed else f"fails, but with: {outcome.seen}"
                wrong = f"with nothing written, the check {outcome.sentence!r} {told}"
                todo = "let the check call what the learner writes, and the starter raise there"
                yield Fault(course.named(lesson.test), "", wrong, todo)


def solutions(course: Course) -> Iterator[Fault]:
    """Every solution passes every check."""
    for lesson in _complete(course):
        try:
            outcomes = judge(lesson, SOLUTIONS).outcomes
        except CourseError as problem:
            yield Fault(course.named(lesson.test), "", problem.message, problem.hint)
            continue
        for outcome in outcomes:
            if not outcome.passed:
                wrong = f"fails {outcome.sentence!r}: expected {outcome.expected}, seen {outcome.seen}"
                yield Fault(course.named(lesson.solution), "", wrong, "correct the solution or the check")


def wrong_solutions(course: Course) -> Iterator[Fault]:
    """At least three for each exercise; each fails by the check meant for it, and no answer is given away."""
    for lesson in _complete(course):
        paths = sorted(lesson.wrong.glob("*.py"))
        if len(paths) < FEWEST_WRONG:
            wrong = f"has {len(paths)} wrong solutions; the checks are proved by at least {FEWEST_WRONG}"
            yield Fault(course.named(lesson.wrong), "", wrong, "add mistakes that learners really make")
        caught: dict[str, Path] = {}
        for path in paths:
            yield from _of_one(course, lesson, path, caught)


def _of_one(course: Course, lesson: Lesson, path: Path, caught: dict[str, Path]) -> Iterator[Fault]:
    where = course.named(path)
    try:
        outcomes = judge(lesson, str(path)).outcomes
        docstring = ast.get_docstring(ast.parse(read(path))) or ""
    except (CourseError, SyntaxError) as problem:
        yield Fault(where, "", f"cannot be judged: {problem}", "let it be Python that runs and is wrong")
        return
    failure = next((outcome for outcome in outcomes if not outcome.passed), None)
    if failure is None:
        yield Fault(where, "", "passes every check", "write the check that catches it")
        return
    meant = docstring.partition(CAUGHT_BY)[2].partition("\n")[0]
    if failure.sentence != meant:
        wrong = f"fails by the check {failure.sentence!r}; its docstring says {CAUGHT_BY}{meant!r}"
        yield Fault(where, "docstring", wrong, f"correct the check, or the line {CAUGHT_BY!r}")
    other = caught.setdefault(failure.sentence, path)
    if other is not path:
        wrong = f"fails by the same check as {other.name}"
        yield Fault(where, "", wrong, "give each mistake a message of its own, or take one of them away")
    yield from _as_told(where, failure)
    yield from _answers_told(where, lesson, outcomes)


def _as_told(where: str, failure: Outcome) -> Iterator[Fault]:
    if not (failure.expected and failure.seen and failure.try_next):
        wrong = (
            f"the check {failure.sentence!r} does not tell what is expected, what was seen and what to try"
        )
        yield Fault(where, "", wrong, "give `check` all three")


def _answers_told(where: str, lesson: Lesson, outcomes: Iterable[Outcome]) -> Iterator[Fault]:
    """In whatever any check says, not only in what is shown first."""
    for outcome in outcomes:
        told = f"{outcome.expected}\n{outcome.seen}\n{outcome.try_next}"
        for line in given_away(told, read(lesson.solution)):
            wrong = f"the check {outcome.sentence!r} tells the answer: {line}"
            yield Fault(where, "", wrong, "say what is expected in words, not in code")


def _complete(course: Course) -> Iterator[Lesson]:
    """The lessons that can be judged at all; for the others the rule `files` has its finding."""
    for lesson in course.lessons:
        if lesson.solution.is_file() and lesson.test.is_file():
            yield lesson
