"""Messages of a thread."""

from __future__ import annotations

from typing import Any

from threadlab.backend.engine.log import write
from threadlab.backend.records import Entry, MessageRecord, ThreadRecord
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.routes.content import content_of
from threadlab.backend.routes.sources import attach
from threadlab.backend.store.transaction import Transaction
from threadlab.backend.wire import objects
from threadlab.backend.wire.bodies import NewMessage
from threadlab.backend.wire.errors import thread_is_busy
from threadlab.backend.wire.paging import envelope


def create(call: Call) -> dict[str, Any]:
    """POST /threads/{id}/messages. Refused while a run is active on the thread."""
    thread = call.find(ThreadRecord)
    entry = new_entry(call.room, thread.id, call.body)
    with call.room.store.transaction() as change:
        refuse_while_busy(change, thread.id)
        attach(call, change, change.get(ThreadRecord, thread.id) or thread, [call.body])
        write(change, [entry])
        message = change.get(MessageRecord, entry.data["id"])
    assert message is not None
    return objects.message(message)


def list_(call: Call) -> dict[str, Any]:
    """GET /threads/{id}/messages, all or those of one run."""
    thread = call.find(ThreadRecord)
    run_id = call.request.query.get("run_id") or None
    messages, more = call.room.store.page(MessageRecord, call.page, thread.id, run_id)
    shown = [objects.message(message) for message in messages if message.thread_id == thread.id]
    return envelope(shown, more)


def get(call: Call) -> dict[str, Any]:
    """GET /threads/{id}/messages/{mid}."""
    call.find(ThreadRecord)
    return objects.message(call.find(MessageRecord))


def update(call: Call) -> dict[str, Any]:
    """POST /threads/{id}/messages/{mid}: metadata alone; what was said stays said."""
    message = call.find(MessageRecord)
    metadata = message.metadata if call.body.metadata is None else call.body.metadata
    data = {"id": message.id, "metadata": metadata}
    with call.room.store.transaction() as change:
        write(change, [Entry("message.updated", data, message.thread_id, at=call.room.clock.now())])
    return objects.message(call.find(MessageRecord))


def delete(call: Call) -> dict[str, Any]:
    """DELETE /threads/{id}/messages/{mid}. Refused while a run is active on the thread."""
    message = call.find(MessageRecord)
    with call.room.store.transaction() as change:
        refuse_while_busy(change, message.thread_id)
        data = {"id": message.id}
        write(change, [Entry("message.deleted", data, message.thread_id, at=call.room.clock.now())])
    return objects.deleted(message.id, "thread.message")


def new_entry(room: Room, thread_id: str, body: NewMessage) -> Entry:
    """The log's entry for a message that a client adds."""
    data = {
        "id": room.ids.new("msg"),
        "role": body.role,
        "content": content_of(room, body.content),
        "attachments": body.attachments or [],
        "metadata": body.metadata or {},
    }
    return Entry("message.created", data, thread_id, at=room.clock.now())


def refuse_while_busy(change: Transaction, thread_id: str) -> None:
    """Raise the service's 400 if a run is active on the thread."""
    active = change.active_run(thread_id)
    if active is not None:
        raise thread_is_busy(thread_id, active, adding_message=True)
