"""Recorded approvals: calls of MCP servers on their way to a yes or no. The service makes them itself.

Whoever the branch's toolbox names decides; where it names nobody, each call is a question of the user run,
kept on disk until somebody answers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from typing import Any

from threadlab.history.work.call_source import CallSource
from threadlab.history.work.interruption import Paused
from threadlab.objects.event import ApprovalNeeded, Event
from threadlab.objects.tool_call import ToolApproval, ToolCall, ToolOutput
from threadlab.objects.tool_round import ToolRound


class RecordedApprovals:
    """Calls being decided on by `round`, as `objects/tool_round.py` promises; `source` records how."""

    def __init__(self, calls: Sequence[ToolCall], round: ToolRound, source: CallSource) -> None:
        self._calls = calls
        self._round = round
        self._source = source
        self._waiting: dict[str, str] = {}

    def events(self) -> Iterator[Event]:
        """The questions, for whoever watches. Raises Paused where nobody does."""
        for event in self._round.events():
            if not isinstance(event, ApprovalNeeded):
                yield event
            elif question := self._source.ask_for_approval(event.approval):
                self._waiting[event.approval.call.id] = question
                if self._source.is_attended:
                    yield event
        for call in self._calls:
            self._source.take_answer(call)
            self._source.decided(call)
        if self.outputs is None and self._waiting and not self._source.is_attended:
            raise Paused(next(iter(self._waiting.values())))

    @property
    def outputs(self) -> tuple[ToolOutput, ...] | tuple[ToolApproval, ...] | None:
        """The decision on each call; None until all are decided."""
        return self._round.outputs

    def changed(self) -> Future[Any]:
        """Completes when all is decided."""
        return self._round.changed()

    def abandon(self) -> None:
        """Decide nothing more."""
        self._round.abandon()
