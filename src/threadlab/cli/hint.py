"""`threadlab hint`: a nudge, a pointer, nearly the solution."""

from __future__ import annotations

from typing import Annotated

import typer


def hint(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[NN]", help="Which exercise; the first unsolved one if left out.")
    ] = None,
    tier: Annotated[
        int | None, typer.Option(min=1, max=3, help="1 a nudge, 2 a pointer, 3 nearly all.")
    ] = None,
) -> None:
    """Show a hint for an exercise; each time the next one, which says more."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.loop_page import hint_text
    from threadlab.cli.page import out
    from threadlab.course.desk import Desk

    desk = Desk(course_here())
    exercise = desk.exercise(lesson)
    shown = desk.hint(exercise, tier)
    out.print(hint_text(exercise, shown))
    if shown.more:
        out.print(f"\nStill stuck? threadlab hint {exercise.number} says more the next time.")
