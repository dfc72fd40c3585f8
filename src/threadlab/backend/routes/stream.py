"""A stream of a run's events, made as it is read."""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.backend.engine.events import events_of
from threadlab.backend.engine.replay import Replay
from threadlab.backend.engine.tail import tail
from threadlab.backend.records import RunRecord, ThreadRecord
from threadlab.backend.routes.call import Room
from threadlab.backend.wire import objects
from threadlab.backend.wire.http import Response, WaitUntil
from threadlab.backend.wire.sse import DONE, HEADERS, frame


def stream(
    room: Room,
    run: RunRecord,
    after: int = 0,
    new_thread: ThreadRecord | None = None,
    *,
    content: bool = False,
) -> Response:
    """The events of a run after an entry of its log, up to the end of a leg, then `done`.

    With `content`, the results of file searches come with their text.
    """
    return Response(200, _frames(room, run.id, after, new_thread, content), HEADERS)


def _frames(
    room: Room, run_id: str, after: int, new_thread: ThreadRecord | None, content: bool
) -> Iterator[bytes | WaitUntil]:
    records = Replay()
    for entry in room.store.log(run_id=run_id) if after else ():
        if entry.seq <= after:
            records.apply(entry)
    if new_thread is not None:
        yield frame("thread.created", objects.thread(new_thread))
    for step in tail(room.store, room.driver, room.bell, run_id, after):
        if isinstance(step, WaitUntil):
            yield step
            continue
        records.apply(step)
        for name, data in events_of(step, records, content=content):
            yield frame(name, data)
    yield DONE
