"""Decision ledger: what an orchestrator decided, and why, beside what was said and done. Pure.

One time axis for all of it: a member's word stands where its call ended, a decision where it was written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from threadlab.journal.decision import (
    ContextClosed,
    ContextEntry,
    Contribution,
    Decision,
    DecisionTaken,
    OutcomeSeen,
    PostMortemWritten,
    is_deciding,
)
from threadlab.journal.record import AgentCall, Record
from threadlab.orchestration.agreement import choice_of
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.drawing.status_look import StatusLook, look_of

LedgerLane = Literal["said", "worked", "decided"]

LONGEST = 90
DECIDED = StatusLook("decided", "◇", "live", "the orchestrator chose")
FELL_BACK = StatusLook("fallback", "↩", "retry", "no valid choice could be had")
STOPPED = StatusLook("stopped", "■", "incomplete", "a guard stopped it")
LEARNED = StatusLook("post-mortem", "✎", "quiet", "what is to be learned of it")


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """Something that happened: when, in whose lane, and in words. `more` are the lines below it."""

    at: float
    lane: LedgerLane
    look: StatusLook
    who: str
    text: str
    more: tuple[str, ...] = ()

    @property
    def time(self) -> str:
        """The time of day, by the service's clock."""
        return datetime.fromtimestamp(self.at, UTC).strftime("%H:%M:%S")


def ledger_of(record: Record, entries: Sequence[ContextEntry], now: float) -> tuple[LedgerEntry, ...]:
    """What was said, done and decided in a user run, in the order in which it happened: until `now`."""
    told = (
        _asked(record),
        *_decided(entries),
        *_worked(record, entries),
        *_under_way(record, entries, now),
        *_looked_back(entries),
        *_answered(record),
    )
    return tuple(sorted(told, key=lambda one: one.at))


def _asked(record: Record) -> LedgerEntry:
    who = "you" if record.trigger.type == "user" else f"⚙ {record.trigger.type}"
    text = first_line(record.received.input, LONGEST)
    return LedgerEntry(at=record.created_at, lane="said", look=look_of("completed"), who=who, text=text)


def _answered(record: Record) -> Iterator[LedgerEntry]:
    if record.ended_at is not None:
        look, text = look_of(record.status), first_line(record.output, LONGEST)
        more = (record.reason,) if record.reason else ()
        yield LedgerEntry(at=record.ended_at, lane="said", look=look, who=record.status, text=text, more=more)


def _decided(entries: Sequence[ContextEntry]) -> Iterator[LedgerEntry]:
    for entry in entries:
        if isinstance(entry.fact, DecisionTaken):
            yield _decision(entry.at, entry.fact.decision)


def _looked_back(entries: Sequence[ContextEntry]) -> Iterator[LedgerEntry]:
    """What was made of it at the end: behind the work of the same instant."""
    for entry in entries:
        match entry.fact:
            case PostMortemWritten() as written:
                text = f"{written.rating:.0%}: {written.why}"
                how = "learned to" if written.learnings else "speaks for this:"
                told = (f"{how} {finding}" for finding in written.findings)
                yield _line(entry.at, LEARNED, "post-mortem", text, *told)
            case ContextClosed(stopped_by=guard, reason=reason) if guard:
                yield _line(entry.at, STOPPED, f"stopped by {guard}", reason)


def _decision(at: float, decision: Decision) -> LedgerEntry:
    who = f"decision {decision.path}"
    if decision.fallback:
        return _line(at, FELL_BACK, who, f"fallback to {', '.join(decision.agents)}", decision.fallback)
    quoted = (f"goes by {', '.join(decision.learnings)}",) if decision.learnings else ()
    return _line(at, DECIDED, who, choice_of(decision), decision.reasoning, *quoted)


def _line(at: float, look: StatusLook, who: str, text: str, *more: str) -> LedgerEntry:
    lines = tuple(first_line(one, LONGEST) for one in more)
    return LedgerEntry(at=at, lane="decided", look=look, who=who, text=first_line(text, LONGEST), more=lines)


def _worked(record: Record, entries: Sequence[ContextEntry]) -> Iterator[LedgerEntry]:
    calls = {call.path: call for call in record.calls}
    for entry in entries:
        if isinstance(entry.fact, OutcomeSeen):
            yield from (_contribution(entry.at, one, calls) for one in entry.fact.outcome.contributions)


def _contribution(seen: float, one: Contribution, calls: Mapping[str, AgentCall]) -> LedgerEntry:
    call = calls.get(one.path)
    return LedgerEntry(
        at=min(call.started_at + call.seconds, seen) if call else seen,
        lane="worked",
        look=look_of(one.status),
        who=f"{one.member} as {one.role}" if one.role not in ("", one.member) else one.member,
        text=first_line(one.text, LONGEST) or one.status,
        more=(first_line(one.reason, LONGEST),) if one.reason else (),
    )


def _under_way(record: Record, entries: Sequence[ContextEntry], now: float) -> Iterator[LedgerEntry]:
    """The agent calls of the work that no outcome tells of: because it goes on, or was cut off."""
    told = [
        f"{one.path}."
        for entry in entries
        if isinstance(entry.fact, OutcomeSeen)
        for one in entry.fact.outcome.contributions
    ]
    for call in record.calls:
        if not is_deciding(call.path) and not f"{call.path}.".startswith(tuple(told)):
            yield _call(call, now)


def _call(call: AgentCall, now: float) -> LedgerEntry:
    is_over = call.status != "in_progress"
    return LedgerEntry(
        at=call.started_at + call.seconds if is_over else now,
        lane="worked",
        look=look_of(call.status),
        who=call.agent,
        text=first_line(call.output, LONGEST) or (call.status if is_over else "is at work"),
        more=(first_line(call.error.message, LONGEST),) if call.error else (),
    )
