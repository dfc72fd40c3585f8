"""Timeline: what happened in a run, what the looks at it saw, and what a stream tells of it.

The truth is the local backend's, through its workbench; a real service keeps it to itself. The looks are read
off the wire log: every response that held the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Protocol

from threadlab.following.terminal_text import counted, foreign_text
from threadlab.objects.run import STATUSES, Run
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.lane import Bar, Scale, drawn
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.workbench.port import Transition, Truth, Workbench


class HasTruth(Protocol):
    """A lab on the local backend."""

    @property
    def workbench(self) -> Workbench:
        """The hatch. Raises NotInThisService on a real service."""
        ...

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


@dataclass(frozen=True, slots=True)
class Look:
    """A response that told the run's status, at Unix seconds."""

    at: float
    status: str


@dataclass(frozen=True, slots=True)
class Heard:
    """A stretch of time in which somebody read a stream, at Unix seconds."""

    began: float
    until: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """Three lanes over the same time: the statuses as they were, the looks, and what a stream tells.

    `missed` are the statuses that came and went unseen. `requests` counts those behind the run. `left` is
    when the reader of a stream left it before its end, None if nobody did, or if there was none. `delay` is
    how long after its end the client knew of it, None while that is not known; `shown` is how much time the
    lanes cover. All in seconds.
    """

    run_id: str
    status: StatusLook
    seconds: float
    shown: float
    stays: tuple[Bar, ...]
    end: tuple[Bar, ...]
    looks: tuple[Bar, ...]
    stream: tuple[Bar, ...]
    streamed: bool
    left: float | None
    missed: tuple[str, ...]
    requests: int
    delay: float | None

    def __repr__(self) -> str:
        return render_text(self)

    def _repr_html_(self) -> str:
        return render_html(self)


def timeline(lab: HasTruth, run: Run) -> Timeline:
    """The timeline of a run of this lab, so far. Asks the service nothing.

    Raises NotInThisService on a real service, for the truth is not to be had there.
    """
    return timeline_of(run, lab.workbench.truth(run), lab.wire.entries, lab.workbench.now())


def timeline_of(run: Run, truth: Truth, entries: Sequence[WireEntry], now: float) -> Timeline:
    """The same from what is known. Pure; `now` ends what is not over."""
    last = truth.transitions[-1]
    over = last.status in STATUSES and STATUSES[last.status].is_terminal
    ended = last.at if over else now
    about = [entry for entry in entries if _is_about(entry, run)]
    looks = [look for entry in about if (look := _look(entry, run)) is not None]
    heard = [Heard(entry.at, entry.read_until or entry.at) for entry in about if _is_stream(entry)]
    told = [look.at for look in looks if look.status == last.status] if over else []
    known_at = ended if over and _is_heard(ended, heard) else min(told, default=None)
    scale = Scale(truth.transitions[0].at, max([ended, *(look.at for look in looks)]))
    return Timeline(
        run_id=run.id,
        status=look_of(last.status),
        seconds=ended - truth.transitions[0].at,
        shown=scale.ended - scale.began,
        stays=tuple(_stays(truth.transitions, ended, scale)),
        end=(_tick(scale, ended, last.status, f"{last.status} at the end"),) if over else (),
        looks=tuple(_tick(scale, look.at, look.status, f"a look saw {look.status}") for look in looks),
        stream=tuple(_told(truth, scale, heard)),
        streamed=bool(heard),
        left=_left(heard, ended, over, truth.transitions[0].at),
        missed=tuple(_missed(truth.transitions, looks, heard)),
        requests=len(about),
        delay=None if known_at is None or not over else known_at - ended,
    )


def render_html(line: Timeline) -> str:
    """The timeline as HTML that needs nothing else."""
    groups = (("it goes on", _legend(final=False)), ("it is over", _legend(final=True)))
    words = {"cost": _cost(line), "verdict": _verdict(line), "length": seconds(line.shown)}
    return styled(html("timeline.html", line=line, legend=groups, **words))


def render_lanes(line: Timeline) -> str:
    """The lanes alone, for a card that says the rest itself."""
    return html("timeline_live.html", line=line, length=seconds(line.shown))


def render_text(line: Timeline) -> str:
    """The timeline as lines of text, each lane in the statuses' own marks."""
    told = "stream" if line.streamed else "(stream)"
    legend = (*_legend(final=False), *_legend(final=True))
    lines = (
        f"{line.status.mark} run {line.run_id} {line.status.word}: {_cost(line)}",
        f"  {'truth':<9}|{drawn(line.stays, line.end)}",
        f"  {'looks':<9}|{drawn((), line.looks)}",
        f"  {told:<9}|{drawn((), line.stream)}",
        f"  {_verdict(line)}",
        f"  {' · '.join(f'{look.mark} {look.word}' for look in legend)}",
    )
    return foreign_text("\n".join(lines)).plain


def _stays(transitions: Sequence[Transition], ended: float, scale: Scale) -> Iterator[Bar]:
    for now, after in pairwise([*transitions, Transition(ended, "")]):
        look, since = look_of(now.status), now.at - transitions[0].at
        words = f"{look.word} for {seconds(after.at - now.at)}, from {seconds(since)}"
        if now.at < after.at:
            yield scale.bar(now.at, after.at, look.style, words, look.mark)


def _missed(
    transitions: Sequence[Transition], looks: Sequence[Look], heard: Sequence[Heard]
) -> Iterator[str]:
    """Statuses that came and went unseen; the last one still stands and can be seen later."""
    for now, after in pairwise(transitions):
        looked = any(look.status == now.status and now.at <= look.at <= after.at for look in looks)
        if not looked and not _is_heard(now.at, heard):
            yield now.status


def _told(truth: Truth, scale: Scale, heard: Sequence[Heard]) -> Iterator[Bar]:
    """What a stream tells, each status and each burst of the answer; of one that was read, what it told."""
    for entry in truth.log:
        if entry["kind"] == "step.delta" and (not heard or _is_heard(entry["at"], heard)):
            pieces: Sequence[Mapping[str, Any]] = entry["data"]["pieces"]
            text = "".join(str(piece.get("text", piece.get("arguments", ""))) for piece in pieces)
            yield scale.tick(entry["at"], "live", f"delta {first_line(text, 40)}", "·", pixels=2)
    for one in truth.transitions:
        if not heard or _is_heard(one.at, heard):
            yield _tick(scale, one.at, one.status, f"status {one.status}")


def _is_heard(at: float, heard: Sequence[Heard]) -> bool:
    return any(one.began <= at <= one.until for one in heard)


def _left(heard: Sequence[Heard], ended: float, over: bool, began: float) -> float | None:
    """How long the run was under way when its last reader left; None if it read on to the end."""
    if not heard or _is_heard(ended, heard) or not over:
        return None
    return max(one.until for one in heard) - began


def _tick(scale: Scale, at: float, status: str, words: str) -> Bar:
    look = look_of(status)
    return scale.tick(at, look.style, words, look.mark)


def _is_about(entry: WireEntry, run: Run) -> bool:
    """Whether the request named the run, made it, or opened its stream."""
    path = entry.path.partition("?")[0]
    if run.id in path.split("/") or _body(entry).get("id") == run.id:
        return True
    return (
        _is_stream(entry) and path == f"/threads/{run.thread_id}/runs" and abs(entry.at - run.created_at) <= 1
    )


def _is_stream(entry: WireEntry) -> bool:
    return "stream" in _body(entry)


def _look(entry: WireEntry, run: Run) -> Look | None:
    """The status that a response told of this run, if it told one."""
    body = _body(entry)
    is_run = body.get("object") == "thread.run" and body.get("id") == run.id
    return Look(entry.at, str(body.get("status"))) if is_run else None


def _body(entry: WireEntry) -> Mapping[str, Any]:
    return entry.response if isinstance(entry.response, Mapping) else {}


def _cost(line: Timeline) -> str:
    known = "its end is not known yet" if line.delay is None else f"its end known {seconds(line.delay)} late"
    return f"{seconds(line.seconds)}, {counted(line.requests, 'request')}, {known}"


def _verdict(line: Timeline) -> str:
    if line.streamed and line.left is None and not line.missed:
        return "A stream missed nothing: it tells each change as it comes."
    left = "" if line.left is None else f"The stream was left after {seconds(line.left)}. "
    if not line.missed:
        return f"{left}Nothing came and went unseen." if left else "The looks missed no status."
    return (
        f"{left}Nobody saw: {', '.join(line.missed)}." if left else f"No look saw: {', '.join(line.missed)}."
    )


def _legend(*, final: bool) -> tuple[StatusLook, ...]:
    return tuple(look_of(status.name) for status in STATUSES.values() if status.is_terminal is final)
