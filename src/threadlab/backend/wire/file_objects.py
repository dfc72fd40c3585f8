"""Files and vector stores as the service shows them, made from records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from threadlab.backend.file_records import BatchRecord, FileRecord, StoredFileRecord, VectorStoreRecord

Json = dict[str, Any]
STATUSES = ("in_progress", "completed", "failed", "cancelled")
"""Of a file in a vector store; counts are kept by them."""


def file(record: FileRecord) -> Json:
    """A file."""
    return {
        "id": record.id,
        "object": "file",
        "bytes": record.bytes,
        "created_at": int(record.created_at),
        "filename": record.filename,
        "purpose": record.purpose,
        "status": record.status,
        "status_details": None,
    }


def deleted_file(id: str) -> Json:
    """What the DELETE of a file answers: of all objects, only files are `file` and not `file.deleted`."""
    return {"id": id, "object": "file", "deleted": True}


def vector_store(record: VectorStoreRecord, counts: Mapping[str, int], used: int, now: float) -> Json:
    """A vector store, with the number of its files by status and the bytes that their index takes."""
    expires_at = record.expires_at
    expired = expires_at is not None and expires_at <= now
    return {
        "id": record.id,
        "object": "vector_store",
        "created_at": int(record.created_at),
        "name": record.name,
        "usage_bytes": used,
        "file_counts": file_counts(counts),
        "status": "expired" if expired else "in_progress" if counts.get("in_progress") else "completed",
        "expires_after": record.expires_after,
        "expires_at": None if expires_at is None else int(expires_at),
        "last_active_at": int(record.last_active_at),
        "metadata": record.metadata,
    }


def stored_file(record: StoredFileRecord) -> Json:
    """A file in a vector store; its id is the file's."""
    return {
        "id": record.file_id,
        "object": "vector_store.file",
        "usage_bytes": record.usage_bytes,
        "created_at": int(record.created_at),
        "vector_store_id": record.vector_store_id,
        "status": record.status,
        "last_error": record.error,
        "chunking_strategy": record.chunking,
        **({"attributes": record.attributes} if record.attributes else {}),  # Azure's protocol has none
    }


def search_results(queries: Sequence[str], results: Sequence[Json], *, has_more: bool) -> Json:
    """The page of a search, as openai 3.x has it; there is never a second one to ask for."""
    return {
        "object": "vector_store.search_results.page",
        "search_query": list(queries),
        "data": list(results),
        "has_more": has_more,
        "next_page": None,
    }


def batch(record: BatchRecord, files: Sequence[StoredFileRecord]) -> Json:
    """A batch; `files` are those of its files that are still in the store."""
    counts = {status: sum(file.status == status for file in files) for status in STATUSES}
    return {
        "id": record.id,
        "object": "vector_store.files_batch",
        "created_at": int(record.created_at),
        "vector_store_id": record.vector_store_id,
        "status": _batch_status(counts),
        "file_counts": file_counts(counts),
    }


def file_counts(counts: Mapping[str, int]) -> Json:
    """How many files have which status."""
    return {status: counts.get(status, 0) for status in STATUSES} | {"total": sum(counts.values())}


def _batch_status(counts: Mapping[str, int]) -> str:
    """A batch is at work while one of its files is, and failed only if all of them are."""
    if counts["in_progress"]:
        return "in_progress"
    if counts["cancelled"]:
        return "cancelled"
    return "failed" if counts["failed"] and not counts["completed"] else "completed"
