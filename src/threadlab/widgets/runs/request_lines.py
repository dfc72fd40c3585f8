"""Request lines: the wire's entries as they are shown, one line each with the JSON behind it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.short_forms import clipped, pretty, seconds, short_path


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestLine:
    """One request. `same_as` is the number of an earlier request that brought the very same answer.

    `request` and `response` are JSON text, empty where there was no body.
    """

    number: int
    method: str
    path: str
    short_path: str
    outcome: str
    ok: bool
    seconds: str
    attempt: int = 1
    request: str = ""
    response: str = ""
    same_as: int | None = None


def request_lines(entries: Sequence[WireEntry]) -> tuple[RequestLine, ...]:
    """The lines, in the entries' order."""
    seen: dict[str, int] = {}
    lines = []
    for entry in entries:
        earlier = None
        if entry.method == "GET" and entry.response is not None:
            earlier = seen.setdefault(f"{entry.path} {_exact(entry.response)}", entry.number)
        lines.append(_line(entry, None if earlier == entry.number else earlier))
    return tuple(lines)


def line_text(line: RequestLine) -> str:
    """The line as text: number, method, path, outcome, seconds."""
    again = f"  attempt {line.attempt}" if line.attempt > 1 else ""
    return f"{line.number:>3} {line.method:<6} {line.short_path}  {line.outcome}  {line.seconds}{again}"


def _line(entry: WireEntry, same_as: int | None) -> RequestLine:
    return RequestLine(
        number=entry.number,
        method=entry.method,
        path=entry.path,
        short_path=short_path(entry.path),
        outcome=str(entry.status) if entry.status is not None else (entry.error or "no answer"),
        ok=entry.status is not None and entry.status < 400,
        seconds=seconds(entry.seconds),
        attempt=entry.attempt,
        request=_body(entry.request),
        response="" if same_as else _body(entry.response),
        same_as=same_as,
    )


def _body(body: Any) -> str:
    return "" if body is None else clipped(pretty(body))


def _exact(body: Any) -> str:
    return json.dumps(body, sort_keys=True, default=str)
