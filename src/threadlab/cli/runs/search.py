"""`threadlab runs search`: the user runs in which all these words were said."""

from __future__ import annotations

from typing import Annotated

import typer

from threadlab.cli.runs.options import (
    After,
    AgentName,
    Before,
    BranchName,
    Folder,
    Group,
    Limit,
    Status,
    Tag,
    ToolName,
    TriggerName,
    unix_seconds,
)


def search(
    words: Annotated[list[str], typer.Argument(help="What was said, called, answered or tagged.")],
    status: Status = None,
    tag: Tag = None,
    group: Group = None,
    agent: AgentName = None,
    tool: ToolName = None,
    branch: BranchName = None,
    trigger: TriggerName = None,
    after: After = None,
    before: Before = None,
    limit: Limit = 50,
    folder: Folder = None,
) -> None:
    """Search user runs: all words must be in it, the last may be only begun. Exit status 1 for none."""
    from threadlab.cli.runs.found import show_found
    from threadlab.history.reading.listing import known_status, known_trigger
    from threadlab.journal.listed import Filter

    wanted = Filter(
        text=" ".join(words),
        status=known_status(status),
        tag=tag,
        group=group,
        agent=agent,
        tool=tool,
        branch=branch,
        trigger=known_trigger(trigger),
        after=unix_seconds(after),
        before=unix_seconds(before),
    )
    if not show_found(folder, wanted, limit):
        raise typer.Exit(1)
