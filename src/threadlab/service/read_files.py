"""The service's JSON about files and vector stores as the kit's objects. Pure, as `read.py` is."""

from __future__ import annotations

from collections.abc import Mapping

from threadlab.objects.file import File
from threadlab.objects.vector_store import FileCounts, VectorStore, VectorStoreFile
from threadlab.service.read import Wire, fault


def file(wire: Wire) -> File:
    """A file."""
    return File(
        id=wire["id"],
        name=wire.get("filename") or "",
        size=wire.get("bytes") or 0,
        purpose=str(wire.get("purpose") or ""),
        status=str(wire.get("status") or ""),
        created_at=wire.get("created_at") or 0,
        native=wire,
    )


def vector_store(wire: Wire) -> VectorStore:
    """A vector store."""
    return VectorStore(
        id=wire["id"],
        name=wire.get("name"),
        status=str(wire.get("status") or ""),
        files=_counts(wire.get("file_counts") or {}),
        size=wire.get("usage_bytes") or 0,
        expires_at=wire.get("expires_at"),
        metadata=dict(wire.get("metadata") or {}),
        created_at=wire.get("created_at") or 0,
        native=wire,
    )


def vector_store_file(wire: Wire) -> VectorStoreFile:
    """A file in a vector store. How it was cut is told of the static kind alone."""
    chunking = wire.get("chunking_strategy") or {}
    static = chunking.get("static")
    cut: Wire = static if isinstance(static, Mapping) else {}
    return VectorStoreFile(
        id=wire["id"],
        vector_store_id=wire.get("vector_store_id") or "",
        status=str(wire.get("status") or ""),
        error=fault(wire.get("last_error")),
        size=wire.get("usage_bytes") or 0,
        chunk_tokens=cut.get("max_chunk_size_tokens"),
        overlap_tokens=cut.get("chunk_overlap_tokens"),
        created_at=wire.get("created_at") or 0,
        native=wire,
    )


def _counts(wire: Wire) -> FileCounts:
    return FileCounts(
        total=wire.get("total") or 0,
        completed=wire.get("completed") or 0,
        in_progress=wire.get("in_progress") or 0,
        failed=wire.get("failed") or 0,
        cancelled=wire.get("cancelled") or 0,
    )
