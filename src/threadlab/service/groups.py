"""The four groups of verbs of the classic service: threads, messages, runs, run steps.

Each verb is one call of the SDK's operation of the same name; what comes back is read into an object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from azure.ai.agents import AgentsClient
from azure.ai.agents.models import RunAdditionalFieldList
from azure.ai.agents.models import ToolOutput as SdkToolOutput

from threadlab.objects.message import Message
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.run_stream import RunStream
from threadlab.objects.stream_event import StreamEvent
from threadlab.objects.thread import Thread
from threadlab.objects.tool_call import ToolApproval, ToolOutput
from threadlab.service import read
from threadlab.service.approvals import approvals_body
from threadlab.service.failures import telling
from threadlab.service.made_by import MadeBy
from threadlab.service.paging import listed
from threadlab.service.port import Order, Tools
from threadlab.service.sending import given, tool_definitions
from threadlab.service.streaming import ClassicStreams


class ClassicThreads:
    """The threads of a service. What is made carries the mark of `made_by`."""

    def __init__(self, client: AgentsClient, streams: ClassicStreams, made_by: MadeBy) -> None:
        self._sdk = client.threads
        self._streams = streams
        self._made_by = made_by

    def create(
        self,
        *,
        messages: Sequence[Mapping[str, Any]] | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> Thread:
        """A new thread, empty or with first messages (`{"role", "content"}` each)."""
        marked = self._made_by.marked(metadata)
        with telling("create a thread"):
            thread = read.thread(self._sdk.create(**given(messages=messages, metadata=marked)))
        self._made_by.remember(thread.id)
        return thread

    def get(self, thread_id: str) -> Thread:
        """The thread of that id."""
        with telling(f"read thread {thread_id}", thread_id=thread_id):
            return read.thread(self._sdk.get(thread_id))

    def list(self, *, limit: int | None = None, order: Order | None = None) -> Iterator[Thread]:
        """All threads; `limit` is the size of a page."""
        return listed(self._sdk.list, read.thread, "list threads", limit=limit, order=order)

    def update(self, thread_id: str, *, metadata: Mapping[str, str]) -> Thread:
        """Replace its metadata; the mark of one that was made here stays."""
        marked = self._made_by.still_marked(thread_id, metadata)
        with telling(f"update thread {thread_id}", thread_id=thread_id):
            return read.thread(self._sdk.update(thread_id, metadata=dict(marked)))

    def delete(self, thread_id: str) -> None:
        """Delete it with its messages and runs."""
        with telling(f"delete thread {thread_id}", thread_id=thread_id):
            self._sdk.delete(thread_id)

    def events(self, thread_id: str, *, after: str = "", stay: bool = False) -> Iterator[StreamEvent]:
        """The events of all runs of a thread, until none is at work; with `stay`, of later ones too."""
        return self._streams.thread(thread_id, after, stay)


class ClassicMessages:
    """The messages of a thread."""

    def __init__(self, client: AgentsClient) -> None:
        self._sdk = client.messages

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
        body = given(role=role, content=content, attachments=attachments, metadata=metadata)
        with telling(f"add a message to thread {thread_id}", thread_id=thread_id):
            return read.message(self._sdk.create(thread_id, **body))

    def get(self, thread_id: str, message_id: str) -> Message:
        """The message of that id."""
        with telling(f"read message {message_id}", thread_id=thread_id):
            return read.message(self._sdk.get(thread_id, message_id))

    def list(
        self,
        thread_id: str,
        *,
        run_id: str | None = None,
        limit: int | None = None,
        order: Order | None = None,
    ) -> Iterator[Message]:
        """The thread's messages, or only those that one run wrote."""
        return listed(
            partial(self._sdk.list, thread_id, **given(run_id=run_id)),
            read.message,
            f"list the messages of {run_id or thread_id}",
            limit=limit,
            order=order,
            run_id=run_id,
            thread_id=thread_id,
        )

    def update(self, thread_id: str, message_id: str, *, metadata: Mapping[str, str]) -> Message:
        """Replace its metadata; its content never changes."""
        with telling(f"update message {message_id}", thread_id=thread_id):
            return read.message(self._sdk.update(thread_id, message_id, metadata=dict(metadata)))


class ClassicRuns:
    """The runs of a thread. Each run that is read is tied to the service that `streams` names."""

    def __init__(self, client: AgentsClient, streams: ClassicStreams) -> None:
        self._sdk = client.runs
        self._streams = streams
        self._read = partial(read.run, home=streams.home)

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
        body = _run_options(instructions, additional_instructions, tools, metadata)
        with telling(f"start a run on thread {thread_id}", thread_id=thread_id):
            return self._read(self._sdk.create(thread_id, agent_id=agent_id, **body, **options))

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
        """Start a run and read its events as they happen. `options` are the SDK's own."""
        body = _run_options(instructions, additional_instructions, tools, metadata)
        return self._streams.start(thread_id, agent_id, {**body, **options})

    def events(self, thread_id: str, run_id: str, *, after: int = 0) -> RunStream:
        """Join the events of a run that was started before, behind the first `after` of them."""
        run = self.get(thread_id, run_id) if after else None
        return self._streams.join(thread_id, run_id, after, run)

    def get(self, thread_id: str, run_id: str) -> Run:
        """The run as it is now."""
        with telling(f"read run {run_id}", run_id=run_id, thread_id=thread_id):
            return self._read(self._sdk.get(thread_id, run_id))

    def list(self, thread_id: str, *, limit: int | None = None, order: Order | None = None) -> Iterator[Run]:
        """The thread's runs."""
        return listed(
            partial(self._sdk.list, thread_id),
            self._read,
            f"list the runs of thread {thread_id}",
            limit=limit,
            order=order,
            thread_id=thread_id,
        )

    def update(self, thread_id: str, run_id: str, *, metadata: Mapping[str, str]) -> Run:
        """Replace its metadata."""
        with telling(f"update run {run_id}", run_id=run_id, thread_id=thread_id):
            return self._read(self._sdk.update(thread_id, run_id, metadata=dict(metadata)))

    def submit_tool_outputs(self, thread_id: str, run_id: str, outputs: Sequence[ToolOutput]) -> Run:
        """Answer all tool calls that the run waits for."""
        answers: Any = [SdkToolOutput(tool_call_id=each.tool_call_id, output=each.output) for each in outputs]
        with telling(f"submit tool outputs to run {run_id}", run_id=run_id, thread_id=thread_id):
            return self._read(self._sdk.submit_tool_outputs(thread_id, run_id, tool_outputs=answers))

    def submit_tool_outputs_stream(
        self, thread_id: str, run_id: str, outputs: Sequence[ToolOutput]
    ) -> RunStream:
        """Answer all tool calls that the run waits for, and read its events from there on."""
        return self._streams.answer(thread_id, run_id, outputs)

    def submit_tool_approvals(self, thread_id: str, run_id: str, approvals: Sequence[ToolApproval]) -> Run:
        """Allow all calls of MCP servers that the run waits to make, or not."""
        with telling(f"submit tool approvals to run {run_id}", run_id=run_id, thread_id=thread_id):
            return self._read(self._sdk.submit_tool_outputs(thread_id, run_id, approvals_body(approvals)))

    def cancel(self, thread_id: str, run_id: str) -> Run:
        """Ask for the run's end."""
        with telling(f"cancel run {run_id}", run_id=run_id, thread_id=thread_id):
            return self._read(self._sdk.cancel(thread_id, run_id))


class ClassicRunSteps:
    """The steps of a run."""

    def __init__(self, client: AgentsClient) -> None:
        self._sdk = client.run_steps

    def get(self, thread_id: str, run_id: str, step_id: str, *, contents: bool = False) -> RunStep:
        """The step of that id; with `contents`, the text of what a file search found comes along."""
        with telling(f"read step {step_id}", run_id=run_id, thread_id=thread_id):
            return read.step(self._sdk.get(thread_id, run_id, step_id, **_included(contents)))

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
        return listed(
            partial(self._sdk.list, thread_id, run_id, **_included(contents)),
            read.step,
            f"list the steps of run {run_id}",
            limit=limit,
            order=order,
            run_id=run_id,
            thread_id=thread_id,
        )


def _included(contents: bool) -> dict[str, Any]:
    return {"include": [RunAdditionalFieldList.FILE_SEARCH_CONTENTS]} if contents else {}


def _run_options(
    instructions: str | None,
    additional_instructions: str | None,
    tools: Tools | None,
    metadata: Mapping[str, str] | None,
) -> dict[str, Any]:
    return given(
        instructions=instructions,
        additional_instructions=additional_instructions,
        tools=tool_definitions(tools),
        metadata=metadata,
    )
