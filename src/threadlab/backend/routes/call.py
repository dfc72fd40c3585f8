"""A call: one request on its way to a handler, with everything that a handler may use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.backend.bell import Bell
from threadlab.backend.clock import Clock
from threadlab.backend.engine.driver import Driver
from threadlab.backend.engine.port import RunEngine
from threadlab.backend.file_records import BatchRecord, FileRecord, VectorStoreRecord
from threadlab.backend.files.blobs import Blobs
from threadlab.backend.ids import Ids
from threadlab.backend.records import (
    AgentRecord,
    MessageRecord,
    Record,
    RunRecord,
    StepRecord,
    ThreadRecord,
)
from threadlab.backend.search.vector_stores import VectorStores
from threadlab.backend.store.sqlite import Store
from threadlab.backend.store.tables import AnyRecord
from threadlab.backend.wire.errors import bad_request, not_found
from threadlab.backend.wire.http import Request
from threadlab.backend.wire.paging import Page, read_page

NAMES: Mapping[type[Any], tuple[str, str, str]] = {
    AgentRecord: ("assistant", "asst", "assistant_id"),
    ThreadRecord: ("thread", "thread", "thread_id"),
    MessageRecord: ("message", "msg", "message_id"),
    RunRecord: ("run", "run", "run_id"),
    StepRecord: ("run step", "step", "step_id"),
    FileRecord: ("file", "assistant-", "file_id"),
    VectorStoreRecord: ("vector store", "vs_", "vector_store_id"),
    BatchRecord: ("file batch", "vsfb_", "batch_id"),
}
"""What the service calls each object, the prefix of its ids, and the name of the id as a parameter."""


@dataclass(frozen=True, slots=True)
class Room:
    """What handlers work with."""

    store: Store
    clock: Clock
    ids: Ids
    engine: RunEngine
    driver: Driver
    bell: Bell
    blobs: Blobs
    vector_stores: VectorStores


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the ids of its path, its checked body, and the room it is served in."""

    room: Room
    request: Request
    path: Mapping[str, str]
    body: Any = None

    @property
    def page(self) -> Page:
        """The page that a list is asked for."""
        return read_page(self.request.query)

    def find(self, kind: type[AnyRecord], id: str | None = None) -> AnyRecord:
        """The record that the path (or the body) names.

        Raises a 400 for an id with another kind's prefix, and a 404 when there is no such record where
        the path says it is.
        """
        name, prefix, param = NAMES[kind]
        id = self.path[param] if id is None else id
        if not id.startswith(prefix):
            raise bad_request(
                f"Invalid '{param}': '{id}'. Expected an ID that begins with '{prefix}'.", param=param
            )
        record = self.room.store.get(kind, id)
        if record is None or not self._belongs(record):
            raise not_found(name, id)
        return record

    def _belongs(self, record: Record) -> bool:
        match record:
            case StepRecord():
                return record.run_id == self.path["run_id"] and record.thread_id == self.path["thread_id"]
            case MessageRecord() | RunRecord():
                return record.thread_id == self.path["thread_id"]
            case BatchRecord():
                return record.vector_store_id == self.path["vector_store_id"]
            case _:
                return True
