"""`threadlab solution`: another solution beside yours, once yours works."""

from __future__ import annotations

from typing import Annotated

import typer


def solution(
    lesson: Annotated[str, typer.Argument(metavar="NN", help="Which exercise.")],
    anyway: Annotated[
        bool, typer.Option("--anyway", help="Show it although the exercise is not solved.")
    ] = False,
) -> None:
    """Compare a solved exercise with another solution: yours in red, the other in green."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.loop_page import comparison
    from threadlab.cli.page import out
    from threadlab.course.comparison import difference
    from threadlab.course.desk import Desk, written
    from threadlab.course.exercise_loop import State
    from threadlab.course.starters import read_solution
    from threadlab.errors import CourseError

    exercise = Desk(course_here()).exercise(lesson)
    if exercise.state is not State.SOLVED and not anyway:
        raise CourseError(
            f"exercise {exercise.lesson.number} is not solved yet, and its solution would spoil it",
            hint=f"`threadlab hint {exercise.number}` helps; "
            f"`threadlab solution {exercise.number} --anyway` shows it all the same",
        )
    mine = written(exercise.lesson) or ""
    out.print(comparison(difference(mine, read_solution(exercise.lesson), exercise.name)))
