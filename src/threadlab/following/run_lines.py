"""Run lines: following a run as lines of text, one or a few for each event worth a line.

This is the form for pipes, logs and notebooks without widgets. Seconds are the service's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import singledispatch
from itertools import groupby

from rich.text import Text

from threadlab.following.hosted_text import hosted_lines
from threadlab.following.run_view import RunView
from threadlab.following.terminal_text import (
    approvals_text,
    counted,
    foreign_text,
    note_text,
    status_text,
    step_details,
    usage_text,
)
from threadlab.objects.event import (
    ApprovalNeeded,
    ArgumentsArrived,
    Ended,
    Event,
    MessageArrived,
    ModelExplained,
    OutputsSubmitted,
    Retrying,
    StatusChanged,
    StepChanged,
    TextArrived,
    ToolCallsRequested,
    ToolFinished,
)
from threadlab.objects.hosted_call import CODE_INTERPRETER
from threadlab.objects.run import STATUSES
from threadlab.objects.wire_entry import WireEntry

_INCLUDE = re.compile(r"(\binclude\[\]=)[^&]*")
_ID = re.compile(r"\b((?:asst|thread|run|msg|step)_[0-9A-Za-z]{4})[0-9A-Za-z]{4,}")


def lines(view: RunView, event: Event) -> Iterator[Text]:
    """The lines for this event; `view` is the view after it. Events that say nothing new give none."""
    clock = Text(f"{view.elapsed:7.2f} s  ", style="dim")
    for number, line in enumerate(_lines(event, view)):
        yield (clock if number == 0 else Text(" " * len(clock))) + line


def words(view: RunView, event: Event) -> str:
    """The event on one line, without the time; empty for one that says nothing new."""
    return next(_lines(event, view), Text()).plain


def wire_lines(entries: Sequence[WireEntry]) -> Iterator[Text]:
    """The requests on the wire, one line for the same request several times in a row; ids are cut short."""
    for (method, path, answer), group in groupby(entries, key=_request_and_answer):
        same = list(group)
        numbers = f"{same[0].number}-{same[-1].number}" if len(same) > 1 else f"{same[0].number}"
        retried = "  (a retry)" if same[-1].attempt > 1 else ""
        short = _INCLUDE.sub(r"\1…", _ID.sub(r"\1…", path))
        yield foreign_text(f"{numbers:>7}  {method:<6} {short}  {answer}{retried}")


def looks_text(view: RunView) -> str:
    """How the run was seen: polls, pieces of a stream, or both where polls had to help out."""
    streamed = f"{counted(view.pieces, 'piece')} of a stream"
    if not view.pieces:
        return f"{view.polls} polls"
    return f"{streamed} and {counted(view.polls, 'poll')}" if view.polls else streamed


def _request_and_answer(entry: WireEntry) -> tuple[str, str, str]:
    answer = str(entry.status) if entry.status is not None else (entry.error or "no answer")
    return entry.method, entry.path, answer


@singledispatch
def _lines(event: Event, view: RunView) -> Iterator[Text]:
    return iter(())


@_lines.register
def _(event: StatusChanged, view: RunView) -> Iterator[Text]:
    status = STATUSES.get(event.run.status)
    meaning = status.meaning if status else "a status that this kit does not know"
    if any(call.is_hosted for call in event.run.required_calls):
        meaning = "the service is about to call tools; the run waits for your approval"
    yield status_text(event.run.status, 16) + Text(meaning)


@_lines.register
def _(event: StepChanged, view: RunView) -> Iterator[Text]:
    step = event.step
    yield Text("step ") + status_text(step.status, 11) + foreign_text(f" {step.type}: {step_details(step)}")
    if step.status == "completed":
        for call in step.tool_calls:
            yield from (foreign_text(f"  {line}") for line in hosted_lines(call))
    if step.error:
        yield foreign_text(f"{step.error.code}: {step.error.message}", "red")


@_lines.register
def _(event: TextArrived, view: RunView) -> Iterator[Text]:
    yield Text("… ", style="dim") + foreign_text(event.text)


@_lines.register
def _(event: ArgumentsArrived, view: RunView) -> Iterator[Text]:
    if event.text and event.call.kind != CODE_INTERPRETER:  # code comes whole, with what it did
        yield Text("… ", style="dim") + foreign_text(f"{event.call.title}({event.call.arguments}")


@_lines.register
def _(event: ModelExplained, view: RunView) -> Iterator[Text]:
    yield note_text(event.note)


@_lines.register
def _(event: ToolCallsRequested, view: RunView) -> Iterator[Text]:
    for call in event.calls:
        yield Text("call ") + foreign_text(f"{call.title}({call.arguments})  {call.id}")


@_lines.register
def _(event: ApprovalNeeded, view: RunView) -> Iterator[Text]:
    call = event.approval.call
    yield foreign_text(f"{call.title}({call.arguments}) waits for a person's yes or no", "bold")


@_lines.register
def _(event: ToolFinished, view: RunView) -> Iterator[Text]:
    label = Text("output ") if event.ok else Text("output, a failure ", style="red")
    yield label + foreign_text(f"{event.output.output}  of {event.call.name}, {event.seconds:.3f} s")


@_lines.register
def _(event: OutputsSubmitted, view: RunView) -> Iterator[Text]:
    if event.approvals:
        said = approvals_text(one.approve for one in event.approvals)
        yield Text(f"submitted {counted(len(event.approvals), 'approval')} in one request: {said}")
    else:
        yield Text(f"submitted {counted(len(event.outputs), 'output')} in one request")


@_lines.register
def _(event: Retrying, view: RunView) -> Iterator[Text]:
    yield foreign_text(f"the service could not answer: {event.problem}", "yellow")
    yield Text(f"asking again in {event.seconds:.2f} s", style="yellow")


@_lines.register
def _(event: MessageArrived, view: RunView) -> Iterator[Text]:
    yield Text(f"{event.message.role}: ", style="bold") + foreign_text(event.message.text)


@_lines.register
def _(event: Ended, view: RunView) -> Iterator[Text]:
    run = event.run
    if run.error:
        yield foreign_text(f"{run.error.code}: {run.error.message}", "red")
    yield Text(f"{run.status} after {looks_text(view)}, {usage_text(run.usage)}")
