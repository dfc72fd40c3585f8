"""Blobs: the bytes of files, in a folder beside the store, each under the SHA-256 of what it holds.

A blob is written under a name of its own and moved to its place when it is whole: nobody ever reads half of
one, and the same bytes are kept once.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

LARGEST_FILE = 512 * 2**20
"""Bytes that a file may have, as the service documents."""
ARRIVING = "arriving-"
ABANDONED = 86_400.0
"""Seconds after which nobody is still sending a file."""


class TooLarge(Exception):
    """More bytes came than a file may have."""


class Blobs:
    """The blobs of a folder, which is made when the first one comes. `largest` bytes are taken at most."""

    def __init__(self, folder: Path, largest: int = LARGEST_FILE) -> None:
        self.folder = folder
        self.largest = largest

    def arriving(self) -> Arriving:
        """A new blob that comes piece by piece."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._sweep()
        return Arriving(self)

    def put(self, content: bytes) -> str:
        """Keep these bytes; returns their name. Raises TooLarge."""
        blob = self.arriving()
        try:
            blob.write(content)
            return blob.keep()
        finally:
            blob.drop()

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of that name, to be closed by the reader. Raises FileNotFoundError."""
        return self.path(sha256).open("rb")

    def read(self, sha256: str) -> bytes:
        """All bytes of that name. Raises FileNotFoundError."""
        return self.path(sha256).read_bytes()

    def remove(self, sha256: str) -> None:
        """Forget a blob; nothing happens where there is none."""
        with suppress(FileNotFoundError):
            self.path(sha256).unlink()

    def path(self, sha256: str) -> Path:
        """Where a blob lies."""
        return self.folder / sha256[:2] / sha256

    def _sweep(self) -> None:
        """Remove what was arriving when its process died."""
        for path in self.folder.glob(f"{ARRIVING}*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime < time.time() - ABANDONED:
                    path.unlink()


class Arriving:
    """A blob that is still coming: either `keep` or `drop` ends it."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        number, name = tempfile.mkstemp(prefix=ARRIVING, dir=blobs.folder)
        self._path = Path(name)
        self._file = os.fdopen(number, "wb")
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, piece: bytes) -> None:
        """Add a piece. Raises TooLarge, before anything too much is written."""
        self.size += len(piece)
        if self.size > self._blobs.largest:
            raise TooLarge
        self._hash.update(piece)
        self._file.write(piece)

    def keep(self) -> str:
        """Put the whole blob in its place; returns its name."""
        self._file.close()
        name = self._hash.hexdigest()
        place = self._blobs.path(name)
        place.parent.mkdir(exist_ok=True)
        os.replace(self._path, place)
        return name

    def drop(self) -> None:
        """Leave nothing behind, if it was not kept."""
        self._file.close()
        with suppress(FileNotFoundError):
            self._path.unlink()
