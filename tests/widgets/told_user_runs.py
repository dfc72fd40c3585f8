"""User runs told by hand: logs as the journal keeps them, folded into records as the journal folds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from tests.widgets.conftest import START, tell
from threadlab.journal.annotations import Tagged
from threadlab.journal.branch_log import BranchMade
from threadlab.journal.fact import (
    AnyFact,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Entry,
    Observed,
    Planned,
    Received,
)
from threadlab.journal.fold import fold
from threadlab.journal.observing import lasting
from threadlab.journal.record import Record
from threadlab.journal.values import Command, Config, ContextPart, Trigger, Verb
from threadlab.journal.workspace import Workspace
from threadlab.objects.agent import Agent
from threadlab.objects.event import Event, MessageArrived
from threadlab.objects.fault import Fault
from threadlab.objects.run import Run
from threadlab.objects.usage import Usage

AGENT = "asst_b8Nm4VcXzLk6JhGf1DsAqWeR"
CONFIG = Config(
    place="local, in this process",
    protocol="classic",
    agents={"guide": Agent(id=AGENT, model="gpt-4o-mini", name="guide")},
)


def told(
    name: str,
    text: str = "What is the weather in Oslo, and what is 21 * 2?",
    *,
    parent: Record | None = None,
    base: Record | None = None,
    verb: Verb = "turn",
    branch: str = "main",
    trigger: Trigger | None = None,
    answer: str = "",
    failure: str = "",
    reused: bool = False,
    after: float = 0.0,
    context: Sequence[ContextPart] = (),
) -> Record:
    """A user run of one agent call with two tool calls, as a log that is over; `after` START, in seconds."""
    started = START + after
    received = Received(
        user_run=f"turn-20231114-2213{after / 10:02.0f}-{name}",
        trigger=trigger or Trigger(type="user"),
        branch=branch,
        config=CONFIG,
        input=text,
        commands=(Command(text=text, agent="guide"),),
        parent=parent.id if parent else None,
        base=base.id if base else None,
        verb=verb,
    )
    facts: list[tuple[float, AnyFact]] = [(0.0, received)]
    if base is not None:
        facts.append((0.0, Planned(reused=("1",) if reused else (), executed=() if reused else ("1",))))
    facts += [
        (0.0, Began(process=7, parent=received.parent)),
        (0.0, CommandStarted(position=1)),
        *_call(name, text, started, answer, failure, base.id if base and reused else "", tuple(context)),
        (3.0, CommandEnded(position=1, status="failed" if failure else "completed")),
    ]
    entries = tuple(
        Entry(seq=number, at=started + since, fact=fact) for number, (since, fact) in enumerate(facts, 1)
    )
    return fold((*entries, _end(entries, failure)))


def _call(
    name: str, text: str, at: float, answer: str, failure: str, reused: str, context: tuple[ContextPart, ...]
) -> list[tuple[float, AnyFact]]:
    run = Run(
        id=f"run_7fKq2LmZp4RtXw9s{name}",
        thread_id="thread_h3Jk9QwErTy5UiOp2AsDfGzX",
        agent_id=AGENT,
        status="queued",
        model="gpt-4o-mini",
        created_at=START,
    )
    events = tell(run, at)
    if answer:
        events = [_with_answer(event, answer) for event in events]
    if failure:
        events = events[:6]
    observed = [
        (event.at - at, Observed(path="1", event=kept)) for event in events if (kept := lasting(event))
    ]
    said = next((one.message.text for one in events if isinstance(one, MessageArrived)), "")
    fault = Fault("server_error", failure) if failure else None
    return [
        (0.0, CallStarted(path="1", agent="guide", prompt=text, request="r", context=context, reused=reused)),
        (0.0, CallTied(path="1", thread_id=run.thread_id, message_id=f"msg_of{name}", run_id=run.id)),
        *observed,
        (
            2.9,
            CallEnded(
                path="1",
                status="failed" if failure else "completed",
                output=said,
                usage=Usage(0, 0) if failure else Usage(148, 36, estimated=True),
                seconds=2.9,
                error=fault,
                reused=reused,
            ),
        ),
    ]


def _with_answer(event: Event, answer: str) -> Event:
    if not isinstance(event, MessageArrived):
        return event
    part = replace(event.message.content[0], text=answer)
    return replace(event, message=replace(event.message, content=(part,)))


def _end(entries: Sequence[Entry], failure: str) -> Entry:
    record = fold(entries)
    fact = Ended(
        status="failed" if failure else "completed",
        output=record.calls[-1].output,
        error=record.calls[-1].error,
    )
    return Entry(seq=len(entries) + 1, at=entries[0].at + 3.0, fact=fact)


def family() -> tuple[list[Record], dict[str, str]]:
    """Six user runs on two branches: a failure, its retry, an edit, and one that a ticket began."""
    first = told("a1a1")
    failed = told("b2b2", "And in Bergen?", parent=first, failure="the model is overloaded", after=10)
    again = told("c3c3", "And in Bergen?", parent=first, base=failed, verb="retry", after=20)
    edited = told(
        "d4d4",
        "And in Tromsø, in one sentence?",
        parent=first,
        base=again,
        verb="edit",
        answer="Tromsø: −8 °C and clear.",
        after=30,
        context=(ContextPart(user_run=first.id, use="verbatim", tokens=184, why="it is recent"),),
    )
    asked = told("e5e5", "Which is colder?", parent=edited, after=40, context=_context(first, failed, edited))
    ticket = Trigger(type="system", cause="ticket forecast-7 is complete")
    woken = told("f6f6", "The forecast is ready.", parent=again, branch="forecast", trigger=ticket, after=50)
    return [first, failed, again, edited, asked, woken], {"main": asked.id, "forecast": woken.id}


def _context(*records: Record) -> tuple[ContextPart, ...]:
    first, failed, edited = records
    return (
        ContextPart(user_run=first.id, use="summary", tokens=30, why="it is long ago"),
        ContextPart(user_run=failed.id, use="dropped", tokens=0, why="it failed"),
        ContextPart(user_run=edited.id, use="verbatim", tokens=120, why="it is the latest"),
    )


def kept(folder: Path) -> Workspace:
    """The family on disk, with its branches, a tag and a comment."""
    workspace = Workspace(folder)
    records, branches = family()
    for record in records:
        first, *others = record.entries
        assert isinstance(first.fact, Received)
        directory = workspace.create(first.fact, first.at)
        for entry in others:
            directory.append(entry.fact, entry.at)
        directory.close()
    for after, (name, head) in enumerate(branches.items()):
        workspace.branches.make(name, BranchMade(head=head, config=CONFIG), START + after)
    workspace.annotate(records[3].id, Tagged(tag="north"), START)
    return workspace
