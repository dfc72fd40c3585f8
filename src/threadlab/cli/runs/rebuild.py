"""`threadlab runs rebuild`: everything that is made from the logs, made again."""

from __future__ import annotations

import typer

from threadlab.cli.runs.options import Folder


def rebuild(folder: Folder = None) -> None:
    """Make the index, and the files made from each log, again, the same. Exit status 1 for a broken log."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.following.terminal_text import counted, foreign_text

    workspace = workspace_here(folder)
    problems = workspace.rebuild()
    out.print(f"rebuilt from the logs of {counted(len(workspace.ids()) - len(problems), 'user run')}")
    for identity, problem in problems.items():
        out.print(foreign_text(f"✕ {identity}: {problem}", "red"))
    if problems:
        raise typer.Exit(1)
