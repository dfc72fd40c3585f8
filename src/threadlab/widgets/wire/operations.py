"""Operations: what a request is about and what came back, in the field's words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threadlab.following.terminal_text import counted
from threadlab.objects.requested import OTHER, requested
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.short_forms import first_line, short_id

_MAKING_A_RUN = ("create run", "create thread and run")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What a request is about: the kind of object, what is done in words, the thread and the run it names."""

    kind: str
    words: str
    thread_id: str = ""
    run_id: str = ""


def operation_of(entry: WireEntry) -> Operation:
    """The operation of a request. What the table does not know is told by method and path."""
    what = requested(entry.method, entry.path)
    words = what.words if what.kind != OTHER else f"{entry.method} {short_id(entry.path)}"
    if words == "submit tool outputs" and "tool_approvals" in (entry.request or {}):
        words = "submit tool approvals"
    answer = answer_of(entry) if entry.method == "POST" else {}
    made = str(answer.get("id") or "")
    return Operation(
        kind=what.kind,
        words=words,
        thread_id=what.thread_id
        or str(answer.get("thread_id") or "")
        or (made if words == "create thread" else ""),
        run_id=what.run_id or (made if words in _MAKING_A_RUN else ""),
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
