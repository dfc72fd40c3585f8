"""Files: the few ways in which the journal writes. Everything that it writes goes through here.

So a test can put something in the disk's place that fails, or kills the process, at the n-th write.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

Durability = Literal["process", "full"]

PART = ".part"
"""The ending of a file that is not whole yet."""

_NUMBERS = count()


class Files(Protocol):
    """What the journal asks of a file system. Paths are absolute; each raises OSError where it fails."""

    def make_folder(self, path: Path) -> None:
        """Make this folder, and those above it if need be. Raises FileExistsError if it is there."""
        ...

    def open_log(self, path: Path) -> int:
        """A descriptor that only appends; the file is made if need be."""
        ...

    def append(self, descriptor: int, line: bytes) -> None:
        """Add the line in one write. When this returns, the death of the process takes nothing away."""
        ...

    def truncate(self, descriptor: int, size: int) -> None:
        """Cut the file to that many bytes."""
        ...

    def close(self, descriptor: int) -> None:
        """Let go of a log."""
        ...

    def replace(self, path: Path, content: bytes) -> None:
        """Write a whole file, or nothing at all: its readers see the old content or the new."""
        ...

    def create(self, path: Path, content: bytes) -> None:
        """Write a new file whole, or nothing at all. Raises FileExistsError if somebody was first."""
        ...

    def link(self, path: Path, to: Path) -> None:
        """Have a file that never changes at a second place, too: the same one where that is possible."""
        ...

    def rename(self, path: Path, to: Path) -> None:
        """Give a file or folder its name. Raises OSError if a folder that is not empty has it."""
        ...

    def remove(self, path: Path) -> None:
        """Remove a file; nothing happens if it is gone."""
        ...


class Disk:
    """The real file system.

    With `durability="process"` what was written survives the death of the process. A power cut may then take
    the last instants, but no file made by `create` is ever found without its content, and a log is cut, never
    changed. "full" waits for the disk after each write: fsync of the file, and of the folder where a name is
    new.
    """

    def __init__(self, durability: Durability = "process") -> None:
        self._full = durability == "full"

    def make_folder(self, path: Path) -> None:
        """See `Files`."""
        self._make_folders(path.parent)
        path.mkdir()
        self._sync_folder(path.parent)

    def open_log(self, path: Path) -> int:
        """See `Files`."""
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        self._sync_folder(path.parent)
        return descriptor

    def append(self, descriptor: int, line: bytes) -> None:
        """See `Files`."""
        written = os.write(descriptor, line)
        if written != len(line):
            raise OSError(f"only {written} of {len(line)} bytes could be written: is the disk full?")
        if self._full:
            os.fsync(descriptor)

    def truncate(self, descriptor: int, size: int) -> None:
        """See `Files`."""
        os.ftruncate(descriptor, size)
        if self._full:
            os.fsync(descriptor)

    def close(self, descriptor: int) -> None:
        """See `Files`."""
        os.close(descriptor)

    def replace(self, path: Path, content: bytes) -> None:
        """See `Files`."""
        with self._beside(path, content, waits=self._full) as beside:
            beside.replace(path)
        self._sync_folder(path.parent)

    def create(self, path: Path, content: bytes) -> None:
        """See `Files`."""
        with self._beside(path, content, waits=self._full or bool(content)) as beside:
            _name(beside, path)
        with suppress(OSError):
            beside.unlink()
        self._sync_folder(path.parent)

    def link(self, path: Path, to: Path) -> None:
        """See `Files`."""
        self._make_folders(to.parent)
        try:
            to.hardlink_to(path)
        except FileExistsError:
            return
        except OSError:  # another disk, or a file system that has no links
            self.replace(to, path.read_bytes())
        self._sync_folder(to.parent)

    def rename(self, path: Path, to: Path) -> None:
        """See `Files`."""
        path.rename(to)
        self._sync_folder(to.parent)

    def remove(self, path: Path) -> None:
        """See `Files`."""
        path.unlink(missing_ok=True)

    @contextmanager
    def _beside(self, path: Path, content: bytes, *, waits: bool) -> Iterator[Path]:
        """A file with that content beside the path; it is gone afterwards, unless it was given a name.

        `waits` says whether the content is to be on the disk before it gets the name.
        """
        beside = path.with_name(f".{path.name}.{os.getpid()}-{next(_NUMBERS)}{PART}")
        try:
            with self._opened(beside) as file:
                file.write(content)
                if waits:
                    file.flush()
                    os.fsync(file.fileno())
            yield beside
        except BaseException:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
            raise

    def _opened(self, path: Path) -> BinaryIO:
        """A new file; the folder is made only where it is missing, for it mostly is there."""
        try:
            return path.open("wb")
        except FileNotFoundError:
            self._make_folders(path.parent)
            return path.open("wb")

    def _make_folders(self, folder: Path) -> None:
        """Make it and those above it that are missing, each known to the one above it."""
        missing = [one for one in (folder, *folder.parents) if not one.exists()] if self._full else []
        folder.mkdir(parents=True, exist_ok=True)
        for one in reversed(missing):
            self._sync_folder(one.parent)

    def _sync_folder(self, folder: Path) -> None:
        if not self._full or os.name == "nt":  # Windows opens no folder
            return
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _name(whole: Path, path: Path) -> None:
    """Give a whole file a name that nobody has. Raises FileExistsError if somebody was first.

    Where the file system has no links, the name is taken first, with nothing in it for an instant.
    """
    try:
        path.hardlink_to(whole)
    except FileExistsError:
        raise
    except OSError:
        path.touch(exist_ok=False)
        whole.replace(path)


DISK = Disk()
