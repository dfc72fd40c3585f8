"""Files. Their bytes lie beside the store, under the SHA-256 of what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threadlab.backend.file_records import FileRecord
from threadlab.backend.files.upload import Upload
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.wire import file_objects
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.http import Response
from threadlab.backend.wire.paging import envelope

A_PIECE = 2**20
"""Bytes of a large file that are read at once."""
PURPOSES = ("assistants", "vision", "user_data")
"""What a client may upload a file for; `assistants_output` is what tools write."""


def create(call: Call) -> dict[str, Any]:
    """POST /files: a form, read as it arrived, or here if it came whole."""
    upload: Upload = call.request.upload or Upload(call.request.headers, call.room.blobs)
    try:
        upload.feed(call.request.body)
        upload.finish()
        if upload.purpose not in PURPOSES:
            supported = ", ".join(PURPOSES)
            raise bad_request(
                f"Invalid 'purpose': {upload.purpose[:80]!r}. Supported values are: {supported}.",
                param="purpose",
            )
        return file_objects.file(_kept(call.room, upload))
    finally:
        upload.drop()


def list_(call: Call) -> dict[str, Any]:
    """GET /files: all at once, as on the service, unless a page is asked for."""
    query = call.request.query
    having = {"purpose": query["purpose"]} if query.get("purpose") else {}
    if {"limit", "after", "before"} & query.keys():
        files, more = call.room.store.page(FileRecord, call.page, **having)
        return envelope([file_objects.file(file) for file in files], more)
    every = call.room.store.every(FileRecord, "")
    if call.page.descending:
        every.reverse()
    shown = [file for file in every if not having or file.purpose == having["purpose"]]
    return envelope([file_objects.file(file) for file in shown], False)


def get(call: Call) -> dict[str, Any]:
    """GET /files/{id}."""
    return file_objects.file(call.find(FileRecord))


def content(call: Call) -> Response:
    """GET /files/{id}/content: its bytes, as they came."""
    file = call.find(FileRecord)
    headers = {"content-type": "application/octet-stream", "x-content-type-options": "nosniff"}
    is_large = file.bytes > A_PIECE
    return Response(200, _pieces(call.room, file) if is_large else call.room.blobs.read(file.sha256), headers)


def delete(call: Call) -> dict[str, Any]:
    """DELETE /files/{id}. It leaves every vector store; what runs have found in it stays."""
    file = call.find(FileRecord)
    with call.room.store.transaction() as change:
        call.room.vector_stores.forget(change, file.id)
        change.remove(FileRecord, file.id)
    _let_go(call.room, file.sha256)
    return file_objects.deleted_file(file.id)


def new_id(room: Room) -> str:
    """`assistant-…`: of all ids, only those of files have a hyphen."""
    return room.ids.new("assistant").replace("_", "-", 1)


def _kept(room: Room, upload: Upload) -> FileRecord:
    """The file of a whole form, stored. Its blob is kept within the change that names it."""
    assert upload.blob is not None, "a finished form has a file"
    filename = upload.filename
    with room.store.transaction() as change:
        file = FileRecord(
            id=new_id(room),
            created_at=room.clock.now(),
            filename=filename,
            bytes=upload.blob.size,
            purpose=upload.purpose,
            sha256=upload.blob.keep(),
        )
        change.put(file)
    return file


def _let_go(room: Room, sha256: str) -> None:
    """Remove a blob that no file has any more. While a transaction is open, nobody can begin to use it."""
    with room.store.transaction() as change:
        others = "SELECT count(*) FROM files WHERE doc ->> '$.sha256' = ?"
        if change.rows(others, (sha256,))[0][0] == 0:
            room.blobs.remove(sha256)


def _pieces(room: Room, file: FileRecord) -> Iterator[bytes]:
    with room.blobs.open(file.sha256) as blob:
        while piece := blob.read(A_PIECE):
            yield piece
