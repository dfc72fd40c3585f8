"""`threadlab reset`: the starter again, and your version kept."""

from __future__ import annotations

from typing import Annotated

import typer


def reset(
    lesson: Annotated[str | None, typer.Argument(metavar="[NN]", help="Which exercise.")] = None,
    all_of_them: Annotated[bool, typer.Option("--all", help="Every exercise.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put an exercise's starter back, and forget that it was solved. Your version is kept in my/kept/."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.page import out
    from threadlab.course.desk import Desk, is_worked_in

    if (lesson is None) == (not all_of_them):
        raise typer.BadParameter("name one exercise, such as 02, or give --all")
    catalogue = course_here()
    desk = Desk(catalogue)
    lessons = catalogue.lessons if lesson is None else (catalogue.lesson(lesson),)
    worked_in = [one.exercise.name for one in lessons if is_worked_in(one)]
    if worked_in and not yes:
        typer.confirm(f"Put the starter back in the place of your {', '.join(worked_in)}?", abort=True)
    for one in lessons:
        kept = desk.reset(one)
        told = f", your version is kept as {kept.relative_to(desk.root).as_posix()}" if kept else ""
        out.print(f"exercises/{one.exercise.name}: the starter{told}", soft_wrap=True)
