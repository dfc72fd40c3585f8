"""`threadlab list`: the lessons, and which exercises are solved."""

from __future__ import annotations


def list_lessons() -> None:
    """List the lessons, and which exercises you have solved."""
    from rich.table import Table

    from threadlab.cli.course_here import course_here
    from threadlab.cli.page import out
    from threadlab.course.progress import solved

    catalogue = course_here()
    done = solved(catalogue.lessons[0].root) if catalogue.lessons else ()
    table = Table("lesson", "title", "minutes", "exercise", box=None, padding=(0, 2, 0, 0))
    for lesson in catalogue.lessons:
        state = "solved" if lesson.name in done else f"exercises/{lesson.exercise.name}"
        table.add_row(lesson.name, lesson.title, str(lesson.minutes), state)
    out.print(table)
