"""Sequence: an actual user run as who said what to whom: you, its agents, their tools.

As text, and as Mermaid. It is read off the record, so it can be drawn of any user run, in a fresh kernel and
with no service there. The requests behind one service run are another picture: see
`threadlab.views.sequence_diagram`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from threadlab.following.terminal_text import foreign_text
from threadlab.history.reading.call_tree import children, decided_by, is_below, top_level
from threadlab.history.reading.steps_taken import arguments_in_words, failure_in_words, hosted_calls
from threadlab.journal.record import AgentCall, Interrupt, Record, ToolUse

ASKERS = {"user": "you", "rerun": "you", "system": "the system", "schedule": "the schedule"}
"""Who asks first, by what started the user run."""

YOU = ASKERS["user"]
TOOLS = "your tools"
SERVICE_TOOLS = "the service's tools"

_ESCAPED = str.maketrans({mark: f"#{ord(mark)};" for mark in "#;<>&%\"'{}"})
"""Mermaid reads these as its own; `#59;` is how it wants them written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """One thing said, at Unix seconds by the service's clock; an answer goes back to who asked."""

    at: float
    sender: str
    receiver: str
    words: str
    is_answer: bool = False
    is_bad: bool = False
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Sequence:
    """Who took part, from left to right, and what was said, in order."""

    user_run: str
    status: str
    participants: tuple[str, ...]
    sayings: tuple[Saying, ...]

    @property
    def mermaid(self) -> str:
        """The diagram in Mermaid's language. What others wrote is escaped."""
        names = {name: f"P{place}" for place, name in enumerate(self.participants)}
        lines = [f"    participant {short} as {_escaped(name)}" for name, short in names.items()]
        for one in self.sayings:
            arrow = "-->>" if one.is_answer else "->>"
            lines.append(f"    {names[one.sender]}{arrow}{names[one.receiver]}: {_escaped(_words(one))}")
        return "\n".join(["sequenceDiagram", *lines])

    def __repr__(self) -> str:
        began = self.sayings[0].at if self.sayings else 0.0
        lines = [f"  {one.at - began:7.2f} s  {_row(one)}" for one in self.sayings]
        return foreign_text("\n".join([f"user run {self.user_run} {self.status}", *lines])).plain


def sequence(record: Record) -> Sequence:
    """The sequence of a user run, finished or not. Pure."""
    calls, asker = record.calls, ASKERS[record.trigger.type]
    sayings = tuple(
        one for call in top_level(calls) for one in _of_call(record, call, decided_by(calls, call) or asker)
    )
    speaking = {name for one in sayings for name in (one.sender, one.receiver)}
    agents = dict.fromkeys(call.agent for call in calls)
    order = dict.fromkeys((asker, YOU, *agents, TOOLS, SERVICE_TOOLS))
    return Sequence(
        user_run=record.id,
        status=record.status,
        participants=tuple(name for name in order if name in speaking),
        sayings=sayings,
    )


def _of_call(record: Record, call: AgentCall, asker: str) -> Iterator[Saying]:
    """One agent call: the prompt, what happened on the way, the answer."""
    yield Saying(at=call.started_at, sender=asker, receiver=call.agent, words=call.prompt, reused=call.reused)
    yield from _inside(record, call)
    yield from _answer(call, asker)


def _inside(record: Record, call: AgentCall) -> Iterator[Saying]:
    """Questions, tool calls and delegated agent calls, by time; in this order where time stood still."""
    below = children(record.calls, call)
    delegated = top_level(below)
    asked = [one for one in record.interrupts if is_below(one.id, call.path)]
    groups = [
        *(
            tuple(_of_interrupt(call, one))
            for one in asked
            if not any(is_below(one.id, other.path) for other in below)
        ),
        *(tuple(_of_tool(call, use)) for use in call.tools),
        tuple(_of_hosted(call)),
        *(tuple(_of_call(record, one, call.agent)) for one in delegated),
    ]
    for group in sorted(filter(None, groups), key=lambda group: group[0].at):
        yield from group


def _of_interrupt(call: AgentCall, one: Interrupt) -> Iterator[Saying]:
    yield Saying(at=one.raised_at, sender=call.agent, receiver=YOU, words=f"({one.kind}) {one.question}")
    if one.answer is not None:
        yield Saying(at=one.raised_at, sender=YOU, receiver=call.agent, words=one.answer, is_answer=True)


def _of_tool(call: AgentCall, use: ToolUse) -> Iterator[Saying]:
    at = use.started_at if use.started_at is not None else call.started_at
    words = f"{use.name}({arguments_in_words(use.arguments)})"
    yield Saying(at=at, sender=call.agent, receiver=TOOLS, words=words, reused=use.reused)
    if use.output is None and call.status == "in_progress":
        return  # it waits, or is at work
    came = "(no result: it was interrupted)" if use.output is None else use.output
    yield Saying(
        at=at + (use.seconds or 0.0),
        sender=TOOLS,
        receiver=call.agent,
        words=came if use.ok else failure_in_words(came),
        is_answer=True,
        is_bad=not use.ok,
        reused=use.reused,
    )


def _of_hosted(call: AgentCall) -> Iterator[Saying]:
    for one in hosted_calls(call):
        words = f"{one.name or one.kind}({arguments_in_words(one.arguments)})"
        yield Saying(
            at=call.started_at, sender=call.agent, receiver=SERVICE_TOOLS, words=words, reused=call.reused
        )


def _answer(call: AgentCall, asker: str) -> Iterator[Saying]:
    if call.status == "in_progress":
        return
    failed = f"{call.status}{f': {call.error.message}' if call.error else ''}"
    yield Saying(
        at=call.started_at + call.seconds,
        sender=call.agent,
        receiver=asker,
        words=call.output if call.status == "completed" else failed,
        is_answer=True,
        is_bad=call.status != "completed",
        reused=call.reused,
    )


def _row(one: Saying) -> str:
    return f"{one.sender} {'⇢' if one.is_answer else '→'} {one.receiver}: {_words(one)}"


def _words(one: Saying) -> str:
    line = " ".join(one.words.split())
    cut = line if len(line) <= 80 else f"{line[:79]}…"
    return f"{cut} (reused)" if one.reused else cut


def _escaped(text: str) -> str:
    return text.translate(_ESCAPED)
