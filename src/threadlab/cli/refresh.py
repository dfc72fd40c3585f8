"""`threadlab refresh`: the reference outputs of lessons, written anew."""

from __future__ import annotations

from typing import Annotated

import typer


def refresh(
    lesson: Annotated[
        str | None, typer.Argument(metavar="[NN]", help="Which lesson; all if left out.")
    ] = None,
) -> None:
    """Execute lessons and store their outputs as the reference."""
    from nbclient.exceptions import CellExecutionError, CellTimeoutError

    from threadlab.cli.course_here import lessons_here
    from threadlab.cli.page import err, out
    from threadlab.course.refresh import refresh as refresh_notebook

    for chosen in lessons_here(lesson):
        try:
            changed = refresh_notebook(chosen.notebook)
        except (CellExecutionError, CellTimeoutError) as problem:
            err.print(str(problem), markup=False)
            err.print(f"lessons/{chosen.notebook.name} is as it was: a cell failed")
            raise typer.Exit(1) from None
        out.print(f"lessons/{chosen.notebook.name}: {'new outputs stored' if changed else 'unchanged'}")
