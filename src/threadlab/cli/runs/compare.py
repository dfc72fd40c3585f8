"""`threadlab runs compare`: two user runs side by side."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder


def compare(
    a: Annotated[str, typer.Argument(metavar="A", help="A user run: its id, a piece of it, or its number.")],
    b: Annotated[str, typer.Argument(metavar="B", help="Another.")],
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 1 where they are not the same.")
    ] = False,
    folder: Folder = None,
) -> None:
    """Compare two user runs: what was asked differently, where they first part, what each took."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.reading.compare import compare as compared
    from threadlab.history.reading.prices import Prices
    from threadlab.widgets.drawing.trigger_mark import trigger_mark

    workspace = workspace_here(folder)
    one, other = (workspace.record(user_run_id(workspace, which)) for which in (a, b))
    both = compared(one, other, Prices.read(workspace.folder / "prices.toml"))
    out.print(both)
    for record in (one, other):
        if (mark := trigger_mark(record.trigger)) is not None:
            out.print(foreign_text(f"{record.id} is {mark}: {mark.why}", "yellow"))
    if exit_code and not both.is_same:
        raise typer.Exit(1)
