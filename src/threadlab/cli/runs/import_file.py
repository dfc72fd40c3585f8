"""`threadlab runs import`: user runs from a file that `threadlab runs export` wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder


def import_file(
    file: Annotated[Path, typer.Argument(help="The file that was exported.")],
    folder: Folder = None,
) -> None:
    """Import user runs, or a kept conversation. All is checked first; what is there already stays."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.archived import archived_table, missing_text
    from threadlab.cli.runs.here import folder_here
    from threadlab.errors import HistoryError
    from threadlab.journal.kept_conversation import import_file as imported
    from threadlab.journal.workspace import Workspace

    if not file.is_file():
        raise HistoryError(
            f"there is no file {file}", hint="name the file that `threadlab runs export` wrote"
        )
    done = imported(Workspace(folder_here(folder)), file)
    out.print(archived_table(done))
    if done.known:
        out.print(f"here already: {', '.join(done.known)}", markup=False)
    if done.branches:
        out.print(f"branches: {', '.join(done.branches)}", markup=False)
    if done.missing:
        out.print(missing_text(done))
