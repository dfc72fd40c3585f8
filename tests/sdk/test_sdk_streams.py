"""Streams through the real SDK, in every version of it that the course knows: see `tests/preview_sdk.py`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from typing import Any

import pytest
from azure.ai.agents import AgentsClient
from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
from azure.ai.agents.models import (
    AgentEventHandler,
    AgentStreamEvent,
    AsyncAgentEventHandler,
    AsyncFunctionTool,
    AsyncToolSet,
    BaseAgentEventHandler,
    FunctionTool,
    MessageDeltaChunk,
    RunStep,
    RunStepDeltaChunk,
    ThreadMessage,
    ThreadRun,
    ToolOutput,
    ToolSet,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError, IncompleteReadError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

from threadlab.backend.completer.port import Call, ModelError, Piece, Request, Text
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import ConnectionDropped, Response, WaitUntil
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.connect.in_process import InProcessAsyncTransport, InProcessTransport

ENDPOINT = "https://threadlab.invalid/api/projects/local"
SAID = "Sunny in Oslo – naïve, but “true” 🌤 and rain in Bergen"
THROUGH_PROJECTS = version("azure-ai-projects").startswith("1.")
"""Only azure-ai-projects 1.x has the agents client of this protocol: all samples of 1.2.0b6 go through it."""


class Scene:
    """Asks for the weather of two cities, as often as `rounds` says, and then answers."""

    stand_in, instant = "a test's completer", True

    def __init__(self, rounds: int = 1, answer: str = SAID, error: ModelError | None = None) -> None:
        self.rounds, self.answer, self.error = rounds, answer, error

    def complete(self, request: Request) -> Iterable[Piece]:
        """The answer."""
        if request.tools and len(request.rounds) < self.rounds:
            yield Call("weather", '{"city": "Oslo"}')
            yield Call("weather", '{"city": "Bergen"}')
        elif self.error is not None:
            raise self.error
        else:
            yield from (Text(f"{word} ") for word in self.answer.split())


def weather(city: str) -> str:
    """The weather of a city.

    :param city: its name
    """
    return f"sunny in {city}"


def broken(city: str) -> str:
    """A tool that never works.

    :param city: its name
    """
    raise RuntimeError(f"no weather in {city}")


broken.__name__ = "weather"


class Desk:
    """A backend and the SDK's clients of it."""

    def __init__(self, completer: Any = None) -> None:
        self.backend = Backend.seeded(1, completer=completer or Scene())
        self.client: AgentsClient = self._client(InProcessTransport(self.backend))
        self.agent: Any = None

    def _client(self, transport: Any) -> Any:
        key: Any = AzureKeyCredential("local")
        policy = AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer")
        if THROUGH_PROJECTS:
            from azure.ai.projects import AIProjectClient  # noqa: PLC0415

            return AIProjectClient(ENDPOINT, key, authentication_policy=policy, transport=transport).agents
        return AgentsClient(ENDPOINT, key, authentication_policy=policy, transport=transport)

    def client_async(self) -> Any:
        """An asyncio client of the same backend."""
        key: Any = AzureKeyCredential("local")
        policy = AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer")
        transport: Any = InProcessAsyncTransport(self.backend)
        if THROUGH_PROJECTS:
            from azure.ai.projects.aio import AIProjectClient  # noqa: PLC0415

            return AIProjectClient(ENDPOINT, key, authentication_policy=policy, transport=transport).agents
        return AsyncAgentsClient(ENDPOINT, key, authentication_policy=policy, transport=transport)

    def ids(self, tools: Any = None, *messages: str) -> Any:
        """A new thread and agent, as the arguments of `runs.stream`."""
        self.agent = self.client.create_agent(model="stand-in", tools=tools)
        said: Any = [{"role": "user", "content": text} for text in messages or ("How is the weather?",)]
        return {"thread_id": self.client.threads.create(messages=said).id, "agent_id": self.agent.id}


MakeDesk = Callable[..., Desk]


@pytest.fixture
def desk() -> Iterator[MakeDesk]:
    """Make a desk from the model's completer."""
    made: list[Desk] = []

    def make(completer: Any = None) -> Desk:
        made.append(Desk(completer))
        return made[-1]

    yield make
    for one in made:
        one.backend.close()


class Told(AgentEventHandler[str]):
    """Notes what it is told, and answers calls from inside the stream as the samples do."""

    def __init__(self, client: Any = None) -> None:
        super().__init__()
        self.client = client
        self.told: list[str] = []
        self.text = ""

    def on_message_delta(self, delta: MessageDeltaChunk) -> str | None:
        """More text."""
        self.text += delta.text
        return delta.text

    def on_thread_message(self, message: ThreadMessage) -> str | None:
        """A message."""
        self.told.append(f"message {message['status']}")
        return None

    def on_thread_run(self, run: ThreadRun) -> str | None:
        """A status; calls are answered here and now, with a stream."""
        self.told.append(f"run {_word(run.status)}")
        if run.status == "requires_action" and self.client is not None:
            action: Any = run.required_action
            outputs = [
                ToolOutput(tool_call_id=call.id, output="sunny")
                for call in action.submit_tool_outputs.tool_calls
            ]
            self.client.runs.submit_tool_outputs_stream(
                thread_id=run.thread_id, run_id=run.id, tool_outputs=outputs, event_handler=self
            )
        return None

    def on_run_step(self, step: RunStep) -> str | None:
        """A step."""
        self.told.append(f"step {_word(step.type)} {_word(step.status)}")
        return None

    def on_run_step_delta(self, delta: RunStepDeltaChunk) -> str | None:
        """A piece of a tool call: the details are there, with a type of their own."""
        details: Any = delta.delta.step_details
        assert [call.type for call in details.tool_calls] == ["function"]
        return None

    def on_error(self, data: str) -> str | None:
        """An error of the stream."""
        self.told.append(f"error {data}")
        return None

    def on_done(self) -> str | None:
        """The end of a leg."""
        self.told.append("done")
        return None

    def on_unhandled_event(self, event_type: str, event_data: str) -> str | None:
        """Nothing may be unknown to the SDK."""
        self.told.append(f"unknown {event_type}")
        return None


def _word(value: Any) -> str:
    return str(getattr(value, "value", value))


PLAIN = [
    "run queued",
    "run queued",
    "run in_progress",
    "step message_creation in_progress",
    "step message_creation in_progress",
    "message in_progress",
    "message in_progress",
    "message completed",
    "step message_creation completed",
    "run completed",
    "done",
]


def test_a_plain_answer_reaches_a_handler(desk: MakeDesk) -> None:
    """Each kind of event its own method, in the service's order, and the text whole."""
    scene = desk()
    handler = Told()
    with scene.client.runs.stream(**scene.ids(), event_handler=handler) as stream:
        stream.until_done()
    assert handler.told == PLAIN
    assert handler.text.strip() == SAID


def test_a_stream_can_be_iterated_and_gives_what_the_handler_returned(desk: MakeDesk) -> None:
    """Type, data and the handler's value for each event."""
    scene = desk()
    with scene.client.runs.stream(**scene.ids(), event_handler=Told()) as stream:
        seen = list(stream)
    assert seen[0][0] == AgentStreamEvent.THREAD_RUN_CREATED
    assert seen[-1][0] == AgentStreamEvent.DONE
    assert "".join(value for _, _, value in seen if value).strip() == SAID


def test_a_handler_of_ones_own_gets_the_bare_events(desk: MakeDesk) -> None:
    """The base class: each block as text."""

    class Bare(BaseAgentEventHandler[str]):
        def _process_event(self, event_data_str: str) -> str:
            return event_data_str

    scene = desk()
    with scene.client.runs.stream(**scene.ids(), event_handler=Bare()) as stream:
        blocks = list(stream)
    assert all(block.startswith("event: ") and block.count("\n") == 1 for block in blocks)


def test_a_submit_inside_the_handler_chains_the_next_leg(desk: MakeDesk) -> None:
    """Twice in this run; a `done` for each leg."""
    scene = desk(Scene(rounds=2))
    definitions: Any = FunctionTool({weather}).definitions
    handler = Told(scene.client)
    with scene.client.runs.stream(**scene.ids(definitions), event_handler=handler) as stream:
        stream.until_done()
    assert handler.told.count("done") == 3
    assert handler.told.count("step tool_calls completed") == 2
    assert handler.told[-2:] == ["run completed", "done"]
    assert handler.text.strip() == SAID


def test_a_toolset_answers_by_itself(desk: MakeDesk) -> None:
    """`enable_auto_function_calls`: the handler only looks on."""
    scene = desk(Scene(rounds=2))
    tools = ToolSet()
    tools.add(FunctionTool({weather}))
    scene.client.enable_auto_function_calls(tools)
    handler = Told()
    with scene.client.runs.stream(**scene.ids(tools.definitions), event_handler=handler) as stream:
        stream.until_done()
    assert handler.told[-2:] == ["run completed", "done"]
    assert handler.told.count("run requires_action") == 2


def test_functions_that_keep_failing_end_in_a_cancelled_stream(desk: MakeDesk) -> None:
    """The SDK submits the errors, ten times, and then cancels and says so in the stream."""
    scene = desk(Scene(rounds=99))
    tools = ToolSet()
    tools.add(FunctionTool({broken}))
    scene.client.enable_auto_function_calls(tools)
    handler = Told()
    ids = scene.ids(tools.definitions)
    with scene.client.runs.stream(**ids, event_handler=handler) as stream:
        stream.until_done()
    assert "run cancelled" in handler.told or "run cancelling" in handler.told
    (run,) = scene.client.runs.list(ids["thread_id"])
    assert _word(run.status) == "cancelled"


def test_create_and_process_answers_and_polls(desk: MakeDesk) -> None:
    """The other style of the samples, on the same run."""
    scene = desk(Scene(rounds=2))
    tools = ToolSet()
    tools.add(FunctionTool({weather}))
    scene.client.enable_auto_function_calls(tools)
    run = scene.client.runs.create_and_process(**scene.ids(tools.definitions), polling_interval=0)
    assert _word(run.status) == "completed"
    steps = [_word(step.type) for step in scene.client.run_steps.list(run.thread_id, run.id)]
    assert steps == ["message_creation", "tool_calls", "tool_calls"]


def test_the_first_text_is_there_while_the_run_goes_on(desk: MakeDesk) -> None:
    """Asked in the midst of the stream, the service says in_progress."""
    scene = desk()
    ids = scene.ids()
    with scene.client.runs.stream(**ids) as stream:
        for _, data, _ in stream:
            if isinstance(data, MessageDeltaChunk):
                (run,) = scene.client.runs.list(ids["thread_id"])
                assert _word(run.status) == "in_progress"
                return
    raise AssertionError("no text came")


def test_a_cancel_during_a_stream_ends_it(desk: MakeDesk) -> None:
    """The message is incomplete, the step and the run are cancelled, the stream is done."""
    scene = desk(Scene(answer="word " * 60))

    class Cancelling(Told):
        def on_message_delta(self, delta: MessageDeltaChunk) -> str | None:
            if not self.text:
                (run,) = scene.client.runs.list(ids["thread_id"])
                scene.client.runs.cancel(run.thread_id, run.id)
            return super().on_message_delta(delta)

    ids, handler = scene.ids(), Cancelling()
    with scene.client.runs.stream(**ids, event_handler=handler) as stream:
        stream.until_done()
    assert handler.told[-5:] == [
        "run cancelling",
        "message incomplete",
        "step message_creation cancelled",
        "run cancelled",
        "done",
    ]


def test_a_run_that_expires_during_a_stream_ends_it(desk: MakeDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that writes for longer than a run may take, here two seconds."""
    monkeypatch.setattr("threadlab.backend.engine.accepting.LIFETIME", 2.0)
    scene = desk(Scene(answer="word " * 60))
    handler = Told()
    with scene.client.runs.stream(**scene.ids(), event_handler=handler) as stream:
        stream.until_done()
    assert handler.told[-4:] == [
        "message incomplete",
        "step message_creation expired",
        "run expired",
        "done",
    ]


def test_a_run_that_expired_takes_no_outputs(desk: MakeDesk) -> None:
    """The submit with a stream is refused like any other."""
    scene = desk()
    tools: Any = FunctionTool({weather}).definitions
    with scene.client.runs.stream(**scene.ids(tools)) as stream:
        (run,) = [
            data for _, data, _ in stream if isinstance(data, ThreadRun) and data.status == "requires_action"
        ]
    scene.backend.time.sleep(700)
    with pytest.raises(HttpResponseError, match="expired"):
        scene.client.runs.submit_tool_outputs_stream(
            run.thread_id,
            run.id,
            tool_outputs=[ToolOutput(tool_call_id="call_x", output="x")],
            event_handler=Told(),
        )


def test_a_model_error_is_the_last_status_of_a_stream(desk: MakeDesk) -> None:
    """With the model's own code and words, in the second leg too."""
    scene = desk(Scene(error=ModelError("no capacity", "rate_limit_exceeded")))
    tools: Any = FunctionTool({weather}).definitions
    handler = Told(scene.client)
    runs: list[Any] = []
    with scene.client.runs.stream(**scene.ids(tools), event_handler=handler) as stream:
        runs += [data for _, data, _ in stream if isinstance(data, ThreadRun)]
    assert handler.told[-2:] == ["run failed", "done"]
    assert (_word(runs[-1].last_error.code), runs[-1].last_error.message) == (
        "rate_limit_exceeded",
        "no capacity",
    )


def test_an_error_event_is_told_and_the_stream_goes_on(desk: MakeDesk) -> None:
    """The SDK hands it to `on_error` as text."""
    scene = desk()
    handle = scene.backend.handle

    def answer(request: HttpRequest) -> Response:
        response = handle(request)
        if isinstance(response.body, bytes):
            return response
        error = b'event: error\ndata: {"error": {"message": "hiccup", "code": "server_error"}}\n\n'
        return Response(200, _with(response.body, error), response.headers)

    scene.backend.handle = answer  # type: ignore[method-assign]
    handler = Told()
    with scene.client.runs.stream(**scene.ids(), event_handler=handler) as stream:
        stream.until_done()
    assert [one for one in handler.told if one.startswith("error")] == [
        "error {'error': {'message': 'hiccup', 'code': 'server_error'}}"
    ]
    assert handler.told[-2:] == ["run completed", "done"]


def _with(pieces: Iterator[bytes | WaitUntil], more: bytes) -> Iterator[bytes | WaitUntil]:
    yield more
    yield from pieces


def test_a_connection_that_drops_raises_the_sdks_own_error(desk: MakeDesk) -> None:
    """What was read before it is there; the run goes on without its reader."""
    scene = desk()
    handle = scene.backend.handle

    def answer(request: HttpRequest) -> Response:
        response = handle(request)
        whole = isinstance(response.body, bytes)
        return response if whole else Response(200, _cut(response.body), response.headers)

    scene.backend.handle = answer  # type: ignore[method-assign]
    handler, ids = Told(), scene.ids()
    with pytest.raises(IncompleteReadError), scene.client.runs.stream(**ids, event_handler=handler) as stream:
        stream.until_done()
    assert handler.told == PLAIN[:7]
    scene.backend.time.sleep(60)
    (run,) = scene.client.runs.list(ids["thread_id"])
    assert _word(run.status) == "completed"


def _cut(pieces: Any) -> Iterator[bytes | WaitUntil]:
    for piece in pieces:
        yield piece
        if isinstance(piece, bytes) and b"message.delta" in piece:
            raise ConnectionDropped


def test_a_run_on_an_empty_thread_answers_without_calling_tools() -> None:
    """With the rules in the model's place, as in the lessons: its caller would never submit outputs."""
    scene = Desk()
    scene.backend = Backend.seeded(1)
    scene.client = scene._client(InProcessTransport(scene.backend))
    definitions: Any = FunctionTool({weather}).definitions
    agent = scene.client.create_agent(model="stand-in", tools=definitions)
    handler = Told()
    with scene.client.runs.stream(
        thread_id=scene.client.threads.create().id, agent_id=agent.id, event_handler=handler
    ) as stream:
        stream.until_done()
    assert handler.told == PLAIN
    assert handler.text


class AsyncTold(AsyncAgentEventHandler[str]):
    """The asyncio handler: answers from inside the stream if it has a client."""

    def __init__(self, client: Any = None) -> None:
        super().__init__()
        self.client = client
        self.told: list[str] = []
        self.text = ""

    async def on_message_delta(self, delta: MessageDeltaChunk) -> str | None:
        """More text."""
        self.text += delta.text
        return None

    async def on_thread_run(self, run: ThreadRun) -> str | None:
        """A status."""
        self.told.append(_word(run.status))
        if run.status == "requires_action" and self.client is not None:
            action: Any = run.required_action
            outputs = [
                ToolOutput(tool_call_id=call.id, output="sunny")
                for call in action.submit_tool_outputs.tool_calls
            ]
            await self.client.runs.submit_tool_outputs_stream(
                thread_id=run.thread_id, run_id=run.id, tool_outputs=outputs, event_handler=self
            )
        return None

    async def on_done(self) -> str | None:
        """The end of a leg."""
        self.told.append("done")
        return None

    async def on_unhandled_event(self, event_type: str, event_data: str) -> str | None:
        """Nothing may be unknown to the SDK."""
        self.told.append(f"unknown {event_type}")
        return None


LEG = ["queued", "queued", "in_progress"]


def test_the_asyncio_client_chains_submits_too(desk: MakeDesk) -> None:
    """The same run, awaited."""
    scene = desk()
    definitions: Any = FunctionTool({weather}).definitions

    async def streamed() -> AsyncTold:
        async with scene.client_async() as client:
            handler = AsyncTold(client)
            async with await client.runs.stream(**scene.ids(definitions), event_handler=handler) as stream:
                await stream.until_done()
            return handler

    handler = asyncio.run(streamed())
    assert handler.told == [*LEG, "requires_action", "done", "queued", "in_progress", "completed", "done"]
    assert handler.text.strip() == SAID


def test_the_asyncio_clients_toolset_answers_by_itself(desk: MakeDesk) -> None:
    """With an async function."""
    scene = desk()

    async def weather(city: str) -> str:
        """The weather of a city.

        :param city: its name
        """
        await asyncio.sleep(0)
        return f"sunny in {city}"

    async def streamed() -> AsyncTold:
        tools = AsyncToolSet()
        tools.add(AsyncFunctionTool({weather}))
        async with scene.client_async() as client:
            client.enable_auto_function_calls(tools)
            handler = AsyncTold()
            ids = scene.ids(tools.definitions)
            async with await client.runs.stream(**ids, event_handler=handler) as stream:
                await stream.until_done()
            return handler

    handler = asyncio.run(streamed())
    assert handler.told[-2:] == ["completed", "done"]
    assert handler.text.strip() == SAID


def test_the_asyncio_client_sees_a_cancel_and_a_failure_and_an_empty_thread(desk: MakeDesk) -> None:
    """Three streams at a time, on one event loop."""
    failing = desk(Scene(rounds=0, error=ModelError("no capacity", "rate_limit_exceeded")))
    cancelled, empty = desk(Scene(answer="word " * 60)), desk()

    async def statuses(scene: Desk, ids: dict[str, str], cancel: bool = False) -> list[str]:
        async with scene.client_async() as client:
            handler = AsyncTold()
            async with await client.runs.stream(**ids, event_handler=handler) as stream:
                async for _, data, _ in stream:
                    if cancel and isinstance(data, MessageDeltaChunk):
                        cancel = False
                        (run,) = [one async for one in client.runs.list(ids["thread_id"])]
                        await client.runs.cancel(run.thread_id, run.id)
            return handler.told

    async def all_three() -> list[list[str]]:
        agent = empty.client.create_agent(model="stand-in")
        nothing = {"thread_id": empty.client.threads.create().id, "agent_id": agent.id}
        return list(
            await asyncio.gather(
                statuses(failing, failing.ids()),
                statuses(cancelled, cancelled.ids(), cancel=True),
                statuses(empty, nothing),
            )
        )

    assert asyncio.run(all_three()) == [
        [*LEG, "failed", "done"],
        [*LEG, "cancelling", "cancelled", "done"],
        [*LEG, "completed", "done"],
    ]
