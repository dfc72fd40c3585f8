"""Files that fail, or die, at the n-th write: before it, in its middle, or after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import get_ident
from typing import Literal

from threadlab.journal.files import Disk, Files

How = Literal["before", "middle", "after"]


class Killed(BaseException):
    """The process is dead: nobody catches this, and nothing is written any more."""


@dataclass
class FaultyFiles:
    """A disk with one fault. `kills` says whether the process dies of it, or sees an OSError and goes on.

    What is whole or not there at all has no middle: it fails before. A process that died in one of its
    threads dies in the others as soon as they write.
    """

    at: int
    how: How
    kills: bool
    disk: Files = field(default_factory=Disk)
    writes: int = 0
    died_in: int | None = None

    def make_folder(self, path: Path) -> None:
        """See `Files`."""
        self._write(partial(self.disk.make_folder, path))

    def open_log(self, path: Path) -> int:
        """See `Files`; opening is no write."""
        self._check_alive()
        return self.disk.open_log(path)

    def append(self, descriptor: int, line: bytes) -> None:
        """See `Files`."""
        half = partial(self.disk.append, descriptor, line[: len(line) // 2])
        self._write(partial(self.disk.append, descriptor, line), half)

    def truncate(self, descriptor: int, size: int) -> None:
        """See `Files`."""
        self._write(partial(self.disk.truncate, descriptor, size))

    def close(self, descriptor: int) -> None:
        """See `Files`: the system does this for a dead process, too."""
        self.disk.close(descriptor)

    def replace(self, path: Path, content: bytes) -> None:
        """See `Files`; one that is killed in its middle leaves a part of the file beside it."""
        self._write(partial(self.disk.replace, path, content), partial(_leave_a_part, path, content))

    def create(self, path: Path, content: bytes) -> None:
        """See `Files`; its middle is that of `replace`."""
        self._write(partial(self.disk.create, path, content), partial(_leave_a_part, path, content))

    def link(self, path: Path, to: Path) -> None:
        """See `Files`."""
        self._write(partial(self.disk.link, path, to))

    def rename(self, path: Path, to: Path) -> None:
        """See `Files`."""
        self._write(partial(self.disk.rename, path, to))

    def remove(self, path: Path) -> None:
        """See `Files`; the dead remove nothing, though their `finally` may still say so here."""
        if self.died_in is None:
            self._write(partial(self.disk.remove, path))

    def _write(self, whole: Callable[[], None], part: Callable[[], None] | None = None) -> None:
        self._check_alive()
        self.writes += 1
        if self.writes != self.at:
            whole()
            return
        if self.how == "middle" and part is not None:
            part()
        elif self.how == "after":
            whole()
        self._fault()

    def _check_alive(self) -> None:
        if self.died_in is not None:
            assert self.died_in != get_ident(), "a dead process wrote something"
            raise Killed

    def _fault(self) -> None:
        if not self.kills:
            raise OSError("no space left on device")
        self.died_in = get_ident()
        raise Killed


def _leave_a_part(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.with_name(f".{path.name}.1-1.part").write_bytes(content[: len(content) // 2])
