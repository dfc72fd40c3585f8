"""Index: the list of all user runs, and the words in them, in one SQLite file beside their folders.

It holds nothing that the folders do not say: delete it, and the next list makes it again, the same. Each list
looks first whether a folder that can have changed is newer than what the index knows, by the sizes of its
files, which only grow.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from threading import Lock
from typing import Any

from threadlab.errors import ThreadlabError, UnknownUserRun
from threadlab.journal.annotations import ANNOTATIONS
from threadlab.journal.listed import UNREADABLE, Filter, Listed
from threadlab.journal.run_directory import EVENTS
from threadlab.journal.watch import Watch

VERSION = 2
_BUSY_SECONDS = 30.0
_FEW = 500
_WORD = re.compile(r"\w+")
_MANY = frozenset({"agents", "tools", "tags", "groups"})
_OVER = frozenset({"completed", "failed", "cancelled", "expired", "incomplete", UNREADABLE})
_LIVE = "SELECT id FROM user_run WHERE status NOT IN ('completed', 'failed', 'cancelled', 'expired')"

_SCHEMA = """
CREATE TABLE user_run (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, events INTEGER NOT NULL, annotations INTEGER NOT NULL,
  status TEXT NOT NULL, branch TEXT NOT NULL, trigger TEXT NOT NULL, created_at REAL NOT NULL,
  listed TEXT NOT NULL
);
CREATE INDEX by_time ON user_run (created_at, id);
CREATE INDEX by_status ON user_run (status, id);
CREATE TABLE seen (notes INTEGER NOT NULL);
INSERT INTO seen VALUES (0);
CREATE TABLE named (kind TEXT, name TEXT, number INTEGER, PRIMARY KEY (kind, name, number)) WITHOUT ROWID;
CREATE INDEX named_of ON named (number);
CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2');
"""

Sizes = tuple[int, int]
Read = Callable[[str], tuple[Listed, str]]
"""Reads a user run's folder: what lists show of it, and the words by which it is found."""


class Index:
    """The list of one workspace. `read` reads a folder; `is_stalled` tells whether nobody works on one."""

    def __init__(self, folder: Path, read: Read, is_stalled: Callable[[str], bool]) -> None:
        self.path = folder / "index.sqlite"
        self._folder = folder
        self._place = str(folder)
        self._read = read
        self._is_stalled = is_stalled
        self._one_by_one = Lock()
        self._forget_what_was_seen()

    def _forget_what_was_seen(self) -> None:
        self._watch = Watch(self._folder)
        self._indexed: set[str] = set()
        self._made: int | None = None

    def list(
        self, wanted: Filter | None = None, *, limit: int | None = None, newest_first: bool = True
    ) -> tuple[Listed, ...]:
        """The user runs that fit the filter, by the time of their creation."""
        if not self._folder.is_dir():
            return ()
        where, values = _where(wanted or Filter())
        order = "DESC" if newest_first else "ASC"
        query = f"SELECT listed FROM user_run {where} ORDER BY created_at {order}, id {order} LIMIT ?"
        rows = self._ask(query, (*values, -1 if limit is None else limit))
        return tuple(self._as_now(_listed(row[0])) for row in rows)

    def rebuild(self) -> None:
        """Make it anew, from the folders alone."""
        if self._folder.is_dir():
            self._delete()
            self._ask("SELECT 1", ())

    def _as_now(self, one: Listed) -> Listed:
        """Whether it is stalled is asked at each list: a process can die without a word."""
        may_be = one.status not in _OVER and one.status != "requires_action"
        return replace(one, is_stalled=self._is_stalled(one.id)) if may_be else one

    def _ask(self, query: str, values: Sequence[object]) -> Sequence[Sequence[str]]:
        """The database's rows, once it is up to date; a damaged one is made anew."""
        try:
            with closing(self._healed()) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.OperationalError:  # it is busy, or the disk is full: nothing is wrong with the file
            raise
        except sqlite3.DatabaseError:
            self._delete()
            with closing(self._healed()) as database:
                return database.execute(query, values).fetchall()

    def _healed(self) -> sqlite3.Connection:
        database = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            # what a power cut could take from it stands in the folders
            database.execute("PRAGMA synchronous = OFF")
            if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:
                self._make(database)
            with self._one_by_one:
                self._heal(database)
        except BaseException:
            self._forget_what_was_seen()
            database.close()
            raise
        return database

    def _make(self, database: sqlite3.Connection) -> None:
        database.execute("BEGIN IMMEDIATE")
        if database.execute("PRAGMA user_version").fetchone()[0] != VERSION:  # unless somebody was quicker
            for table in ("user_run", "seen", "named", "words"):
                database.execute(f"DROP TABLE IF EXISTS {table}")
            for statement in filter(str.strip, _SCHEMA.split(";")):
                database.execute(statement)
            database.execute(f"PRAGMA application_id = {secrets.randbits(31)}")  # tells one made anew
            database.execute(f"PRAGMA user_version = {VERSION}")
        database.execute("COMMIT")

    def _heal(self, database: sqlite3.Connection) -> None:
        made = database.execute("PRAGMA application_id").fetchone()[0]
        (notes,) = database.execute("SELECT notes FROM seen").fetchone()
        are_noted = True
        if made != self._made:
            self._forget_what_was_seen()
            are_noted = self._watch.go_on_from(notes)
        look = self._watch.look()
        live = {id for (id,) in database.execute(_LIVE)} & look.names
        suspects = look.names - self._indexed | look.annotated | live
        known = _known(database, suspects)
        surely = set() if are_noted else suspects
        there = self._sizes(suspects, known, look.annotated | live | surely)
        changed = sorted(id for id, sizes in there.items() if known.get(id) != sizes)
        gone = (self._indexed if self._made == made else _ids(database)) - look.names
        fresh = {id: read for id in changed if (read := self._read_safely(id))}
        if changed or gone:
            _change(database, [*gone, *changed], fresh, there)
        if self._watch.read != notes:
            database.execute("UPDATE seen SET notes = ?", (self._watch.read,))
        self._indexed = (self._indexed | there.keys()) - gone - (set(changed) - fresh.keys())
        self._made = made

    def _sizes(self, ids: Set[str], known: Mapping[str, Sizes], annotated: Set[str]) -> dict[str, Sizes]:
        """Of those that have a log. Where nobody was annotated, it is as it was known to be."""
        found = {}
        for id in ids:
            if events := _size(f"{self._place}/{id}/{EVENTS}"):
                as_known = id in known and id not in annotated
                annotations = known[id][1] if as_known else _size(f"{self._place}/{id}/{ANNOTATIONS}")
                found[id] = events, annotations
        return found

    def _read_safely(self, id: str) -> tuple[Listed, str] | None:
        """A broken folder is listed as such: it hides none of the others. None if it is gone meanwhile."""
        try:
            return self._read(id)
        except UnknownUserRun:
            return None
        except ThreadlabError as error:
            return Listed(id=id, status=UNREADABLE, error=error.message), id

    def _delete(self) -> None:
        for ending in ("", "-journal", "-wal", "-shm"):
            self.path.with_name(self.path.name + ending).unlink(missing_ok=True)


def _where(wanted: Filter) -> tuple[str, Sequence[object]]:
    """The condition in SQL, and its values."""
    parts = list(_conditions(wanted))
    if not parts:
        return "", ()
    return f"WHERE {' AND '.join(part for part, _ in parts)}", [value for _, value in parts]


def _conditions(wanted: Filter) -> Iterator[tuple[str, object]]:
    for column in ("status", "trigger", "branch"):
        if (value := getattr(wanted, column)) is not None:
            yield f"{column} = ?", value
    for kind in ("tag", "group", "agent", "tool"):
        if (value := getattr(wanted, kind)) is not None:
            yield f"number IN (SELECT number FROM named WHERE kind = '{kind}s' AND name = ?)", value
    if wanted.after is not None:
        yield "created_at >= ?", wanted.after
    if wanted.before is not None:
        yield "created_at < ?", wanted.before
    if wanted.text.strip():
        words = " ".join(f'"{word}"' for word in _WORD.findall(wanted.text))
        yield "number IN (SELECT rowid FROM words WHERE words MATCH ?)", f"{words}*" if words else '""'


def _known(database: sqlite3.Connection, ids: Set[str]) -> dict[str, Sizes]:
    """The sizes of which the index knows, of these user runs."""
    query = "SELECT id, events, annotations FROM user_run"
    if len(ids) > _FEW:
        return {row[0]: row[1:] for row in database.execute(query)}
    rows = (row for id in ids for row in database.execute(f"{query} WHERE id = ?", (id,)))
    return {row[0]: row[1:] for row in rows}


def _ids(database: sqlite3.Connection) -> set[str]:
    return {id for (id,) in database.execute("SELECT id FROM user_run")}


def _change(
    database: sqlite3.Connection,
    old: Sequence[str],
    fresh: Mapping[str, tuple[Listed, str]],
    sizes: Mapping[str, Sizes],
) -> None:
    """Take out what is no longer so, and put in what is, in one transaction."""
    database.execute("BEGIN IMMEDIATE")
    try:
        for id in old:
            _forget(database, id)
        for id, (one, words) in fresh.items():
            _write(database, one, words, sizes[id])
        database.execute("COMMIT")
    except BaseException:
        database.execute("ROLLBACK")
        raise


def _forget(database: sqlite3.Connection, id: str) -> None:
    for (number,) in database.execute("SELECT number FROM user_run WHERE id = ?", (id,)).fetchall():
        database.execute("DELETE FROM user_run WHERE number = ?", (number,))
        database.execute("DELETE FROM named WHERE number = ?", (number,))
        database.execute("DELETE FROM words WHERE rowid = ?", (number,))


def _write(database: sqlite3.Connection, one: Listed, words: str, sizes: Sizes) -> None:
    content = {field.name: getattr(one, field.name) for field in fields(one)}
    number = database.execute(
        "INSERT INTO user_run (id, events, annotations, status, branch, trigger, created_at, listed) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (one.id, *sizes, one.status, one.branch, one.trigger, one.created_at, json.dumps(content)),
    ).lastrowid
    named = [(kind, name, number) for kind in _MANY for name in getattr(one, kind)]
    database.executemany("INSERT INTO named VALUES (?, ?, ?)", named)
    text = words.encode("utf-8", "replace").decode()
    database.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, text))


def _listed(content: str) -> Listed:
    told: dict[str, Any] = json.loads(content)
    return Listed(**told | {name: tuple(told[name]) for name in _MANY})


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0
