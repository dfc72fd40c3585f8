"""The learnings that a verb works on: those of the project's folder `runs`, or of another one."""

from __future__ import annotations

from pathlib import Path

from threadlab.cli.runs.here import workspace_here
from threadlab.orchestration.learning.learnings import Learnings


def learnings_here(folder: Path | None) -> Learnings:
    """The learnings in that folder. Raises UnknownUserRun where there is no such folder."""
    return Learnings.of(workspace_here(folder))
