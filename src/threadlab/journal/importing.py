"""Importing: the user runs of an archive come into a workspace, all of them or none."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

from threadlab.errors import HistoryError, JournalError, UnknownUserRun
from threadlab.journal.archive import Archived, Contents, archived, contents_of
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.decision_log import DECISIONS, read_decisions
from threadlab.journal.files import DISK
from threadlab.journal.unpacking import refused, unpacked
from threadlab.journal.workspace import ARRIVING, Workspace


def import_archive(workspace: Workspace, path: Path) -> Archived:
    """Bring the user runs of an archive into this workspace, under the ids that they have, and its branches.

    What is here already with the same content stays as it is. A branch whose name is taken gets a number.
    Raises JournalError for a file that is no archive, was changed, or holds what does not belong there, and
    HistoryError if another user run of one of the ids is here: both before anything is written.
    """
    found = unpacked(path)
    known = _known(workspace, path, found.runs)
    new = {id: contents for id, contents in found.runs.items() if id not in known}
    _check_logs(path, new)
    _bring_in(workspace, new)
    for id in new:
        workspace.open(id).project()
    branches = tuple(_made(workspace, name, made) for name, made in found.branches.items())
    return archived(workspace, found.runs, branches, known)


def _known(workspace: Workspace, path: Path, runs: Mapping[str, Contents]) -> tuple[str, ...]:
    """Those that are here already. Raises HistoryError for one whose content is another here."""
    here = tuple(id for id in runs if (workspace.folder / id).exists())
    other = [id for id in here if contents_of(workspace.open(id)) != runs[id]]
    if other:
        raise HistoryError(
            f"{path.name} was not imported: {', '.join(other)} {'is' if len(other) == 1 else 'are'} here "
            "already, and not the same",
            hint="user runs keep their ids: import it into another workspace, or remove those here first",
        )
    return here


def _bring_in(workspace: Workspace, runs: Mapping[str, Contents]) -> None:
    """All of them, or none."""
    arrived: list[Path] = []
    try:
        for id, contents in runs.items():
            arriving = workspace.folder / f"{ARRIVING}{id}"
            for name, content in contents.items():
                workspace.files.replace(arriving / name, content)
            workspace.files.rename(arriving, workspace.folder / id)
            arrived.append(workspace.folder / id)
    except BaseException:
        for folder in (*arrived, *(workspace.folder / f"{ARRIVING}{id}" for id in runs)):
            rmtree(folder, ignore_errors=True)
        raise


def _made(workspace: Workspace, name: str, made: BranchMade) -> str:
    """The branch here: it is made, unless one of that name stands there already."""
    if name in workspace.branches.names() and workspace.branches.read(name).head == made.head:
        return name
    head = workspace.record(made.head or "")
    return workspace.branches.make(workspace.branches.free_name(name), made, head.created_at).name


def _check_logs(path: Path, runs: Mapping[str, Contents]) -> None:
    """Read each log to its end, in a folder that goes away. Raises JournalError for one that is broken."""
    with TemporaryDirectory() as folder:
        trial = Workspace(Path(folder))
        for id, contents in runs.items():
            for name, content in contents.items():
                DISK.replace(trial.folder / id / name, content)
            try:
                record = trial.record(id)
                trial.annotations(id)
                deque(read_decisions(trial.folder / id / DECISIONS, trial.open(id).blobs), maxlen=0)
            except (JournalError, UnknownUserRun) as error:
                raise refused(path, error.message, error.hint) from error
            if record.id != id:
                raise refused(path, f"the log of {id} is that of {record.id}", "have it exported again")
            (trial.folder / id).rename(trial.folder / f".{id}")
