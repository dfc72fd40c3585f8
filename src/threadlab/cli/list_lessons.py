"""`threadlab list`: the lessons, and how far you are with their exercises."""

from __future__ import annotations


def list_lessons() -> None:
    """List the lessons, and how far you are with their exercises."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.loop_page import loop_table, progress_bar
    from threadlab.cli.page import out
    from threadlab.course.desk import Desk

    loop = Desk(course_here()).loop()
    out.print(loop_table(loop, loop.current.name))
    out.print()
    out.print(progress_bar(loop))
    if not loop.finished:
        out.print(f"Work on {loop.current.path} with: threadlab watch")
