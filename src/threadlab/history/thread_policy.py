"""Thread policy: what happens to an input whose branch is busy. One user run at a time works on each.

    reject       an error that names the one at work; nothing is written
    enqueue      it waits for its turn, first come, first served: the default
    interrupt    the one at work is stopped and kept, then this one begins, below it
    rollback     the same, but this one takes the place of the stopped one

It holds between threads and between processes: the lock is the operating system's, so it ends with whoever
had it. Those who wait are files; a file whose user run nobody writes any more counts no longer.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import get_ident
from typing import Literal
from urllib.parse import quote

from threadlab.errors import BranchBusy, LeaseHeld, UnknownUserRun
from threadlab.history.work.open_run import OpenRun
from threadlab.history.work.stop import Stop, StopKind, ask_to_stop
from threadlab.journal.fact import Queued
from threadlab.journal.lock import Lock
from threadlab.journal.workspace import Workspace

ThreadPolicy = Literal["reject", "enqueue", "interrupt", "rollback"]
LOOK_AGAIN = 0.02
"""Real seconds between two looks whether it is our turn."""

_HOLDERS: dict[Path, int] = {}
"""The thread of this process that works on a branch, by the branch's lock."""

CHOICES = (
    'wait until it is over, or say what should happen: thread_policy="enqueue" waits, "interrupt" stops it '
    'and goes on below it, "rollback" stops it and takes its place, "reject" gives this error'
)


class BranchLease:
    """The right to work on a branch: one at a time has it. `entered` waits for it, `leave` gives it back."""

    def __init__(self, workspace: Workspace, branch: str) -> None:
        self._workspace = workspace
        self._branch = branch
        self._folder = workspace.folder / ".locks"
        self._name = quote(branch, safe=" ").replace(".", "%2E")
        self._lock = Lock(self._folder / f"{self._name}.lock")
        self._active = self._folder / f"{self._name}.active"
        self._queue = self._folder / f"{self._name}.queue"
        self._is_ours = False
        self.stopped: str | None = None

    @property
    def at_work(self) -> str | None:
        """The user run that works on the branch now."""
        if not self._lock.is_held:
            return None
        try:
            return self._active.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def claim(self) -> None:
        """Take it at once. Raises BranchBusy if a user run works on the branch, or waits for it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._enter(self._queue / "~"):
            raise busy(self._branch, self.at_work or "(one that waits)", "is at work on it")

    def check_not_held_here(self) -> None:
        """Raise BranchBusy if this very thread holds it: it would wait for itself, for ever."""
        if _HOLDERS.get(self._lock.path) == get_ident():
            raise BranchBusy(
                f"branch {self._branch!r} is busy: user run {self.at_work} was begun here, and is half done",
                hint="draw its events to their end, or close() them; then resume() goes on with it, cancel() "
                "ends it",
            )

    def entered(self, open_run: OpenRun, policy: ThreadPolicy) -> Iterator[None]:
        """Wait for it, yielding at each look. Raises Stopped if somebody asks for the end meanwhile."""
        if self._is_ours:
            self._say_who(open_run)
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if policy in ("interrupt", "rollback"):
            self._stop_active("rollback" if policy == "rollback" else "interrupt", by=open_run.directory.id)
        place = self._take_place(open_run.directory.id, first=policy in ("interrupt", "rollback"))
        told = False
        try:
            while not self._enter(place):
                open_run.raise_if_stopped()
                if not told:
                    open_run.write(Queued(reason=f"user run {self.at_work or '(one before it)'} is at work"))
                    told = True
                yield
                time.sleep(LOOK_AGAIN)
            self._say_who(open_run)
        finally:
            self._workspace.files.remove(place)

    def leave(self) -> None:
        """Let the next one in."""
        if self._is_ours:
            _HOLDERS.pop(self._lock.path, None)
        self._is_ours = False
        self._lock.release()

    def _stop_active(self, kind: StopKind, by: str) -> None:
        if (active := self.at_work) is not None:
            self.stopped = active
            folder = self._workspace.open(active).folder
            ask_to_stop(folder, Stop(kind=kind, by=by), self._workspace.files)

    def _take_place(self, id: str, *, first: bool) -> Path:
        """A file whose name says when we came; those who stopped another go before those who wait.

        One that was left by a crash, while it waited, has its place still: else it would wait for itself.
        """
        self._queue.mkdir(exist_ok=True)
        for before in self._queue.glob(f"[01]-*-{id}"):
            return before
        place = self._queue / f"{0 if first else 1}-{time.time_ns():020d}-{id}"
        self._workspace.files.create(place, b"")
        return place

    def _enter(self, place: Path) -> bool:
        there = self._queue.iterdir() if self._queue.is_dir() else ()
        before = sorted(one.name for one in there if one.name[0] != "." and one.name < place.name)
        if any(self._lives(name.split("-", 2)[2]) for name in before):
            return False
        try:
            self._lock.acquire(f"branch {self._branch!r}")
        except LeaseHeld:
            return False
        self._is_ours = True
        _HOLDERS[self._lock.path] = get_ident()
        return True

    def _say_who(self, open_run: OpenRun) -> None:
        _HOLDERS[self._lock.path] = get_ident()  # whoever draws the events works on it
        self._workspace.files.replace(self._active, open_run.directory.id.encode())

    def _lives(self, id: str) -> bool:
        try:
            return self._workspace.open(id).is_being_written
        except UnknownUserRun:
            return False


def busy(branch: str, user_run: str, why: str) -> BranchBusy:
    """The error that names the user run in the way, and the four choices."""
    return BranchBusy(f"branch {branch!r} is busy: user run {user_run} {why}", hint=CHOICES)
