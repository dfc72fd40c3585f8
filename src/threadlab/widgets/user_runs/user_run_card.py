"""User run card: one input and everything that came of it, agent call by agent call.

Drawn from a `Record` alone, so a fresh kernel draws it from the disk and asks no service. The runs in it
are the run cards, made from the same events by the same fold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import counted
from threadlab.history.contexts.context_bar import bar_of
from threadlab.history.contexts.marks import NOTHING_SAID
from threadlab.history.plans.memo import Memo
from threadlab.journal.annotations import Annotations
from threadlab.journal.record import AgentCall, Interrupt, Record, Unit
from threadlab.journal.span_attributes import agent_name
from threadlab.widgets.drawing.page import html, styled
from threadlab.widgets.drawing.short_forms import first_line, seconds
from threadlab.widgets.drawing.status_look import StatusLook, look_of
from threadlab.widgets.drawing.trigger_mark import TriggerMark, trigger_mark
from threadlab.widgets.runs.run_card import Card, card_of, tokens
from threadlab.widgets.user_runs.context_view import ContextView, context_view
from threadlab.widgets.user_runs.recorded_views import run_views

STALLED = "It is not over, and the process that worked on it is gone: resume() goes on where it stopped."
ABANDONED = StatusLook("abandoned", "⊘", "cancelled", "it was cut off, and asked again")
ORIGINS: Mapping[str, str] = {
    "retry": "retry of",
    "rerun": "rerun of",
    "edit": "edit of",
    "replay": "replay of",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CallSection:
    """One agent call, worded. `card` is that of its run; None where the service never made one."""

    path: str
    title: str
    prompt: str
    look: StatusLook
    meter: tuple[str, ...]
    reused: str
    context: ContextView
    lost: tuple[str, ...]
    card: Card | None
    answer: str
    trouble: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """A unit of work that is no agent call, such as a node of a flow, in words."""

    path: str
    look: StatusLook
    about: str
    trouble: str


@dataclass(frozen=True, slots=True)
class Question:
    """An interrupt in words: what was asked, and who answered what."""

    kind: str
    question: str
    answer: str
    mood: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRunCard:
    """Everything on the card, worded. Empty texts and tuples are things that did not happen."""

    id: str
    look: StatusLook
    mark: TriggerMark | None
    place: str
    origin: str
    plan: str
    input: str
    queue: tuple[tuple[StatusLook, str], ...]
    meter: tuple[str, ...]
    sections: tuple[CallSection, ...]
    units: tuple[UnitLine, ...]
    questions: tuple[Question, ...]
    decisions: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    ending: str
    output: str


def user_run_card(
    record: Record, annotations: Annotations = NOTHING_SAID, *, is_stalled: bool = False
) -> UserRunCard:
    """The card of a user run, as its log tells it so far, with what people said of it.

    `is_stalled` says that it is not over and nobody works on it.
    """
    views = run_views(record.entries)
    sections = tuple(
        _section(record, call, views.get(call.run.id) if call.run else None) for call in record.calls
    )
    return UserRunCard(
        id=record.id,
        look=look_of(record.status),
        mark=trigger_mark(record.trigger),
        place=_place(record),
        origin=origin(record),
        plan=_plan(record),
        input=record.received.input,
        queue=tuple(_queue(record)),
        meter=meter(record),
        sections=sections,
        units=tuple(_units(record)),
        questions=tuple(_question(one) for one in record.interrupts),
        decisions=record.decisions,
        facts=(*_facts(record), *_said_of_it(annotations)),
        ending=STALLED if is_stalled else _ending(record),
        output="" if len(sections) == 1 and not record.units else record.output,  # that section says it
    )


def render_html(card: UserRunCard) -> str:
    """The card as HTML that needs nothing else."""
    return styled(html("user_run_card.html", card=card))


def origin(record: Record) -> str:
    """Which user run it repeats, and how: "edit of …"; empty for a new turn."""
    base = record.received.base
    return f"{ORIGINS[record.received.verb]} {base}" if base and record.received.verb in ORIGINS else ""


def meter(record: Record) -> tuple[str, ...]:
    """When it was, how long it took, and what it cost."""
    live = [call for call in record.calls if not call.reused]
    parts = [when(record.created_at)]
    if record.ended_at is not None:
        parts.append(seconds(float(record.ended_at - record.created_at)))
    parts.append(counted(len(record.calls), "agent call"))
    if record.tools:
        parts.append(counted(len(record.tools), "tool call"))
    if len(live) < len(record.calls):
        parts.append(f"{len(record.calls) - len(live)} reused")
    if record.usage.total_tokens:
        parts.append(tokens(record.usage))
    return tuple(parts)


def brief(record: Record) -> str:
    """The same on half a line, without when it was."""
    parts = [seconds(float(record.ended_at - record.created_at))] if record.ended_at is not None else []
    parts += [counted(len(record.tools), "tool call")] if record.tools else []
    parts += [counted(record.usage.total_tokens, "token")] if record.usage.total_tokens else []
    return " · ".join(parts)


def when(at: float) -> str:
    """An instant of the service's clock, as a date and a time of day."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _place(record: Record) -> str:
    parent = record.parent
    return f"on {record.received.branch}, {f'after {parent}' if parent else 'the first'}"


def _plan(record: Record) -> str:
    return "" if record.plan is None or record.received.verb == "turn" else record.plan.words


def _queue(record: Record) -> Iterator[tuple[StatusLook, str]]:
    """The commands where there are several: one alone is the input."""
    if len(record.queue) > 1:
        for entry in record.queue:
            to = f"@{entry.command.agent} " if entry.command.agent else ""
            yield _queue_look(entry.status), f"{to}{entry.command.text}"


def _queue_look(status: str) -> StatusLook:
    return look_of({"pending": "queued", "active": "in_progress"}.get(status, status))


def _section(record: Record, call: AgentCall, view: RunView | None) -> CallSection:
    meter = [seconds(float(call.seconds))] if call.seconds else []
    meter += [counted(len(call.tools), "tool call")] if call.tools else []
    meter += [tokens(call.usage)] if call.usage.total_tokens else []
    card = card_of(view) if view else None
    shown = card is not None and call.output in card.answers
    return CallSection(
        path=call.path,
        title=agent_name(record, call) or "the agent",
        prompt=call.prompt,
        look=_look(call),
        meter=tuple(meter),
        reused=f"reused from {call.reused}: nothing was asked again" if call.reused else "",
        context=context_view(bar_of(call.context, ())),
        lost=call.lost,
        card=card,
        answer="" if shown else call.output,
        trouble=f"{call.error.code}: {call.error.message}" if call.error and card is None else "",
    )


def _units(record: Record) -> Iterator[UnitLine]:
    """All units in the order in which they began, agent calls among them; none where there is no other."""
    if record.units:  # of a turn there are none, and its log need not be walked through
        order = {path: place for place, path in enumerate(Memo(record).order())}
        lines = [*map(_unit, record.units), *map(_called, record.calls)]
        yield from sorted(lines, key=lambda line: order.get(line.path, len(order)))


def _called(call: AgentCall) -> UnitLine:
    """An agent call as one unit among others; its section tells the rest."""
    about = ["agent call", *([seconds(float(call.seconds))] if call.seconds else [])]
    about += [f"reused from {call.reused}"] if call.reused else []
    return UnitLine(call.path, _look(call), " · ".join(about), "")


def _look(call: AgentCall) -> StatusLook:
    return ABANDONED if call.status == "abandoned" else look_of(call.status)


def _unit(unit: Unit) -> UnitLine:
    about = [unit.kind, *([seconds(float(unit.seconds))] if unit.seconds else [])]
    about += [f"reused from {unit.reused}"] if unit.reused else []
    trouble = f"{unit.error.code}: {unit.error.message}" if unit.error else ""
    return UnitLine(unit.path, look_of(unit.status), " · ".join(about), trouble)


def _question(asked: Interrupt) -> Question:
    if asked.answer is None:
        return Question(asked.kind, asked.question, "waits for an answer", "ask")
    return Question(asked.kind, asked.question, f"{asked.answer} (by {asked.by or 'nobody named'})", "good")


def _facts(record: Record) -> Iterator[tuple[str, str]]:
    if record.received.changes:
        yield (
            "changed",
            ", ".join(f"{name} = {first_line(str(to))}" for name, to in record.received.changes.items()),
        )
    for kept in record.artifacts:
        yield "kept", f"{kept.name}, {kept.size:,} bytes"
    for key, value in record.promoted.items():
        yield "promoted", f"{key} = {first_line(str(value))}"
    for ticket in record.tickets:
        yield "ticket", ticket


def _said_of_it(annotations: Annotations) -> Iterator[tuple[str, str]]:
    if annotations.tags:
        yield "tags", ", ".join(annotations.tags)
    if annotations.groups:
        yield "groups", ", ".join(annotations.groups)
    if annotations.score is not None:
        reason = f": {annotations.score_reason}" if annotations.score_reason else ""
        yield "importance", f"{annotations.score:g}, by a person{reason}"
    for one in annotations.feedback:
        rating = {1: "👍", -1: "👎"}.get(one.rating, "·")
        yield "feedback", " ".join(part for part in (rating, one.comment, f"({one.by})") if part)
    for key, value in annotations.metadata.items():
        yield key, first_line(str(value))
    if annotations.summary:
        yield "summary", f"{annotations.summary} (by {annotations.summary_by})"


def _ending(record: Record) -> str:
    trouble = f"{record.error.code}: {record.error.message}" if record.error else ""
    return " ".join(part for part in (trouble, record.reason) if part)
