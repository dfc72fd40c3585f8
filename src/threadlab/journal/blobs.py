"""Blobs: bytes under their hash, in a folder `artifacts/`. Each is written once, however often it is used.

A text of a log's line that is longer than `LONGEST_TEXT` is kept as such a blob, and the line refers to it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from threadlab.errors import JournalError
from threadlab.journal.codec import dumped
from threadlab.journal.files import Files

LONGEST_TEXT = 64 * 1024
"""Characters of a text that stays in its line."""

_REFERENCE = "$artifact"
_ESCAPED = "$"
"""Put before a user's own keys that begin like this, so that they are not taken for a reference."""


class Blobs:
    """The blobs of one folder."""

    def __init__(self, folder: Path, files: Files) -> None:
        self.folder = folder
        self._files = files

    def keep(self, content: bytes) -> str:
        """Keep the bytes; their SHA-256."""
        name = sha256(content).hexdigest()
        path = self.folder / name
        if not path.exists():
            with suppress(FileExistsError):  # somebody has kept the same at this moment
                self._files.create(path, content)
        return name

    def take_over(self, name: str, origin: Blobs) -> None:
        """Keep what another folder keeps under that hash. Raises JournalError if it is gone there."""
        origin.read(name)
        self._files.link(origin.folder / name, self.folder / name)

    def read(self, name: str) -> bytes:
        """The bytes under that hash. Raises JournalError if they are gone, or not what the hash says."""
        path = self.folder / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise self._broken(name, "it is not there") from error
        if sha256(content).hexdigest() != name:
            raise self._broken(name, "its content is not what its name, the hash, says")
        return content

    def parted(self, line: bytes) -> bytes:
        """The line with its long texts kept apart."""
        if len(line) <= LONGEST_TEXT and b'"$' not in line:
            return line
        return dumped(_changed(json.loads(line), self._kept, lambda key: _ESCAPED + key))

    def joined(self, document: dict[str, Any], line: bytes) -> dict[str, Any]:
        """What was read from that line, with the long texts back in their places."""
        if b'"$' not in line:
            return document
        changed = _changed(document, self._fetched, lambda key: key.removeprefix(_ESCAPED))
        assert isinstance(changed, dict)
        return changed

    def _kept(self, value: Any) -> Any:
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            content = value.encode("utf-8", "surrogatepass")
            return {_REFERENCE: self.keep(content)}
        return value

    def _fetched(self, value: Any) -> Any:
        if isinstance(value, dict) and value.keys() == {_REFERENCE}:
            return self.read(str(value[_REFERENCE])).decode("utf-8", "surrogatepass")
        return value

    def _broken(self, name: str, found: str) -> JournalError:
        return JournalError(
            f"the artifact {name[:12]}… of {self.folder.parent.name} cannot be read: {found}",
            hint="a log refers to it: restore artifacts/ from a copy of the folder",
        )


def _changed(value: Any, change: Callable[[Any], Any], rename: Callable[[str], str]) -> Any:
    """The JSON value with `change` done to each part; what it changed is not looked into."""
    changed = change(value)
    if changed is not value:
        return changed
    if isinstance(value, list):
        return [_changed(one, change, rename) for one in value]
    if isinstance(value, dict):
        return {
            rename(key) if key.startswith(_ESCAPED) else key: _changed(one, change, rename)
            for key, one in value.items()
        }
    return value
