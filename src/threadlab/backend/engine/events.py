"""Events: an entry of the log → the service's stream events, in the order that recordings show.

Pure: an entry, and the records as they are after it. Names and order follow protocol recordings of
azure-ai-agents: a message is completed before its step, a message delta carries `id`, `object` and `delta`
alone, a step of message_creation has no delta.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from threadlab.backend.engine.replay import Replay
from threadlab.backend.records import CallRecord, Entry, MessageRecord, RunRecord, StepRecord
from threadlab.backend.wire import objects

Event = tuple[str, Any]


def events_of(entry: Entry, records: Replay, *, content: bool = False) -> Iterator[Event]:
    """The events of one entry: (name, JSON) each. Entries that clients do not see have none.

    With `content`, the results of file searches come with their text.
    """
    match entry.kind:
        case "run.created":
            run = _run(entry, records)
            yield "thread.run.created", objects.run(run, [])
            yield "thread.run.queued", objects.run(run, [])
        case "run.status":
            run = _run(entry, records)
            yield f"thread.run.{run.status}", objects.run(run, _waiting(run, records))
        case "step.created":
            yield from _step_begins(_step(entry, records), records)
        case "step.delta":
            yield from _deltas(_step(entry, records), entry.data["pieces"], records)
        case "tool.child" | "tool.outputs":
            yield from _served(_step(entry, records), entry.data, content)
        case "step.status":
            yield from _step_ends(_step(entry, records), records, content)


def _step_begins(step: StepRecord, records: Replay) -> Iterator[Event]:
    shown = objects.step(step)
    yield "thread.run.step.created", shown
    yield "thread.run.step.in_progress", shown
    if step.message_id:
        message = objects.streamed_message(_message(step, records))
        yield "thread.message.created", message
        yield "thread.message.in_progress", message
        for place, part in enumerate(_message(step, records).content[:-1]):
            yield "thread.message.delta", objects.part_delta(step.message_id, place, part)


def _deltas(step: StepRecord, pieces: list[dict[str, Any]], records: Replay) -> Iterator[Event]:
    if step.message_id is None:
        for piece in pieces:
            delta = objects.step_delta(step.id, step.calls[piece["index"]], piece)
            if delta is not None:
                yield "thread.run.step.delta", delta
        return
    content = _message(step, records).content
    text, place = content[-1]["text"], len(content) - 1
    first = text["value"] == "".join(piece["text"] for piece in pieces)
    cited = len(text["annotations"]) - sum(len(piece.get("annotations", ())) for piece in pieces)
    for number, piece in enumerate(pieces):
        opening, before = first and number == 0, cited
        cited += len(piece.get("annotations", ()))
        annotations = list(enumerate(text["annotations"]))[before:cited]
        yield (
            "thread.message.delta",
            objects.message_delta(step.message_id, piece["text"], annotations, opening=opening, place=place),
        )


def _served(step: StepRecord, data: dict[str, Any], content: bool) -> Iterator[Event]:
    """What became of a call on this side. Outputs that the client submitted are no news to it."""
    for index, call in enumerate(step.calls):
        if call.id == data.get("call_id") or (not step.asked and call.id in data.get("outputs", {})):
            yield "thread.run.step.delta", objects.served_delta(step.id, index, call, content=content)


def _step_ends(step: StepRecord, records: Replay, content: bool) -> Iterator[Event]:
    if step.message_id:
        message = _message(step, records)
        name = "completed" if message.status == "completed" else "incomplete"
        yield f"thread.message.{name}", objects.streamed_message(message)
    yield f"thread.run.step.{step.status}", objects.step(step, content=content)


def _waiting(run: RunRecord, records: Replay) -> list[CallRecord]:
    if run.status != "requires_action" or run.step_id is None:
        return []
    step = records.get(StepRecord, run.step_id)
    return step.waiting if step else []


def _run(entry: Entry, records: Replay) -> RunRecord:
    run = records.get(RunRecord, entry.run_id or "")
    assert run is not None, "a log begins with its run"
    return run


def _step(entry: Entry, records: Replay) -> StepRecord:
    step = records.get(StepRecord, entry.data["id"])
    assert step is not None, "a log names no step before it was created"
    return step


def _message(step: StepRecord, records: Replay) -> MessageRecord:
    message = records.get(MessageRecord, step.message_id or "")
    assert message is not None, "a message step has its message"
    return message
