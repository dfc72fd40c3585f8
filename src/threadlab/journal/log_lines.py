"""Log lines: each fact as a line for a person, with its time, its level and its unit of work. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch

from threadlab.journal.fact import (
    Answered,
    ArtifactKept,
    Began,
    CallEnded,
    CallStarted,
    CallTied,
    CommandEnded,
    CommandStarted,
    Ended,
    Entry,
    Fact,
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
from threadlab.objects.event import (
    Event,
    ImageArrived,
    MessageArrived,
    ModelExplained,
    OutputsSubmitted,
    Retrying,
    StatusChanged,
    StepChanged,
    ToolCallsRequested,
    ToolFinished,
    ToolStarted,
)

SHORT = 200
_BAD = ("failed", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """One line. `level` is a word of Python's `logging`; `path` is "" for the user run itself."""

    seq: int
    at: float
    level: str
    text: str
    path: str = ""


def log_line(entry: Entry) -> LogLine:
    """The entry as a line."""
    fact = entry.fact
    level, text = ("INFO", "") if isinstance(fact, Logged) else _said(fact)
    if isinstance(fact, Logged):
        level, text = fact.level.upper(), fact.text
    elif len(text) > SHORT:
        text = f"{text[: SHORT - 1]}…"
    return LogLine(seq=entry.seq, at=entry.at, level=level, text=text, path=getattr(fact, "path", ""))


@singledispatch
def _said(fact: Fact) -> tuple[str, str]:
    return "DEBUG", type(fact).__name__


@_said.register
def _(fact: Received) -> tuple[str, str]:
    return "INFO", f"received by {fact.trigger.type} on branch {fact.branch}: {fact.input}"


@_said.register
def _(fact: Planned) -> tuple[str, str]:
    return "INFO", f"planned: reuse {len(fact.reused)}, execute {len(fact.executed)}"


@_said.register
def _(fact: Queued) -> tuple[str, str]:
    return "INFO", f"waits: {fact.reason}"


@_said.register
def _(fact: Began) -> tuple[str, str]:
    return "INFO", f"{'taken up again' if fact.resumed else 'begun'} by process {fact.process}"


@_said.register
def _(fact: CommandStarted) -> tuple[str, str]:
    return "INFO", f"command {fact.position} started"


@_said.register
def _(fact: CommandEnded) -> tuple[str, str]:
    return _level(fact.status), f"command {fact.position} is {fact.status}"


@_said.register
def _(fact: CallStarted) -> tuple[str, str]:
    return "INFO", f"{_reused(fact.reused)}agent {fact.agent} is asked: {fact.prompt}"


@_said.register
def _(fact: CallTied) -> tuple[str, str]:
    return "INFO", f"run {fact.run_id} was made on thread {fact.thread_id}"


@_said.register
def _(fact: Observed) -> tuple[str, str]:
    return _seen(fact.event)


@_said.register
def _(fact: CallEnded) -> tuple[str, str]:
    why = f": {fact.error.message}" if fact.error else ""
    return _level(fact.status), f"the agent call is {fact.status}, {fact.usage.total_tokens} tokens{why}"


@_said.register
def _(fact: UnitStarted) -> tuple[str, str]:
    return "INFO", f"{_reused(fact.reused)}{fact.kind} started"


@_said.register
def _(fact: UnitEnded) -> tuple[str, str]:
    return _level(fact.status), f"it is {fact.status}{f': {fact.error.message}' if fact.error else ''}"


@_said.register
def _(fact: Interrupted) -> tuple[str, str]:
    return "WARNING", f"waits for an answer ({fact.kind}): {fact.question}"


@_said.register
def _(fact: Answered) -> tuple[str, str]:
    return "INFO", f"answered by {fact.by}: {fact.answer}"


@_said.register
def _(fact: TicketIssued) -> tuple[str, str]:
    return "INFO", f"ticket {fact.ticket}: {fact.about}"


@_said.register
def _(fact: SummaryWritten) -> tuple[str, str]:
    return "INFO", f"a summary of {fact.user_run} was written: {fact.usage.total_tokens} tokens"


@_said.register
def _(fact: ArtifactKept) -> tuple[str, str]:
    return "INFO", f"kept {fact.name}, {fact.size} bytes"


@_said.register
def _(fact: ScratchSet) -> tuple[str, str]:
    return "DEBUG", f"{fact.key} was set"


@_said.register
def _(fact: Promoted) -> tuple[str, str]:
    return "INFO", f"{fact.key} was promoted"


@_said.register
def _(fact: Ended) -> tuple[str, str]:
    why = fact.error.message if fact.error else fact.reason
    return _level(fact.status), f"the user run is {fact.status}{f': {why}' if why else ''}"


@singledispatch
def _seen(event: Event) -> tuple[str, str]:
    return "DEBUG", type(event).__name__


@_seen.register
def _(event: StatusChanged) -> tuple[str, str]:
    why = f": {event.run.error.message} ({event.run.error.code})" if event.run.error else ""
    return _level(event.run.status), f"run {event.run.id} is {event.run.status}{why}"


@_seen.register
def _(event: StepChanged) -> tuple[str, str]:
    return _level(event.step.status), f"step {event.step.id} {event.step.type} is {event.step.status}"


@_seen.register
def _(event: ModelExplained) -> tuple[str, str]:
    return "DEBUG", str(event.note)


@_seen.register
def _(event: ToolCallsRequested) -> tuple[str, str]:
    return "INFO", f"tools are asked for: {', '.join(call.name or call.kind for call in event.calls)}"


@_seen.register
def _(event: ToolStarted) -> tuple[str, str]:
    return "INFO", f"tool {event.call.name} started with {event.call.arguments}"


@_seen.register
def _(event: ToolFinished) -> tuple[str, str]:
    said = "answered" if event.ok else f"failed: {event.output.output}"
    return ("INFO" if event.ok else "WARNING"), f"tool {event.call.name} {said} in {event.seconds:.2f} s"


@_seen.register
def _(event: OutputsSubmitted) -> tuple[str, str]:
    return "INFO", f"{len(event.outputs) + len(event.approvals)} outputs were submitted"


@_seen.register
def _(event: MessageArrived) -> tuple[str, str]:
    return "INFO", f"message {event.message.id}: {event.message.text}"


@_seen.register
def _(event: ImageArrived) -> tuple[str, str]:
    return "INFO", f"picture {event.image.file_id}"


@_seen.register
def _(event: Retrying) -> tuple[str, str]:
    return "WARNING", f"again in {event.seconds:.1f} s: {event.problem}"


def _level(status: str) -> str:
    return "ERROR" if status in _BAD else "INFO"


def _reused(user_run: str) -> str:
    return f"reused from {user_run}: " if user_run else ""
