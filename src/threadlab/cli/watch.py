"""`threadlab watch`: the exercises one after the other, checked whenever one is saved."""

from __future__ import annotations

from typing import Annotated

import typer

LOOK_EVERY = 0.05
"""Seconds between two looks at the files, the keys and the judge."""


def watch(
    lesson: Annotated[
        str | None,
        typer.Argument(metavar="[NN]", help="Where to begin; at the first unsolved one if left out."),
    ] = None,
) -> None:
    """Check the exercise you work on whenever you save it; keys for hints, the next one and more."""
    import time

    from threadlab.cli.course_here import course_here
    from threadlab.cli.keyboard import keyboard
    from threadlab.cli.page import out
    from threadlab.cli.watch_session import WatchSession
    from threadlab.course.desk import Desk

    desk = Desk(course_here())
    begin = desk.exercise(lesson).name
    try:
        with (
            keyboard() as read_keys,
            WatchSession(desk, begin, out, with_keys=read_keys is not None) as session,
        ):
            while session.step(read_keys() if read_keys else ""):
                time.sleep(LOOK_EVERY)
    except (KeyboardInterrupt, EOFError):
        out.print()
    out.print("Stopped. `threadlab watch` goes on from here.")
