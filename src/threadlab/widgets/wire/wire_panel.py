"""Wire panel: every request of a lab, with what came back, how long it took and what went wrong.

Bodies are there on demand. What never leaves the machine's own memory is not on it either: headers, and with
them keys and tokens, are not kept by the wire log.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.objects.requested import KINDS, OTHER
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.runs.request_lines import RequestLine, request_lines
from threadlab.widgets.wire.operations import answer_of, operation_of, outcome_of
from threadlab.widgets.wire.sequence_diagram import HasEntries

NEWEST = 200
SECRETS = "Headers are never kept, so no key or token is; fields of a body that carry one are struck out."
STYLES: Mapping[str, str] = {kind: f"of-{kind.split()[-1]}" for kind in (*KINDS.values(), OTHER)}
"""The kinds with a name of ours for each: it becomes a CSS class."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WireLine:
    """A request in words. `at` is when it was made, since the first one; `outcome` what came back.

    `trouble` is what went wrong: the service's code and message, or that no answer came.
    """

    request: RequestLine
    kind: str
    style: str
    words: str
    at: str
    outcome: str
    thread_id: str
    run_id: str
    trouble: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WirePanel:
    """The requests, oldest first. `left_out` counts older ones; `kinds` how many there are of each."""

    lines: tuple[WireLine, ...]
    left_out: int
    kinds: tuple[tuple[str, str, int], ...]
    meter: tuple[str, ...]

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


class HasId(Protocol):
    """A run or a thread."""

    @property
    def id(self) -> str:
        """Its id."""
        ...


class HasWire(Protocol):
    """A lab."""

    @property
    def wire(self) -> HasEntries:
        """Its requests."""
        ...


def wire_panel(
    lab: HasWire,
    *,
    run: HasId | str | None = None,
    thread: HasId | str | None = None,
    kind: str | None = None,
    newest: int = NEWEST,
) -> WirePanel:
    """The requests of this lab, or those about one run, one thread, one kind of object.

    `kind` is one of `requested.KINDS`' values ("run", "message", "agent", ...). The `newest` so many
    are shown.
    """
    entries = lab.wire.entries
    return panel_of(entries, run=_id(run), thread=_id(thread), kind=kind, newest=newest)


def panel_of(
    entries: Sequence[WireEntry],
    *,
    run: str | None = None,
    thread: str | None = None,
    kind: str | None = None,
    newest: int = NEWEST,
) -> WirePanel:
    """The panel of these requests. Pure."""
    wanted = {"run_id": run, "thread_id": thread, "kind": kind}
    fits = [
        entry
        for entry in entries
        if all(value in (None, getattr(operation_of(entry), name)) for name, value in wanted.items())
    ]
    shown = fits[-newest:] if newest > 0 else []
    lines = wire_lines(shown, entries[0].at if entries else None)
    kinds = Counter(line.kind for line in lines)
    return WirePanel(
        lines=lines,
        left_out=len(fits) - len(shown),
        kinds=tuple((kind, STYLES[kind], number) for kind, number in kinds.items()),
        meter=tuple(_meter(lines, shown)),
    )


def wire_lines(entries: Iterable[WireEntry], began: float | None = None) -> tuple[WireLine, ...]:
    """The lines of these requests, in order; `began` is when the first of all was made (Unix seconds)."""
    entries = tuple(entries)
    began = entries[0].at if began is None and entries else began or 0.0
    lines = zip(entries, request_lines(entries), strict=True)
    return tuple(_line(entry, request, began) for entry, request in lines)


def _line(entry: WireEntry, request: RequestLine, began: float) -> WireLine:
    operation = operation_of(entry)
    return WireLine(
        request=request,
        kind=operation.kind,
        style=STYLES[operation.kind],
        words=operation.words,
        at=seconds(float(entry.at - began)),
        outcome=outcome_of(entry)[0],
        thread_id=operation.thread_id,
        run_id=operation.run_id,
        trouble=trouble_of(entry),
    )


def trouble_of(entry: WireEntry) -> str:
    """What went wrong, in one line; empty where nothing did."""
    if entry.status is None or entry.error:
        return first_line(entry.error or "no answer came")
    if entry.status < 400:
        return ""
    error = answer_of(entry).get("error")
    told = error if isinstance(error, Mapping) else {}
    parts = (str(told[key]) for key in ("code", "message") if told.get(key))
    return first_line(": ".join(parts) or "refused without a reason")


def render_html(panel: WirePanel) -> str:
    """The panel as HTML that needs nothing else. A press on a kind hides its requests."""
    return styled(html("wire_panel.html", panel=panel, secrets=SECRETS))


def render_text(panel: WirePanel) -> str:
    """The panel as lines of text."""
    head = " · ".join(panel.meter) or "no request yet"
    lines = [_text(line) for line in panel.lines]
    older = [f"  … {panel.left_out} older left out"] if panel.left_out else []
    return foreign_text("\n".join([head, *older, *lines])).plain


def log_html(wire: HasEntries) -> str:
    """A wire log as the panel of all its requests."""
    return render_html(panel_of(wire.entries))


def log_text(wire: HasEntries) -> str:
    """A wire log in a few lines: the last requests."""
    return render_text(panel_of(wire.entries, newest=20))


def _text(line: WireLine) -> str:
    request = line.request
    again = f"  attempt {request.attempt}" if request.attempt > 1 else ""
    about = f"{request.number:>3}  {line.at:>8}  {request.method:<6} {request.short_path}"
    return f"{about}  {line.outcome}{again}{f'  {line.trouble}' if line.trouble else ''}"


def _meter(lines: Sequence[WireLine], entries: Sequence[WireEntry]) -> Iterable[str]:
    if lines:
        yield counted(len(lines), "request")
        yield f"in {seconds(float(entries[-1].at + entries[-1].seconds - entries[0].at))}"
        retries = sum(line.request.attempt > 1 for line in lines)
        troubles = sum(bool(line.trouble) for line in lines)
        yield f"{retries} made again"
        yield f"{troubles} went wrong"


def _id(named: HasId | str | None) -> str | None:
    return named if named is None or isinstance(named, str) else named.id
