"""Starters: the learner's files, made from the solutions, which are the single source.

In a solution, what the learner is to write stands between two marks:

    # >>> solution
    # 1. the question goes into the thread as a message
    lab.messages.create(thread.id, content=question)
    # <<< solution

In the starter, whole-line comments of such a region become `# TODO 1. ...`, however deep they stood, its
code is gone, and a `raise NotImplementedError` stands there. The last line of a starter is its stamp, a hash
of the rest: so a file that a learner has worked in can be told from one that can be made again.
"""

from __future__ import annotations

import hashlib
import re

from threadlab.course.catalogue import Lesson
from threadlab.errors import CourseError

OPEN, CLOSE = "# >>> solution", "# <<< solution"
STAMP = "# starter "
UNWRITTEN = "is still to be written"
"""What a starter raises, after the function's name."""

_FUNCTION = re.compile(r"\s*(?:async )?def (\w+)")


def starter_text(solution: str, name: str) -> str:
    """The starter for the source text of the solution `name` (such as `01_first_run`).

    Raises CourseError when the marks do not pair up, or there are none.
    """
    where = f"exercises/{name}.py"
    lines: list[str] = []
    function, margin, inside, regions = "", "", False, 0
    for number, line in enumerate(solution.replace(f"solutions/{name}.py", where).splitlines(), start=1):
        mark = line.strip()
        if mark in (OPEN, CLOSE):
            if (mark == OPEN) == inside:
                raise _mark_error(f"{mark!r} stands out of turn in line {number}")
            margin = line.partition(mark)[0]
            if inside:
                told = f'raise NotImplementedError("{function}() {UNWRITTEN}")'
                lines.append(line.replace(CLOSE, told))
            inside, regions = not inside, regions + 1
        elif inside:
            lines += [f"{margin}# TODO {mark[2:]}"] if mark.startswith("# ") else []
        else:
            found = _FUNCTION.match(line)
            function = found[1] if found else function
            lines.append(line)
    if inside or not regions:
        raise _mark_error("a region is not closed" if inside else "no region is marked")
    body = "\n".join(lines) + "\n"
    return f"{body}\n{STAMP}{_stamp(body)}\n"


def stamp_in(text: str) -> str | None:
    """The stamp that a file carries, or None."""
    last = text.rstrip().rsplit("\n", 1)[-1]
    return last.removeprefix(STAMP) if last.startswith(STAMP) else None


def is_untouched(text: str) -> bool:
    """Whether a file is a starter as it was made: nobody has worked in it."""
    body, _, _ = text.rpartition(f"\n{STAMP}")
    return stamp_in(text) == _stamp(body)


def write_starter(lesson: Lesson, force: bool = False) -> bool:
    """Write the lesson's exercise file; False when it is already so.

    Raises CourseError, and writes nothing, when someone has worked in it, unless `force`.
    """
    where = f"exercises/{lesson.exercise.name}"
    text = starter_text(read_solution(lesson), lesson.name)
    if lesson.exercise.exists():
        before = lesson.exercise.read_text(encoding="utf-8")
        if before == text:
            return False
        if not force and not is_untouched(before):
            raise CourseError(
                f"{where} holds someone's work",
                hint="keep a copy of it elsewhere, then make the starter with --force",
            )
    lesson.exercise.parent.mkdir(exist_ok=True)
    lesson.exercise.write_text(text, encoding="utf-8")
    return True


def read_solution(lesson: Lesson) -> str:
    """The source text of the lesson's solution. Raises CourseError when it is missing."""
    if not lesson.solution.is_file():
        raise CourseError(
            f"solutions/{lesson.solution.name} is missing", hint="write it first: the starter is made from it"
        )
    return lesson.solution.read_text(encoding="utf-8")


def _stamp(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:12]


def _mark_error(found: str) -> CourseError:
    return CourseError(
        f"a starter cannot be made: {found}",
        hint=f"write {OPEN!r} and {CLOSE!r} around what the learner writes",
    )
