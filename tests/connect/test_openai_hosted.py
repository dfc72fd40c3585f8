"""The code interpreter through openai's client. The tool is stood in for: the client is the judge."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call, Request
from threadlab.backend.hosted import Json, Outcome, Setting
from threadlab.backend.local import Backend
from threadlab.connect.in_process_openai import openai_client, openai_client_async

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CODE = "print(6 * 7)"
TOOLS: Any = [{"type": "code_interpreter"}]
ASKED: Any = {"messages": [{"role": "user", "content": "What is six times seven?"}]}


class Stood:
    """In the place of the code interpreter."""

    def offer(self, setting: Setting) -> Json:
        """One function."""
        function = {"name": "code_interpreter", "description": "", "parameters": {"type": "object"}}
        return {"type": "function", "function": function, "hosted": "code_interpreter"}

    def call(self, setting: Setting, arguments: str) -> Outcome:
        """Something printed, and something drawn."""
        shown = [{"type": "logs", "logs": "42\n"}, {"type": "image", "image": {"file_id": "assistant-drawn"}}]
        return Outcome("42", {"input": CODE, "outputs": shown})


def answer(request: Request) -> Any:
    """Run the code, and say what it printed."""
    asked = [Call("code_interpreter", json.dumps({"input": CODE}))]
    return f"It is {request.rounds[-1][0].output}." if request.rounds else asked


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A backend with that tool."""
    backend = Backend.seeded(1, completer=FromFunction(answer))
    backend.engine.serving.hosted["code_interpreter"] = Stood()
    yield backend
    backend.close()


def judge(outputs: Any) -> None:
    """What was printed and drawn, in the client's own objects."""
    logs, image = outputs
    assert (logs.type, logs.logs) == ("logs", "42\n")
    assert (image.type, image.image.file_id) == ("image", "assistant-drawn")


def test_a_stream_brings_the_code_and_then_what_came_of_it(backend: Backend) -> None:
    """In pieces, in the step and in the message, which has the picture."""
    client: Any = openai_client(backend, "any")
    assistant = client.beta.assistants.create(model="stand-in", tools=TOOLS)
    with client.beta.threads.create_and_run_stream(assistant_id=assistant.id, thread=ASKED) as stream:
        pieces = [
            call.code_interpreter
            for event in stream
            if event.event == "thread.run.step.delta" and event.data.delta.step_details.type == "tool_calls"
            for call in event.data.delta.step_details.tool_calls
        ]
        (message,) = stream.get_final_messages()
        called, _ = stream.get_final_run_steps()
    assert "".join(piece.input or "" for piece in pieces) == CODE
    judge(pieces[-1].outputs)
    assert called.step_details.tool_calls[0].code_interpreter.input == CODE
    judge(called.step_details.tool_calls[0].code_interpreter.outputs)
    picture, text = message.content
    assert (picture.image_file.file_id, text.text.value) == ("assistant-drawn", "It is 42.")


async def test_the_asyncio_client_reads_the_step_alike(backend: Backend) -> None:
    """Polled."""
    client: Any = openai_client_async(backend, "any")
    assistant = await client.beta.assistants.create(model="stand-in", tools=TOOLS)
    run = await client.beta.threads.create_and_run_poll(
        assistant_id=assistant.id, thread=ASKED, poll_interval_ms=1
    )
    assert run.status == "completed"
    steps = await client.beta.threads.runs.steps.list(run.id, thread_id=run.thread_id, order="asc")
    judge(steps.data[0].step_details.tool_calls[0].code_interpreter.outputs)
