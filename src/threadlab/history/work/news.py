"""News: what following a run again tells that the log does not say already, as after a pause or a stop."""

from __future__ import annotations

from collections.abc import Iterable

from threadlab.journal.observing import RunEvent
from threadlab.objects.event import (
    ImageArrived,
    MessageArrived,
    ModelExplained,
    StatusChanged,
    StepChanged,
    ToolCallsRequested,
)


class News:
    """Compares events with those that were recorded. A status is known if it was the latest one, once."""

    def __init__(self, recorded: Iterable[RunEvent]) -> None:
        self._told = [_what_it_tells(event) for event in recorded]
        statuses = [told for told in self._told if isinstance(told, tuple) and told[0] is StatusChanged]
        self._latest = statuses[-1:]

    def tells(self, event: RunEvent) -> bool:
        """Whether it is new."""
        told = _what_it_tells(event)
        if isinstance(event, StatusChanged):
            known, self._latest = told in self._latest, []
            return not known
        is_new = told is None or told not in self._told
        self._told.append(told)
        return is_new


def _what_it_tells(event: RunEvent) -> object:
    """What makes it the same when it is told again; None for an event that happens once: a tool's end."""
    match event:
        case StatusChanged():
            return StatusChanged, event.run.status
        case StepChanged():
            return event.step
        case ModelExplained():
            return event.note
        case ToolCallsRequested():
            return tuple(call.id for call in event.calls)
        case MessageArrived():
            return event.message.id
        case ImageArrived():
            return event.image.file_id
        case _:
            return None
