"""Hearing: what is told of a question's run while it is asked."""

from __future__ import annotations

from collections.abc import Callable

from threadlab.objects.event import Event, MessageArrived, TextArrived


class Hearing:
    """Passes on a run's events, and the text of its messages piece by piece.

    The pieces put together are the text of the reply, also where a stream broke off and could not be joined
    again: what it did not tell comes with the whole message.
    """

    def __init__(
        self, on_event: Callable[[Event], object] | None, on_text: Callable[[str], object] | None
    ) -> None:
        self._on_event = on_event
        self._on_text = on_text
        self._told: dict[str, str] = {}

    def hear(self, event: Event) -> None:
        """Something happened."""
        if self._on_event is not None:
            self._on_event(event)
        if isinstance(event, TextArrived):
            self._tell(event.message_id, event.so_far)
        elif isinstance(event, MessageArrived):
            self._tell(event.message.id, event.message.text)

    def _tell(self, message_id: str, so_far: str) -> None:
        before = self._told.get(message_id, "")
        self._told[message_id] = so_far
        new = so_far[len(before) :]
        if self._on_text is not None and new:
            between = "\n\n" if not before and len(self._told) > 1 else ""
            self._on_text(between + new)
