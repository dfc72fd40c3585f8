"""Run: one activation of one agent on one thread, tool rounds included.

The statuses, as one table that everything asks (`STATUSES`):

    queued → in_progress → completed | failed | incomplete
                ↑   ↓            and from every live status: cancelling → cancelled, or expired
    queued ← requires_action
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from threadlab.errors import RunError
from threadlab.objects.fault import Fault
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run_step import RunStep
from threadlab.objects.stepping import Stepping
from threadlab.objects.time import Time
from threadlab.objects.tool_call import Answers, ToolCall
from threadlab.objects.usage import Usage
from threadlab.objects.wire_entry import WireEntry


@dataclass(frozen=True, slots=True)
class Status:
    """One row of the status table: is it final, and what does it mean to someone who waits."""

    name: str
    is_terminal: bool
    meaning: str


STATUSES: Mapping[str, Status] = {
    status.name: status
    for status in (
        Status("queued", False, "accepted, waiting for the engine to pick it up"),
        Status("in_progress", False, "the model is being consulted"),
        Status("requires_action", False, "the model asked for tools; the run waits for their outputs"),
        Status("cancelling", False, "a cancel was asked for and is being carried out"),
        Status("cancelled", True, "stopped on request"),
        Status("failed", True, "stopped by an error"),
        Status("completed", True, "the answer is in the thread"),
        Status("incomplete", True, "stopped at a limit; what was written is kept"),
        Status("expired", True, "its time ran out"),
    )
}


@runtime_checkable
class RunHome(Protocol):
    """What a run asks of the service that it lives in."""

    @property
    def place(self) -> str:
        """Where the service runs, in words; "in this process" where no network lies between."""
        ...

    @property
    def time(self) -> Time:
        """The service's clock, and the way to wait for it."""
        ...

    @property
    def stepping(self) -> Stepping | None:
        """The hands on its runs, where time stands still while nobody waits; None in real time."""
        ...

    def read_run(self, run: Run) -> Run:
        """The run as it is now."""
        ...

    def read_steps(self, run: Run) -> tuple[RunStep, ...]:
        """Its steps, oldest first."""
        ...

    def read_messages(self, run: Run) -> tuple[Message, ...]:
        """The messages that this run wrote, oldest first."""
        ...

    def read_image(self, file_id: str) -> Image | None:
        """The picture in a file; None where it is none, too large to be shown, or gone."""
        ...

    def answer_run(self, run: Run, answers: Answers) -> Run:
        """Submit tool outputs, or approvals."""
        ...

    def cancel_run(self, run: Run) -> Run:
        """Ask for its end."""
        ...

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why a stand-in model answered as it did; empty where a real model answers."""
        ...

    def requests(self, run: Run) -> tuple[WireEntry, ...]:
        """The requests of this client that named the run, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A run as the service reported it at one instant. `read()` asks again; the object never changes.

    `status` is the service's own word: one of `STATUSES`, or one that this kit does not know yet.
    `required_calls` are the tool calls it waits for. Times are Unix seconds.
    """

    id: str
    thread_id: str
    agent_id: str
    status: str
    model: str = ""
    instructions: str | None = None
    tools: tuple[Mapping[str, Any], ...] = ()
    required_calls: tuple[ToolCall, ...] = ()
    error: Fault | None = None
    incomplete_reason: str | None = None
    usage: Usage | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    created_at: int = 0
    started_at: int | None = None
    completed_at: int | None = None
    failed_at: int | None = None
    cancelled_at: int | None = None
    expires_at: int | None = None
    native: Any = field(default=None, repr=False, compare=False)
    home: RunHome | None = field(default=None, repr=False, compare=False)

    @property
    def is_known(self) -> bool:
        """Whether the status is in the table."""
        return self.status in STATUSES

    @property
    def is_terminal(self) -> bool:
        """Whether the run is over. An unknown status is not: see `is_known`."""
        return self.is_known and STATUSES[self.status].is_terminal

    @property
    def service(self) -> RunHome:
        """The service it lives in. Raises RunError for a run that was made by hand."""
        if self.home is None:
            raise RunError(
                f"run {self.id} is not tied to a service",
                hint="read it through a lab: lab.runs.get(thread_id, run_id)",
                run_id=self.id,
                thread_id=self.thread_id,
            )
        return self.home

    def read(self) -> Run:
        """The run as it is now: one request."""
        return self.service.read_run(self)

    def steps(self) -> tuple[RunStep, ...]:
        """Its steps so far, oldest first; what its file searches found comes with its text."""
        return self.service.read_steps(self)

    def messages(self) -> tuple[Message, ...]:
        """The messages that it wrote, oldest first."""
        return self.service.read_messages(self)

    def submit(self, answers: Answers) -> Run:
        """Answer its tool calls, all of them in one request: by outputs, or by approvals for MCP servers."""
        return self.service.answer_run(self, answers)

    def cancel(self) -> Run:
        """Ask for its end. Waiting is not owning: leaving a wait does not do this."""
        return self.service.cancel_run(self)
