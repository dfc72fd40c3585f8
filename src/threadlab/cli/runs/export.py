"""`threadlab runs export`: user runs as one file, to keep or to give away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder


def export(
    file: Annotated[Path, typer.Argument(help="The file to write, such as weather.zip.")],
    user_runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[USER_RUN]...", help="Their ids, pieces of them, or numbers; all if left out."
        ),
    ] = None,
    branch: Annotated[
        str | None, typer.Option("--branch", help="The user runs of this branch, from the root to its head.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    folder: Folder = None,
) -> None:
    """Export user runs into one file, each with its content hash, which it keeps wherever it is imported."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.archived import archived_table, missing_text
    from threadlab.cli.runs.here import user_run_id, workspace_here
    from threadlab.errors import HistoryError
    from threadlab.history.tree import Tree
    from threadlab.journal.archive import export as exported

    if file.exists() and not force:
        raise HistoryError(f"there is a file {file} already", hint="choose another name, or say --force")
    workspace = workspace_here(folder)
    ids = tuple(user_run_id(workspace, which) for which in user_runs or ())
    if branch is not None:
        ids += tuple(record.id for record in Tree(workspace).path(workspace.branches.read(branch).head))
    ids = ids if user_runs or branch is not None else workspace.ids()
    done = exported(workspace, ids, file)
    out.print(archived_table(done))
    out.print(f"written to {file}", markup=False)
    if done.missing:
        out.print(missing_text(done))
