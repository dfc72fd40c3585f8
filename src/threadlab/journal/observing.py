"""Observing: which events of following a run are facts, kept for ever. Pure.

A poll, a piece of growing text and an open approval are views of the moment: what they lead to (a status, a
message, a finished tool) is an event of its own.
"""

from __future__ import annotations

from typing import get_args

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

RunEvent = (
    StatusChanged
    | StepChanged
    | ModelExplained
    | ToolCallsRequested
    | ToolStarted
    | ToolFinished
    | OutputsSubmitted
    | MessageArrived
    | ImageArrived
    | Retrying
)
"""The events of following that are facts."""

RUN_EVENTS: tuple[type[Event], ...] = get_args(RunEvent)


def lasting(event: Event) -> RunEvent | None:
    """The event if it is a fact, else None; `Ended` is told by the fact `CallEnded`."""
    return event if isinstance(event, RunEvent) else None
