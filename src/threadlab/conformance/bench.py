"""The bench: an engine on a seeded backend of its own, and the real SDK in front of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from azure.ai.agents.models import (
    FunctionDefinition,
    FunctionToolDefinition,
    ListSortOrder,
    RunStep,
    ThreadMessage,
    ThreadRun,
    ToolOutput,
)
from azure.core.exceptions import HttpResponseError

from threadlab.backend.completer.function import Answer, FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.engine.port import MakeEngine, RunEngine
from threadlab.backend.local import Backend
from threadlab.conformance.bounded import Bounded
from threadlab.conformance.check import DoesNotConform, expect
from threadlab.connect.local import client_of

WEATHER = FunctionToolDefinition(
    function=FunctionDefinition(name="weather", description="The weather.", parameters={"type": "object"})
)
OVER = ("completed", "incomplete", "failed", "cancelled", "expired")
LIVE = ("queued", "in_progress", "requires_action")
MOST_STEPS = 200


def ask_twice_then_tell(request: Request) -> Answer:
    """The usual model: with tools it asks for the weather in two cities, and then it tells it."""
    if request.tools and not request.rounds:
        return [Call("weather", '{"city": "Oslo"}'), Call("weather", '{"city": "Bergen"}')]
    return "It is sunny."


class Bench:
    """An engine at work. `model` answers each consultation, and `asked` keeps what it was asked."""

    def __init__(self, make: MakeEngine) -> None:
        self.model: Callable[[Request], Answer] = ask_twice_then_tell
        self.asked: list[Request] = []
        self.backend = Backend.seeded(
            7, completer=FromFunction(self._answer), engine=lambda *parts: Bounded(make(*parts))
        )
        self.sdk = client_of(self.backend)

    @property
    def engine(self) -> RunEngine:
        """The engine itself."""
        return self.backend.engine

    def _answer(self, request: Request) -> Answer:
        self.asked.append(request)
        return self.model(request)

    def close(self) -> None:
        """Let go of the client and the store."""
        self.sdk.close()
        self.backend.close()

    def agent(self, *, tools: bool = False, instructions: str = "Be brief.") -> str:
        """The id of a new agent."""
        offered = [WEATHER] if tools else []
        return self.sdk.create_agent(model="stand-in", instructions=instructions, tools=offered).id

    def thread(self, *said: str) -> str:
        """The id of a new thread with these messages of its user."""
        thread = self.sdk.threads.create().id
        for text in said:
            self.sdk.messages.create(thread, role="user", content=text)
        return thread

    def run(
        self, *, tools: bool = False, thread: str | None = None, agent: str | None = None, **options: Any
    ) -> ThreadRun:
        """A new run, on a new thread with a question, of a new agent, unless others are given."""
        thread = thread or self.thread("How is the weather?")
        return self.sdk.runs.create(thread, agent_id=agent or self.agent(tools=tools), **options)

    def step(self, run: ThreadRun) -> str:
        """Let a run make its next transition, whenever it is due; its status after that."""
        record = self.backend.driver.step(run.id)
        return record.status if record else "deleted"

    def life(self, run: ThreadRun) -> list[str]:
        """The statuses of a run from now on, until it is over or waits for outputs."""
        statuses: list[str] = [run.status]
        for _ in range(MOST_STEPS):
            status = self.step(run)
            if status != statuses[-1]:
                statuses.append(status)
            if status in (*OVER, "requires_action"):
                return statuses
        raise DoesNotConform(
            "a run comes to its end, or waits for outputs", f"{' → '.join(statuses)}, and no further"
        )

    def until(self, run: ThreadRun, status: str) -> ThreadRun:
        """The run once it has that status."""
        seen: list[str] = [run.status]
        while seen[-1] != status and len(seen) < MOST_STEPS and seen[-1] not in OVER:
            seen.append(self.step(run))
        expect(seen[-1] == status, f"the run becomes {status}", seen=" → ".join(dict.fromkeys(seen)))
        return self.read(run)

    def in_status(self, status: str) -> ThreadRun:
        """A new run, brought to a status that it can reach by itself."""
        return self.until(self.run(tools=True), status)

    def read(self, run: ThreadRun) -> ThreadRun:
        """The run as the SDK sees it now."""
        return self.sdk.runs.get(run.thread_id, run.id)

    def calls(self, run: ThreadRun) -> list[Any]:
        """The tool calls that a run waits for."""
        action: Any = self.read(run).required_action
        return list(action.submit_tool_outputs.tool_calls) if action else []

    def submit(self, run: ThreadRun, ids: Sequence[str], output: str = "sunny") -> ThreadRun:
        """Submit an output for each of these calls."""
        outputs = [ToolOutput(tool_call_id=id, output=output) for id in ids]
        return self.sdk.runs.submit_tool_outputs(run.thread_id, run.id, tool_outputs=outputs)

    def answer(self, run: ThreadRun, output: str = "sunny") -> ThreadRun:
        """Submit an output for each call that a run waits for."""
        return self.submit(run, [call.id for call in self.calls(run)], output)

    def steps(self, run: ThreadRun) -> list[RunStep]:
        """A run's steps, oldest first."""
        return list(self.sdk.run_steps.list(run.thread_id, run.id, order=ListSortOrder.ASCENDING))

    def messages(self, thread: str) -> list[ThreadMessage]:
        """A thread's messages, oldest first."""
        return list(self.sdk.messages.list(thread, order=ListSortOrder.ASCENDING))

    def said(self, thread: str) -> list[str]:
        """What agents said on a thread, oldest first."""
        agents = [message for message in self.messages(thread) if message.role != "user"]
        return ["".join(part.text.value for part in message.text_messages) for message in agents]

    def refused(self, action: Callable[[], object], rule: str) -> None:
        """Expect that a request is refused with a 400, for that rule."""
        try:
            action()
        except HttpResponseError as error:
            expect(error.status_code == 400, f"{rule}: a 400", seen=f"a {error.status_code}")
        else:
            raise DoesNotConform(f"{rule}: it is refused with a 400", "it was accepted")
