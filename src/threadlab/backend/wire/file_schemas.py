"""Schemas of files and vector stores, as data, beside those in schemas.py."""

from __future__ import annotations

from collections.abc import Mapping

from threadlab.backend.wire.file_objects import STATUSES
from threadlab.backend.wire.schemas import (
    COUNT,
    METADATA,
    SECONDS,
    TEXT,
    Json,
    choice,
    closed,
    list_of,
    nullable,
)

_COUNTS = closed(dict.fromkeys((*STATUSES, "total"), COUNT))
_WINDOW = closed({"max_chunk_size_tokens": COUNT, "chunk_overlap_tokens": COUNT})
_ATTRIBUTES: Json = {
    "type": "object",
    "additionalProperties": {"type": ["string", "number", "boolean"]},
}
_ERROR = closed({"code": choice("server_error", "invalid_file", "unsupported_file"), "message": TEXT})

FILE_SCHEMAS: Mapping[str, Json] = {
    "file": closed(
        {
            "id": TEXT,
            "object": choice("file"),
            "bytes": COUNT,
            "created_at": SECONDS,
            "filename": TEXT,
            "purpose": TEXT,
            "status": choice("processed"),
            "status_details": nullable(TEXT),
        }
    ),
    "new_file": {
        "type": "object",
        "properties": {
            "file": {"type": "string", "format": "binary"},
            "purpose": choice("assistants", "vision", "user_data"),
            "filename": TEXT,
        },
        "required": ["file", "purpose"],
    },
    "vector_store": closed(
        {
            "id": TEXT,
            "object": choice("vector_store"),
            "created_at": SECONDS,
            "name": nullable(TEXT),
            "usage_bytes": COUNT,
            "file_counts": _COUNTS,
            "status": choice("in_progress", "completed", "expired"),
            "expires_after": nullable(closed({"anchor": choice("last_active_at"), "days": COUNT})),
            "expires_at": nullable(SECONDS),
            "last_active_at": SECONDS,
            "metadata": METADATA,
        }
    ),
    "stored_file": closed(
        {
            "id": TEXT,
            "object": choice("vector_store.file"),
            "usage_bytes": COUNT,
            "created_at": SECONDS,
            "vector_store_id": TEXT,
            "status": choice(*STATUSES),
            "last_error": nullable(_ERROR),
            "chunking_strategy": closed({"type": choice("static"), "static": _WINDOW}),
            "attributes": _ATTRIBUTES,
        },
        optional=("attributes",),
    ),
    "search_results": closed(
        {
            "object": choice("vector_store.search_results.page"),
            "search_query": {"type": "array", "items": TEXT},
            "data": {
                "type": "array",
                "items": closed(
                    {
                        "file_id": TEXT,
                        "filename": TEXT,
                        "score": {"type": "number", "minimum": 0, "maximum": 1},
                        "attributes": _ATTRIBUTES,
                        "content": {
                            "type": "array",
                            "items": closed({"type": choice("text"), "text": TEXT}),
                        },
                    }
                ),
            },
            "has_more": {"type": "boolean"},
            "next_page": nullable(TEXT),
        }
    ),
    "file_batch": closed(
        {
            "id": TEXT,
            "object": choice("vector_store.files_batch"),
            "created_at": SECONDS,
            "vector_store_id": TEXT,
            "status": choice(*STATUSES),
            "file_counts": _COUNTS,
        }
    ),
    **{f"{name}_list": list_of(name) for name in ("file", "vector_store", "stored_file")},
}
