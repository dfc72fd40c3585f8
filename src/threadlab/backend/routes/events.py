"""Events of runs that are there already: a run's stream joined late or again, and all runs of a thread.

The service has no such routes; these are the backend's own, for whoever did not start the run. A run's events
are counted from 1, and each block carries its number as `id` (in a thread's stream: run id, colon, number).
`after`, or the header `Last-Event-ID` that a browser's EventSource sends, goes on behind that event. A stream
ends, with `done`, when nothing more comes by itself: the run is over, or waits for outputs. With `stay=true`
the stream of a run goes on until the run is over, that of a thread until its reader leaves.
"""

from __future__ import annotations

from collections.abc import Iterator

from threadlab.backend.engine.events import events_of
from threadlab.backend.engine.observe import observe, runs_after
from threadlab.backend.engine.replay import Replay
from threadlab.backend.records import RunRecord, ThreadRecord
from threadlab.backend.routes.call import Call, Room
from threadlab.backend.wire.errors import bad_request
from threadlab.backend.wire.http import Response, WaitUntil
from threadlab.backend.wire.sse import DONE, HEADERS, frame

NEXT_RUN = 0.5
"""Seconds between two looks for another run on a thread."""
MOST_DIGITS = 18


def of_run(call: Call) -> Response:
    """GET /threads/{id}/runs/{rid}/events."""
    run, after = call.find(RunRecord), _number(_after(call) or "0")

    def body() -> Iterator[bytes | WaitUntil]:
        yield from _frames(call.room, run.id, after, "", stay=_stays(call))
        yield DONE

    return Response(200, body(), HEADERS)


def of_thread(call: Call) -> Response:
    """GET /threads/{id}/events."""
    thread = call.find(ThreadRecord)
    run_id, _, number = _after(call).partition(":")
    if run_id:
        call.find(RunRecord, run_id)
    return Response(200, _all_runs(call.room, thread, run_id, _number(number or "0"), _stays(call)), HEADERS)


def _all_runs(
    room: Room, thread: ThreadRecord, run_id: str, after: int, stay: bool
) -> Iterator[bytes | WaitUntil]:
    if run_id:
        yield from _frames(room, run_id, after, f"{run_id}:", stay=stay)
    while True:
        for run in runs_after(room.store, thread.id, run_id or None):
            run_id = run.id
            yield from _frames(room, run_id, 0, f"{run_id}:", stay=stay)
        if not stay or room.clock.kind == "virtual" or room.store.get(ThreadRecord, thread.id) is None:
            break  # in virtual time, waiting would only make time run away: nobody starts a run by waiting
        heard = room.bell.heard(thread.id)
        yield WaitUntil(room.clock.now() + NEXT_RUN, thread.id, heard)
    yield DONE


def _frames(room: Room, run_id: str, after: int, prefix: str, *, stay: bool) -> Iterator[bytes | WaitUntil]:
    """The numbered events of one run behind the first `after` of them."""
    records, number = Replay(), 0
    for step in observe(room.store, room.driver, room.bell, run_id, stay=stay):
        if isinstance(step, WaitUntil):
            yield step
            continue
        records.apply(step)
        for name, content in events_of(step, records):
            number += 1
            if number > after:
                yield frame(name, content, f"{prefix}{number}")


def _after(call: Call) -> str:
    return call.request.query.get("after") or call.request.headers.get("last-event-id") or ""


def _stays(call: Call) -> bool:
    return call.request.query.get("stay") == "true"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise bad_request(
            f"Invalid 'after': '{text}'. Expected the id of an event of this stream.", param="after"
        )
    return int(text)
