"""Pictures: which images a run has to show, by the ids of their files."""

from __future__ import annotations

from collections.abc import Iterable

from threadlab.objects.message import Message
from threadlab.objects.run_step import RunStep


def pictures_in(steps: Iterable[RunStep], messages: Iterable[Message]) -> tuple[str, ...]:
    """The ids, each once: those that code drew, then those that stand in messages."""
    drawn = (image for step in steps for call in step.tool_calls if call.code for image in call.code.images)
    shown = (image for message in messages for image in message.images)
    return tuple(dict.fromkeys([*drawn, *shown]))
