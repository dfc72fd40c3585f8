"""A connection: one thread's way to the store, and what it knows without asking again."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 5.0
"""Seconds to wait for another process that writes: less than a worker's lease, for it must renew that."""
CHECKPOINT_PAGES = 4000
"""Pages in the write-ahead log before it is folded back: a fold waits for the disk, a commit does not."""

MOST_KNOWN = 2048
"""Records that a connection keeps at hand, enough for what a model is given; the first one makes room."""
LONGEST_KNOWN = 4000
"""Characters of a record that is kept only because it stood in a list."""


@dataclass(slots=True)
class Known:
    """What a connection has read or written, true for one version of the store.

    `records` by kind and id, and `quiet_until`: before that instant no run's next transition is free. The
    version is SQLite's count of what others committed, and the number of rows that this connection changed:
    if either is another than it was, nothing is known. So an interrupt at any moment only costs a look.
    """

    version: tuple[int, int] = (0, 0)
    records: dict[tuple[type[Any], str], Any] = field(default_factory=dict)
    quiet_until: float = float("-inf")

    def at(self, version: tuple[int, int]) -> None:
        """Forget everything, unless it was learned of that version."""
        if self.version != version:
            self.records.clear()
            self.quiet_until = float("-inf")
            self.version = version

    def add(self, record: Any) -> None:
        """Keep a record at hand."""
        self.records[type(record), record.id] = record
        if len(self.records) > MOST_KNOWN:
            self.records.pop(next(iter(self.records)), None)


class Connection(sqlite3.Connection):
    """The connection of one thread; it is closed when that thread ends."""

    known: Known

    @classmethod
    def to(cls, path: Path, synchronous: str) -> Connection:
        """A new connection. Each statement is a transaction of its own, unless one was begun."""
        connection: Connection = sqlite3.connect(
            path,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
            factory=cls,
        )
        connection.known = Known()
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {synchronous}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}")
        return connection

    def look(self) -> Known:
        """What is known of the store as it is now."""
        (others,) = self.execute("PRAGMA data_version").fetchone()
        self.known.at((others, self.total_changes))
        return self.known

    def __del__(self) -> None:
        with suppress(sqlite3.ProgrammingError):  # one that could not be opened has nothing to close
            self.close()
