"""Streams of openai's `beta.threads`, sync and asyncio, through the in-process door."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import openai
import pytest
from openai import AssistantEventHandler, AsyncAssistantEventHandler
from openai.types.beta import AssistantStreamEvent
from openai.types.beta.threads import Run, TextDelta
from typing_extensions import override

from tests.backend_client import FUNCTION, Scene
from threadlab.backend.completer.port import ModelError, Request
from threadlab.backend.local import Backend
from threadlab.backend.wire.http import ConnectionDropped, Response, WaitUntil
from threadlab.backend.wire.http import Request as HttpRequest
from threadlab.connect.in_process_openai import openai_client, openai_client_async

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

KEY = "sk-test-001"


class Failing(Scene):
    """A model without capacity."""

    def complete(self, request: Request) -> Any:
        raise ModelError("no capacity", "rate_limit_exceeded")


@pytest.fixture
def make() -> Iterator[Callable[..., Backend]]:
    """Make a backend that asks for a key."""
    made: list[Backend] = []

    def backend(completer: Any = None) -> Backend:
        made.append(Backend.seeded(1, completer=completer or Scene(), key=KEY))
        return made[-1]

    yield backend
    for one in made:
        one.close()


def ids(backend: Backend, *, tools: bool = False, empty: bool = False) -> Any:
    """A new thread and assistant, as the arguments of a stream."""
    beta = openai_client(backend, KEY).beta
    definitions: Any = [FUNCTION] if tools else []
    messages: Any = [] if empty else [{"role": "user", "content": "How is the weather?"}]
    return {
        "thread_id": beta.threads.create(messages=messages).id,
        "assistant_id": beta.assistants.create(model="stand-in", tools=definitions).id,
    }


def outputs_for(run: Run) -> Any:
    """An output for each call that a run waits for."""
    assert run.required_action is not None
    calls = run.required_action.submit_tool_outputs.tool_calls
    return [{"tool_call_id": call.id, "output": "sunny"} for call in calls]


class Answering(AssistantEventHandler):
    """Answers tool calls from inside the stream, as openai's documentation does."""

    def __init__(self, client: openai.OpenAI, told: list[str] | None = None) -> None:
        super().__init__()
        self.client, self.told = client, [] if told is None else told

    @override
    def on_event(self, event: AssistantStreamEvent) -> None:
        self.told.append(event.event)
        if event.event == "thread.run.requires_action":
            run = event.data
            with self.client.beta.threads.runs.submit_tool_outputs_stream(
                thread_id=run.thread_id,
                run_id=run.id,
                tool_outputs=outputs_for(run),
                event_handler=Answering(self.client, self.told),
            ) as stream:
                stream.until_done()

    @override
    def on_text_delta(self, delta: TextDelta, snapshot: Any) -> None:
        assert snapshot.value.endswith(delta.value or "")


def test_a_plain_answer_is_streamed_with_its_snapshots(make: Callable[..., Backend]) -> None:
    """The text deltas, the final run with its usage and the final message."""
    backend = make()
    client = openai_client(backend, KEY)
    with client.beta.threads.runs.stream(**ids(backend), event_handler=Answering(client)) as stream:
        text = "".join(stream.text_deltas)
        (message,) = stream.get_final_messages()
        run = stream.get_final_run()
    assert text.strip() == Scene().text
    assert message.content[0].text.value == text  # type: ignore[union-attr]
    assert run.status == "completed"
    assert run.usage is not None


def test_a_tool_round_is_answered_inside_the_stream(make: Callable[..., Backend]) -> None:
    """The second leg is read while the first one is."""
    backend = make()
    client = openai_client(backend, KEY)
    handler = Answering(client)
    with client.beta.threads.runs.stream(**ids(backend, tools=True), event_handler=handler) as stream:
        stream.until_done()
    assert handler.told.count("thread.run.requires_action") == 1
    assert "thread.run.step.delta" in handler.told
    assert "thread.run.completed" in handler.told


def test_a_new_thread_and_its_run_are_streamed_in_one_request(make: Callable[..., Backend]) -> None:
    """`create_and_run_stream` tells of the thread first."""
    backend = make()
    beta = openai_client(backend, KEY).beta
    assistant = beta.assistants.create(model="stand-in")
    with beta.threads.create_and_run_stream(
        assistant_id=assistant.id, thread={"messages": [{"role": "user", "content": "hi"}]}
    ) as stream:
        seen = [event.event for event in stream]
    assert seen[:2] == ["thread.created", "thread.run.created"]
    assert seen[-1] == "thread.run.completed"


def test_stream_true_gives_the_bare_events(make: Callable[..., Backend]) -> None:
    """The lower of the client's two styles; an empty thread is answered too."""
    backend = make()
    runs = openai_client(backend, KEY).beta.threads.runs
    seen = [event.event for event in runs.create(**ids(backend, empty=True), stream=True)]
    assert (seen[0], seen[-1]) == ("thread.run.created", "thread.run.completed")


def test_a_cancel_during_a_stream_ends_it(make: Callable[..., Backend]) -> None:
    """The last status is cancelled."""
    backend = make()
    client = openai_client(backend, KEY)
    seen: list[str] = []
    with client.beta.threads.runs.stream(**ids(backend)) as stream:
        for event in stream:
            if event.event == "thread.message.delta" and event.event not in seen:
                run = stream.current_run
                assert run is not None
                client.beta.threads.runs.cancel(run.id, thread_id=run.thread_id)
            seen.append(event.event)
    assert seen[-1] == "thread.run.cancelled"


def test_a_run_that_expires_during_a_stream_ends_it(
    make: Callable[..., Backend], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A model that writes for longer than a run may take, here two seconds."""
    monkeypatch.setattr("threadlab.backend.engine.accepting.LIFETIME", 2.0)
    backend = make(Scene(text="word " * 60))
    with openai_client(backend, KEY).beta.threads.runs.stream(**ids(backend)) as stream:
        seen = [event.event for event in stream]
    assert seen[-1] == "thread.run.expired"


def test_a_model_error_is_the_last_status(make: Callable[..., Backend]) -> None:
    """With its code."""
    backend = make(Failing())
    with openai_client(backend, KEY).beta.threads.runs.stream(**ids(backend)) as stream:
        run = stream.get_final_run()
    assert run.status == "failed"
    assert run.last_error is not None
    assert run.last_error.code == "rate_limit_exceeded"


def test_an_error_event_raises_the_clients_own_error(make: Callable[..., Backend]) -> None:
    """It ends the stream for this client."""
    backend = make()
    arguments, handle = ids(backend), backend.handle

    def answer(request: HttpRequest) -> Response:
        error = b'event: error\ndata: {"error": {"message": "hiccup", "code": "server_error"}}\n\n'
        return Response(200, iter([error]), handle(request).headers)

    backend.handle = answer  # type: ignore[method-assign]
    stream = openai_client(backend, KEY).beta.threads.runs.create(**arguments, stream=True)
    with pytest.raises(openai.APIError, match="hiccup"):
        list(stream)


def test_a_connection_that_drops_is_the_clients_own_error(make: Callable[..., Backend]) -> None:
    """Before an answer, where it would be tried again, and in the midst of a stream."""
    backend = make()
    arguments, handle = ids(backend), backend.handle

    def answer(request: HttpRequest) -> Response:
        response = handle(request)
        return Response(200, _cut(response.body), response.headers)

    backend.handle = answer  # type: ignore[method-assign]
    stream = openai_client(backend, KEY).beta.threads.runs.create(**arguments, stream=True)
    with pytest.raises(openai.APIConnectionError):
        list(stream)

    def drop(request: HttpRequest) -> Response:
        raise ConnectionDropped

    backend.handle = drop  # type: ignore[method-assign]
    with pytest.raises(openai.APIConnectionError):
        openai_client(backend, KEY, max_retries=0).beta.threads.create()


def _cut(pieces: Any) -> Iterator[bytes | WaitUntil]:
    for number, piece in enumerate(pieces):
        if number == 4:
            raise ConnectionDropped
        yield piece


class AsyncAnswering(AsyncAssistantEventHandler):
    """The same, awaited."""

    def __init__(self, client: openai.AsyncOpenAI, told: list[str]) -> None:
        super().__init__()
        self.client, self.told = client, told

    @override
    async def on_event(self, event: AssistantStreamEvent) -> None:
        self.told.append(event.event)
        if event.event == "thread.run.requires_action":
            run = event.data
            async with self.client.beta.threads.runs.submit_tool_outputs_stream(
                thread_id=run.thread_id,
                run_id=run.id,
                tool_outputs=outputs_for(run),
                event_handler=AsyncAnswering(self.client, self.told),
            ) as stream:
                await stream.until_done()


async def test_the_asyncio_client_streams_alike_and_leaves_the_loop_free(
    make: Callable[..., Backend],
) -> None:
    """Three at a time: a tool round, a failing model, an empty thread."""

    async def told(backend: Backend, arguments: Any) -> list[str]:
        client, seen = openai_client_async(backend, KEY), list[str]()
        handler = AsyncAnswering(client, seen)
        async with client.beta.threads.runs.stream(**arguments, event_handler=handler) as stream:
            await stream.until_done()
        return seen

    answering, failing, empty = make(), make(Failing()), make()
    seen = await asyncio.gather(
        told(answering, ids(answering, tools=True)),
        told(failing, ids(failing)),
        told(empty, ids(empty, empty=True)),
    )
    assert "thread.run.requires_action" in seen[0] and "thread.run.completed" in seen[0]
    assert [events[-1] for events in seen[1:]] == ["thread.run.failed", "thread.run.completed"]
