"""Workspace: the folder `runs/` with a run directory for each user run."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from random import Random
from shutil import rmtree
from threading import Lock as ThreadLock
from typing import Literal

from threadlab.errors import HistoryError, JournalError, UnknownUserRun, UserRunIdTaken
from threadlab.journal.annotations import Annotation, Annotations, annotate, annotations_of
from threadlab.journal.branch_log import Branches
from threadlab.journal.codec import FACTS
from threadlab.journal.fact import Received
from threadlab.journal.files import DISK, PART, Files
from threadlab.journal.index import Index
from threadlab.journal.listed import Listed, listed, searched_text
from threadlab.journal.lock import Lock
from threadlab.journal.record import Record
from threadlab.journal.run_directory import EVENTS, LOCK, RunDirectory
from threadlab.journal.run_id import PREFIX, is_run_id, new_run_id, what_else
from threadlab.journal.watch import note_annotated

Standing = Literal["over", "at work", "waits", "left"]
"""Of a user run: it is over; a living process writes it; it waits for an answer; its process is gone."""

_REMOVED = ".removed-"
"""Before the name of a folder that is being deleted: it is no user run's any more."""

ARRIVING = ".arriving-"
"""Before the name of a folder that is being imported: it is no user run's yet."""

_YOUNG = 3600.0
"""Seconds for which what looks left behind may still be at work."""


class Workspace:
    """All user runs of one folder. It is made at the first write."""

    def __init__(self, folder: Path, files: Files = DISK) -> None:
        self.folder = Path(folder).absolute()
        self.files = files
        self._last = (0.0, 0.0)
        self._creating = ThreadLock()
        self._index = Index(self.folder, self._read, self.is_stalled)

    def new_id(self, at: float, chance: Random, prefix: str = PREFIX) -> str:
        """An id that no user run here has."""
        while (self.folder / (id := new_run_id(at, chance, prefix))).exists():
            pass
        return id

    def create(self, received: Received, at: float) -> RunDirectory:
        """The folder of a new user run, for its writer: its input is on disk when this returns.

        Where the clock stands still, each is later than the one before by the least bit: so lists have them
        in the order in which they came. Raises UserRunIdTaken,
        and JournalError for what could not be read again.
        """
        FACTS.check(FACTS.document(received))
        folder = self.folder / _checked(received.user_run)
        try:
            self.files.make_folder(folder)
        except FileExistsError as error:
            raise UserRunIdTaken(
                f"{received.user_run} is the id of another user run in {self.folder.name}/",
                hint="ask the workspace for one that is free: workspace.new_id(...)",
            ) from error
        directory = RunDirectory(folder, self.files, writes=True)
        try:
            directory.append(received, self._after_the_last(at))
        except BaseException:
            directory.close()
            raise
        return directory

    def open(self, id: str) -> RunDirectory:
        """The folder of a user run, for a reader. Raises UnknownUserRun."""
        return RunDirectory(self._folder(id), self.files)

    def writer(self, id: str) -> RunDirectory:
        """The folder of a user run, for its one writer. Raises UnknownUserRun; LeaseHeld if it has one."""
        return RunDirectory(self._folder(id), self.files, writes=True)

    def record(self, id: str) -> Record:
        """What its log tells. Raises UnknownUserRun, and JournalError for a broken log."""
        return self.open(id).record()

    def standing(self, id: str) -> Standing:
        """Whether it is over, and if not, whether somebody sees to it. Raises UnknownUserRun.

        The lock is asked before the log is read: one whose writer ends in between is over, never left.
        """
        directory = self.open(id)
        is_at_work = directory.is_being_written
        record = directory.record()
        if record.ended_at is not None:
            return "over"
        if is_at_work:
            return "at work"
        return "waits" if record.status == "requires_action" else "left"

    def is_stalled(self, id: str) -> bool:
        """Whether nobody works on it, though it is not over and waits for no answer."""
        return self.standing(id) == "left"

    def annotate(self, id: str, annotation: Annotation, at: float) -> Annotations:
        """Tag, score, group, rate or describe it, also after its end; what is said of it now."""
        directory = self.open(id)
        note_annotated(self.folder, id, self.files)
        annotate(directory.folder, annotation, at, self.files, directory.blobs)
        note_annotated(self.folder, id, self.files)
        return annotations_of(directory.folder, directory.blobs)

    def annotations(self, id: str) -> Annotations:
        """What was said of it. Raises UnknownUserRun."""
        directory = self.open(id)
        return annotations_of(directory.folder, directory.blobs)

    @property
    def index(self) -> Index:
        """The list of all user runs, and search in them: `workspace.index.list(Filter(text="rain"))`."""
        return self._index

    @property
    def branches(self) -> Branches:
        """The branches."""
        return Branches(self.folder / "branches", self.files)

    def rebuild(self) -> Mapping[str, str]:
        """Make the index and all that can be read off the logs anew: the same logs give the same bytes.

        What a process is at work on is left to it. Gives what is wrong with each that cannot be read.
        """
        unreadable = {}
        self._sweep()
        for id in self.ids():
            directory = self.open(id)
            try:
                if not directory.is_being_written:
                    directory.project()
            except JournalError as error:
                unreadable[id] = error.message
        self._index.rebuild()
        return unreadable

    def remove(self, id: str) -> None:
        """Delete a user run whole. Raises UnknownUserRun, and LeaseHeld while a process is at work on it."""
        folder = self._folder(id)
        lock = Lock(folder / LOCK)
        lock.acquire(f"user run {id}")
        try:
            self.files.rename(folder, self.folder / f"{_REMOVED}{id}")  # from now on nobody sees it
        finally:
            lock.release()
        for left in self.folder.glob(f"{_REMOVED}*"):
            rmtree(left, ignore_errors=True)

    def _after_the_last(self, at: float) -> float:
        with self._creating:
            told, given = self._last
            self._last = (at, math.nextafter(given, math.inf) if at == told else at)
            return self._last[1]

    def _sweep(self) -> None:
        """Take away what a crash left, if it is not young: parts of files, folders on their way in or out."""
        old = time.time() - _YOUNG
        for left in (*self.folder.glob(f"{_REMOVED}*"), *self.folder.glob(f"{ARRIVING}*")):
            if left.stat().st_mtime < old:
                rmtree(left, ignore_errors=True)
        for left in self.folder.rglob(f".*{PART}"):
            with suppress(FileNotFoundError):
                if left.stat().st_mtime < old:
                    self.files.remove(left)

    def _read(self, id: str) -> tuple[Listed, str]:
        """For the index: what lists show of it, and its words."""
        directory = self.open(id)
        record, annotations = directory.record(), annotations_of(directory.folder, directory.blobs)
        return listed(record, annotations), searched_text(record, annotations)

    def ids(self) -> tuple[str, ...]:
        """The user runs whose input was accepted, by the names of their folders."""
        if not self.folder.is_dir():
            return ()
        return tuple(
            sorted(one.name for one in self.folder.iterdir() if is_run_id(one.name) and _accepted(one))
        )

    def _folder(self, id: str) -> Path:
        folder = self.folder / id
        if not is_run_id(id) or not _accepted(folder):
            raise UnknownUserRun(
                f"there is no user run {id!r} in {self.folder.name}/",
                hint=what_else(id) or self._alike(id),
            )
        return folder

    def _alike(self, id: str) -> str:
        known = self.ids()
        if not known:
            return "nothing was run in this folder yet"
        alike = [one for one in known if id and (one.endswith(id) or one.startswith(id))]
        return (
            f"did you mean {alike[-1]}?" if alike else f"the latest is {known[-1]}; list them all to choose"
        )


def _accepted(folder: Path) -> bool:
    """Whether the log has a whole line: less than that was never acknowledged."""
    try:
        with (folder / EVENTS).open("rb") as log:
            return b"\n" in log.readline()
    except OSError:
        return False


def _checked(id: str) -> str:
    if not is_run_id(id):
        raise HistoryError(
            f"{id!r} is not the form of a user run's id",
            hint="ask the workspace for one: workspace.new_id(...)",
        )
    return id
