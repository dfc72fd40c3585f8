"""Lock: who may write. It is the operating system's, so that it dies with the process that holds it."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from filelock import FileLock, Timeout

from threadlab.errors import LeaseHeld

MOMENT = 10.0
"""Seconds after which a lock that is held for single writes, with `with`, is given up."""

GRACE = 0.1
"""Seconds that everybody waits at least: whoever only looks whether a lock is held has it for an instant."""

_LOOK = 0.01


class Lock:
    """A lock on a file, between processes and between threads; nor does anybody get it twice."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held: FileLock | None = None

    def acquire(self, about: str, seconds: float = 0.0) -> None:
        """Take it, waiting so long at most. Raises LeaseHeld, which says who has it and what it guards."""
        self._take(about, max(seconds, GRACE))
        with suppress(OSError):
            self._note.write_text(json.dumps({"process": os.getpid()}), encoding="utf-8")

    def release(self) -> None:
        """Let go of it; nothing happens where it is not held."""
        held, self._held = self._held, None
        if held is not None:
            held.release()

    @property
    def is_held(self) -> bool:
        """Whether anybody holds it now."""
        if not self.path.exists():
            return False
        look = FileLock(self.path, thread_local=False)
        try:
            look.acquire(timeout=_LOOK, poll_interval=_LOOK / 4)
        except Timeout:
            return True
        look.release()
        return False

    def __enter__(self) -> Lock:
        self._take(self.path.stem.lstrip("."), MOMENT)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()

    def _take(self, about: str, seconds: float) -> None:
        lock = FileLock(self.path, thread_local=False)
        try:
            lock.acquire(timeout=seconds, poll_interval=0.01)
        except Timeout as error:
            raise LeaseHeld(
                f"{about} is being written by {self._holder()}",
                hint="wait until it is done, or stop that process: its lock ends with it",
            ) from error
        self._held = lock

    @property
    def _note(self) -> Path:
        return self.path.with_name(f"{self.path.name}-holder")

    def _holder(self) -> str:
        try:
            process = json.loads(self._note.read_text(encoding="utf-8"))["process"]
        except (OSError, ValueError, LookupError):
            return "another process"
        return "this process" if process == os.getpid() else f"process {process}"
