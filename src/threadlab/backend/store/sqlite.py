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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threadlab.backend.records import Entry
from threadlab.backend.store.schema import StoreError, migrate
from threadlab.backend.store.tables import ADAPTERS, ENTRY, TABLES, AnyRecord, entry_of, read
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.paging import Page

CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log before it is folded back: a fold waits for the disk, a commit does not."""


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
        return read(self._connection(), kind, id)

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
            f"SELECT {ENTRY} FROM log WHERE {column} = ? AND seq > ? ORDER BY seq", (value, after)
        )
        return [entry_of(row) for row in rows.fetchall()]

    def entry(self, seq: int) -> Entry:
        """One entry of the log."""
        row = self._connection().execute(f"SELECT {ENTRY} FROM log WHERE seq = ?", (seq,)).fetchone()
        return entry_of(row)

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
