"""The blocks of a stream as the kit's stream events. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from threadlab.objects.run import RunHome
from threadlab.objects.stream_event import CallPiece, StreamEvent, TextPiece
from threadlab.service import read
from threadlab.service.sse import Block


def stream_event(block: Block, home: RunHome | None = None) -> StreamEvent:
    """The event of a block; its run is tied to the service `home`.

    What it carries is told by the data's own `object`, so an event of a later kind is read as far as it can
    be. Raises ValueError for data that is no JSON: the block was cut.
    """
    kind = block.name
    if kind == "done":
        return StreamEvent(kind=kind, id=block.id, native=block.data)
    wire = json.loads(block.data)
    if kind == "error":
        return StreamEvent(kind=kind, id=block.id, problem=_problem(wire), native=wire)
    match wire.get("object") if isinstance(wire, Mapping) else None:
        case "thread.run":
            return StreamEvent(kind=kind, id=block.id, run=read.run(wire, home=home), native=wire)
        case "thread.run.step":
            return StreamEvent(kind=kind, id=block.id, step=read.step(wire), native=wire)
        case "thread.message":
            return StreamEvent(kind=kind, id=block.id, message=read.message(wire), native=wire)
        case "thread.message.delta":
            return StreamEvent(kind=kind, id=block.id, pieces=tuple(_texts(wire)), native=wire)
        case "thread.run.step.delta":
            return StreamEvent(kind=kind, id=block.id, pieces=tuple(_calls(wire)), native=wire)
    return StreamEvent(kind=kind, id=block.id, native=wire)


def _texts(wire: read.Wire) -> Iterator[TextPiece]:
    for part in (wire.get("delta") or {}).get("content") or ():
        if part.get("type") == "text" and (value := (part.get("text") or {}).get("value")):
            yield TextPiece(wire["id"], value)


def _calls(wire: read.Wire) -> Iterator[CallPiece]:
    details = (wire.get("delta") or {}).get("step_details") or {}
    for call in details.get("tool_calls") or ():
        kind = str(call.get("type"))
        body = call.get(kind) or call.get("function") or call  # of openapi, of mcp
        yield CallPiece(
            wire["id"],
            call.get("index") or 0,
            body.get("arguments") or body.get("input") or "",
            call.get("id") or "",
            body.get("name") or "",
            kind,
            str(call.get("server_label") or ""),
        )


def _problem(wire: Any) -> str:
    """The message of an error event: `{"error": {"message"}}`, `{"message"}`, or whatever it is."""
    error = wire.get("error", wire) if isinstance(wire, Mapping) else wire
    return str(error.get("message") or error) if isinstance(error, Mapping) else str(error)
