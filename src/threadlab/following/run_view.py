"""Run view: what a view of a run shows, folded from the events of following it.

`advance` is pure: a view before, an event, a view after. The terminal and the notebook card draw the same
`RunView`, so they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial, singledispatch
from typing import Literal

from threadlab.objects.approval import Approval, Decision
from threadlab.objects.event import (
    ApprovalNeeded,
    ArgumentsArrived,
    Ended,
    Event,
    ImageArrived,
    MessageArrived,
    ModelExplained,
    OutputsSubmitted,
    Polled,
    Retrying,
    StatusChanged,
    StepChanged,
    TextArrived,
    ToolCallsRequested,
    ToolFinished,
    ToolStarted,
)
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolApproval, ToolCall, ToolOutput
from threadlab.objects.wire_entry import WireEntry

CallState = Literal[
    "arriving",
    "requested",
    "needs approval",
    "running",
    "finished",
    "submitted",
    "abandoned",
    "undecided",
    "at the service",
    "answered by the service",
]

ANSWERED: frozenset[CallState] = frozenset({"submitted", "answered by the service"})
"""The states of calls whose answer the model has."""


@dataclass(frozen=True, slots=True)
class StatusSeen:
    """A status, and when a look at the run first found it (Unix seconds, the service's)."""

    status: str
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A tool call and how far it is.

    `ok` and `seconds` (the service's) are None where nobody here ran the tool, or not yet. `decision` is a
    person's answer, where one was asked; `asked` the arguments that the model sent, where that person
    changed them. A call that nobody decided on before its run was over is "undecided". A hosted call is "at
    the service", then answered by it; of one that was denied, only the no is "submitted".
    """

    call: ToolCall
    state: CallState = "requested"
    output: str | None = None
    ok: bool | None = None
    seconds: float | None = None
    decision: Decision | None = None
    asked: str | None = None


@dataclass(frozen=True, slots=True)
class GrowingText:
    """What has arrived so far of a message that is being written."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """All that a view of a run needs, at one instant.

    `began` and `at` are the service's Unix seconds of the first and the latest event (None before any).
    `steps`, `calls`, `notes`, `messages` are oldest first; `approvals` are those still open; `requests`
    are this client's, see `with_requests`; `images` are the pictures that were read. Where a stream is read,
    `writing` are the messages that are being written, and `pieces` counts what arrived of texts and
    arguments.
    """

    run: Run
    began: float | None = None
    at: float | None = None
    polls: int = 0
    pieces: int = 0
    ended: bool = False
    statuses: tuple[StatusSeen, ...] = ()
    steps: tuple[RunStep, ...] = ()
    calls: tuple[CallView, ...] = ()
    notes: tuple[ModelNote, ...] = ()
    messages: tuple[Message, ...] = ()
    images: tuple[Image, ...] = ()
    writing: tuple[GrowingText, ...] = ()
    retries: tuple[Retrying, ...] = ()
    approvals: tuple[Approval, ...] = ()
    requests: tuple[WireEntry, ...] = ()

    @property
    def elapsed(self) -> float:
        """The service's seconds since following began."""
        return 0.0 if self.began is None or self.at is None else self.at - self.began

    def since_began(self, at: float) -> float:
        """A time of the service as seconds since following began."""
        return at - (self.began if self.began is not None else at)


def advance(view: RunView, event: Event) -> RunView:
    """The view after this event. Pure; an event of a later kind changes only the time."""
    timed = replace(view, began=event.at if view.began is None else view.began, at=event.at)
    return _fold(event, timed)


def with_requests(view: RunView, requests: Sequence[WireEntry]) -> RunView:
    """The view with the wire's requests, as `run.service.requests(run)` gives them."""
    return replace(view, requests=tuple(requests))


@singledispatch
def _fold(event: Event, view: RunView) -> RunView:
    return view


@_fold.register
def _(event: Polled, view: RunView) -> RunView:
    return replace(view, run=event.run, polls=event.poll)


@_fold.register
def _(event: StatusChanged, view: RunView) -> RunView:
    seen = StatusSeen(event.run.status, event.at)
    return replace(view, run=event.run, statuses=(*view.statuses, seen))


@_fold.register
def _(event: StepChanged, view: RunView) -> RunView:
    step = event.step
    known = any(old.id == step.id for old in view.steps)
    steps = tuple(step if old.id == step.id else old for old in view.steps)
    view = replace(view, steps=steps if known else (*steps, step))
    for call in step.tool_calls:
        seen = _hosted if call.is_hosted else _function
        view = _with_call(view, call, partial(seen, call, step.status))
    return view


@_fold.register
def _(event: TextArrived, view: RunView) -> RunView:
    others = tuple(one for one in view.writing if one.message_id != event.message_id)
    grown = GrowingText(event.message_id, event.so_far)
    return replace(view, writing=(*others, grown), pieces=view.pieces + 1)


@_fold.register
def _(event: ArgumentsArrived, view: RunView) -> RunView:
    arriving = CallView(call=event.call, state="arriving")
    return _with_call(replace(view, pieces=view.pieces + 1), event.call, lambda card: arriving)


@_fold.register
def _(event: ModelExplained, view: RunView) -> RunView:
    return replace(view, notes=(*view.notes, event.note))


@_fold.register
def _(event: ToolCallsRequested, view: RunView) -> RunView:
    view = replace(view, run=event.run)
    for call in event.calls:
        view = _with_call(view, call, _whole(call))
    return view


@_fold.register
def _(event: ApprovalNeeded, view: RunView) -> RunView:
    view = replace(view, approvals=(*view.approvals, event.approval))
    return _with_call(view, event.approval.call, lambda card: replace(card, state="needs approval"))


@_fold.register
def _(event: ToolStarted, view: RunView) -> RunView:
    view = _decided(view, event.call)
    return _with_call(view, event.call, lambda card: replace(card, call=event.call, state="running"))


@_fold.register
def _(event: ToolFinished, view: RunView) -> RunView:
    def finished(card: CallView) -> CallView:
        output, took = event.output.output, event.seconds
        return replace(card, call=event.call, state="finished", output=output, ok=event.ok, seconds=took)

    return _with_call(_decided(view, event.call), event.call, finished)


@_fold.register
def _(event: OutputsSubmitted, view: RunView) -> RunView:
    given: tuple[ToolOutput | ToolApproval, ...] = (*event.outputs, *event.approvals)
    answers = {answer.tool_call_id: answer for answer in given}
    for call in [card.call for card in view.calls if card.call.id in answers]:
        view = _with_call(_decided(view, call), call, _with_answer(answers[call.id]))
    return replace(view, run=event.run)


@_fold.register
def _(event: MessageArrived, view: RunView) -> RunView:
    writing = tuple(one for one in view.writing if one.message_id != event.message.id)
    return replace(view, messages=(*view.messages, event.message), writing=writing)


@_fold.register
def _(event: ImageArrived, view: RunView) -> RunView:
    return replace(view, images=(*view.images, event.image))


@_fold.register
def _(event: Retrying, view: RunView) -> RunView:
    return replace(view, retries=(*view.retries, event))


@_fold.register
def _(event: Ended, view: RunView) -> RunView:
    calls = tuple(card if card.state in ANSWERED else _left_open(card) for card in view.calls)
    return replace(view, run=event.run, ended=True, calls=calls, approvals=(), writing=())


def _with_call(view: RunView, call: ToolCall, change: Callable[[CallView], CallView]) -> RunView:
    """The view with the card of that call changed; a call not seen before gets a card."""
    if not any(card.call.id == call.id for card in view.calls):
        view = replace(view, calls=(*view.calls, CallView(call=call)))
    calls = tuple(
        change(replace(card, output=card.output if call.output is None else call.output))
        if card.call.id == call.id
        else card
        for card in view.calls
    )
    return replace(view, calls=calls)


def _whole(call: ToolCall) -> Callable[[CallView], CallView]:
    """What makes of a call that was arriving, or that the service must ask about, one that is requested."""
    early = ("arriving", "at the service")
    return lambda card: replace(card, call=call, state="requested") if card.state in early else card


def _hosted(call: ToolCall, status: str, card: CallView) -> CallView:
    """The card of a hosted call in a step with that status. A call that was denied stays what it was."""
    states: dict[str, CallState] = {"in_progress": "at the service", "completed": "answered by the service"}
    keeps = card.state == "submitted" or (card.state == "needs approval" and status == "in_progress")
    return replace(card, call=call, state=card.state if keeps else states.get(status, "abandoned"))


def _function(call: ToolCall, status: str, card: CallView) -> CallView:
    """The card of a function's call in a step with that status."""
    is_answered = call.output is not None or status == "completed"
    return replace(card, state="submitted") if is_answered else card


def _with_answer(answer: ToolOutput | ToolApproval) -> Callable[[CallView], CallView]:
    if isinstance(answer, ToolOutput):
        return lambda card: replace(card, state="submitted", output=answer.output)
    return lambda card: replace(card, state="at the service" if answer.approve else "submitted")


def _left_open(card: CallView) -> CallView:
    return replace(card, state="undecided" if card.state == "needs approval" else "abandoned")


def _decided(view: RunView, call: ToolCall) -> RunView:
    """The view once a call goes on: if a person was asked, with the answer, which is there by then."""
    answered = [one for one in view.approvals if one.call.id == call.id and one.decision.done()]
    view = replace(view, approvals=tuple(one for one in view.approvals if one.call.id != call.id))
    return _with_call(view, call, _with_decision(answered[0])) if answered else view


def _with_decision(approval: Approval) -> Callable[[CallView], CallView]:
    asked, decision = approval.call.arguments, approval.decision.result()
    edited = asked if decision.arguments != asked else None
    return lambda card: replace(card, decision=decision, asked=edited)
