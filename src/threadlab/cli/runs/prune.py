"""`threadlab runs prune`: remove whole user runs that nothing stands on; without --yes it only shows them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

import typer

from threadlab.cli.runs.options import Folder, unix_seconds


def prune(
    keep: Annotated[int, typer.Option(min=0, help="Keep so many of the newest.")] = 50,
    tag: Annotated[list[str] | None, typer.Option(help="Keep those with this tag. Can be repeated.")] = None,
    group: Annotated[
        list[str] | None, typer.Option(help="Keep those in this group. Can be repeated.")
    ] = None,
    after: Annotated[
        datetime | None, typer.Option(help="Keep those from this date or time on (UTC).")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Really remove them.")] = False,
    folder: Folder = None,
) -> None:
    """Remove whole user runs. Heads of branches, what they stand on, and liked ones always stay."""
    from threadlab.cli.page import out
    from threadlab.cli.runs.here import workspace_here
    from threadlab.history.plans.prune import Keep
    from threadlab.history.pruned_workspace import prune as pruned
    from threadlab.history.tree import Tree

    workspace = workspace_here(folder)
    wanted = Keep(newest=keep, tags=tag or (), groups=group or (), since=unix_seconds(after))
    found = pruned(
        workspace, Tree(workspace), wanted, dry_run=not yes, on_plan=lambda plan: out.print(plan.shown)
    )
    out.print(found.table())
    if found.goes and not yes:
        out.print("Nothing was removed. To remove them, say the same with --yes")
