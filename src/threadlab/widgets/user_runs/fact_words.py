"""Fact words: each fact of a user run's log on one line."""

from __future__ import annotations

from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import counted
from threadlab.journal.fact import (
    Answered,
    AnyFact,
    ArtifactKept,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Interrupted,
    Logged,
    Observed,
    Planned,
    Promoted,
    Queued,
    Received,
    ScratchSet,
    SummaryWritten,
    TicketIssued,
    UnitEnded,
    UnitStarted,
)
from threadlab.objects.run import Run
from threadlab.widgets.drawing.short_forms import first_line
from threadlab.widgets.runs.film import event_words

NOBODY = RunView(run=Run(id="", thread_id="", agent_id="", status="queued"))


def fact_words(fact: AnyFact) -> str:
    """The fact on one line, with its path where it has one. What others wrote in it is not made safe yet."""
    match fact:
        case Observed():
            return f"{fact.path} · {first_line(event_words(NOBODY, fact.event), 110)}"
        case CallStarted() | CallTied() | CallEnded() | UnitStarted() | UnitEnded():
            return f"{fact.path} · {_call_words(fact)}"
        case (
            Interrupted()
            | Answered()
            | ArtifactKept()
            | TicketIssued()
            | SummaryWritten()
            | ScratchSet()
            | Promoted()
            | Logged()
        ):
            return _aside_words(fact)
    return _turn_words(fact)


def _turn_words(
    fact: Received | Planned | Queued | Began | CommandStarted | CommandEnded | Ended,
) -> str:
    match fact:
        case Received():
            by = "" if fact.trigger.type == "user" else f" ({fact.trigger.type}: {fact.trigger.cause})"
            several = len(fact.commands) > 1
            parsed = f", parsed into {counted(len(fact.commands), 'command')}" if several else ""
            return f"received{by}{parsed}: {first_line(fact.input)}"
        case Planned():
            again = f", {counted(len(fact.paid_again), 'unit')} paid again" if fact.paid_again else ""
            return f"planned: {len(fact.reused)} reused, {len(fact.executed)} executed{again}"
        case Queued():
            return f"queued: {fact.reason}"
        case Began():
            return "taken up again: who worked on it was gone" if fact.resumed else "taken up"
        case CommandStarted():
            return f"command {fact.position} leaves the queue"
        case CommandEnded():
            return f"command {fact.position} is {fact.status}"
        case Ended():
            return f"ended: {fact.status}{f', {fact.reason}' if fact.reason else ''}"


def _call_words(fact: CallStarted | CallTied | CallEnded | UnitStarted | UnitEnded) -> str:
    match fact:
        case UnitStarted():
            return f"the {fact.kind} begins{f'; its result comes from {fact.reused}' if fact.reused else ''}"
        case UnitEnded():
            return (
                f"it is {fact.status}: {first_line(fact.error.message if fact.error else str(fact.result))}"
            )
        case CallStarted():
            taken = f"; the answer comes from {fact.reused}" if fact.reused else ""
            return f"{fact.agent or 'the agent'} is asked: {first_line(fact.prompt)}{taken}"
        case CallTied():
            return f"the service made run {fact.run_id} of it, on thread {fact.thread_id}"
        case CallEnded():
            outcome = fact.error.message if fact.error else fact.output
            return f"the agent call is {fact.status}: {first_line(outcome)}"


def _aside_words(
    fact: Interrupted
    | Answered
    | ArtifactKept
    | TicketIssued
    | SummaryWritten
    | ScratchSet
    | Promoted
    | Logged,
) -> str:
    match fact:
        case Interrupted():
            return f"interrupted ({fact.kind}): {first_line(fact.question)}"
        case Answered():
            return f"{fact.by} answered: {first_line(fact.answer)}"
        case ArtifactKept():
            return f"kept {fact.name}, {fact.size:,} bytes"
        case TicketIssued():
            return f"{fact.path} · will answer later, by ticket {fact.ticket}: {first_line(fact.about)}"
        case SummaryWritten():
            tokens = counted(fact.usage.total_tokens, "token")
            return f"an agent wrote the summary of {fact.user_run}, {tokens}"
        case ScratchSet():
            return f"set {fact.key} = {first_line(str(fact.value))}"
        case Promoted():
            return f"promoted {fact.key} = {first_line(str(fact.value))}"
        case Logged():
            return f"{fact.level}: {first_line(fact.text)}"
