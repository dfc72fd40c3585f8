"""The part of the service port that is about files and vector stores. Its rules are those of `port.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from threadlab.objects.file import File
from threadlab.objects.image import Image
from threadlab.objects.vector_store import VectorStore, VectorStoreFile
from threadlab.service.order import Order

UPLOADED = "assistants"
"""The purpose of files that agents may use, as the service writes it."""
DEADLINE = 300.0
"""Seconds, by the service's clock, after which waiting for a vector store gives up."""


class Files(Protocol):
    """The files of a service."""

    def upload(self, source: str | Path | bytes, *, name: str | None = None, purpose: str = UPLOADED) -> File:
        """Upload the file at that path, or these bytes under that `name`.

        The service reads a file by the end of its name (".md", ".csv"), so bytes need one. Raises
        FileNotFoundError for a path without a file.
        """
        ...

    def get(self, file_id: str) -> File:
        """The file of that id."""
        ...

    def list(self, *, purpose: str | None = None) -> Iterator[File]:
        """All files, or those of one purpose: one request."""
        ...

    def content(self, file_id: str) -> bytes:
        """What is in it."""
        ...

    def image(self, file_id: str) -> Image | None:
        """The picture in it, read once; None where it is no picture, too large to be shown, or gone."""
        ...

    def delete(self, file_id: str) -> None:
        """Delete it. A vector store that it is in no longer finds it."""
        ...


class VectorStores(Protocol):
    """The vector stores of a service. Where a file is meant, a `File` or its id is taken."""

    def create(
        self,
        *,
        name: str | None = None,
        files: Sequence[File | str] = (),
        chunk_tokens: int | None = None,
        overlap_tokens: int | None = None,
        metadata: Mapping[str, str] | None = None,
        wait: bool = True,
        **options: Any,
    ) -> VectorStore:
        """A new vector store of these files, when they are indexed; with `wait=False`, at once.

        `chunk_tokens` and `overlap_tokens` say how their text is cut. `options` are the SDK's own.
        """
        ...

    def wait(self, vector_store_id: str, *, deadline: float = DEADLINE) -> VectorStore:
        """The vector store once no file of it is being indexed any more.

        A file that failed ends the waiting too: look at `files`. Raises ThreadlabError after `deadline`
        seconds by the service's clock.
        """
        ...

    def get(self, vector_store_id: str) -> VectorStore:
        """The vector store of that id."""
        ...

    def list(self, *, limit: int | None = None, order: Order | None = None) -> Iterator[VectorStore]:
        """All vector stores."""
        ...

    def files(
        self, vector_store_id: str, *, limit: int | None = None, order: Order | None = None
    ) -> Iterator[VectorStoreFile]:
        """The files in it, each with its status."""
        ...

    def add(self, vector_store_id: str, file: File | str) -> VectorStoreFile:
        """Put one more file in; it is indexed from now on, `wait` waits for it."""
        ...

    def remove(self, vector_store_id: str, file: File | str) -> None:
        """Take a file out; the file itself stays."""
        ...

    def delete(self, vector_store_id: str) -> None:
        """Delete it. The files that were in it stay."""
        ...
