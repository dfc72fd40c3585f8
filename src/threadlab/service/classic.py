"""The classic service: Azure AI Agents, through the real azure-ai-agents client.

It does not know what the client talks to, so it serves the local backend and Azure alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from azure.ai.agents import AgentsClient

from threadlab.objects.agent import Agent
from threadlab.objects.hosted_call import FILE_SEARCH
from threadlab.objects.image import Image
from threadlab.objects.message import Message
from threadlab.objects.model_note import ModelNote
from threadlab.objects.run import Run
from threadlab.objects.run_step import RunStep
from threadlab.objects.stepping import Stepping
from threadlab.objects.time import Time
from threadlab.objects.tool_call import Answers
from threadlab.objects.truth import Truth
from threadlab.objects.wire_entry import WireEntry
from threadlab.service import read
from threadlab.service.approvals import approvals_in, outputs_in
from threadlab.service.failures import telling
from threadlab.service.files import ClassicFiles
from threadlab.service.groups import ClassicMessages, ClassicRuns, ClassicRunSteps, ClassicThreads
from threadlab.service.made_by import MadeBy
from threadlab.service.paging import listed
from threadlab.service.port import Order, Tools
from threadlab.service.sending import given, with_resources
from threadlab.service.streaming import ClassicStreams
from threadlab.service.vector_stores import ClassicVectorStores


class ClassicService:
    """An `AgentService` over `client`.

    `model` is what an agent gets that names none, `place` where the service runs in words. `requests`
    finds the recorded requests that name a run id, `opened` is told of a run whose stream was just opened,
    `notes` is what a stand-in model said about a run, `truth` what really happened in it, where someone here
    can know, `stepping` moves its runs, where time waits for whoever waits, `made_by` marks what is made,
    `check_open` raises LabClosed where nothing can be asked any more.
    """

    protocol = "classic"

    def __init__(
        self,
        client: AgentsClient,
        *,
        time: Time,
        model: str,
        place: str,
        requests: Callable[[str], tuple[WireEntry, ...]],
        notes: Callable[[Run], tuple[ModelNote, ...]],
        truth: Callable[[Run], Truth | None] = lambda run: None,
        opened: Callable[[Run], object] = lambda run: None,
        stepping: Stepping | None = None,
        made_by: MadeBy | None = None,
        check_open: Callable[[], None] = lambda: None,
    ) -> None:
        self.sdk = client
        self.time = time
        self.stepping = stepping
        self.model = model
        self.place = place
        self._requests = requests
        self._notes = notes
        self._truth = truth
        self.check_open = check_open
        self._made_by = made_by or MadeBy()
        streams = ClassicStreams(client, self, opened)
        self.threads = ClassicThreads(client, streams, self._made_by)
        self.messages = ClassicMessages(client)
        self.runs = ClassicRuns(client, streams)
        self.run_steps = ClassicRunSteps(client)
        self.files = ClassicFiles(client, self._made_by)
        self.vector_stores = ClassicVectorStores(client, time, self._made_by)

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
        """A new agent; without `model`, the one that the settings name. `options` are the SDK's own.

        A tool of the SDK (`FileSearchTool`) brings its resources along.
        """
        body = given(
            name=name,
            description=description,
            instructions=instructions,
            metadata=self._made_by.marked(metadata),
        )
        options |= with_resources(tools, options.get("tool_resources"))
        with telling("create an agent"):
            agent = read.agent(self.sdk.create_agent(model=model or self.model, **body, **options))
        self._made_by.remember(agent.id)
        return agent

    def get_agent(self, agent_id: str) -> Agent:
        """The agent of that id."""
        with telling(f"read agent {agent_id}"):
            return read.agent(self.sdk.get_agent(agent_id))

    def list_agents(self, *, limit: int | None = None, order: Order | None = None) -> Iterator[Agent]:
        """All agents."""
        return listed(self.sdk.list_agents, read.agent, "list agents", limit=limit, order=order)

    def update_agent(self, agent_id: str, **changes: Any) -> Agent:
        """Change what is named (as in `create_agent`); later runs see it, earlier ones do not."""
        changes |= with_resources(changes.get("tools"), changes.get("tool_resources"))
        if "metadata" in changes:
            changes["metadata"] = self._made_by.still_marked(agent_id, changes["metadata"])
        with telling(f"update agent {agent_id}"):
            return read.agent(self.sdk.update_agent(agent_id, **changes))

    def delete_agent(self, agent_id: str) -> None:
        """Delete it. Its runs keep working: they hold a copy of it."""
        with telling(f"delete agent {agent_id}"):
            self.sdk.delete_agent(agent_id)

    def read_run(self, run: Run) -> Run:
        """The run as it is now: one request."""
        return self.runs.get(run.thread_id, run.id)

    def read_steps(self, run: Run) -> tuple[RunStep, ...]:
        """Its steps, oldest first: one request for each hundred. Of a run that may search, with contents."""
        contents = any(tool.get("type") == FILE_SEARCH for tool in run.tools)
        return tuple(self.run_steps.list(run.thread_id, run.id, contents=contents, order="asc"))

    def read_messages(self, run: Run) -> tuple[Message, ...]:
        """The messages that it wrote, oldest first: one request for each hundred."""
        return tuple(self.messages.list(run.thread_id, run_id=run.id, order="asc"))

    def read_image(self, file_id: str) -> Image | None:
        """The picture in a file; None where it is none, too large to be shown, or gone."""
        return self.files.image(file_id)

    def answer_run(self, run: Run, answers: Answers) -> Run:
        """Submit tool outputs, or approvals."""
        if approvals := approvals_in(answers):
            return self.runs.submit_tool_approvals(run.thread_id, run.id, approvals)
        return self.runs.submit_tool_outputs(run.thread_id, run.id, outputs_in(answers))

    def cancel_run(self, run: Run) -> Run:
        """Ask for its end."""
        return self.runs.cancel(run.thread_id, run.id)

    def notes(self, run: Run) -> tuple[ModelNote, ...]:
        """Why a stand-in model answered as it did; empty where a real model answers."""
        return self._notes(run)

    def requests(self, run: Run) -> tuple[WireEntry, ...]:
        """The requests of this client that named the run, in order."""
        return self._requests(run.id)

    def truth(self, run: Run) -> Truth | None:
        """What really happened in the run; None where nobody here can know."""
        return self._truth(run)

    def close(self) -> None:
        """Let go of connections."""
        self.sdk.close()
