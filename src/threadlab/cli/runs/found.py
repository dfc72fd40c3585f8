"""What was found: the user runs that fit a filter, on the page."""

from __future__ import annotations

from pathlib import Path

from threadlab.cli.page import out
from threadlab.cli.runs.here import workspace_here
from threadlab.cli.runs.run_table import run_table
from threadlab.following.terminal_text import counted
from threadlab.journal.listed import Filter


def show_found(folder: Path | None, wanted: Filter, limit: int) -> int:
    """Print them, the newest first, and say how many there are; that number."""
    listed = workspace_here(folder).index.list(wanted)
    if listed:
        out.print(run_table(listed[:limit], out.width))
    more = f", the newest {limit} shown: see --limit" if len(listed) > limit else ""
    of_these = "" if wanted == Filter() else " found"
    out.print(f"{counted(len(listed), 'user run')}{of_these}{more}")
    return len(listed)
