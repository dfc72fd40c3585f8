"""Answering: who answers the tool calls of one agent call, round after round."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from threadlab.conversation.answering_tools import AnsweringTools
from threadlab.history.plans.memo import Memo
from threadlab.history.work.call_source import CallSource
from threadlab.history.work.recorded_approvals import RecordedApprovals
from threadlab.history.work.recorded_round import RecordedRound
from threadlab.journal.observing import RunEvent, lasting
from threadlab.objects.event import ToolFinished, ToolStarted
from threadlab.objects.time import Time
from threadlab.objects.tool_call import ToolCall
from threadlab.objects.tool_round import GivesApprovals, ToolRound
from threadlab.tools.toolbox import Toolbox


class Answering:
    """Answers calls as `following` asks for it, from `source`; those of MCP servers are only approved."""

    def __init__(self, source: CallSource) -> None:
        self._source = source
        self._round: RecordedRound | None = None

    @property
    def tools(self) -> AnsweringTools | None:
        """Those who really make calls."""
        return self._source.tools

    @property
    def approves(self) -> bool:
        """Whether calls of MCP servers are decided on: always, for where nobody does it is asked."""
        return True

    @property
    def deadline(self) -> float | None:
        """When the run expires that waits for the answers."""
        return self._source.deadline

    @deadline.setter
    def deadline(self, at: float | None) -> None:
        self._source.deadline = at

    def start_over(self, own: Memo) -> None:
        """The call is asked again: what its tools gave, as `own` tells, is used and not made again."""
        self._source.own, self._round = own, None

    def begin(self, calls: Sequence[ToolCall], time: Time) -> ToolRound:
        """Start answering. Raises Stopped or Paused when no more is to be done."""
        self._source.raise_unless_allowed()
        if all(call.kind == "mcp" for call in calls):
            decides = isinstance(self.tools, GivesApprovals) and self.tools.approves
            # the toolbox without tools has each call asked about
            who = self.tools if decides and self.tools is not None else Toolbox(approve=True)
            return RecordedApprovals(calls, who.begin(calls, time), self._source)
        self._round = RecordedRound(calls, self._source, time)
        return self._round

    def keep_what_runs(self) -> None:
        """The loop is left: calls that were started go on, and no other begins."""
        if self._round is not None:
            self._round.is_ending = True

    def finish_started(self) -> Iterator[RunEvent]:
        """Let the calls that were started come to their end; their events."""
        for event in self._round.finish_started() if self._round is not None else ():
            if (fact := lasting(event)) is not None:
                yield fact

    def unanswered(self) -> Iterator[ToolFinished]:
        """A result for each call that will never have another."""
        return self._source.unanswered()

    def origin_of(self, event: RunEvent) -> str:
        """The user run whose result a tool's event tells; empty for one that was made here."""
        if isinstance(event, ToolStarted | ToolFinished):
            return self._source.reused.get(event.call.id, "")
        return ""
