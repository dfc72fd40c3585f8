"""Transactions: one change of the store, whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from types import TracebackType
from typing import Any

from threadlab.backend.bell import DUE, Bell
from threadlab.backend.records import Entry, MessageRecord, Record, ThreadRecord
from threadlab.backend.store.connection import Connection
from threadlab.backend.store.tables import ADAPTERS, TABLES, AnyRecord, parent_of, read
from threadlab.backend.wire.http import as_json


class Transaction:
    """One change of the store, whole or not at all. Changed records are written at its end, each once.

    A class and not a generator: an interrupt in the midst of entering a generator would leave it to be
    closed at some later time, and to roll back somebody else's change then.
    """

    def __init__(self, connection: Connection, bell: Bell) -> None:
        self._connection = connection
        self._bell = bell
        self._names: list[str] = []
        self._changed: dict[tuple[type[Any], str], Any] = {}

    def __enter__(self) -> Transaction:
        if self._connection.in_transaction:
            self._connection.rollback()
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.look()
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
        self._learn()
        self._bell.ring(self._names)

    def get(self, kind: type[AnyRecord], id: str) -> AnyRecord | None:
        """The record of that kind and id, with this change's own writes."""
        changed: AnyRecord | None = self._changed.get((kind, id))
        return read(self._connection, kind, id) if changed is None else changed

    def put(self, record: Record) -> None:
        """Write a record, new or changed; a changed one keeps its place in lists."""
        self._changed[type(record), record.id] = record

    def _learn(self) -> None:
        """What was committed is known, and what was known before is still true."""
        known = self._connection.known
        if DUE in self._names:
            known.quiet_until = float("-inf")
        for record in self._changed.values():
            known.add(record)
        known.version = (known.version[0], self._connection.total_changes)

    def _write(self, record: Record) -> None:
        table, doc = TABLES[type(record)], ADAPTERS[type(record)].dump_json(record).decode()
        columns, values = "id, parent, doc", [record.id, parent_of(record), doc]
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
        self._connection.known.records.pop((kind, id), None)
        self._connection.execute(
            f"INSERT OR IGNORE INTO deleted SELECT id, seq FROM {table} WHERE id = ?", (id,)
        )
        self._connection.execute(f"DELETE FROM {table} WHERE id = ?", (id,))

    def remove_thread(self, thread_id: str) -> None:
        """Delete a thread with all that it holds."""
        self._connection.known.records.clear()
        runs = self._connection.execute("SELECT id FROM runs WHERE parent = ?", (thread_id,)).fetchall()
        for statement in (
            "DELETE FROM log WHERE run_id IS NULL AND thread_id = ?",
            "DELETE FROM log WHERE run_id IN (SELECT id FROM runs WHERE parent = ?)",
            "DELETE FROM run_steps WHERE parent IN (SELECT id FROM runs WHERE parent = ?)",
            "DELETE FROM runs WHERE parent = ?",
            "DELETE FROM messages WHERE parent = ?",
            "DELETE FROM due WHERE thread_id = ?",
        ):
            self._connection.execute(statement, (thread_id,))
        self.remove(ThreadRecord, thread_id)
        self._names += (DUE, thread_id, *(run_id for (run_id,) in runs))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query, with this change's own statements."""
        return self._connection.execute(query, values).fetchall()

    def execute(self, statement: str, *rows: Sequence[Any]) -> None:
        """Change tables that other rooms keep in the store, with one row of values after the other."""
        self._connection.executemany(statement, rows)

    def append(self, entry: Entry) -> int:
        """Append to the log; returns the sequence number."""
        cursor = self._connection.execute(
            "INSERT INTO log (thread_id, run_id, leg, at, kind, data) VALUES (?, ?, ?, ?, ?, ?)",
            (entry.thread_id, entry.run_id, entry.leg, entry.at, entry.kind, as_json(entry.data).decode()),
        )
        self._names += (entry.thread_id, entry.run_id or "")
        return int(cursor.lastrowid or 0)

    def schedule(self, run_id: str, thread_id: str, at: float | None) -> None:
        """Say when the run's next transition is due; None when it has no more. A lease on it is over."""
        self._names.append(DUE)
        if at is None:
            self._connection.execute("DELETE FROM due WHERE run_id = ?", (run_id,))
        else:
            self._connection.execute(
                "INSERT INTO due (run_id, thread_id, at) VALUES (?, ?, ?) "
                "ON CONFLICT (run_id) DO UPDATE SET at = excluded.at, holder = NULL, lease = 0",
                (run_id, thread_id, at),
            )

    def holder(self, run_id: str) -> str | None:
        """Who holds the run's lease, if it has one."""
        row = self._connection.execute("SELECT holder FROM due WHERE run_id = ?", (run_id,)).fetchone()
        return row[0] if row else None

    def active_run(self, thread_id: str) -> str | None:
        """The id of the run that is active on a thread."""
        row = self._connection.execute("SELECT run_id FROM due WHERE thread_id = ?", (thread_id,)).fetchone()
        return str(row[0]) if row else None
