"""Recorded: the facts of a user run as they stand on disk now."""

from __future__ import annotations

from threadlab.history.bodies.orchestration import OrchestrationContext
from threadlab.history.explained import Explained
from threadlab.history.reading.standing import stands
from threadlab.journal.record import AgentCall, Interrupt, QueueEntry, ToolUse
from threadlab.journal.values import Trigger
from threadlab.objects.message import Message
from threadlab.objects.usage import Usage


class Recorded(Explained):
    """What happened in a user run. Two are equal if they are the same one of the same folder."""

    @property
    def status(self) -> str:
        """How it stands; derived from its log, and final once it is over.

        queued: the input is on disk; in_progress; requires_action: it waits for an answer. Then one of
        completed, failed, cancelled, expired (its time was over) and incomplete (its budget ended it).
        """
        return self.record.status

    @property
    def trigger(self) -> Trigger:
        """Why it exists: its `type` is user, system, schedule or rerun, its `cause` what began it."""
        return self.record.trigger

    @property
    def input(self) -> str:
        """What was said, literally."""
        return self.record.received.input

    @property
    def queue(self) -> tuple[QueueEntry, ...]:
        """Its commands in order, each with how it stands: pending, active, or how it ended."""
        return self.record.queue

    @property
    def created_at(self) -> float:
        """When the input came in, in Unix seconds by the service's clock, as are the other two times."""
        return self.record.created_at

    @property
    def started_at(self) -> float | None:
        """When its work began; None if it has not."""
        return self.record.started_at

    @property
    def ended_at(self) -> float | None:
        """When it was over; None if it is not."""
        return self.record.ended_at

    @property
    def is_stalled(self) -> bool:
        """Whether nobody works on it, though it is not over and waits for no answer: `resume()` goes on."""
        return self._desk.tree.standing(self.id) == "left"

    @property
    def output(self) -> str:
        """The final answer: that to its last command, or what there is of it if it did not complete."""
        return self.record.output

    @property
    def calls(self) -> tuple[AgentCall, ...]:
        """Its agent calls, in order."""
        return self.record.calls

    @property
    def tools(self) -> tuple[ToolUse, ...]:
        """Its tool calls, in order."""
        return self.record.tools

    @property
    def messages(self) -> tuple[Message, ...]:
        """What its agents wrote, in order."""
        return tuple(message for call in self.record.calls for message in call.messages)

    @property
    def usage(self) -> Usage:
        """The tokens that it took; what was reused cost nothing again."""
        return self.record.usage

    @property
    def interrupts(self) -> tuple[Interrupt, ...]:
        """The questions that wait for an answer; none of one that is over."""
        record = self.record
        return () if record.ended_at else tuple(one for one in record.interrupts if one.answer is None)

    @property
    def orchestration(self) -> OrchestrationContext:
        """What an orchestrator decided in it; its own, and kept apart from the messages."""
        return OrchestrationContext.of(self._desk.workspace, self.id)

    def __str__(self) -> str:
        """Its answer, if it completed; else how it stands and why, before what there is of an answer."""
        return self.output if self.status == "completed" and self.output else stands(self.record)

    def __repr__(self) -> str:
        mark = self.trigger.mark
        return f"<UserRun {self.id}: {self.status}{f', {mark}' if mark else ''}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Recorded) and self._identity == other._identity

    def __hash__(self) -> int:
        return hash(self._identity)

    @property
    def _identity(self) -> tuple[str, str]:
        return self.id, str(self._desk.workspace.folder.resolve())
