"""The store on SQLite: records by kind, the log, and what is due.

Every change happens in a transaction, and a transaction that an interrupt left open is rolled back by
whoever comes next: nothing half done is ever seen. Each thread has its own connection and several
processes may share the file. What is acknowledged survives the death of the process (WAL, synchronous
NORMAL); after a loss of power the store is consistent and may lack the last instants.
"""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from pydantic import TypeAdapter
from pydantic_core import from_json, to_json

from threadlab.backend.records import (
    AgentRecord,
    Entry,
    MessageRecord,
    Record,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.store.schema import StoreError, migrate
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.paging import Page

AnyRecord = TypeVar("AnyRecord", AgentRecord, ThreadRecord, MessageRecord, RunRecord, StepRecord)

TABLES: dict[type[Any], str] = {
    AgentRecord: "agents",
    ThreadRecord: "threads",
    MessageRecord: "messages",
    RunRecord: "runs",
    StepRecord: "run_steps",
}
ADAPTERS: dict[type[Any], TypeAdapter[Any]] = {kind: TypeAdapter(kind) for kind in TABLES}
CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log before it is folded back: a fold waits for the disk, a commit does not."""
_ENTRY = "seq, thread_id, run_id, leg, at, kind, data"


@dataclass(frozen=True, slots=True)
class Due:
    """A run whose next transition is due at an instant."""

    run_id: str
    thread_id: str
    at: float


class Store:
    """One SQLite file. `clock` is "real" or "virtual": a store refuses another clock than its first."""

    def __init__(self, path: Path, clock: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._own = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        connection = self._connection()
        migrate(connection)
        connection.execute("INSERT OR IGNORE INTO meta VALUES ('clock', ?)", (clock,))
        (kept,) = connection.execute("SELECT value FROM meta WHERE key = 'clock'").fetchone()
        if kept != clock:
            self.close()
            raise StoreError(f"{path} was made with a {kept} clock and cannot be used with a {clock} one")

    @classmethod
    def private(cls, clock: str) -> Store:
        """A fresh store in a temporary folder, gone when it is closed."""
        folder = tempfile.TemporaryDirectory(prefix="threadlab-")
        store = cls(Path(folder.name) / "store.sqlite", clock)
        store._folder = folder
        return store

    def close(self) -> None:
        """Close every connection; a private store is deleted."""
        while self._all:
            self._all.pop().close()
        self._own = threading.local()
        if self._folder is not None:
            self._folder.cleanup()

    def transaction(self) -> Transaction:
        """`with store.transaction() as change:` commits at the end, or changes nothing at all."""
        return Transaction(self._connection())

    def recover(self) -> None:
        """Undo what an interrupted request left open on this thread."""
        connection = self._connection()
        if connection.in_transaction:
            connection.rollback()

    def get(self, kind: type[AnyRecord], id: str) -> AnyRecord | None:
        """The record of that kind and id."""
        return _get(self._connection(), kind, id)

    def page(
        self, kind: type[AnyRecord], page: Page, parent: str = "", run_id: str | None = None
    ) -> tuple[list[AnyRecord], bool]:
        """One page of a list, and whether more follow. Raises a 400 for a cursor that never was."""
        where, values = ["parent = ?"], [parent]
        if run_id is not None:
            where, values = ["run_id = ?"], [run_id]
        for cursor, side in (
            (page.after, "<" if page.descending else ">"),
            (page.before, ">" if page.descending else "<"),
        ):
            if cursor is not None:
                where.append(f"seq {side} {self._seq(kind, cursor)}")
        rows = (
            self._connection()
            .execute(
                f"SELECT doc FROM {TABLES[kind]} WHERE {' AND '.join(where)} "
                f"ORDER BY seq {'DESC' if page.descending else 'ASC'} LIMIT {page.limit + 1}",
                values,
            )
            .fetchall()
        )
        records = [ADAPTERS[kind].validate_json(doc) for (doc,) in rows[: page.limit]]
        return records, len(rows) > page.limit

    def every(self, kind: type[AnyRecord], parent: str) -> list[AnyRecord]:
        """All records of a parent, oldest first."""
        rows = self._connection().execute(
            f"SELECT doc FROM {TABLES[kind]} WHERE parent = ? ORDER BY seq", (parent,)
        )
        return [ADAPTERS[kind].validate_json(doc) for (doc,) in rows.fetchall()]

    def log(self, *, run_id: str | None = None, thread_id: str | None = None, after: int = 0) -> list[Entry]:
        """The log of a run or a thread from a sequence number on."""
        column, value = ("run_id", run_id) if run_id is not None else ("thread_id", thread_id)
        rows = self._connection().execute(
            f"SELECT {_ENTRY} FROM log WHERE {column} = ? AND seq > ? ORDER BY seq", (value, after)
        )
        return [_entry(row) for row in rows.fetchall()]

    def entry(self, seq: int) -> Entry:
        """One entry of the log."""
        row = self._connection().execute(f"SELECT {_ENTRY} FROM log WHERE seq = ?", (seq,)).fetchone()
        return _entry(row)

    def first_due(self, until: float) -> Due | None:
        """The run whose next transition is due first, if that is not after `until`."""
        row = (
            self._connection()
            .execute(
                "SELECT run_id, thread_id, at FROM due WHERE at <= ? ORDER BY at, rowid LIMIT 1", (until,)
            )
            .fetchone()
        )
        return Due(*row) if row else None

    def due_of(self, run_id: str) -> Due | None:
        """When the run's next transition is due; None once it is over."""
        row = (
            self._connection()
            .execute("SELECT run_id, thread_id, at FROM due WHERE run_id = ?", (run_id,))
            .fetchone()
        )
        return Due(*row) if row else None

    def _seq(self, kind: type[Any], id: str) -> int:
        row = (
            self._connection()
            .execute(
                f"SELECT seq FROM {TABLES[kind]} WHERE id = ?1 "
                "UNION ALL SELECT seq FROM deleted WHERE id = ?1",
                (id,),
            )
            .fetchone()
        )
        if row is None:
            raise bad_request(f"Invalid cursor '{id}': there is no such element.", param="after")
        return int(row[0])

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = sqlite3.connect(
                self.path, timeout=30, isolation_level=None, check_same_thread=False, cached_statements=256
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
            self._all.append(connection)
            self._own.connection = connection
        return connection


class Transaction:
    """One change of the store, whole or not at all. Changed records are written at its end, each once.

    A class and not a generator: an interrupt in the midst of entering a generator would leave it to be
    closed at some later time, and to roll back somebody else's change then.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._changed: dict[tuple[type[Any], str], Any] = {}

    def __enter__(self) -> Transaction:
        if self._connection.in_transaction:
            self._connection.rollback()
        self._connection.execute("BEGIN IMMEDIATE")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._connection.rollback()
            return
        for record in self._changed.values():
            self._write(record)
        self._connection.commit()

    def get(self, kind: type[AnyRecord], id: str) -> AnyRecord | None:
        """The record of that kind and id, with this change's own writes."""
        changed: AnyRecord | None = self._changed.get((kind, id))
        return _get(self._connection, kind, id) if changed is None else changed

    def put(self, record: Record) -> None:
        """Write a record, new or changed; a changed one keeps its place in lists."""
        self._changed[type(record), record.id] = record

    def _write(self, record: Record) -> None:
        table, doc = TABLES[type(record)], ADAPTERS[type(record)].dump_json(record).decode()
        columns, values = "id, parent, doc", [record.id, _parent(record), doc]
        if isinstance(record, MessageRecord):
            columns, values = "id, parent, doc, run_id", [*values, record.run_id or ""]
        marks = ", ".join("?" for _ in values)
        self._connection.execute(
            f"INSERT INTO {table} ({columns}) VALUES ({marks}) "
            "ON CONFLICT (id) DO UPDATE SET doc = excluded.doc",
            values,
        )

    def remove(self, kind: type[Any], id: str) -> None:
        """Delete a record; its place is remembered for readers who page."""
        table = TABLES[kind]
        self._changed.pop((kind, id), None)
        self._connection.execute(
            f"INSERT OR IGNORE INTO deleted SELECT id, seq FROM {table} WHERE id = ?", (id,)
        )
        self._connection.execute(f"DELETE FROM {table} WHERE id = ?", (id,))

    def remove_thread(self, thread_id: str) -> None:
        """Delete a thread with all that it holds."""
        for statement in (
            "DELETE FROM run_steps WHERE parent IN (SELECT id FROM runs WHERE parent = ?)",
            "DELETE FROM runs WHERE parent = ?",
            "DELETE FROM messages WHERE parent = ?",
            "DELETE FROM due WHERE thread_id = ?",
            "DELETE FROM log WHERE thread_id = ?",
        ):
            self._connection.execute(statement, (thread_id,))
        self.remove(ThreadRecord, thread_id)

    def append(self, entry: Entry) -> int:
        """Append to the log; returns the sequence number."""
        cursor = self._connection.execute(
            "INSERT INTO log (thread_id, run_id, leg, at, kind, data) VALUES (?, ?, ?, ?, ?, ?)",
            (entry.thread_id, entry.run_id, entry.leg, entry.at, entry.kind, to_json(entry.data).decode()),
        )
        return int(cursor.lastrowid or 0)

    def schedule(self, run_id: str, thread_id: str, at: float | None) -> None:
        """Say when the run's next transition is due; None when it has no more."""
        if at is None:
            self._connection.execute("DELETE FROM due WHERE run_id = ?", (run_id,))
        else:
            self._connection.execute(
                "INSERT INTO due VALUES (?, ?, ?) ON CONFLICT (run_id) DO UPDATE SET at = excluded.at",
                (run_id, thread_id, at),
            )

    def active_run(self, thread_id: str) -> str | None:
        """The id of the run that is active on a thread."""
        row = self._connection.execute("SELECT run_id FROM due WHERE thread_id = ?", (thread_id,)).fetchone()
        return str(row[0]) if row else None


def _parent(record: Record) -> str:
    match record:
        case StepRecord():
            return record.run_id
        case MessageRecord() | RunRecord():
            return record.thread_id
        case _:
            return ""


def _get(connection: sqlite3.Connection, kind: type[AnyRecord], id: str) -> AnyRecord | None:
    row = connection.execute(f"SELECT doc FROM {TABLES[kind]} WHERE id = ?", (id,)).fetchone()
    return ADAPTERS[kind].validate_json(row[0]) if row else None


def _entry(row: Sequence[Any]) -> Entry:
    seq, thread_id, run_id, leg, at, kind, data = row
    return Entry(kind, from_json(data), thread_id, run_id, leg, at, seq)
