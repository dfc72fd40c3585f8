"""Tables: which record is kept where, and how rows are read and written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import from_json

from threadlab.backend.file_records import BatchRecord, FileRecord, StoredFileRecord, VectorStoreRecord
from threadlab.backend.records import (
    AgentRecord,
    Entry,
    MessageRecord,
    Record,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.store.connection import LONGEST_KNOWN, Connection, Known

AnyRecord = TypeVar(
    "AnyRecord",
    AgentRecord,
    ThreadRecord,
    MessageRecord,
    RunRecord,
    StepRecord,
    FileRecord,
    VectorStoreRecord,
    StoredFileRecord,
    BatchRecord,
)

TABLES: dict[type[Any], str] = {
    AgentRecord: "agents",
    ThreadRecord: "threads",
    MessageRecord: "messages",
    RunRecord: "runs",
    StepRecord: "run_steps",
    FileRecord: "files",
    VectorStoreRecord: "vector_stores",
    StoredFileRecord: "stored_files",
    BatchRecord: "file_batches",
}
ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in TABLES}

ENTRY = "seq, thread_id, run_id, leg, at, kind, data"
"""The columns of the log, as `entry_of` takes them."""


def parent_of(record: Record) -> str:
    """What a record belongs to: its run, its thread, its vector store, or nothing."""
    match record:
        case StepRecord():
            return record.run_id
        case MessageRecord() | RunRecord():
            return record.thread_id
        case StoredFileRecord() | BatchRecord():
            return record.vector_store_id
        case _:
            return ""


def read(connection: Connection, kind: type[AnyRecord], id: str) -> AnyRecord | None:
    """The record of that kind and id; one that the connection knows is not asked for."""
    known: AnyRecord | None = connection.known.records.get((kind, id))
    if known is not None:
        return known
    row = connection.execute(f"SELECT doc FROM {TABLES[kind]} WHERE id = ?", (id,)).fetchone()
    if row is None:
        return None
    record: AnyRecord = ADAPTERS[kind].validate_json(row[0])
    connection.known.add(record)
    return record


def record_of(known: Known, kind: type[AnyRecord], id: str, doc: str) -> AnyRecord:
    """The record of a row; one that is known need not be made again."""
    record: AnyRecord | None = known.records.get((kind, id))
    if record is None:
        record = ADAPTERS[kind].validate_json(doc)
        if len(doc) <= LONGEST_KNOWN:
            known.add(record)
    assert record is not None
    return record


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry of the log from its row."""
    seq, thread_id, run_id, leg, at, kind, data = row
    return Entry(kind, from_json(data), thread_id, run_id, leg, at, seq)
