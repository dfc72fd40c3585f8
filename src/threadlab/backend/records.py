"""Records: what the store keeps, one frozen dataclass for each of the service's objects.

They hold what the wire shapes are made from, and a little more that only the engine reads. Times are
Unix seconds with fractions; the wire cuts them to whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from threadlab.backend.file_records import (
    BatchRecord,
    FileRecord,
    StoredFileRecord,
    VectorStoreRecord,
)

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRecord:
    """An agent. Runs copy what they need of it, so changing or deleting it never touches them."""

    id: str
    created_at: float
    model: str
    name: str | None = None
    description: str | None = None
    instructions: str | None = None
    tools: list[Json] = field(default_factory=list)
    tool_resources: Json = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    temperature: float | None = None
    top_p: float | None = None
    response_format: Any = "auto"


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadRecord:
    """A thread: only its own properties; its messages and runs are records of their own.

    `attached_tools` are the types of tools that files of its messages were attached for: its runs have them.
    """

    id: str
    created_at: float
    tool_resources: Json = field(default_factory=dict)
    metadata: dict[str, str] = field(default_factory=dict)
    attached_tools: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRecord:
    """A message. `status` is in_progress while a run writes it, incomplete if that run was stopped."""

    id: str
    thread_id: str
    created_at: float
    role: str
    content: list[Json]
    run_id: str | None = None
    agent_id: str | None = None
    attachments: list[Json] = field(default_factory=list)
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = "completed"
    completed_at: float | None = None
    incomplete_at: float | None = None
    incomplete_reason: str | None = None


@dataclass(frozen=True, slots=True)
class UsageRecord:
    """Tokens, as the model counted them or as the engine estimated them."""

    prompt_tokens: int
    completion_tokens: int
    estimated: bool = True

    def __add__(self, other: UsageRecord) -> UsageRecord:
        return UsageRecord(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.estimated or other.estimated,
        )


@dataclass(frozen=True, slots=True)
class FaultRecord:
    """Why a run or a step failed."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """A tool call in a step. `arguments` is the model's text, growing while it is written.

    `kind` is the tool's type, "function", "connected_agent" or a hosted tool's. `detail` is what became of a
    call of a hosted tool, as the wire shows it. `approval` is "needed", "given" or "denied", None for a call
    that may be made without; `headers` came with it, as references. The last three name the child run that
    the call was handed to, if it was.
    """

    id: str
    name: str
    arguments: str = ""
    output: str | None = None
    kind: str = "function"
    detail: Json | None = None
    server_label: str | None = None
    approval: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    run_id: str | None = None
    thread_id: str | None = None
    agent_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRecord:
    """A run step. `asked` is True once its calls are complete and waited for.

    `activities` are what servers said they have, in a step of that type.
    """

    id: str
    run_id: str
    thread_id: str
    agent_id: str
    type: str
    created_at: float
    status: str = "in_progress"
    message_id: str | None = None
    calls: list[CallRecord] = field(default_factory=list)
    activities: list[Json] = field(default_factory=list)
    asked: bool = False
    usage: UsageRecord | None = None
    error: FaultRecord | None = None
    ended_at: float | None = None

    @property
    def waiting(self) -> list[CallRecord]:
        """The calls that the client is asked about: those to be approved, else all without an output."""
        open_calls = [call for call in self.calls if call.output is None]
        return [call for call in open_calls if call.approval == "needed"] or open_calls


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """What a run does its work with: copied from the agent and the request when it starts."""

    model: str
    instructions: str = ""
    tools: list[Json] = field(default_factory=list)
    tool_resources: Json = field(default_factory=dict)
    temperature: float | None = None
    top_p: float | None = None
    max_prompt_tokens: int | None = None
    max_completion_tokens: int | None = None
    truncation_strategy: Json = field(default_factory=lambda: {"type": "auto", "last_messages": None})
    tool_choice: Any = "auto"
    response_format: Any = "auto"
    parallel_tool_calls: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """A run. The fields after `usage` are the engine's place in it; the wire never shows them.

    `leg` counts the stretches between tool rounds, `call` the consultations of the model. `step_id` is
    the open step, `answer` the log entry with the model's answer, `shown` how many of its bursts were
    revealed. `parent_id` is the run that handed its task to this one, `lineage` the agents of that run,
    of the run before it, and so on, the first one first. `images` are files of
    images that code has shown and no message yet.
    """

    id: str
    thread_id: str
    agent_id: str
    created_at: float
    expires_at: float
    config: RunConfig
    metadata: dict[str, str] = field(default_factory=dict)
    status: str = "queued"
    started_at: float | None = None
    ended_at: float | None = None
    error: FaultRecord | None = None
    incomplete_reason: str | None = None
    usage: UsageRecord | None = None
    leg: int = 1
    call: int = 0
    step_id: str | None = None
    answer: int | None = None
    shown: int = 0
    parent_id: str | None = None
    lineage: list[str] = field(default_factory=list)
    images: list[str] = field(default_factory=list)


Record = (
    AgentRecord
    | ThreadRecord
    | MessageRecord
    | RunRecord
    | StepRecord
    | FileRecord
    | VectorStoreRecord
    | StoredFileRecord
    | BatchRecord
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of the canonical log: something that happened, in a thread and perhaps in a run of it.

    `seq` is its place in the log (0 before it was appended), `leg` the run's leg, `at` the instant. The
    kinds and their data are listed in `engine/log.py`.
    """

    kind: str
    data: Json
    thread_id: str
    run_id: str | None = None
    leg: int = 0
    at: float = 0.0
    seq: int = 0

    def at_place(self, seq: int) -> Entry:
        """The same entry, appended there."""
        return Entry(self.kind, self.data, self.thread_id, self.run_id, self.leg, self.at, seq)
