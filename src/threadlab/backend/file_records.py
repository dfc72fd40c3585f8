"""Records of files and vector stores: what the store keeps of them. The bytes of a file are elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """A file. `sha256` names its bytes."""

    id: str
    created_at: float
    filename: str
    bytes: int
    purpose: str
    sha256: str
    status: str = "processed"


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStoreRecord:
    """A vector store: only its own properties; the files in it are records of their own."""

    id: str
    created_at: float
    name: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    expires_after: Json | None = None
    last_active_at: float = 0.0

    @property
    def expires_at(self) -> float | None:
        """The instant after which it can be searched no more."""
        if self.expires_after is None:
            return None
        return self.last_active_at + float(self.expires_after["days"]) * 86_400.0


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredFileRecord:
    """A file in a vector store. Its text is indexed at `due`; until then it is in_progress.

    `id` is the store's id, a slash and the file's id: a file may be in several stores. By its `attributes` a
    search can leave it out.
    """

    id: str
    vector_store_id: str
    file_id: str
    created_at: float
    due: float
    chunking: Json
    batch_id: str | None = None
    status: str = "in_progress"
    usage_bytes: int = 0
    error: Json | None = None
    attributes: dict[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """Files that were put into a vector store together."""

    id: str
    vector_store_id: str
    created_at: float
    file_ids: list[str]
