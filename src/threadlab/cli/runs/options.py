"""The options and arguments that several verbs share: which folder, which user run, which of them all."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path | None,
    typer.Option("--folder", help="The folder of the user runs; `runs` of the project if left out."),
]
Which = Annotated[
    str,
    typer.Argument(
        metavar="[USER_RUN]", help="Its id, a piece of it, or its number; the newest if left out."
    ),
]
TicketId = Annotated[str, typer.Argument(help="The ticket's id: see threadlab runs tickets.")]
NEWEST = ""
ComponentPlace = Annotated[
    str | None,
    typer.Option(
        "--component",
        metavar="MODULE:NAME",
        help="Where a flow's component is; as recorded if left out.",
    ),
]
Yes = Annotated[bool, typer.Option("--yes", help="Really do it.")]

Status = Annotated[str | None, typer.Option(help="Only with this status: completed, failed, in_progress, …")]
Tag = Annotated[str | None, typer.Option(help="Only with this tag.")]
Group = Annotated[str | None, typer.Option(help="Only in this group.")]
AgentName = Annotated[str | None, typer.Option("--agent", help="Only where this agent was asked.")]
ToolName = Annotated[str | None, typer.Option("--tool", help="Only where this tool was called.")]
BranchName = Annotated[str | None, typer.Option("--branch", help="Only of this branch.")]
TriggerName = Annotated[
    str | None, typer.Option("--trigger", help="Only begun by: user, system, schedule, rerun.")
]
After = Annotated[datetime | None, typer.Option(help="Only from this date or time on (UTC).")]
Before = Annotated[datetime | None, typer.Option(help="Only before this date or time (UTC).")]
Limit = Annotated[int, typer.Option("--limit", "-n", min=1, help="At most so many, the newest.")]


def unix_seconds(moment: datetime | None) -> float | None:
    """The moment, as UTC, in Unix seconds."""
    return None if moment is None else moment.replace(tzinfo=UTC).timestamp()
