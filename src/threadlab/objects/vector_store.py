"""Vector store: files cut into chunks and indexed, so that a file search can find them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.objects.fault import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class FileCounts:
    """How many files of a vector store have which status."""

    total: int = 0
    completed: int = 0
    in_progress: int = 0
    failed: int = 0
    cancelled: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStore:
    """A vector store as the service holds it. `size` is what its index takes, in bytes.

    `status` is "in_progress" while files are being indexed, then "completed", and "expired" after
    `expires_at`. Times are Unix seconds.
    """

    id: str
    name: str | None = None
    status: str = ""
    files: FileCounts = field(default_factory=FileCounts)
    size: int = 0
    expires_at: int | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class VectorStoreFile:
    """A file in a vector store; `id` is the file's own.

    `status` is "in_progress", "completed", "failed" (`error` says why) or "cancelled". `chunk_tokens` and
    `overlap_tokens` say how its text was cut, None where the service does not tell.
    """

    id: str
    vector_store_id: str
    status: str = ""
    error: Fault | None = None
    size: int = 0
    chunk_tokens: int | None = None
    overlap_tokens: int | None = None
    created_at: int = 0
    native: Any = field(default=None, repr=False, compare=False)
