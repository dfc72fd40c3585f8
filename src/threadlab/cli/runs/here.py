"""The user runs that a verb works on: those of the project's folder `runs`, or of another one."""

from __future__ import annotations

from pathlib import Path

from threadlab.cli.runs.options import NEWEST
from threadlab.connect.settings import home_folder
from threadlab.errors import UnknownUserRun
from threadlab.history.navigation import goto
from threadlab.journal.workspace import Workspace


def folder_here(folder: Path | None) -> Path:
    """The folder that was asked for, or the project's."""
    return folder or home_folder(Path.cwd()) / "runs"


def workspace_here(folder: Path | None) -> Workspace:
    """The workspace in that folder. Raises UnknownUserRun where there is no such folder."""
    found = folder_here(folder)
    if not found.is_dir():
        raise UnknownUserRun(
            f"there are no user runs in {found}",
            hint="they are made by a History: branch.ask(...); name another folder with --folder",
        )
    return Workspace(found)


def user_run_id(workspace: Workspace, which: str) -> str:
    """The id of the user run that is meant. Raises UnknownUserRun for none, or a piece of several ids."""
    ids = [one.id for one in workspace.index.list(newest_first=False)]
    if which == NEWEST:
        return goto(ids, -1)
    return goto(ids, int(which) if which.isdecimal() and 1 <= int(which) <= len(ids) else which)
