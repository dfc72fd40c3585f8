"""`threadlab runs compact`: make old orchestration contexts short. It only says so until you say --yes."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder


def compact(
    keep: Annotated[int, typer.Option(min=0, help="Keep so many of the newest whole.")] = 50,
    rated: Annotated[bool, typer.Option(help="Keep those that were rated.")] = True,
    failed: Annotated[bool, typer.Option(help="Keep those of user runs that failed.")] = True,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the others, not only shorten.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Really do it.")] = False,
    folder: Folder = None,
) -> None:
    """Shorten what orchestrators decided long ago: who, how and why stay, in a line for each decision."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.orchestration.learning.keep_policy import KeepIf, archive_contexts

    keep_if = (KeepIf.RATED if rated else KeepIf.NONE) | (KeepIf.FAILED if failed else KeepIf.NONE)
    found = archive_contexts(
        workspace_here(folder),
        keep_last=keep,
        keep_if=keep_if,
        otherwise="remove" if remove else "compact",
        dry_run=not yes,
    )
    out.print(found.table())
    if not yes and any(one.becomes != "stays" for one in found.contexts):
        out.print("Nothing was changed. To do it, say the same with --yes")
