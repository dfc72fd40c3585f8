"""Vector stores: which files are in them, and the work of indexing those.

A file that is put into a store is in_progress until it is due: indexing takes its time, as on the service, by
the backend's clock. Where requests drive the backend, they index too; a server has a thread for it. Whatever
somebody left undone is done by whoever comes next.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from dataclasses import replace

from threadlab.backend.clock import Clock
from threadlab.backend.file_records import BatchRecord, FileRecord, Json, StoredFileRecord, VectorStoreRecord
from threadlab.backend.files.blobs import Blobs
from threadlab.backend.ids import Ids
from threadlab.backend.search.chunking import chunks_of
from threadlab.backend.search.embedder import EmbeddingFailed
from threadlab.backend.search.index import Index
from threadlab.backend.search.reading import Unreadable, text_of
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.tables import ADAPTERS
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import bad_request

INDEXING = 0.5
"""Seconds that it takes to index a file."""
MOST_FILES = 10_000
"""Files in one vector store (learn.microsoft.com/azure/foundry/agents/concepts/vector-stores, key limits)."""
NOMINAL_WAIT = 1.0
"""Virtual seconds between two looks that nobody waited between: the SDK's own polling interval."""

Attributes = dict[str, str | int | float | bool]

_AT_WORK = "SELECT doc FROM stored_files WHERE doc ->> '$.status' = 'in_progress' ORDER BY seq"

logger = logging.getLogger(__name__)


class VectorStores:
    """The vector stores of a store. `aside` indexes on a thread of its own."""

    def __init__(
        self, store: Store, clock: Clock, ids: Ids, blobs: Blobs, index: Index, *, aside: bool = False
    ) -> None:
        self.store = store
        self.clock = clock
        self.index = index
        self.aside = aside
        self._ids = ids
        self._blobs = blobs
        self._looks: dict[str, float] = {}
        self._indexing: threading.Thread | None = None

    def create(
        self,
        change: Transaction,
        files: Sequence[FileRecord],
        chunking: Json,
        *,
        name: str | None = None,
        metadata: dict[str, str] | None = None,
        expires_after: Json | None = None,
    ) -> VectorStoreRecord:
        """A new vector store with these files in it."""
        now = self.clock.now()
        record = VectorStoreRecord(
            id=self._ids.new("vs"),
            created_at=now,
            name=name,
            metadata=metadata or {},
            expires_after=expires_after,
            last_active_at=now,
        )
        change.put(record)
        for file in files:
            self._put(change, record.id, file, chunking)
        self._looks[record.id] = now
        return record

    def put(
        self,
        change: Transaction,
        vector_store_id: str,
        file: FileRecord,
        chunking: Json,
        attributes: Attributes | None = None,
    ) -> StoredFileRecord:
        """Put a file into a vector store; one that is in it already is indexed anew.

        Raises a 400 if the store is full.
        """
        self._refuse_too_many(change, vector_store_id, [file])
        return self._put(change, vector_store_id, file, chunking, attributes=attributes)

    def _refuse_too_many(
        self, change: Transaction, vector_store_id: str, files: Sequence[FileRecord]
    ) -> None:
        new = [one for one in files if not change.get(StoredFileRecord, stored_id(vector_store_id, one.id))]
        ((there,),) = change.rows("SELECT count(*) FROM stored_files WHERE parent = ?", (vector_store_id,))
        if there + len(new) > MOST_FILES:
            raise bad_request(
                f"The vector store {vector_store_id} has {there} files, and with {len(new)} more it would "
                f"have more than {MOST_FILES:,}. Take files out, or make another vector store.",
                code="too_many_files",
            )

    def _put(
        self,
        change: Transaction,
        vector_store_id: str,
        file: FileRecord,
        chunking: Json,
        batch_id: str | None = None,
        attributes: Attributes | None = None,
    ) -> StoredFileRecord:
        now, id = self.clock.now(), stored_id(vector_store_id, file.id)
        if change.get(StoredFileRecord, id) is not None:
            self.index.remove(change, vector_store_id, file.id)
        record = StoredFileRecord(
            id=id,
            vector_store_id=vector_store_id,
            file_id=file.id,
            created_at=now,
            due=now + self.clock.stretch(INDEXING),
            chunking=chunking,
            batch_id=batch_id,
            attributes=attributes or {},
        )
        change.put(record)
        self._looks[id] = now
        return record

    def put_together(
        self,
        change: Transaction,
        vector_store_id: str,
        files: Sequence[FileRecord],
        chunking: Json,
        attributes: Attributes | None = None,
    ) -> BatchRecord:
        """Put files into a vector store as a batch. Raises a 400 if the store would be too full."""
        self._refuse_too_many(change, vector_store_id, files)
        batch = BatchRecord(
            id=self._ids.new("vsfb"),
            vector_store_id=vector_store_id,
            created_at=self.clock.now(),
            file_ids=[file.id for file in files],
        )
        change.put(batch)
        for file in files:
            self._put(change, vector_store_id, file, chunking, batch.id, attributes)
        self._looks[batch.id] = batch.created_at
        return batch

    def cancel(self, change: Transaction, batch: BatchRecord) -> None:
        """Index no more of a batch; what is indexed stays."""
        for file in self.files_of(batch):
            if file.status == "in_progress":
                change.put(replace(file, status="cancelled"))

    def take_out(self, change: Transaction, record: StoredFileRecord) -> None:
        """Take a file out of its vector store."""
        self.index.remove(change, record.vector_store_id, record.file_id)
        change.remove(StoredFileRecord, record.id)

    def forget(self, change: Transaction, file_id: str) -> None:
        """Take a file out of every vector store, for it is to go."""
        for (doc,) in change.rows("SELECT doc FROM stored_files WHERE doc ->> '$.file_id' = ?", (file_id,)):
            self.take_out(change, ADAPTERS[StoredFileRecord].validate_json(doc))

    def remove(self, change: Transaction, vector_store_id: str) -> None:
        """Delete a vector store with its index; its files stay."""
        for record in self.store.every(StoredFileRecord, vector_store_id):
            self.take_out(change, record)
        for batch in self.store.every(BatchRecord, vector_store_id):
            change.remove(BatchRecord, batch.id)
        change.remove(VectorStoreRecord, vector_store_id)

    def counts(self, vector_store_id: str) -> tuple[dict[str, int], int]:
        """How many files a vector store has by status, and the bytes that their index takes."""
        rows = self.store.rows(
            "SELECT doc ->> '$.status', count(*), sum(doc ->> '$.usage_bytes') FROM stored_files "
            "WHERE parent = ? GROUP BY 1",
            (vector_store_id,),
        )
        return {status: count for status, count, _ in rows}, sum(used for *_, used in rows)

    def files_of(self, batch: BatchRecord) -> list[StoredFileRecord]:
        """The files of a batch that are still in its store and came with it last."""
        every = self.store.every(StoredFileRecord, batch.vector_store_id)
        return [file for file in every if file.batch_id == batch.id]

    def names(self, vector_store_ids: Sequence[str]) -> list[str]:
        """The names of the files that can be searched, or will be."""
        marks = ", ".join("?" for _ in vector_store_ids)
        rows = self.store.rows(
            "SELECT DISTINCT files.doc ->> '$.filename' FROM stored_files "
            "JOIN files ON files.id = stored_files.doc ->> '$.file_id' "
            f"WHERE stored_files.parent IN ({marks}) "
            "AND stored_files.doc ->> '$.status' IN ('in_progress', 'completed') ORDER BY stored_files.seq",
            vector_store_ids,
        )
        return [name for (name,) in rows]

    def touch(self, records: Sequence[VectorStoreRecord]) -> None:
        """They were used now: their expiry is put off."""
        with self.store.transaction() as change:
            for record in records:
                if change.get(VectorStoreRecord, record.id) == record:
                    change.put(replace(record, last_active_at=self.clock.now()))

    def at_work(self) -> list[StoredFileRecord]:
        """The files that are to be indexed."""
        return [ADAPTERS[StoredFileRecord].validate_json(doc) for (doc,) in self.store.rows(_AT_WORK)]

    def looked_at(self, id: str) -> None:
        """Somebody looks at a vector store, a file in one or a batch: what is due is indexed first.

        Time that stands still passes at the second look in one instant, or nobody who polls would get on.
        """
        now = self.clock.now()
        if self.clock.kind == "virtual" and self._looks.get(id) == now and self.at_work():
            self.clock.advance_to(now + NOMINAL_WAIT)
        self._looks[id] = self.clock.now()
        self.index_due()

    def index_due(self) -> None:
        """Index what is due: here, or aside."""
        due = [file for file in self.at_work() if file.due <= self.clock.now()]
        if not self.aside:
            for file in due:
                self._index(file)
        elif due and not (self._indexing and self._indexing.is_alive()):
            self._indexing = threading.Thread(
                target=self._index_aside, name="threadlab-indexing", daemon=True
            )
            self._indexing.start()

    def _index_aside(self) -> None:
        try:
            while due := [file for file in self.at_work() if file.due <= self.clock.now()]:
                self._index(due[0])
        except Exception:  # most likely the store was closed; whoever looks next tries again
            logger.debug("indexing broke off", exc_info=True)

    def _index(self, record: StoredFileRecord) -> None:
        """Read, cut and index one file, outside any transaction: it may take its time."""
        file = self.store.get(FileRecord, record.file_id)
        try:
            if file is None:
                raise Unreadable("unsupported_file", "the file was deleted")
            chunks = chunks_of(text_of(file.filename, self._blobs.read(file.sha256)), record.chunking)
            vectors = self.index.vectors(chunks)
        except Unreadable as error:
            self._finish(record, error={"code": error.code, "message": error.message})
            return
        except (EmbeddingFailed, OSError) as error:
            self._finish(record, error={"code": "server_error", "message": str(error)})
            return
        used = sum(len(chunk.text.encode()) for chunk in chunks) + sum(len(v) for v in vectors if v)
        with self.store.transaction() as change:
            if (
                change.get(StoredFileRecord, record.id) == record
            ):  # else somebody else indexed or cancelled it
                self.index.add(change, record.vector_store_id, record.file_id, chunks, vectors)
                change.put(replace(record, status="completed", usage_bytes=used))

    def _finish(self, record: StoredFileRecord, error: Json) -> None:
        with self.store.transaction() as change:
            if change.get(StoredFileRecord, record.id) == record:
                change.put(replace(record, status="failed", error=error))


def stored_id(vector_store_id: str, file_id: str) -> str:
    """The id of a file's place in a vector store."""
    return f"{vector_store_id}/{file_id}"
