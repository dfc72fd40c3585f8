"""Signals: who said what to whom in a run, in order: requests off the wire, the rest from the backend's log.

The wire is told by whoever asked. What goes on behind it (the engine, the model, tools that the service runs
itself) is known only where the backend is on your own table, and is left out otherwise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from threadlab.objects.run import Run
from threadlab.objects.truth import Truth
from threadlab.objects.wire_entry import WireEntry
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.wire.behind_the_service import behind
from threadlab.widgets.wire.operations import answer_of, operation_of, outcome_of
from threadlab.widgets.wire.participants import SERVICE, TOOLS, YOU, Signal
from threadlab.widgets.wire.wire_objects import content_text

SUBMIT = "submit_tool_outputs"
CAUSES: Mapping[str, tuple[str, ...]] = {
    "run.created": ("runs",),
    "tool.outputs": (SUBMIT,),
    "tool.approvals": (SUBMIT,),
    "cancelling": ("cancel",),
}
"""Kinds of log entries that a request wrote → how the paths of such requests end."""
LOOK = "read run"
LOOKS = (LOOK, "list run steps")


@dataclass(frozen=True, slots=True)
class Inside:
    """What happened behind the service: before the request at that place, or while it was under way."""

    place: int
    under_way: bool
    signals: tuple[Signal, ...]


def signals_of(run: Run, entries: Sequence[WireEntry], truth: Truth | None) -> tuple[Signal, ...]:
    """Everything said for a run, in order; looks that saw the same, with nothing between them, are one."""
    streamed = any("stream" in answer_of(entry) for entry in entries)
    inner = list(_placed(behind(truth, streamed=streamed), entries)) if truth else []
    calls = _calls_asked_for(entries, truth)
    said: list[Signal] = []
    told: set[str] = set()
    for place, entry in enumerate(entries):
        said += _within(inner, place, under_way=False)
        said += _tools_run(entry, calls, told)
        said += _exchange(entry, _within(inner, place, under_way=True))
    said += _within(inner, len(entries), under_way=False)
    return tuple(_merged(said))


def _placed(signals: Sequence[tuple[str, Signal]], entries: Sequence[WireEntry]) -> Iterator[Inside]:
    """Each signal from behind the service with its place among the requests, in the order of the log.

    A request that makes or moves the run is under way when its log entries are written, also where a clock
    stands still meanwhile; anything else lies before the first request that was over later.
    """
    place, under_way = 0, False
    for kind, signal in signals:
        found = _place_of(kind, signal.at, entries, place)
        place, under_way = max((place, under_way), found or (0, False))
        yield Inside(place, under_way, (signal,))


def _place_of(kind: str, at: float, entries: Sequence[WireEntry], since: int) -> tuple[int, bool] | None:
    """The place of one, not before that of another; None for what a request caused that is not here."""
    causes = CAUSES.get(kind, ())
    later = list(enumerate(entries[since:], since))
    if not causes:
        return next(
            ((n, one.at < at) for n, one in later if at <= one.at + one.seconds), (len(entries), False)
        )
    accepted = [(n, one) for n, one in later if one.method == "POST" and (one.status or 200) < 400]
    ends = [(n, one) for n, one in accepted if _last_of_path(one) in causes]
    timed = [(n, True) for n, one in ends if one.at <= at <= one.at + one.seconds]
    return next(iter([*timed, *((n, True) for n, _ in ends)]), None)  # two clocks may differ a little


def _last_of_path(entry: WireEntry) -> str:
    return entry.path.partition("?")[0].rsplit("/", 1)[-1]


def _within(inner: Sequence[Inside], place: int, *, under_way: bool) -> list[Signal]:
    chosen = [one.signals for one in inner if one.place == place and one.under_way is under_way]
    return [signal for signals in chosen for signal in signals]


def _exchange(entry: WireEntry, inside: list[Signal]) -> Iterator[Signal]:
    """A request and its answer: one row if nothing is told between them, else the answer after it all."""
    outcome, good = outcome_of(entry)
    words = operation_of(entry).words
    again = f", attempt {entry.attempt}" if entry.attempt > 1 else ""
    asked = Signal(
        at=entry.at,
        sender=YOU,
        receiver=SERVICE,
        words=f"{words}{again}",
        detail=_sent(entry),
        back="" if inside else outcome,
        bad=not good and not inside,
        is_look=good and not inside and words in LOOKS and entry.attempt == 1,
        numbers=(entry.number,),
    )
    yield asked
    if inside:
        yield from inside
        ended = max(entry.at + entry.seconds, inside[-1].at)
        yield Signal(at=ended, sender=SERVICE, receiver=YOU, words=outcome, answers=True, bad=not good)


def _sent(entry: WireEntry) -> str:
    """What a request carried that a reader of the picture wants to see: the text of a message."""
    body = entry.request if isinstance(entry.request, Mapping) else {}
    return first_line(content_text(body.get("content"))) if "content" in body else ""


def _calls_asked_for(entries: Sequence[WireEntry], truth: Truth | None) -> dict[str, str]:
    """Every call that the model asked for, by its id, as `name(arguments)`."""
    told: list[Mapping[str, Any]] = []
    for entry in entries:
        action = answer_of(entry).get("required_action")
        told += (action or {}).get("submit_tool_outputs", {}).get("tool_calls", [])
    calls = {str(call.get("id")): call.get("function") or {} for call in told}
    for model_call in truth.model_calls if truth else ():
        calls |= {str(call["id"]): call for call in model_call.answer.get("calls", ())}
    return {
        identity: f"{call.get('name', '')}({first_line(str(call.get('arguments', '')), 60)})"
        for identity, call in calls.items()
    }


def _tools_run(entry: WireEntry, calls: dict[str, str], told: set[str]) -> Iterator[Signal]:
    """Before outputs are submitted, your own code ran the tools: once, however often they were sent."""
    if entry.path.partition("?")[0].endswith(SUBMIT) and isinstance(entry.request, Mapping):
        for given in entry.request.get("tool_outputs") or ():
            if str(given.get("tool_call_id")) in told:
                continue
            told.add(str(given.get("tool_call_id")))
            yield Signal(
                at=entry.at,
                sender=YOU,
                receiver=TOOLS,
                words=calls.get(str(given.get("tool_call_id")), str(given.get("tool_call_id"))),
                back=first_line(str(given.get("output", "")), 40),
            )


def _merged(said: Sequence[Signal]) -> Iterator[Signal]:
    """Looks that followed each other and saw the same status are one row, and so are equal requests."""
    group: list[Signal] = []
    for one in said:
        if group and not _belongs(one, group):
            yield _one_row(group)
            group = []
        group.append(one)
    if group:
        yield _one_row(group)


def _belongs(one: Signal, group: Sequence[Signal]) -> bool:
    """Whether it is one more look that saw what those before it saw."""
    if not one.is_look or not group[-1].is_look:
        return False
    seen = {look.back for look in group if look.words == LOOK}
    return one.words != LOOK or not seen or one.back in seen


def _one_row(group: Sequence[Signal]) -> Signal:
    if len(group) == 1:
        return group[0]
    counts = Counter(one.words for one in group)
    seen = [one.back for one in group if one.words == LOOK]
    return replace(
        group[0],
        words=", ".join(f"{words} ×{times}" if times > 1 else words for words, times in counts.items()),
        back=seen[0] if seen else group[-1].back,
        until=group[-1].at,
        numbers=tuple(number for one in group for number in one.numbers),
    )
