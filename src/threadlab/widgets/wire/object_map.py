"""Object map: who holds what, drawn from the wire alone.

Every object that a request brought back stands here once, as it was last seen, with the request that made
it. The map asks the service nothing, so it shows what a client can know and no more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.cards.thread_view import NO_TEXT
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import clipped, first_line, pretty, short_id
from threadlab.widgets.wire.wire_objects import WireObject, content_text, created, holder, wire_objects


class HasWire(Protocol):
    """Anything with a wire log: a `Lab`."""

    @property
    def wire(self) -> HasEntries:
        """The log."""
        ...


class HasEntries(Protocol):
    """A wire log."""

    @property
    def entries(self) -> Sequence[WireEntry]:
        """What it kept, oldest first."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One object: what it says of itself, what it holds, how it came here, its JSON, the boxes inside.

    `request` is the JSON that made it, empty where the service made it or nothing was sent.
    """

    kind: str
    id: str
    says: str
    holds: str
    origin: str
    request: str
    json: str
    deleted: bool = False
    held: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class ObjectMap:
    """Agents on one side, threads with what they hold on the other; below them files and vector stores."""

    agents: tuple[Box, ...]
    threads: tuple[Box, ...]
    files: tuple[Box, ...] = ()

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def object_map(lab: HasWire) -> ObjectMap:
    """The map of everything that this lab's requests brought back so far."""
    return map_objects(lab.wire.entries)


def map_objects(entries: Sequence[WireEntry]) -> ObjectMap:
    """The map of what these requests brought back. Pure."""
    seen = wire_objects(entries)
    threads = [one for one in seen.values() if one.kind == "thread"]
    return ObjectMap(
        agents=tuple(_box(one, seen) for one in seen.values() if one.kind == "agent"),
        threads=tuple(_box(one, seen) for one in threads),
        files=tuple(_box(one, seen) for one in seen.values() if one.kind in ("vector store", "file")),
    )


def render_html(drawn: ObjectMap) -> str:
    """The map as HTML that needs nothing else."""
    return styled(html("object_map.html", map=drawn, shell="tl tl-card"))


def render_text(drawn: ObjectMap) -> str:
    """The map as an indented list."""
    boxes = [*drawn.agents, *drawn.threads, *drawn.files]
    lines = [line for box in boxes for line in _text_lines(box, "")]
    return foreign_text("\n".join(lines or ["no object yet"])).plain


def _box(one: WireObject, seen: Mapping[str, WireObject]) -> Box:
    inside = sorted(
        (other for other in seen.values() if holder(other) == one.id),
        key=lambda other: (other.kind != "message", created(other)),
    )
    return Box(
        kind=one.kind,
        id=one.id,
        says=_says(one),
        holds=_holds(one, inside),
        origin=_origin(one),
        request=clipped(pretty(one.first.request)) if _made(one) and one.first.request else "",
        json=clipped(pretty(one.body)) if one.body else "",
        deleted=one.deleted,
        held=tuple(_box(other, seen) for other in inside),
    )


def _says(one: WireObject) -> str:
    body = one.body
    match one.kind:
        case "agent":
            return " · ".join(str(body[key]) for key in ("name", "model") if body.get(key))
        case "message":
            return f"{body.get('role', '')}: {first_line(content_text(body.get('content'))) or NO_TEXT}"
        case "run":
            return f"{body.get('status', '')} · agent {short_id(str(body.get('assistant_id', '')))}"
        case "file":
            return f"{body.get('filename', '')} · {body.get('bytes', 0)} bytes"
        case "vector store":
            return " · ".join(str(body[key]) for key in ("name", "status") if body.get(key))
        case "run step":
            return f"{body.get('type', '')} · {body.get('status', '')}"
    return ""


def _holds(one: WireObject, inside: Sequence[WireObject]) -> str:
    kinds = [other.kind for other in inside]
    match one.kind:
        case "agent":
            tools = one.body.get("tools")
            return f"instructions, {counted(len(tools) if isinstance(tools, list) else 0, 'tool')}"
        case "thread":
            return f"{counted(kinds.count('message'), 'message')}, {counted(kinds.count('run'), 'run')}"
        case "vector store":
            counts = one.body.get("file_counts")
            return counted(counts.get("total", 0) if isinstance(counts, Mapping) else 0, "file")
        case "run":
            return f"{counted(len(inside), 'step')}, a copy of the agent's settings"
        case "message":
            run_id = one.body.get("run_id")
            return f"written by {short_id(str(run_id))}" if run_id else "written by the client"
    return ""


def _made(one: WireObject) -> bool:
    """Whether the request that first brought it also made it."""
    answer = one.first.response
    return one.first.method == "POST" and isinstance(answer, Mapping) and answer.get("id") == one.id


def _origin(one: WireObject) -> str:
    verb = "made by" if _made(one) else "first seen in"
    return f"{verb} request {one.first.number}: {one.first.method} {short_id(one.first.path)}"


def _text_lines(box: Box, margin: str) -> Iterator[str]:
    about = "; ".join(part for part in (box.says, box.holds) if part)
    yield f"{margin}{box.kind} {box.id}{' (deleted)' if box.deleted else ''}: {about}"
    for held in box.held:
        yield from _text_lines(held, margin + "  ")
