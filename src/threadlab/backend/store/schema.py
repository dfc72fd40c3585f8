"""The schema, as the list of migrations that led to it.

A store carries the number of migrations that it has seen in `PRAGMA user_version`. A migration, once
released, is never edited: a change is a new one at the end.
"""

from __future__ import annotations

import sqlite3

_RECORDS = (
    "seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, parent TEXT NOT NULL, doc TEXT NOT NULL"
)

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL)",
        # The canonical log: append-only, the truth about messages, runs and run steps.
        """CREATE TABLE log (
            seq INTEGER PRIMARY KEY AUTOINCREMENT,
            thread_id TEXT NOT NULL, run_id TEXT, leg INTEGER NOT NULL,
            at REAL NOT NULL, kind TEXT NOT NULL, data TEXT NOT NULL)""",
        "CREATE INDEX log_of_run ON log (run_id, seq)",
        "CREATE INDEX log_of_thread ON log (thread_id, seq)",
        # Records; `parent` is the thread of messages and runs, the run of steps, empty for the others.
        f"CREATE TABLE agents ({_RECORDS})",
        f"CREATE TABLE threads ({_RECORDS})",
        f"CREATE TABLE messages ({_RECORDS}, run_id TEXT)",
        f"CREATE TABLE runs ({_RECORDS})",
        f"CREATE TABLE run_steps ({_RECORDS})",
        "CREATE INDEX agents_in_order ON agents (parent, seq)",
        "CREATE INDEX threads_in_order ON threads (parent, seq)",
        "CREATE INDEX messages_in_order ON messages (parent, seq)",
        "CREATE INDEX messages_of_run ON messages (run_id, seq)",
        "CREATE INDEX runs_in_order ON runs (parent, seq)",
        "CREATE INDEX run_steps_in_order ON run_steps (parent, seq)",
        # Where deleted records stood, so that a reader who pages while deleting does not lose the place.
        "CREATE TABLE deleted (id TEXT PRIMARY KEY, seq INTEGER NOT NULL)",
        # The next transition of each active run, and when it is due.
        "CREATE TABLE due (run_id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, at REAL NOT NULL)",
        "CREATE INDEX due_in_order ON due (at)",
        "CREATE UNIQUE INDEX due_one_run_a_thread ON due (thread_id)",
    ),
    (
        # Who is at work on a run's next transition, and until when others leave it alone.
        "ALTER TABLE due ADD COLUMN holder TEXT",
        "ALTER TABLE due ADD COLUMN lease REAL NOT NULL DEFAULT 0",
    ),
    (
        # Each commit writes whole pages: an index that no query needs is paid for with every step of a run.
        # An entry of the log belongs to a run, or to its thread alone; a message to a run, or to nobody's.
        "DROP INDEX log_of_run",
        "DROP INDEX log_of_thread",
        "CREATE INDEX log_of_run ON log (run_id, seq) WHERE run_id IS NOT NULL",
        "CREATE INDEX log_beside_runs ON log (thread_id, seq) WHERE run_id IS NULL",
        "DROP INDEX messages_of_run",
        "CREATE INDEX messages_of_run ON messages (run_id, seq) WHERE run_id <> ''",
        # All agents and all threads have one parent: they lie in order as they are.
        "DROP INDEX agents_in_order",
        "DROP INDEX threads_in_order",
        # Only active runs are due, and they are few.
        "DROP INDEX due_in_order",
    ),
    (
        # Files (their bytes lie beside the store), vector stores, what is in them and what came together.
        f"CREATE TABLE files ({_RECORDS})",
        f"CREATE TABLE vector_stores ({_RECORDS})",
        f"CREATE TABLE stored_files ({_RECORDS})",
        f"CREATE TABLE file_batches ({_RECORDS})",
        "CREATE INDEX stored_files_in_order ON stored_files (parent, seq)",
        "CREATE INDEX stored_files_to_index ON stored_files (seq) WHERE doc ->> '$.status' = 'in_progress'",
        # The text of each stored file in chunks, with its place in that text, and the index of their words.
        """CREATE TABLE chunks (
            id INTEGER PRIMARY KEY, vector_store_id TEXT NOT NULL, file_id TEXT NOT NULL,
            start INTEGER NOT NULL, end INTEGER NOT NULL, text TEXT NOT NULL, vector BLOB)""",
        "CREATE INDEX chunks_of_file ON chunks (vector_store_id, file_id)",
        "CREATE VIRTUAL TABLE chunk_words USING fts5(words, content='', tokenize='porter unicode61')",
    ),
)


class StoreError(Exception):
    """A store that cannot be used as it was opened."""


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a store to the newest schema. Raises StoreError for one that a newer threadlab wrote."""
    if _version(connection) == len(MIGRATIONS):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        version = _version(connection)  # another process may have migrated in between
        if version > len(MIGRATIONS):
            raise StoreError(
                f"this store has schema {version}, and this threadlab knows schemas up to {len(MIGRATIONS)}: "
                "update threadlab, or use another store"
            )
        for migration in MIGRATIONS[version:]:
            for statement in migration:
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _version(connection: sqlite3.Connection) -> int:
    row = connection.execute("PRAGMA user_version").fetchone()
    return int(row[0])
