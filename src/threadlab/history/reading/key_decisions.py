"""Key decisions: what a user run decided and did, in a few short lines, made when it ends.

They are read off its record, so no model is asked, and the same record always gives the same lines.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from threadlab.following.terminal_text import counted
from threadlab.history.reading.call_tree import children, top_level
from threadlab.history.reading.steps_taken import arguments_in_words, failure_in_words
from threadlab.journal.record import AgentCall, Record, ToolUse
from threadlab.objects.run import STATUSES

MOST_LINES = 8
LONGEST = 100


def key_decisions(record: Record) -> tuple[str, ...]:
    """At most eight short lines; how it ended, where it did not complete, is always the last. Pure."""
    lines = [_line(one) for one in _all(record)]
    last = [_line(one) for one in _how_it_ended(record)]
    room = MOST_LINES - len(last)
    if len(lines) > room:
        lines = [*lines[: room - 1], f"… and {len(lines) - room + 1} more"]
    return (*lines, *last)


def _all(record: Record) -> Iterator[str]:
    yield from _changed(record)
    yield from _context(record)
    for call in top_level(record.calls):
        yield from _called(record, call)
    yield from _answered(record)
    yield from (f"issued ticket {ticket}: its tool answers later" for ticket in record.tickets)
    if record.artifacts:
        yield f"kept {', '.join(one.name for one in record.artifacts)}"
    if record.promoted:
        yield f"promoted {', '.join(record.promoted)} for later user runs"


def _changed(record: Record) -> Iterator[str]:
    told = record.received
    if told.trigger.type in ("system", "schedule"):
        yield f"started by the {told.trigger.type}: {told.trigger.cause}"
    if told.base and told.verb != "turn":
        changes = ", ".join(f"{name} to {value!r}" for name, value in told.changes.items())
        yield f"{told.verb} of {told.base}{f': set {changes}' if changes else ''}"
    taken_over = sum(bool(call.reused) for call in record.calls)
    if taken_over:
        yield f"reused {taken_over} of {counted(len(record.calls), 'agent call')}"


def _context(record: Record) -> Iterator[str]:
    parts = record.calls[0].context if record.calls else ()
    uses = Counter(part.use for part in parts)
    summaries = [f"{uses['summary']} as summaries"] if uses["summary"] else []
    dropped = [f"{uses['dropped']} left out"] if uses["dropped"] else []
    if summaries or dropped:
        yield f"of {counted(len(parts), 'earlier user run')}: {', '.join(summaries + dropped)}"


def _called(record: Record, call: AgentCall) -> Iterator[str]:
    yield from (f"{call.agent} used {_tool(use)}" for use in call.tools)
    yield from (
        f"{call.agent} asked {one.agent}, which {_outcome(one)}" for one in children(record.calls, call)
    )
    yield f"{call.agent} {_outcome(call)}"


def _tool(use: ToolUse) -> str:
    what = f"{use.name}({arguments_in_words(use.arguments)})"
    if use.ok is None:
        return f"{what}, which was interrupted"
    return (
        f"{what}: {use.output}" if use.ok else f"{what}, which failed: {failure_in_words(use.output or '')}"
    )


def _outcome(call: AgentCall) -> str:
    if call.status == "completed":
        return f"answered: {call.output}" if call.output else "completed without a text"
    return f"ended {call.status}{f': {call.error.message}' if call.error else ''}"


def _answered(record: Record) -> Iterator[str]:
    for one in record.interrupts:
        if one.answer is not None:
            yield f"asked “{one.question}”: {one.answer}, by {one.by or 'nobody known'}"


def _how_it_ended(record: Record) -> Iterator[str]:
    if record.status in STATUSES and STATUSES[record.status].is_terminal and record.status != "completed":
        why = record.error.message if record.error else record.reason
        yield f"ended {record.status}{f': {why}' if why else ''}"


def _line(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 1]}…"
