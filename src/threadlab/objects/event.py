"""Events: everything that following a run can tell, one small class each.

`following` yields them; waiting, printing, widgets and traces consume them. `Wait` alone is not about
the run: it asks whoever drives the loop to let time pass.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from threadlab.objects.approval import Approval
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolApproval, ToolCall, ToolOutput


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something seen, at Unix seconds by the service's clock."""

    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled(Event):
    """The run was read; `poll` counts from 1."""

    run: Run
    poll: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged(Event):
    """The status is another than at the last look; `before` is None at the first look."""

    run: Run
    before: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepChanged(Event):
    """A step appeared (`before` is None) or is not what it was."""

    step: RunStep
    before: RunStep | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TextArrived(Event):
    """A message that is being written grew by `text`; `so_far` is all of it. Only streams tell this."""

    message_id: str
    text: str
    so_far: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentsArrived(Event):
    """A tool call that is being written grew by `text`; `call` is the call so far. Only streams tell this."""

    call: ToolCall
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelExplained(Event):
    """A stand-in model said why it answered as it did."""

    note: ModelNote


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCallsRequested(Event):
    """The run waits for the outputs of these calls."""

    run: Run
    calls: tuple[ToolCall, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalNeeded(Event):
    """A call waits for a person; answer with `approval.approve()` or `approval.deny()`.

    An approved call runs here, as `ToolStarted` tells; one of an MCP server is made by the service.
    """

    approval: Approval


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolStarted(Event):
    """A tool is being run."""

    call: ToolCall


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolFinished(Event):
    """A tool gave its output, or its failure as an output; `seconds` by the service's clock."""

    call: ToolCall
    output: ToolOutput
    ok: bool
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputsSubmitted(Event):
    """All outputs of a round went back in one request, or all `approvals` of calls of MCP servers."""

    run: Run
    outputs: tuple[ToolOutput, ...] = ()
    approvals: tuple[ToolApproval, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageArrived(Event):
    """A message that this run wrote is in the thread."""

    message: Message


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageArrived(Event):
    """A picture of this run, from its code or in its message, was read so that it can be shown."""

    image: Image


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrying(Event):
    """The service could not answer; the same request is made again after `seconds`."""

    problem: str
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended(Event):
    """The run is over: the last event."""

    run: Run


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass: `seconds` of the service's, or until something real (a tool, a person) is done.

    With `until`, the wait ends when that future does; `seconds` is then only the longest time, in real
    seconds, after which to look again.
    """

    seconds: float
    until: Future[Any] | None = None
