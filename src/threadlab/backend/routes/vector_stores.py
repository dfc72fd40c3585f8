"""Vector stores, the files in them, and batches of files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from threadlab.backend.file_records import BatchRecord, StoredFileRecord, VectorStoreRecord
from threadlab.backend.routes.call import Call
from threadlab.backend.routes.sources import chunking_of, files_of, new_store, refuse_assets
from threadlab.backend.search.vector_stores import stored_id
from threadlab.backend.wire import file_objects
from threadlab.backend.wire.errors import bad_request, missing, not_found
from threadlab.backend.wire.file_objects import STATUSES
from threadlab.backend.wire.paging import Page, envelope, read_page

Json = dict[str, Any]


def create(call: Call) -> Json:
    """POST /vector_stores. Without files it is completed at once."""
    with call.room.store.transaction() as change:
        record = new_store(call, change, call.body)
    call.room.vector_stores.index_due()
    return _shown(call, record)


def list_(call: Call) -> Json:
    """GET /vector_stores."""
    call.room.vector_stores.looked_at("")
    records, more = call.room.store.page(VectorStoreRecord, call.page)
    return envelope([_shown(call, record) for record in records], more)


def get(call: Call) -> Json:
    """GET /vector_stores/{id}."""
    record = call.find(VectorStoreRecord)
    call.room.vector_stores.looked_at(record.id)
    return _shown(call, record)


def update(call: Call) -> Json:
    """POST /vector_stores/{id}. A change puts its expiry off, as any use does."""
    sent = call.body.sent()
    if call.body.expires_after is not None:
        sent["expires_after"] = call.body.expires_after.model_dump()
    record = replace(call.find(VectorStoreRecord), **sent, last_active_at=call.room.clock.now())
    with call.room.store.transaction() as change:
        change.put(record)
    return _shown(call, record)


def delete(call: Call) -> Json:
    """DELETE /vector_stores/{id}. The files that were in it stay."""
    record = call.find(VectorStoreRecord)
    with call.room.store.transaction() as change:
        call.room.vector_stores.remove(change, record.id)
    return {"id": record.id, "object": "vector_store.deleted", "deleted": True}


def create_file(call: Call) -> Json:
    """POST /vector_stores/{id}/files: a file that was uploaded."""
    store, body = call.find(VectorStoreRecord), call.body
    refuse_assets(body.data_source, "data_source")
    if body.file_id is None:
        raise missing("file_id")
    with call.room.store.transaction() as change:
        (file,) = files_of(call, [body.file_id])
        chunking = chunking_of(body.chunking_strategy)
        record = call.room.vector_stores.put(change, store.id, file, chunking, attributes=body.attributes)
    call.room.vector_stores.index_due()
    return file_objects.stored_file(call.room.store.get(StoredFileRecord, record.id) or record)


def list_files(call: Call) -> Json:
    """GET /vector_stores/{id}/files."""
    store = call.find(VectorStoreRecord)
    call.room.vector_stores.looked_at(store.id)
    return _page_of_files(call, store.id, _filter(call))


def get_file(call: Call) -> Json:
    """GET /vector_stores/{id}/files/{fid}."""
    record = _stored_file(call)
    call.room.vector_stores.looked_at(record.id)
    return file_objects.stored_file(_stored_file(call))


def update_file(call: Call) -> Json:
    """POST /vector_stores/{id}/files/{fid}: other attributes, in the place of all that it had."""
    found = _stored_file(call)
    with call.room.store.transaction() as change:
        now = change.get(StoredFileRecord, found.id) or found  # it may have been indexed meanwhile
        record = replace(now, attributes=call.body.attributes)
        change.put(record)
    return file_objects.stored_file(record)


def delete_file(call: Call) -> Json:
    """DELETE /vector_stores/{id}/files/{fid}: out of the vector store; the file itself stays."""
    record = _stored_file(call)
    with call.room.store.transaction() as change:
        call.room.vector_stores.take_out(change, record)
    return {"id": record.file_id, "object": "vector_store.file.deleted", "deleted": True}


def create_batch(call: Call) -> Json:
    """POST /vector_stores/{id}/file_batches."""
    store, body = call.find(VectorStoreRecord), call.body
    refuse_assets(body.data_sources, "data_sources")
    if not body.file_ids:
        raise missing("file_ids")
    chunking = chunking_of(body.chunking_strategy)
    with call.room.store.transaction() as change:
        files = files_of(call, body.file_ids)
        batch = call.room.vector_stores.put_together(change, store.id, files, chunking, body.attributes)
    call.room.vector_stores.index_due()
    return _shown_batch(call, batch)


def get_batch(call: Call) -> Json:
    """GET /vector_stores/{id}/file_batches/{bid}."""
    batch = call.find(BatchRecord)
    call.room.vector_stores.looked_at(batch.id)
    return _shown_batch(call, batch)


def cancel_batch(call: Call) -> Json:
    """POST /vector_stores/{id}/file_batches/{bid}/cancel: files that are not indexed yet never are."""
    batch = call.find(BatchRecord)
    call.room.vector_stores.index_due()
    if not any(file.status == "in_progress" for file in call.room.vector_stores.files_of(batch)):
        raise bad_request(f"Cannot cancel the batch {batch.id}: none of its files is in progress.")
    with call.room.store.transaction() as change:
        call.room.vector_stores.cancel(change, batch)
    return _shown_batch(call, batch)


def list_batch_files(call: Call) -> Json:
    """GET /vector_stores/{id}/file_batches/{bid}/files."""
    batch = call.find(BatchRecord)
    call.room.vector_stores.looked_at(batch.id)
    return _page_of_files(call, batch.vector_store_id, {**_filter(call), "batch_id": batch.id})


def _shown(call: Call, record: VectorStoreRecord) -> Json:
    counts, used = call.room.vector_stores.counts(record.id)
    return file_objects.vector_store(record, counts, used, call.room.clock.now())


def _shown_batch(call: Call, batch: BatchRecord) -> Json:
    return file_objects.batch(batch, call.room.vector_stores.files_of(batch))


def _stored_file(call: Call) -> StoredFileRecord:
    store, file_id = call.find(VectorStoreRecord), call.path["file_id"]
    record = call.room.store.get(StoredFileRecord, stored_id(store.id, file_id))
    if record is None:
        raise not_found("file in the vector store", file_id)
    return record


def _page_of_files(call: Call, vector_store_id: str, having: Mapping[str, str]) -> Json:
    """A page, whose cursors are ids of files."""
    asked = read_page(call.request.query)
    after, before = (id and stored_id(vector_store_id, id) for id in (asked.after, asked.before))
    page = Page(asked.limit, asked.descending, after, before)
    records, more = call.room.store.page(StoredFileRecord, page, vector_store_id, **having)
    return envelope([file_objects.stored_file(record) for record in records], more)


def _filter(call: Call) -> dict[str, str]:
    status = call.request.query.get("filter")
    if status and status not in STATUSES:
        raise bad_request(
            f"Invalid 'filter': '{status}'. Supported values are: {', '.join(STATUSES)}.", param="filter"
        )
    return {"status": status} if status else {}
