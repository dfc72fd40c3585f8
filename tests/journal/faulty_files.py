"""Files that fail, or die, at the n-th write: before it, in its middle, or after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from threadlab.journal.files import Disk, Files

How = Literal["before", "middle", "after"]


class Killed(BaseException):
    """The process is dead: nobody catches this, and nothing is written any more."""


@dataclass
class FaultyFiles:
    """A disk with one fault. `kills` says whether the process dies of it, or sees an OSError and goes on."""

    at: int
    how: How
    kills: bool
    disk: Files = field(default_factory=Disk)
    writes: int = 0

    def make_folder(self, path: Path) -> None:
        """See `Files`."""
        if self._is_due("before"):
            self._fault()
        self.disk.make_folder(path)
        if self._is_due("after"):
            self._fault()

    def open_log(self, path: Path) -> int:
        """See `Files`; opening is no write."""
        self._check_alive()
        return self.disk.open_log(path)

    def append(self, descriptor: int, line: bytes) -> None:
        """See `Files`."""
        if self._is_due("before"):
            self._fault()
        if self._is_due("middle"):
            self.disk.append(descriptor, line[: len(line) // 2])
            self._fault()
        self.disk.append(descriptor, line)
        if self._is_due("after"):
            self._fault()

    def truncate(self, descriptor: int, size: int) -> None:
        """See `Files`."""
        if self._is_due("before"):
            self._fault()
        self.disk.truncate(descriptor, size)
        if self._is_due("after"):
            self._fault()

    def close(self, descriptor: int) -> None:
        """See `Files`: the system does this for a dead process, too."""
        self.disk.close(descriptor)

    def replace(self, path: Path, content: bytes) -> None:
        """See `Files`; one that is killed in its middle leaves a part of the file beside it."""
        if self._is_due("before"):
            self._fault()
        if self._is_due("middle"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.1-1.part").write_bytes(content[: len(content) // 2])
            self._fault()
        self.disk.replace(path, content)
        if self._is_due("after"):
            self._fault()

    def create(self, path: Path, content: bytes) -> None:
        """See `Files`."""
        self.disk.create(path, content)

    def link(self, path: Path, to: Path) -> None:
        """See `Files`."""
        self.disk.link(path, to)

    def rename(self, path: Path, to: Path) -> None:
        """See `Files`."""
        self.disk.rename(path, to)

    def remove(self, path: Path) -> None:
        """See `Files`."""
        self.disk.remove(path)

    def _is_due(self, place: How) -> bool:
        """Whether the fault is here; each write asks "before" once, so that is where it is counted."""
        if place == "before":
            self._check_alive()
            self.writes += 1
        return self.writes == self.at and self.how == place

    def _check_alive(self) -> None:
        assert not (self.kills and self.writes > self.at), "a dead process wrote something"

    def _fault(self) -> None:
        if self.kills:
            raise Killed
        raise OSError("no space left on device")
