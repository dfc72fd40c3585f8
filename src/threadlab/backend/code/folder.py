"""The working folder of code, seen from outside: files are put into it, and what is new is taken out.

Whatever lies in there was made by the code. So only plain files are read, whole and of a known size, and no
link is followed: it would lead to where the backend may read and the code may not.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from threadlab.backend.code.limits import MEGABYTE, Limits

LONGEST_NAME = 255

Look = tuple[int, int, int]
"""By what a file is known to be the same: its number, size and time."""


@dataclass(frozen=True, slots=True)
class Made:
    """A file that code has made or changed."""

    name: str
    content: bytes


class Folder:
    """A folder. `put` gives a file, `new` takes what was made since; subfolders stay where they are."""

    def __init__(self, path: Path) -> None:
        self._directory = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        self._known: dict[str, Look] = {}

    def put(self, name: str, content: bytes) -> None:
        """Give a file, in the place of whatever has its name. Raises OSError."""
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._directory)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        number = os.open(name, flags, 0o600, dir_fd=self._directory)
        with os.fdopen(number, "wb") as file:
            file.write(content)
        self._known[name] = _look(os.stat(name, dir_fd=self._directory, follow_symlinks=False))

    def new(self, limits: Limits) -> tuple[list[Made], list[str]]:
        """The files that are new or changed, by name; and which were left, each with the reason."""
        made: list[Made] = []
        left: list[str] = []
        for name in sorted(os.listdir(self._directory)):
            try:
                found = os.stat(name, dir_fd=self._directory, follow_symlinks=False)
                if self._known.get(name) == _look(found) or stat.S_ISDIR(found.st_mode):
                    continue
                self._known[name] = _look(found)
                if len(made) == limits.files:
                    left.append(f"{_shown(name)}: more than {limits.files} new files")
                elif reason := _reason(name, found, limits):
                    left.append(f"{_shown(name)}: {reason}")
                else:
                    made.append(Made(name, self._read(name, limits.file_size)))
            except OSError as error:
                left.append(f"{_shown(name)}: {error.strerror}")
        return made, left[: limits.files]

    def close(self) -> None:
        """Look at it no more."""
        os.close(self._directory)

    def _read(self, name: str, most: int) -> bytes:
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
        number = os.open(name, flags, dir_fd=self._directory)
        with os.fdopen(number, "rb") as file:
            if not stat.S_ISREG(os.fstat(number).st_mode):
                raise OSError(0, "no plain file")  # it was one a moment ago
            return file.read(most)


def _reason(name: str, found: os.stat_result, limits: Limits) -> str | None:
    """Why a file is left in its place; None if it is not."""
    if not stat.S_ISREG(found.st_mode):
        return "no plain file"
    if not name.isprintable() or len(os.fsencode(name)) > LONGEST_NAME or "\\" in name:
        return "its name cannot be used for a file"
    if found.st_size == 0:
        return "it is empty"
    if found.st_size > limits.file_size:
        return f"it is larger than {limits.file_size // MEGABYTE} MB"
    return None


def _look(found: os.stat_result) -> Look:
    return found.st_ino, found.st_size, found.st_mtime_ns


def _shown(name: str) -> str:
    return ascii(name)[1:-1][:80]
