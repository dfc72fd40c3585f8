"""`threadlab check`: an exercise's checks, told as a lesson."""

from __future__ import annotations

from typing import Annotated

import typer


def check(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[NN]", help="Which exercise; the first unsolved one if left out.")
    ] = None,
) -> None:
    """Check an exercise, and say what to try next. Exit status 1 until every check holds."""
    from threadlab.course.course_root import find_course_root
    from threadlab.course.judge_start import JudgeProcess

    find_course_root()  # before a process is started for nothing
    with JudgeProcess() as process:
        from threadlab.cli.course_here import course_here
        from threadlab.cli.loop_page import what_next
        from threadlab.cli.page import out
        from threadlab.cli.verdict_page import verdict_lines
        from threadlab.course.desk import Desk
        from threadlab.course.judging import judge_apart

        desk = Desk(course_here())
        exercise = desk.exercise(lesson)
        out.print(f"Checking {exercise.path}")
        verdict = judge_apart(exercise.lesson, process=process)
        desk.judged(verdict)
    for part in verdict_lines(verdict):
        out.print(part)
    out.print()
    if not verdict.passed:
        out.print(f"Then: threadlab check {exercise.number}    Stuck? threadlab hint {exercise.number}")
        raise typer.Exit(1)
    out.print(what_next(desk.loop(), exercise))
