"""Event log: the facts of one user run, in order. It only grows, and ends with `Ended`."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from threadlab.errors import JournalError, UserRunFinal
from threadlab.journal.blobs import Blobs
from threadlab.journal.codec import FACTS, said_of
from threadlab.journal.fact import SCHEMA, AnyFact, Ended, Entry
from threadlab.journal.files import Files
from threadlab.journal.line_log import LineLog, broken, lines
from threadlab.journal.redaction import Redaction

LOGGER = logging.getLogger("threadlab.journal")

Subscriber = Callable[[Entry], None]


class EventLog:
    """The one writer of a log. What is appended is in the file before anybody is told."""

    def __init__(self, path: Path, files: Files, redaction: Redaction, blobs: Blobs) -> None:
        self._lines = LineLog(path, files, redaction, blobs)
        self._last: Entry | None = None
        for self._last in read(path, blobs):
            pass
        self._one_by_one = Lock()
        self._subscribers: list[Subscriber] = []

    @property
    def last(self) -> Entry | None:
        """The latest entry; None for an empty log."""
        return self._last

    def append(self, fact: AnyFact, at: float) -> Entry:
        """Write a fact down, seen at that time (Unix seconds). Threads may call it at once.

        Raises UserRunFinal after `Ended`, and JournalError for what could not be read again.
        """
        with self._one_by_one:
            self._check_open(fact)
            entry = Entry(seq=self._last.seq + 1 if self._last else 1, at=at, fact=fact)
            document = FACTS.document(fact)
            FACTS.check(document)
            self._lines.append({"seq": entry.seq, "at": entry.at, **document})
            self._last = entry
        for subscriber in tuple(self._subscribers):
            try:
                subscriber(entry)
            except Exception:  # whoever listens cannot undo what is written
                LOGGER.exception("a subscriber of the log failed at entry %s", entry.seq)
        return entry

    def subscribe(self, subscriber: Subscriber) -> Callable[[], None]:
        """Have each new entry told, after it is on disk; what this gives ends it when it is called."""
        self._subscribers.append(subscriber)
        return lambda: self._subscribers.remove(subscriber) if subscriber in self._subscribers else None

    def close(self) -> None:
        """Let go of the file."""
        self._lines.close()

    def _check_open(self, fact: AnyFact) -> None:
        over = self._last.fact if self._last else None
        if not isinstance(over, Ended):
            return
        raise UserRunFinal(
            f"the user run is over ({over.status}), and what happened in it is never changed afterwards",
            hint="tag, score, group, rate and note it as you like; retry() or rerun() makes it again, and a "
            "tool that takes longer than its user run promises its result: current_user_run().ticket(...)",
        )


class Tail:
    """A reader that goes on where it stopped: `fresh()` gives what is new, whoever wrote it."""

    def __init__(self, path: Path, blobs: Blobs, after: int = 0) -> None:
        self._path = path
        self._blobs = blobs
        self._after = after
        self._offset = 0
        self._seq = 0
        self._schema: int | None = None

    def fresh(self) -> tuple[Entry, ...]:
        """The entries since the last time, beginning behind number `after`."""
        return tuple(entry for entry in self._read() if entry.seq > self._after)

    def _read(self) -> Iterator[Entry]:
        for ends, document in lines(self._path, self._blobs, self._offset):
            try:
                entry = self._entry(document)
            except (ValueError, TypeError, KeyError) as error:
                raise broken(self._path, self._offset, said_of(error)) from error
            self._offset, self._seq = ends, entry.seq
            yield entry

    def _entry(self, document: dict[str, Any]) -> Entry:
        seq, at = document.pop("seq"), document.pop("at")
        if seq != self._seq + 1:
            raise ValueError(f"its number is {seq!r}, and {self._seq + 1} was expected")
        if self._schema is None:
            self._schema = int(document.get("schema", 0))
            _check_schema(self._schema, self._path)
        return Entry(seq=seq, at=float(at), fact=FACTS.read(document))


def read(path: Path, blobs: Blobs, after: int = 0) -> Iterator[Entry]:
    """The entries of a log behind number `after`. Raises JournalError for a broken line or a newer schema."""
    yield from Tail(path, blobs, after).fresh()


def _check_schema(schema: int, path: Path) -> None:
    """Raise JournalError where a newer threadlab wrote it: a reader never guesses what that meant."""
    if schema > SCHEMA:
        raise JournalError(
            f"{path.parent.name} was written by a newer threadlab: its schema is {schema}, and this one "
            f"reads {SCHEMA}",
            hint="update threadlab; nothing was changed",
        )
