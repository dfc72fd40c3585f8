"""`threadlab hint`: a nudge, a pointer, nearly the solution."""

from __future__ import annotations

from typing import Annotated

import typer


def hint(
    lesson: Annotated[str, typer.Argument(metavar="NN", help="Which exercise.")],
    tier: Annotated[int, typer.Option(min=1, max=3, help="1 a nudge, 2 a pointer, 3 nearly all.")] = 1,
) -> None:
    """Show a hint for an exercise; --tier 2 and 3 say more."""
    from threadlab.cli.course_here import course_here
    from threadlab.cli.page import out

    chosen = course_here().lesson(lesson)
    out.print(chosen.hints[tier - 1], markup=False)
    if tier < len(chosen.hints):
        out.print(f"Still stuck? threadlab hint {chosen.number:02d} --tier {tier + 1}")
