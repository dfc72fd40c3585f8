"""Record: a user run as its log tells it. A pure fold: the same entries give the same record, always."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from threadlab.journal.fact import ArtifactKept, Entry, Planned, Received, SummaryWritten
from threadlab.journal.values import Command, Config, ContextPart, InterruptKind, Trigger
from threadlab.objects.fault import Fault
from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.usage import Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueEntry:
    """A command and how far it is: "pending", "active", or the status it ended with."""

    command: Command
    status: str = "pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolUse:
    """One tool call with its one result. `seconds` are the service's; None while it has none.

    A call that was started and has no result was interrupted: whether its effect happened is not known.
    """

    path: str
    name: str
    arguments: str
    call_id: str
    output: str | None = None
    ok: bool | None = None
    started_at: float | None = None
    seconds: float | None = None
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCall:
    """One agent call: what was asked of whom, the run that came of it, its steps, tools, messages, cost."""

    path: str
    agent: str
    prompt: str
    request: str
    context: tuple[ContextPart, ...] = ()
    thread_id: str | None = None
    message_id: str | None = None
    run: Run | None = None
    steps: tuple[RunStep, ...] = ()
    tools: tuple[ToolUse, ...] = ()
    messages: tuple[Message, ...] = ()
    lost: tuple[str, ...] = ()
    status: str = "in_progress"
    output: str = ""
    usage: Usage = field(default_factory=Usage)
    error: Fault | None = None
    started_at: float = 0.0
    seconds: float = 0.0
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit of work that is no agent call, such as a node of a flow; `result` is what it gave (JSON)."""

    path: str
    request: str
    kind: str
    status: str = "in_progress"
    result: Any = None
    error: Fault | None = None
    started_at: float = 0.0
    seconds: float = 0.0
    reused: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interrupt:
    """A pause; `answer` is None while it is open."""

    id: str
    kind: InterruptKind
    question: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    raised_at: float = 0.0
    deadline: float | None = None
    answer: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """All that a log says. Times are Unix seconds by the service's clock; None where it has not happened.

    `status` is derived, never stored apart: queued, in_progress, requires_action, or the final one; with a
    failed command it is never completed. `usage` is the sum over its agent calls, those of children included.
    `parent` is the user run before it in the tree, which is sure once it began.
    """

    received: Received
    created_at: float
    status: str
    parent: str | None = None
    plan: Planned | None = None
    queue: tuple[QueueEntry, ...] = ()
    calls: tuple[AgentCall, ...] = ()
    units: tuple[Unit, ...] = ()
    interrupts: tuple[Interrupt, ...] = ()
    tickets: tuple[str, ...] = ()
    artifacts: tuple[ArtifactKept, ...] = ()
    summaries: tuple[SummaryWritten, ...] = ()
    scratch: Mapping[str, Any] = field(default_factory=dict)
    promoted: Mapping[str, Any] = field(default_factory=dict)
    started_at: float | None = None
    ended_at: float | None = None
    output: str = ""
    error: Fault | None = None
    reason: str = ""
    decisions: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = field(default=(), repr=False)

    @property
    def id(self) -> str:
        """The user run's id."""
        return self.received.user_run

    @property
    def trigger(self) -> Trigger:
        """Why it exists."""
        return self.received.trigger

    @property
    def config(self) -> Config:
        """What was in force."""
        return self.received.config

    @property
    def usage(self) -> Usage:
        """The tokens of all its agent calls, and of the summaries that an agent wrote for their context.

        Those that were reused cost nothing again and are not in it.
        """
        calls = (call.usage for call in self.calls if not call.reused)
        return sum((*calls, *(summary.usage for summary in self.summaries)), Usage())

    @property
    def tools(self) -> tuple[ToolUse, ...]:
        """All tool calls, in order."""
        return tuple(use for call in self.calls for use in call.tools)

    def call(self, path: str) -> AgentCall | None:
        """The agent call at that path: the latest, where it was asked again; None if there is none."""
        return next((call for call in reversed(self.calls) if call.path == path), None)
