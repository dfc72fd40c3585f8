"""Replay: the records as they were at each entry of a log, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threadlab.backend.engine.project import AnyRecord, project
from threadlab.backend.records import Entry, Record


class Replay:
    """Records in a dictionary, brought to where a log is by reading it from its start."""

    def __init__(self) -> None:
        self._records: dict[tuple[type[Any], str], Any] = {}

    def apply(self, entry: Entry) -> None:
        """Go on by one entry."""
        project(entry, self)

    def get(self, kind: type[AnyRecord], id: str) -> AnyRecord | None:
        """The record of that kind and id."""
        return self._records.get((kind, id))

    def put(self, record: Record) -> None:
        """Write a record."""
        self._records[type(record), record.id] = record

    def remove(self, kind: type[Any], id: str) -> None:
        """Delete a record."""
        self._records.pop((kind, id), None)

    def __iter__(self) -> Iterator[Record]:
        return iter(self._records.values())
