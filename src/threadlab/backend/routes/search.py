"""Searching a vector store without an agent: the same search as file_search makes, asked for directly."""

from __future__ import annotations

from typing import Any

from threadlab.backend.file_records import FileRecord, StoredFileRecord, VectorStoreRecord
from threadlab.backend.routes.call import Call
from threadlab.backend.search.embedder import EmbeddingFailed
from threadlab.backend.search.filters import fits
from threadlab.backend.search.index import Found
from threadlab.backend.search.vector_stores import stored_id
from threadlab.backend.search.words import telling
from threadlab.backend.wire import file_objects
from threadlab.backend.wire.errors import ApiError, bad_request
from threadlab.backend.wire.search_bodies import NewSearch

Json = dict[str, Any]
MOST_RESULTS = 10
"""Results, unless the request says otherwise: the documented default of this operation."""


def search(call: Call) -> Json:
    """POST /vector_stores/{id}/search: what of its files answers a question, best first.

    Files that are not indexed yet are not found. A rewritten query is the question's telling words.
    """
    store, asked = call.find(VectorStoreRecord), call.body
    call.room.vector_stores.looked_at(store.id)
    if store.expires_at is not None and store.expires_at <= call.room.clock.now():
        raise bad_request(
            f"The vector store {store.id} expired: make a new one with its files.", code="expired"
        )
    queries = [_rewritten(query) for query in asked.query] if asked.rewrite_query else asked.query
    most = asked.max_num_results or MOST_RESULTS
    found = _found(call, store.id, queries, most + 1)
    call.room.vector_stores.touch([store])
    results = [_shown(call, store.id, one) for one in found[:most]]
    return file_objects.search_results(queries, results, has_more=len(found) > most)


def _found(call: Call, store_id: str, queries: list[str], most: int) -> list[Found]:
    """The best answers to any of the queries, each part of a file once."""
    index, asked = call.room.vector_stores.index, call.body
    least = (asked.ranking_options and asked.ranking_options.score_threshold) or 0.0
    files = _files(call, store_id, asked)
    best: dict[tuple[str, int], Found] = {}
    try:
        for query in queries:
            for one in index.find([store_id], query, most, least, files):
                place = (one.file_id, one.start)
                if place not in best or best[place].score < one.score:
                    best[place] = one
    except EmbeddingFailed as error:
        message = f"The search could not ask the embedder: {error}"
        raise ApiError(500, message, code="server_error", type="server_error") from error
    return sorted(best.values(), key=lambda one: -one.score)[:most]


def _files(call: Call, store_id: str, asked: NewSearch) -> list[str] | None:
    """The ids of the files that the search may look into; None for all of them."""
    if asked.filters is None:
        return None
    filter = asked.filters.model_dump()
    every = call.room.store.every(StoredFileRecord, store_id)
    return [file.file_id for file in every if fits(filter, file.attributes)]


def _shown(call: Call, store_id: str, one: Found) -> Json:
    file = call.room.store.get(FileRecord, one.file_id)
    stored = call.room.store.get(StoredFileRecord, stored_id(store_id, one.file_id))
    return {
        "file_id": one.file_id,
        "filename": file.filename if file else one.file_id,
        "score": one.score,
        "attributes": stored.attributes if stored else {},
        "content": [{"type": "text", "text": one.text}],
    }


def _rewritten(query: str) -> str:
    return " ".join(telling(query)) or query
