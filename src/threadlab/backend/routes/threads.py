"""Threads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threadlab.backend.engine.log import write
from threadlab.backend.records import Entry, ThreadRecord
from threadlab.backend.routes import messages
from threadlab.backend.routes.call import Call
from threadlab.backend.routes.sources import attach, resources_of
from threadlab.backend.wire import objects
from threadlab.backend.wire.bodies import NewThread
from threadlab.backend.wire.paging import envelope


def create(call: Call) -> dict[str, Any]:
    """POST /threads, empty or with first messages."""
    thread, entries = new_thread(call, call.body)
    with call.room.store.transaction() as change:
        change.put(thread)
        write(change, entries)
    return objects.thread(thread)


def list_(call: Call) -> dict[str, Any]:
    """GET /threads."""
    threads, more = call.room.store.page(ThreadRecord, call.page)
    return envelope([objects.thread(thread) for thread in threads], more)


def get(call: Call) -> dict[str, Any]:
    """GET /threads/{id}."""
    return objects.thread(call.find(ThreadRecord))


def update(call: Call) -> dict[str, Any]:
    """POST /threads/{id}."""
    sent = call.body.sent()
    if "tool_resources" in sent:
        sent["tool_resources"] = resources_of(call, sent["tool_resources"])
    thread = replace(call.find(ThreadRecord), **sent)
    with call.room.store.transaction() as change:
        change.put(thread)
    return objects.thread(thread)


def delete(call: Call) -> dict[str, Any]:
    """DELETE /threads/{id}, with its messages, runs and run steps. A run at work on it is stopped first."""
    thread = call.find(ThreadRecord)
    call.room.engine.stop(thread.id)
    with call.room.store.transaction() as change:
        change.remove_thread(thread.id)
    call.room.engine.serving.leave(thread.id)
    return objects.deleted(thread.id, "thread")


def new_thread(call: Call, body: NewThread) -> tuple[ThreadRecord, list[Entry]]:
    """A thread that is not finally stored yet, and the entries for its first messages."""
    room, said = call.room, body.messages or []
    thread = ThreadRecord(
        id=room.ids.new("thread"),
        created_at=room.clock.now(),
        tool_resources=resources_of(call, body.tool_resources),
        metadata=body.metadata or {},
    )
    entries = [messages.new_entry(room, thread.id, message) for message in said]
    if any(message.attachments for message in said):
        with room.store.transaction() as change:
            thread = attach(call, change, thread, said)
    return thread, entries
