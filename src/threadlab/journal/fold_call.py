"""Fold of a call: one agent call after a fact about it. Pure."""

from __future__ import annotations

from functools import singledispatch

from threadlab.journal.fact import CallEnded, CallStarted, CallTied, Observed
from threadlab.journal.record import AgentCall, ToolUse
from threadlab.journal.replaced import replaced
from threadlab.objects.event import (
    Event,
    MessageArrived,
    OutputsSubmitted,
    StatusChanged,
    StepChanged,
    ToolCallsRequested,
    ToolFinished,
    ToolStarted,
)
from threadlab.objects.run_step import RunStep
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.usage import Usage

_STEP_OVER = ("completed", "failed")


def started(fact: CallStarted, at: float) -> AgentCall:
    """A call that begins."""
    return AgentCall(
        path=fact.path,
        agent=fact.agent,
        prompt=fact.prompt,
        request=fact.request,
        context=fact.context,
        started_at=at,
        reused=fact.reused,
    )


def tied(call: AgentCall, fact: CallTied) -> AgentCall:
    """The call once the service made a run of it."""
    return replaced(call, thread_id=fact.thread_id, message_id=fact.message_id, lost=fact.lost)


def ended(call: AgentCall, fact: CallEnded) -> AgentCall:
    """The call when it is over."""
    return replaced(
        call,
        status=fact.status,
        output=fact.output,
        usage=fact.usage,
        seconds=fact.seconds,
        error=fact.error,
        reused=fact.reused or call.reused,
    )


def observed(call: AgentCall, fact: Observed) -> AgentCall:
    """The call after an event of following its run."""
    return _observe(fact.event, call, fact.reused or call.reused)


@singledispatch
def _observe(event: Event, call: AgentCall, reused: str) -> AgentCall:
    return call


@_observe.register
def _(event: StatusChanged, call: AgentCall, reused: str) -> AgentCall:
    return replaced(call, run=event.run)


@_observe.register
def _(event: StepChanged, call: AgentCall, reused: str) -> AgentCall:
    steps = tuple(event.step if one.id == event.step.id else one for one in call.steps)
    if not any(one.id == event.step.id for one in call.steps):
        steps = (*steps, event.step)
    call = replaced(call, steps=steps, usage=sum((one.usage for one in steps if one.usage), Usage()))
    for asked in event.step.tool_calls:
        call = _with_use(call, asked, reused)
        if asked.is_hosted:
            call = _hosted(call, asked, event.step)
    return call


@_observe.register
def _(event: ToolCallsRequested, call: AgentCall, reused: str) -> AgentCall:
    call = replaced(call, run=event.run)
    for asked in event.calls:
        call = _with_use(call, asked, reused)
    return call


@_observe.register
def _(event: ToolStarted, call: AgentCall, reused: str) -> AgentCall:
    return _changed(_with_use(call, event.call, reused), event.call, started_at=event.at, reused=reused)


@_observe.register
def _(event: ToolFinished, call: AgentCall, reused: str) -> AgentCall:
    call = _with_use(call, event.call, reused)
    given, took = event.output.output, event.seconds
    return _changed(call, event.call, output=given, ok=event.ok, seconds=took, reused=reused)


@_observe.register
def _(event: OutputsSubmitted, call: AgentCall, reused: str) -> AgentCall:
    given = {one.tool_call_id: one.output for one in event.outputs}
    tools = tuple(replaced(one, output=given.get(one.call_id, one.output)) for one in call.tools)
    return replaced(call, run=event.run, tools=tools)


@_observe.register
def _(event: MessageArrived, call: AgentCall, reused: str) -> AgentCall:
    others = tuple(one for one in call.messages if one.id != event.message.id)
    return replaced(call, messages=(*others, event.message))


def _with_use(call: AgentCall, asked: ToolCall, reused: str) -> AgentCall:
    """The call with this tool call in it, and with what is newly known of it."""
    if any(one.call_id == asked.id for one in call.tools):
        output = {} if asked.output is None else {"output": asked.output}
        return _changed(call, asked, arguments=asked.arguments, **output)
    name = asked.name or asked.kind
    number = 1 + sum(one.name == name for one in call.tools)
    use = ToolUse(
        path=f"{call.path}.{name}.{number}",
        name=name,
        arguments=asked.arguments,
        call_id=asked.id,
        output=asked.output,
        reused=reused,
    )
    return replaced(call, tools=(*call.tools, use))


def _hosted(call: AgentCall, asked: ToolCall, step: RunStep) -> AgentCall:
    """The service ran it: the step tells how that went."""
    if step.status not in _STEP_OVER:
        return call
    output = asked.code.logs if asked.code else "\n".join(one.text or one.file_name for one in asked.results)
    return _changed(call, asked, output=output, ok=step.status == "completed")


def _changed(call: AgentCall, asked: ToolCall, **changes: object) -> AgentCall:
    tools = tuple(replaced(one, **changes) if one.call_id == asked.id else one for one in call.tools)
    return replaced(call, tools=tools)
