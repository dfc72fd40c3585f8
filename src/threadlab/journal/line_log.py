"""Line log: a file of JSON lines that only ever grows, and what a crash can leave at its end.

A line counts once its end of line is there. What stands behind the last end of line was never acknowledged: a
reader skips it, and the next writer cuts it off.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic_core import from_json

from threadlab.errors import JournalError
from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import dumped
from threadlab.journal.files import Files
from threadlab.journal.lock import Lock
from threadlab.journal.redaction import Redaction


class LineLog:
    """The writer of one such file. Only one may be at work on it at a time: the caller sees to that."""

    def __init__(self, path: Path, files: Files, redaction: Redaction, blobs: Blobs) -> None:
        self._files = files
        self._redaction = redaction
        self._blobs = blobs
        self._descriptor: int | None = files.open_log(path)
        self._size = _whole(path.read_bytes())
        self._is_torn = path.stat().st_size > self._size

    @property
    def size(self) -> int:
        """The bytes that were acknowledged."""
        return self._size

    def append(self, document: dict[str, Any]) -> None:
        """Add a line, without secrets: it is in the file when this returns, and not if this raises."""
        assert self._descriptor is not None, "the log was closed"
        line = self._blobs.parted(dumped(self._redaction.hidden(document)))
        if self._is_torn:
            self._files.truncate(self._descriptor, self._size)
        self._is_torn = True
        self._files.append(self._descriptor, line)
        self._is_torn = False
        self._size += len(line)

    def close(self) -> None:
        """Let go of the file; closing twice does nothing."""
        if self._descriptor is not None:
            descriptor, self._descriptor = self._descriptor, None
            self._files.close(descriptor)


def append_alone(path: Path, document: dict[str, Any], files: Files, blobs: Blobs) -> None:
    """Add one line to a file that several processes add to: each takes its lock for this moment."""
    with Lock(path.with_name(f".{path.name}.lock")):
        log = LineLog(path, files, Redaction(), blobs)
        try:
            log.append(document)
        finally:
            log.close()


def line_of(document: dict[str, Any], blobs: Blobs) -> bytes:
    """The document as such a line, for the first one of a new file."""
    return blobs.parted(dumped(Redaction().hidden(document)))


def lines(path: Path, blobs: Blobs, start: int = 0) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a file from that byte on, each with the byte at which the next begins.

    Raises JournalError for a line that is no object of JSON.
    """
    try:
        with path.open("rb") as file:
            file.seek(start)
            content = file.read()
    except FileNotFoundError:
        return
    at = start
    for line in content[: _whole(content)].splitlines(keepends=True):
        at += len(line)
        try:
            document = _parsed(line)
        except ValueError as error:
            raise broken(path, at - len(line), f"it is no JSON ({error})") from error
        if not isinstance(document, dict):
            raise broken(path, at - len(line), "it is no JSON object")
        yield at, blobs.joined(document, line)


def _parsed(line: bytes) -> Any:
    """The line as JSON, quickly; what only the slow reader takes, half a character for one, it is given."""
    try:
        return from_json(line)
    except ValueError:
        return json.loads(line)


def broken(path: Path, begins: int, found: str) -> JournalError:
    """The error about the line that begins at that byte."""
    with path.open("rb") as file:
        number = file.read(begins).count(b"\n") + 1
    return JournalError(
        f"{path.parent.name}/{path.name}, line {number} is broken: {found}",
        hint="only the last line of a log can be cut by a crash, and it is skipped: this file was changed "
        "by hand or damaged. Restore it from a copy, or move the folder away",
    )


def _whole(content: bytes) -> int:
    """How many bytes of it are whole lines."""
    return content.rfind(b"\n") + 1
