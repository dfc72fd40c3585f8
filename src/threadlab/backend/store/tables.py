"""Tables: which record is kept where, and how rows are read and written."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import from_json

from threadlab.backend.records import (
    AgentRecord,
    Entry,
    MessageRecord,
    Record,
    RunRecord,
    StepRecord,
    ThreadRecord,
)

AnyRecord = TypeVar("AnyRecord", AgentRecord, ThreadRecord, MessageRecord, RunRecord, StepRecord)

TABLES: dict[type[Any], str] = {
    AgentRecord: "agents",
    ThreadRecord: "threads",
    MessageRecord: "messages",
    RunRecord: "runs",
    StepRecord: "run_steps",
}
ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in TABLES}

ENTRY = "seq, thread_id, run_id, leg, at, kind, data"
"""The columns of the log, as `entry_of` takes them."""


def parent_of(record: Record) -> str:
    """What a record belongs to: its run, its thread, or nothing."""
    match record:
        case StepRecord():
            return record.run_id
        case MessageRecord() | RunRecord():
            return record.thread_id
        case _:
            return ""


def read(connection: sqlite3.Connection, kind: type[AnyRecord], id: str) -> AnyRecord | None:
    """The record of that kind and id."""
    row = connection.execute(f"SELECT doc FROM {TABLES[kind]} WHERE id = ?", (id,)).fetchone()
    return ADAPTERS[kind].validate_json(row[0]) if row else None


def entry_of(row: Sequence[Any]) -> Entry:
    """An entry of the log from its row."""
    seq, thread_id, run_id, leg, at, kind, data = row
    return Entry(kind, from_json(data), thread_id, run_id, leg, at, seq)
