"""`threadlab runs rerun`: make a user run again from a node on. It only shows the plan without --yes."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import NEWEST, Folder, Which


def rerun(
    user_run: Which = NEWEST,
    start: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="PATH", help="Take over what comes before this: agent.flow.node, or 2."
        ),
    ] = None,
    component: Annotated[
        str | None,
        typer.Option(metavar="MODULE:NAME", help="Where a flow's component is; as recorded if left out."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really do it.")] = False,
    folder: Folder = None,
) -> None:
    """Make a user run again, from a node on or whole. First the plan: what is taken over, what is paid again.

    The user run itself stays as it is. Exit status 1 where the new one does not complete.
    """
    from threadlab.cli.page import out
    from threadlab.cli.runs.again import again
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.connect.connect import connect
    from threadlab.following.terminal_text import foreign_text
    from threadlab.history.history import History

    workspace = workspace_here(folder)
    record = workspace.record(user_run_id(workspace, user_run))
    with connect() as lab:
        history = History(lab, workspace.folder)
        wanted = again(history, record, start, component)
        out.print(foreign_text(f"{record.id}, made again: {wanted.plan()}"), soft_wrap=True)
        if not yes:
            out.print("Nothing was done. To do it, say the same with --yes")
            return
        made = wanted.made()
    out.print(foreign_text(f"{made.id} is {made.status}: {made.output}"), soft_wrap=True)
    if made.status != "completed":
        raise typer.Exit(1)
