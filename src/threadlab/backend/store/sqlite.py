"""The store on SQLite: records by kind, the log, and what is due.

Every change happens in a transaction, and a transaction that an interrupt left open is rolled back by
whoever comes next: nothing half done is ever seen. Each thread has its own connection and several
processes may share the file. What is acknowledged survives the death of the process (WAL, synchronous
NORMAL); after a loss of power the store is consistent and may lack the last instants, unless its
durability is "full" (synchronous FULL: each commit waits for the disk).
"""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from threadlab.backend.bell import DUE, Bell
from threadlab.backend.records import Entry
from threadlab.backend.store.connection import Connection
from threadlab.backend.store.schema import StoreError, migrate
from threadlab.backend.store.tables import ENTRY, TABLES, AnyRecord, entry_of, read, record_of
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.paging import Page

Durability = Literal["normal", "full"]
SYNCHRONOUS = {"normal": "NORMAL", "full": "FULL"}

OF_RUN = f"SELECT {ENTRY} FROM log WHERE run_id = ? AND seq > ? ORDER BY seq"
OF_THREAD = (
    f"SELECT {ENTRY} FROM log WHERE run_id IS NULL AND thread_id = ?1 AND seq > ?2 UNION ALL "
    f"SELECT {ENTRY} FROM log WHERE run_id IN (SELECT id FROM runs WHERE parent = ?1) AND seq > ?2 "
    "ORDER BY seq"
)
"""A thread's log: the entries beside its runs, and those of its runs. Each entry stands in one index only."""

DUE_ROW = "run_id, thread_id, at, lease, holder"


@dataclass(frozen=True, slots=True)
class Due:
    """A run whose next transition is due at an instant; until `lease` only `holder` makes it."""

    run_id: str
    thread_id: str
    at: float
    lease: float = 0.0
    holder: str | None = None

    @property
    def free(self) -> float:
        """The instant from which on anybody may make the transition."""
        return max(self.at, self.lease)


class Store:
    """One SQLite file. `clock` is "real" or "virtual": a store refuses another clock than its first.

    `durability` is "normal" or "full". `bell` rings after each commit of this process.
    """

    def __init__(self, path: Path, clock: str, durability: Durability = "normal") -> None:
        if durability not in SYNCHRONOUS:
            raise StoreError(f"the durability is {durability!r}; it is one of {', '.join(SYNCHRONOUS)}")
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._synchronous = SYNCHRONOUS[durability]
        self.bell = Bell()
        self._own = threading.local()
        self._all: weakref.WeakSet[Connection] = weakref.WeakSet()
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
        for connection in list(self._all):
            connection.close()
        self._own = threading.local()
        if self._folder is not None:
            self._folder.cleanup()

    def transaction(self) -> Transaction:
        """`with store.transaction() as change:` commits at the end, or changes nothing at all."""
        return Transaction(self._connection(), self.bell)

    def recover(self) -> None:
        """Undo what an interrupted request left open on this thread."""
        connection = self._connection()
        if connection.in_transaction:
            connection.rollback()

    def get(self, kind: type[AnyRecord], id: str) -> AnyRecord | None:
        """The record of that kind and id."""
        connection = self._connection()
        connection.look()
        return read(connection, kind, id)

    def page(
        self, kind: type[AnyRecord], page: Page, parent: str = "", run_id: str | None = None, **having: str
    ) -> tuple[list[AnyRecord], bool]:
        """One page of a list, and whether more follow. Raises a 400 for a cursor that never was.

        With `having`, only records of which these fields have these values.
        """
        where: list[str] = ["parent = ?"]
        values: list[str | int] = [parent]
        if run_id is not None:
            where, values = ["run_id = ? AND run_id <> ''"], [run_id]
        for cursor, side in (
            (page.after, "<" if page.descending else ">"),
            (page.before, ">" if page.descending else "<"),
        ):
            if cursor is not None:
                where.append(f"seq {side} ?")  # bound, so that the statement is compiled once
                values.append(self._seq(kind, cursor))
        for name, value in having.items():
            where.append(f"doc ->> '$.{name}' = ?")
            values.append(value)
        connection = self._connection()
        known = connection.look()
        rows = connection.execute(
            f"SELECT id, doc FROM {TABLES[kind]} WHERE {' AND '.join(where)} "
            f"ORDER BY seq {'DESC' if page.descending else 'ASC'} LIMIT {page.limit + 1}",
            values,
        ).fetchall()
        return [record_of(known, kind, *row) for row in rows[: page.limit]], len(rows) > page.limit

    def every(self, kind: type[AnyRecord], parent: str) -> list[AnyRecord]:
        """All records of a parent, oldest first."""
        known = self._connection().look()
        rows = self._rows(f"SELECT id, doc FROM {TABLES[kind]} WHERE parent = ? ORDER BY seq", (parent,))
        return [record_of(known, kind, *row) for row in rows]

    def log(self, *, run_id: str | None = None, thread_id: str | None = None, after: int = 0) -> list[Entry]:
        """The log of a run or a thread from a sequence number on."""
        query, value = (OF_RUN, run_id) if run_id is not None else (OF_THREAD, thread_id)
        return [entry_of(row) for row in self._rows(query, (value, after))]

    def entry(self, seq: int) -> Entry:
        """One entry of the log."""
        row = self._connection().execute(f"SELECT {ENTRY} FROM log WHERE seq = ?", (seq,)).fetchone()
        return entry_of(row)

    def first_due(self, until: float, but: str | None = None) -> Due | None:
        """The run whose next transition is due first, if that is not after `until` and nobody is at it.

        Runs whose status is `but` are passed over.
        """
        connection = self._connection()
        if until < connection.look().quiet_until:
            return None
        which = "" if but is None else "WHERE (SELECT doc ->> '$.status' FROM runs WHERE id = run_id) <> ?2"
        values = (until,) if but is None else (until, but)
        # All that are free by then come first, in the order in which they were due; else the next one comes.
        query = f"SELECT {DUE_ROW} FROM due {which} ORDER BY MAX(at, lease, ?1), at, rowid LIMIT 1"
        row = connection.execute(query, values).fetchone()
        due = Due(*row) if row else None
        if due is not None and due.free <= until:
            return due
        if but is None:
            connection.known.quiet_until = due.free if due else float("inf")
        return None

    def due_of(self, run_id: str) -> Due | None:
        """When the run's next transition is due; None once it is over."""
        row = self._connection().execute(f"SELECT {DUE_ROW} FROM due WHERE run_id = ?", (run_id,)).fetchone()
        return Due(*row) if row else None

    def next_free(self) -> float | None:
        """The instant at which the next transition of any run is free to be made."""
        row = self._connection().execute("SELECT MIN(MAX(at, lease)) FROM due").fetchone()
        return None if row is None or row[0] is None else float(row[0])

    def lease(self, run_id: str, holder: str, now: float, until: float) -> bool:
        """Take the run's next transition for a holder; False if it is not due, or somebody else has it.

        A lease only saves work that would be done twice: what is written is decided in a transaction. It
        ends with the transition, when it is given back, or by itself when its holder is too dead to renew it.
        """
        taken = self._connection().execute(
            "UPDATE due SET holder = ?1, lease = ?2 WHERE run_id = ?3 AND at <= ?4 AND lease <= ?4",
            (holder, until, run_id, now),
        )
        return taken.rowcount == 1

    def renew(self, holders: Iterable[str], until: float) -> None:
        """Prolong the leases of these holders."""
        for holder in holders:
            self._connection().execute("UPDATE due SET lease = ? WHERE holder = ?", (until, holder))

    def give_back(self, holder: str, now: float) -> None:
        """End the lease of a holder: whoever comes next may make the transition, from now on."""
        self._connection().execute(
            "UPDATE due SET holder = NULL, lease = MIN(lease, ?) WHERE holder = ?", (now, holder)
        )
        self.bell.ring((DUE,))

    def rows(self, query: str, values: Sequence[Any] = ()) -> list[Any]:
        """All rows of a query on tables that other rooms keep here."""
        return self._rows(query, values)

    def _rows(self, query: str, values: Sequence[Any]) -> list[Any]:
        """All rows of a query.

        No cursor has a name anywhere: the traceback of an interrupt would keep it, and with it an old view
        of the store that no change can be made from.
        """
        return self._connection().execute(query, values).fetchall()

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

    def _connection(self) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = Connection.to(self.path, self._synchronous)
            self._all.add(connection)
            self._own.connection = connection
        return connection
