"""`threadlab starters`: the exercises, made again from the solutions."""

from __future__ import annotations

from typing import Annotated

import typer


def starters(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[NN]", help="Which exercise; all if left out.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite even a file that was worked in.")] = False,
) -> None:
    """Make the exercises from the solutions. A file that was worked in is left alone."""
    from threadlab.cli.course_here import lessons_here
    from threadlab.cli.page import out
    from threadlab.course.starters import write_starter

    for chosen in lessons_here(lesson):
        changed = write_starter(chosen, force)
        out.print(f"exercises/{chosen.exercise.name}: {'made' if changed else 'unchanged'}")
