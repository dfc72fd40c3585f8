"""The service port: what the kit asks of a service, under the names that the SDK uses.

Lists are iterators that page by themselves. Their order is the service's: newest first, unless
`order="asc"`. Every verb raises a `ServiceError` when the service answers with an error, and
`NotInThisService` where the service has no such thing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from threadlab.objects.agent import Agent
from threadlab.objects.message import Message
from threadlab.objects.run import Run, RunHome
from threadlab.objects.run_step import RunStep
from threadlab.objects.run_stream import RunStream
from threadlab.objects.stream_event import StreamEvent
from threadlab.objects.thread import Thread
from threadlab.objects.tool_call import ToolApproval, ToolOutput
from threadlab.service.file_port import Files, VectorStores
from threadlab.service.order import Order as Order


class ToolDefinition(Protocol):
    """Anything that can describe itself as a tool, in the service's wire form."""

    @property
    def definition(self) -> Mapping[str, Any]:
        """`{"type": "function", "function": {"name", "description", "parameters"}}`, for one."""
        ...


class ToolDefinitions(Protocol):
    """Anything that brings several definitions, as the SDK's own tools do: `FileSearchTool(...)`."""

    @property
    def definitions(self) -> Sequence[Mapping[str, Any]]:
        """Each in the service's wire form."""
        ...


Tools = Sequence[ToolDefinition | ToolDefinitions | Mapping[str, Any]]
"""Tools as they may be given: decorated functions, the SDK's tools, their definitions, plain mappings."""


class Threads(Protocol):
    """The threads of a service."""

    def create(
        self,
        *,
        messages: Sequence[Mapping[str, Any]] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Thread:
        """A new thread, empty or with first messages (`{"role", "content"}` each)."""
        ...

    def get(self, thread_id: str) -> Thread:
        """The thread of that id."""
        ...

    def list(self, *, limit: int | None = None, order: Order | None = None) -> Iterator[Thread]:
        """All threads; `limit` is the size of a page."""
        ...

    def update(self, thread_id: str, *, metadata: Mapping[str, str]) -> Thread:
        """Replace its metadata."""
        ...

    def delete(self, thread_id: str) -> None:
        """Delete it with its messages and runs."""
        ...

    def events(self, thread_id: str, *, after: str = "", stay: bool = False) -> Iterator[StreamEvent]:
        """The events of all runs of a thread, until none is at work; with `stay`, of later ones too.

        Without `after` it begins with the run that is at work now; `after` is the `id` of an event to go on
        behind. Raises NotInThisService where only single runs can be streamed.
        """
        ...


class Messages(Protocol):
    """The messages of a thread."""

    def create(
        self,
        thread_id: str,
        *,
        role: str = "user",
        content: str | Sequence[Mapping[str, Any]],
        attachments: Sequence[Mapping[str, Any]] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Message:
        """Add a message. Refused while a run is active on the thread."""
        ...

    def get(self, thread_id: str, message_id: str) -> Message:
        """The message of that id."""
        ...

    def list(
        self,
        thread_id: str,
        *,
        run_id: str | None = None,
        limit: int | None = None,
        order: Order | None = None,
    ) -> Iterator[Message]:
        """The thread's messages, or only those that one run wrote."""
        ...

    def update(self, thread_id: str, message_id: str, *, metadata: Mapping[str, str]) -> Message:
        """Replace its metadata; its content never changes."""
        ...


class Runs(Protocol):
    """The runs of a thread."""

    def create(
        self,
        thread_id: str,
        agent_id: str,
        *,
        instructions: str | None = None,
        additional_instructions: str | None = None,
        tools: Tools | None = None,
        metadata: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Run:
        """Start a run; it answers at once, with status queued. `options` are the SDK's own."""
        ...

    def stream(
        self,
        thread_id: str,
        agent_id: str,
        *,
        instructions: str | None = None,
        additional_instructions: str | None = None,
        tools: Tools | None = None,
        metadata: Mapping[str, str] | None = None,
        **options: Any,
    ) -> RunStream:
        """Start a run and read its events as they happen, up to the end of its first leg."""
        ...

    def events(self, thread_id: str, run_id: str, *, after: int = 0) -> RunStream:
        """Join the events of a run that was started before, behind the first `after` of them.

        Raises NotInThisService where only whoever starts a run can read its stream.
        """
        ...

    def get(self, thread_id: str, run_id: str) -> Run:
        """The run as it is now."""
        ...

    def list(self, thread_id: str, *, limit: int | None = None, order: Order | None = None) -> Iterator[Run]:
        """The thread's runs."""
        ...

    def update(self, thread_id: str, run_id: str, *, metadata: Mapping[str, str]) -> Run:
        """Replace its metadata."""
        ...

    def submit_tool_outputs(self, thread_id: str, run_id: str, outputs: Sequence[ToolOutput]) -> Run:
        """Answer all tool calls that the run waits for."""
        ...

    def submit_tool_outputs_stream(
        self, thread_id: str, run_id: str, outputs: Sequence[ToolOutput]
    ) -> RunStream:
        """Answer all tool calls that the run waits for, and read its events from there on."""
        ...

    def submit_tool_approvals(self, thread_id: str, run_id: str, approvals: Sequence[ToolApproval]) -> Run:
        """Allow all calls of MCP servers that the run waits to make, or not."""
        ...

    def cancel(self, thread_id: str, run_id: str) -> Run:
        """Ask for the run's end."""
        ...


class RunSteps(Protocol):
    """The steps of a run."""

    def get(self, thread_id: str, run_id: str, step_id: str, *, contents: bool = False) -> RunStep:
        """The step of that id; with `contents`, the text of what a file search found comes along."""
        ...

    def list(
        self,
        thread_id: str,
        run_id: str,
        *,
        contents: bool = False,
        limit: int | None = None,
        order: Order | None = None,
    ) -> Iterator[RunStep]:
        """The run's steps; with `contents`, the text of what file searches found comes along."""
        ...


class AgentService(RunHome, Protocol):
    """A service: agents as verbs of its own, the rest in groups, as in the SDK.

    `protocol` names the wire protocol ("classic"), `place` where it runs, in words for a person.
    """

    @property
    def protocol(self) -> str:
        """The wire protocol's name."""
        ...

    @property
    def place(self) -> str:
        """Where it runs, in words: "local, in this process" or the endpoint's host."""
        ...

    def check_open(self) -> None:
        """Raise LabClosed where nothing can be asked any more."""
        ...

    @property
    def sdk(self) -> Any:
        """The SDK's own client, unmodified."""
        ...

    @property
    def threads(self) -> Threads:
        """Threads."""
        ...

    @property
    def messages(self) -> Messages:
        """Messages."""
        ...

    @property
    def runs(self) -> Runs:
        """Runs."""
        ...

    @property
    def run_steps(self) -> RunSteps:
        """Run steps."""
        ...

    @property
    def files(self) -> Files:
        """Files."""
        ...

    @property
    def vector_stores(self) -> VectorStores:
        """Vector stores."""
        ...

    def create_agent(
        self,
        *,
        model: str | None = None,
        name: str | None = None,
        description: str | None = None,
        instructions: str | None = None,
        tools: Tools | None = None,
        metadata: Mapping[str, str] | None = None,
        **options: Any,
    ) -> Agent:
        """A new agent; without `model`, the one that the settings name."""
        ...

    def get_agent(self, agent_id: str) -> Agent:
        """The agent of that id."""
        ...

    def list_agents(self, *, limit: int | None = None, order: Order | None = None) -> Iterator[Agent]:
        """All agents."""
        ...

    def update_agent(self, agent_id: str, **changes: Any) -> Agent:
        """Change what is named; later runs see it, earlier ones do not."""
        ...

    def delete_agent(self, agent_id: str) -> None:
        """Delete it. Its runs keep working: they hold a copy of it."""
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...
