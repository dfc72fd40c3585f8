"""`threadlab runs list`: the user runs, the newest first."""

from __future__ import annotations

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


def list_runs(
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
    """List the user runs, the newest first. Options narrow it down; all that are given must fit."""
    from threadlab.cli.runs.found import show_found
    from threadlab.history.reading.listing import known_status, known_trigger
    from threadlab.journal.listed import Filter

    wanted = Filter(
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
    show_found(folder, wanted, limit)
