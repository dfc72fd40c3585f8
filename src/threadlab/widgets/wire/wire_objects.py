"""Wire objects: the objects that requests brought back, each once, as it was last seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from threadlab.objects.wire_entry import WireEntry

KINDS: Mapping[str, str] = {
    "assistant": "agent",
    "thread": "thread",
    "thread.message": "message",
    "thread.run": "run",
    "thread.run.step": "run step",
    "file": "file",
    "vector_store": "vector store",
}


@dataclass(slots=True)
class WireObject:
    """An object while the entries are read: its last JSON and the first request that brought it."""

    kind: str
    id: str
    body: Mapping[str, Any]
    first: WireEntry
    deleted: bool = False


def wire_objects(entries: Sequence[WireEntry]) -> dict[str, WireObject]:
    """Every object in these responses, in the order of their first coming."""
    seen: dict[str, WireObject] = {}
    for entry in entries:
        for body in objects_in(entry):
            kind, identity = KINDS.get(str(body.get("object"))), str(body.get("id"))
            if body.get("deleted") and identity in seen:
                # taken out of a vector store, a file is still there
                seen[identity].deleted |= body.get("object") != "vector_store.file.deleted"
            elif kind and identity in seen:
                seen[identity].body = body
            elif kind:
                _hold(seen, WireObject(kind, identity, body, entry))
    return seen


def _hold(seen: dict[str, WireObject], one: WireObject) -> None:
    """Take it in, after the thread that holds it even where no request ever brought that one."""
    thread_id = one.body.get("thread_id")
    if thread_id and thread_id not in seen:
        seen[thread_id] = WireObject("thread", str(thread_id), {}, one.first)
    seen[one.id] = one


def objects_in(entry: WireEntry) -> list[Mapping[str, Any]]:
    """The objects in a response, older ones first."""
    body = entry.response
    if not isinstance(body, Mapping):
        return []
    listed = body.get("data")
    if body.get("object") != "list" or not isinstance(listed, list):
        return [body]
    objects = [one for one in listed if isinstance(one, Mapping)]
    return objects if "order=asc" in entry.path else objects[::-1]


def holder(one: WireObject) -> str | None:
    """The id of what holds it: a step's run, a run's or message's thread."""
    field = {"run step": "run_id", "run": "thread_id", "message": "thread_id"}.get(one.kind)
    return str(one.body.get(field)) if field else None


def created(one: WireObject) -> float:
    """When the service made it, in Unix seconds; 0 where it does not say."""
    created = one.body.get("created_at")
    return float(created) if isinstance(created, int | float) else 0.0


def content_text(content: Any) -> str:
    """The text of a message's content in wire form."""
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [part.get("text") for part in parts if isinstance(part, Mapping)]
    return " ".join(
        str(text.get("value", "")) if isinstance(text, Mapping) else str(text or "") for text in texts
    )
