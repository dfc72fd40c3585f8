"""Kept files: what code is given and makes, as files of the store."""

from __future__ import annotations

from collections.abc import Sequence

from threadlab.backend.clock import Clock
from threadlab.backend.file_records import FileRecord
from threadlab.backend.files.blobs import Blobs
from threadlab.backend.ids import Ids
from threadlab.backend.store.sqlite import Store


class KeptFiles:
    """The files of a store, with their bytes beside it."""

    def __init__(self, store: Store, clock: Clock, ids: Ids, blobs: Blobs) -> None:
        self._store = store
        self._clock = clock
        self._ids = ids
        self._blobs = blobs

    def names(self, ids: Sequence[str]) -> dict[str, str]:
        """The names of those of these files that are there, each name once; by id."""
        names: dict[str, str] = {}
        for id in ids:
            record = self._store.get(FileRecord, id)
            if record is not None:
                taken = record.filename in names.values()
                names[id] = f"{id}-{record.filename}" if taken else record.filename
        return names

    def size(self, id: str) -> int:
        """How many bytes a file has."""
        record = self._store.get(FileRecord, id)
        return record.bytes if record else 0

    def read(self, id: str) -> bytes:
        """The bytes of a file. Raises FileNotFoundError for one that was deleted."""
        record = self._store.get(FileRecord, id)
        if record is None:
            raise FileNotFoundError(f"the file {id} was deleted")
        return self._blobs.read(record.sha256)

    def keep(self, files: Sequence[tuple[str, bytes]]) -> list[str]:
        """Keep files that code has made: (name, bytes) each; returns their ids."""
        if not files:
            return []
        ids = [self._ids.new("assistant").replace("_", "-", 1) for _ in files]
        with self._store.transaction() as change:
            for id, (name, content) in zip(ids, files, strict=True):
                change.put(
                    FileRecord(
                        id=id,
                        created_at=self._clock.now(),
                        filename=name,
                        bytes=len(content),
                        purpose="assistants_output",
                        sha256=self._blobs.put(content),
                    )
                )
        return ids
