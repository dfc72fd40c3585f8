"""Threads."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threadlab.backend.engine.log import write
from threadlab.backend.records import Entry, ThreadRecord
from threadlab.backend.routes import messages
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.wire import objects
from threadlab.backend.wire.bodies import NewThread
from threadlab.backend.wire.paging import envelope


def create(call: Call) -> dict[str, Any]:
    """POST /threads, empty or with first messages."""
    thread, entries = new_thread(call.room, call.body)
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
    thread = replace(call.find(ThreadRecord), **call.body.sent())
    with call.room.store.transaction() as change:
        change.put(thread)
    return objects.thread(thread)


def delete(call: Call) -> dict[str, Any]:
    """DELETE /threads/{id}, with its messages, runs and run steps. A run at work on it is stopped first."""
    thread = call.find(ThreadRecord)
    call.room.engine.stop(thread.id)
    with call.room.store.transaction() as change:
        change.remove_thread(thread.id)
    return objects.deleted(thread.id, "thread")


def new_thread(room: Room, body: NewThread) -> tuple[ThreadRecord, list[Entry]]:
    """A thread that is not stored yet, and the entries for its first messages."""
    thread = ThreadRecord(
        id=room.ids.new("thread"),
        created_at=room.clock.now(),
        tool_resources=body.tool_resources or {},
        metadata=body.metadata or {},
    )
    return thread, [messages.new_entry(room, thread.id, message) for message in body.messages or []]
