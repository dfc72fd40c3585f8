"""Operations: what a request asks for, in the field's words, read off its method and path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.following.terminal_text import counted
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.short_forms import first_line, short_id

COLLECTIONS: Mapping[str, str] = {
    "assistants": "agent",
    "threads": "thread",
    "messages": "message",
    "runs": "run",
    "steps": "run step",
    "files": "file",
    "vector_stores": "vector store",
    "file_batches": "file batch",
}
"""The last collection in a path → the kind of object that the request is about."""

ACTIONS: Mapping[tuple[str, str], str] = {
    ("runs", "submit_tool_outputs"): "submit tool outputs",
    ("runs", "cancel"): "cancel run",
    ("file_batches", "cancel"): "cancel file batch",
    ("vector_stores", "search"): "search vector store",
}
"""A collection and what is done to one of it → the words."""

OF_ONE: Mapping[str, str] = {"GET": "read", "POST": "update", "PATCH": "update", "DELETE": "delete"}
OF_ALL: Mapping[str, str] = {"GET": "list", "POST": "create"}
OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a request is about: the kind of object, what is done in words, the thread and the run it names."""

    kind: str
    words: str
    thread_id: str = ""
    run_id: str = ""


def operation_of(entry: WireEntry) -> Operation:
    """The operation of a request. What the table does not know is told by method and path."""
    segments = entry.path.partition("?")[0].strip("/").split("/")
    kind, words = _named(entry.method, segments)
    if words == ACTIONS["runs", "submit_tool_outputs"] and "tool_approvals" in (entry.request or {}):
        words = "submit tool approvals"
    made = answer_of(entry) if entry.method == "POST" else {}
    made_run = str(made.get("id") or "") if segments[-1] == "runs" else ""
    made_thread = str(made.get("id") or "") if segments == ["threads"] else ""
    return Operation(
        kind=kind,
        words=words or f"{entry.method} {short_id(entry.path)}",
        thread_id=_after("threads", segments) or str(made.get("thread_id") or "") or made_thread,
        run_id=_after("runs", segments) or made_run,
    )


def outcome_of(entry: WireEntry) -> tuple[str, bool]:
    """What came back in words ("200 queued", "429 rate_limit"), and whether it was what was wanted."""
    answer = answer_of(entry)
    if entry.status is None:
        return entry.error or "no answer", False
    if entry.status >= 400:
        error = answer.get("error")
        why = error.get("code") or error.get("message") if isinstance(error, Mapping) else None
        return f"{entry.status} {first_line(str(why), 40) if why else ''}".strip(), False
    if "stream" in answer:
        return f"{entry.status} {'the stream broke off' if entry.error else 'a stream'}", not entry.error
    if answer.get("object") == "list" and isinstance(answer.get("data"), list):
        return f"{entry.status} {counted(len(answer['data']), 'object')}", True
    told = (
        answer.get("status")
        if operation_of(entry).kind == "run"
        else "deleted"
        if answer.get("deleted")
        else ""
    )
    return f"{entry.status} {told or ''}".strip(), True


def answer_of(entry: WireEntry) -> Mapping[str, Any]:
    """The answer's fields; none where it is no JSON object."""
    return entry.response if isinstance(entry.response, Mapping) else {}


def _named(method: str, segments: list[str]) -> tuple[str, str]:
    """The kind and the words; no words where the path is not in the table."""
    last = segments[-1]
    of = segments[-3] if len(segments) > 2 else ""
    if (of, last) in ACTIONS:
        return COLLECTIONS[of], ACTIONS[of, last]
    if segments == ["threads", "runs"] and method == "POST":
        return "run", "create thread and run"
    if last in COLLECTIONS:
        verb, kind = OF_ALL.get(method), COLLECTIONS[last]
        return kind, f"{verb} {kind}{'s' if verb == 'list' else ''}" if verb else ""
    kind = COLLECTIONS.get(segments[-2], OTHER) if len(segments) > 1 else OTHER
    verb = OF_ONE.get(method)
    return kind, f"{verb} {kind}" if verb and kind != OTHER else ""


def _after(collection: str, segments: list[str]) -> str:
    """The id that follows that collection in a path."""
    place = segments.index(collection) + 1 if collection in segments else len(segments)
    found = segments[place] if place < len(segments) else ""
    return "" if found in COLLECTIONS else found
