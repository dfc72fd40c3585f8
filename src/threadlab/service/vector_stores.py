"""The vector stores of the classic service, and the files in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from azure.ai.agents import AgentsClient

from threadlab.errors import ThreadlabError
from threadlab.objects.file import File
from threadlab.objects.time import Time
from threadlab.objects.vector_store import VectorStore, VectorStoreFile
from threadlab.service import read_files
from threadlab.service.failures import telling
from threadlab.service.file_port import DEADLINE
from threadlab.service.made_by import MadeBy
from threadlab.service.order import Order
from threadlab.service.paging import listed
from threadlab.service.sending import given

FIRST_WAIT = 0.25
LONGEST_WAIT = 4.0
DEFAULT_CHUNK = 800
DEFAULT_OVERLAP = 400
"""Tokens, where only one of the two is given (reference of the Agents API, `chunking_strategy`)."""


class ClassicVectorStores:
    """The vector stores of a service. What is made carries the mark of `made_by`."""

    def __init__(self, client: AgentsClient, time: Time, made_by: MadeBy) -> None:
        self._sdk = client.vector_stores
        self._in_store = client.vector_store_files
        self._time = time
        self._made_by = made_by

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
        """A new vector store of these files, when they are indexed; with `wait=False`, at once."""
        body = given(
            name=name,
            file_ids=[_id(file) for file in files] or None,
            chunking_strategy=_chunking(chunk_tokens, overlap_tokens),
            metadata=self._made_by.marked(metadata),
        )
        with telling("create a vector store"):
            store = read_files.vector_store(self._sdk.create(**body, **options))
        self._made_by.remember(store.id)
        return self.wait(store.id) if wait and store.status == "in_progress" else store

    def wait(self, vector_store_id: str, *, deadline: float = DEADLINE) -> VectorStore:
        """The vector store once no file of it is being indexed any more."""
        began, pause = self._time.now(), FIRST_WAIT
        while (store := self.get(vector_store_id)).status == "in_progress":
            if self._time.now() - began >= deadline:
                raise ThreadlabError(
                    f"vector store {store.id} is still being indexed after {deadline:g} s: "
                    f"{store.files.in_progress} of {store.files.total} files are left",
                    hint="nothing is lost: wait again with lab.vector_stores.wait(…, deadline=…)",
                )
            self._time.sleep(pause)
            pause = min(2 * pause, LONGEST_WAIT)
        return store

    def get(self, vector_store_id: str) -> VectorStore:
        """The vector store of that id."""
        with telling(f"read vector store {vector_store_id}"):
            return read_files.vector_store(self._sdk.get(vector_store_id))

    def list(self, *, limit: int | None = None, order: Order | None = None) -> Iterator[VectorStore]:
        """All vector stores."""
        reader = read_files.vector_store
        return listed(self._sdk.list, reader, "list vector stores", limit=limit, order=order)

    def files(
        self, vector_store_id: str, *, limit: int | None = None, order: Order | None = None
    ) -> Iterator[VectorStoreFile]:
        """The files in it, each with its status."""
        return listed(
            partial(self._in_store.list, vector_store_id),
            read_files.vector_store_file,
            f"list the files of vector store {vector_store_id}",
            limit=limit,
            order=order,
        )

    def add(self, vector_store_id: str, file: File | str) -> VectorStoreFile:
        """Put one more file in; it is indexed from now on, `wait` waits for it."""
        with telling(f"add file {_id(file)} to vector store {vector_store_id}"):
            return read_files.vector_store_file(self._in_store.create(vector_store_id, file_id=_id(file)))

    def remove(self, vector_store_id: str, file: File | str) -> None:
        """Take a file out; the file itself stays."""
        with telling(f"take file {_id(file)} out of vector store {vector_store_id}"):
            self._in_store.delete(vector_store_id, _id(file))

    def delete(self, vector_store_id: str) -> None:
        """Delete it. The files that were in it stay."""
        with telling(f"delete vector store {vector_store_id}"):
            self._sdk.delete(vector_store_id)


def _id(file: File | str) -> str:
    return file if isinstance(file, str) else file.id


def _chunking(size: int | None, overlap: int | None) -> Mapping[str, Any] | None:
    """How text is cut, in wire form; None leaves it to the service. An overlap is half a chunk at most."""
    if size is None and overlap is None:
        return None
    size = DEFAULT_CHUNK if size is None else size
    overlap = min(DEFAULT_OVERLAP, size // 2) if overlap is None else overlap
    return {"type": "static", "static": {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}}
