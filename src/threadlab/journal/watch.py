"""Watch: which user runs' folders can have changed since they were last looked at.

To look at every file of ten thousand folders takes too long for each list. So a process' first look is at all
logs, and later ones only at those that are new, not over, or annotated since: each annotation notes its user
run in one small file, `.annotated`, and a new or removed folder shows in the time of the folder above it. How
far the notes were read is kept in the index, so that the next process needs to look at no annotation again.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from threadlab.journal.files import Files
from threadlab.journal.run_id import is_run_id

_NOTES = ".annotated"
_COARSE_NS = 2_000_000_000
"""Two changes of a folder within so short a time may leave the same time in it, on a coarse file system."""


@dataclass(frozen=True, slots=True)
class Look:
    """All `names` that can be user runs, and those of them that were `annotated` since the last look."""

    names: frozenset[str]
    annotated: frozenset[str]


class Watch:
    """Remembers the last look at one workspace. `read` are the bytes of notes that were read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: frozenset[str] = frozenset()
        self._time = 0
        self.read = 0

    def go_on_from(self, read: int) -> bool:
        """Leave out the notes that another process read; whether they are there still."""
        try:
            is_there = (self._folder / _NOTES).stat().st_size >= read
        except FileNotFoundError:
            is_there = not read
        self.read = read if is_there else 0
        return is_there

    def look(self) -> Look:
        """What is there now."""
        changed = self._folder.stat().st_mtime_ns
        if changed != self._time:
            self._names = frozenset(name for name in os.listdir(self._folder) if is_run_id(name))
            # what has only just changed may change again without a sign: then look once more the next time
            self._time = changed if time.time_ns() - changed > _COARSE_NS else 0
        return Look(self._names, self._annotated() & self._names)

    def _annotated(self) -> frozenset[str]:
        try:
            with (self._folder / _NOTES).open("rb") as notes:
                notes.seek(self.read)
                told = notes.read()
        except FileNotFoundError:
            return frozenset()
        self.read += len(told)
        return frozenset(line.decode("ascii", "replace") for line in told.split(b"\n"))


def note_annotated(folder: Path, id: str, files: Files) -> None:
    """Note that a user run is going to be annotated, or was: a crash in between hides nothing then."""
    notes = files.open_log(folder / _NOTES)
    try:
        files.append(notes, f"\n{id}\n".encode())
    finally:
        files.close(notes)
