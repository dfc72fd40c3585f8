"""The files of the classic service. Each verb is one call of the SDK's operation of the same name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from azure.ai.agents import AgentsClient

from threadlab.errors import ServiceError, ThreadlabError
from threadlab.objects.file import File
from threadlab.objects.image import MOST_BYTES, Image, image_of
from threadlab.service import read_files
from threadlab.service.failures import telling
from threadlab.service.file_port import UPLOADED
from threadlab.service.made_by import MadeBy

KEPT_IMAGES = 32
"""How many pictures stay in memory, so that a card that is drawn again does not ask again."""


class ClassicFiles:
    """The files of a service. They carry no metadata, so what was made is known in this process alone."""

    def __init__(self, client: AgentsClient, made_by: MadeBy) -> None:
        self._sdk = client.files
        self._made_by = made_by
        self._images: dict[str, Image | None] = {}

    def upload(self, source: str | Path | bytes, *, name: str | None = None, purpose: str = UPLOADED) -> File:
        """Upload the file at that path, or these bytes under that `name`."""
        content, called = _content(source, name)
        sent: Any = (called, content)
        with telling(f"upload {called}"):
            file = read_files.file(self._sdk.upload(file=sent, purpose=purpose))
        self._made_by.remember(file.id)
        return file

    def get(self, file_id: str) -> File:
        """The file of that id."""
        with telling(f"read file {file_id}"):
            return read_files.file(self._sdk.get(file_id))

    def list(self, *, purpose: str | None = None) -> Iterator[File]:
        """All files, or those of one purpose: one request."""
        with telling("list files"):
            found = self._sdk.list(purpose=purpose) if purpose else self._sdk.list()
        return map(read_files.file, found.get("data") or ())

    def content(self, file_id: str) -> bytes:
        """What is in it."""
        with telling(f"read the content of file {file_id}"):
            return b"".join(self._sdk.get_content(file_id))

    def image(self, file_id: str) -> Image | None:
        """The picture in it, read once; None where it is no picture, too large to be shown, or gone."""
        if file_id not in self._images:
            while len(self._images) >= KEPT_IMAGES:
                del self._images[next(iter(self._images))]
            self._images[file_id] = self._read_image(file_id)
        return self._images[file_id]

    def delete(self, file_id: str) -> None:
        """Delete it. A vector store that it is in no longer finds it."""
        with telling(f"delete file {file_id}"):
            self._sdk.delete(file_id)

    def _read_image(self, file_id: str) -> Image | None:
        with suppress(ServiceError), telling(f"read image {file_id}"):
            return image_of(file_id, _beginning(self._sdk.get_content(file_id)))
        return None


def _beginning(pieces: Iterator[bytes]) -> bytes:
    """The bytes, but not all of those that are too many to be shown."""
    read = b""
    for piece in pieces:
        read += piece
        if len(read) > MOST_BYTES:
            break
    return read


def _content(source: str | Path | bytes, name: str | None) -> tuple[bytes, str]:
    """The bytes to upload and what they are called. Raises ThreadlabError for bytes without a name."""
    if not isinstance(source, bytes):
        path = Path(source)
        return path.read_bytes(), name or path.name
    if not name:
        raise ThreadlabError(
            "bytes were given without a name, and the service reads a file by the end of its name",
            hint='say what they are: lab.files.upload(b"…", name="notes.md")',
        )
    return source, name
