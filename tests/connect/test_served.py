"""The served backend through real clients: the kit's own, the SDK sync and asyncio, openai's over /v1."""

from __future__ import annotations

import asyncio
import pickle
from collections.abc import Iterator
from typing import Any

import openai
import pytest
from azure.ai.agents.models import AgentEventHandler, MessageDeltaChunk, ThreadRun, ToolOutput

from tests.server_process import ServerProcess
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Served
from threadlab.errors import NotInThisService, SettingsError, Unauthorized
from threadlab.following.wait import wait
from threadlab.tools.tool import tool
from threadlab.tools.toolbox import Toolbox


def get_weather(city: str) -> str:
    """The weather in a city.

    :param city: Name of the city.
    """
    return f"It is sunny in {city}."


TOOLS = Toolbox(tool(get_weather))
QUESTION = "How is the weather in Oslo?"


@pytest.fixture
def lab(server: ServerProcess) -> Iterator[Lab]:
    """A lab whose backend is in another process."""
    with connect(target=Served(endpoint=server.endpoint, key=server.key)) as lab:
        yield lab


def new_ids(lab: Lab) -> Any:
    """A thread and an agent with a tool, as the arguments of `runs.stream`."""
    agent = lab.create_agent(tools=list(TOOLS))
    thread = lab.threads.create(messages=[{"role": "user", "content": QUESTION}])
    return {"thread_id": thread.id, "agent_id": agent.id}


def test_a_lab_on_a_server_works_as_one_in_this_process(lab: Lab, server: ServerProcess) -> None:
    """A tool run through the kit, with its steps, its notes and the wire log."""
    run = wait(lab.runs.create(**new_ids(lab)), tools=TOOLS)
    assert run.status == "completed"
    assert [step.type for step in run.steps()] == ["tool_calls", "message_creation"]
    assert "Oslo" in run.messages()[-1].text
    assert len(lab.notes(run)) == 2
    assert lab.place == f"local, served at {server.address.removeprefix('http://')}"
    assert {entry.status for entry in lab.wire.entries} == {200}
    assert server.key not in repr(lab.wire.entries) + repr(lab) + repr(lab.target)


class Answering(AgentEventHandler[None]):
    """Answers tool calls from inside the stream, as the SDK's samples do."""

    def __init__(self, lab: Lab) -> None:
        super().__init__()
        self.lab = lab
        self.dones = 0
        self.text = ""

    def on_thread_run(self, run: ThreadRun) -> None:
        """Submit, with a stream of its own, while this one is still being read."""
        if run.status == "requires_action":
            calls: Any = run.required_action.submit_tool_outputs.tool_calls  # type: ignore[union-attr]
            outputs = [ToolOutput(tool_call_id=call.id, output="sunny") for call in calls]
            self.lab.sdk.runs.submit_tool_outputs_stream(
                thread_id=run.thread_id, run_id=run.id, tool_outputs=outputs, event_handler=self
            )

    def on_message_delta(self, delta: MessageDeltaChunk) -> None:
        """Collect the text."""
        self.text += delta.text

    def on_done(self) -> None:
        """Count the legs."""
        self.dones += 1


def test_the_sdk_streams_over_http_and_submits_inside_the_stream(lab: Lab) -> None:
    """Two legs, chained."""
    handler = Answering(lab)
    with lab.sdk.runs.stream(**new_ids(lab), event_handler=handler) as stream:
        stream.until_done()
    assert handler.dones == 2
    assert "sunny" in handler.text


async def test_the_asyncio_sdk_streams_over_http(lab: Lab) -> None:
    """Ten streams at once on one client."""
    agent = lab.create_agent()
    threads = [lab.threads.create(messages=[{"role": "user", "content": "Hello!"}]) for _ in range(10)]

    async def read(client: Any, thread_id: str) -> str:
        text = ""
        async with await client.runs.stream(thread_id=thread_id, agent_id=agent.id) as stream:
            async for _, data, _ in stream:
                text += data.text if isinstance(data, MessageDeltaChunk) else ""
        return text

    async with lab.sdk_async() as client:
        texts = await asyncio.gather(*(read(client, thread.id) for thread in threads))
    assert all(texts)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_openai_client_runs_and_streams_over_v1(server: ServerProcess) -> None:
    """The other protocol's own client."""
    with openai.OpenAI(base_url=f"{server.address}/v1", api_key=server.key, max_retries=0) as client:
        beta: Any = client.beta
        assistant = beta.assistants.create(model="stand-in", tools=[TOOLS.definitions[0]])
        thread = beta.threads.create(messages=[{"role": "user", "content": QUESTION}])
        ids = {"thread_id": thread.id, "assistant_id": assistant.id}
        run = beta.threads.runs.create_and_poll(**ids, poll_interval_ms=20)
        assert run.status == "requires_action"
        calls = run.required_action.submit_tool_outputs.tool_calls
        outputs = [{"tool_call_id": call.id, "output": "sunny"} for call in calls]
        with beta.threads.runs.submit_tool_outputs_stream(
            thread_id=thread.id, run_id=run.id, tool_outputs=outputs
        ) as stream:
            assert "sunny" in "".join(stream.text_deltas)
            assert stream.get_final_run().status == "completed"
        with pytest.raises(openai.AuthenticationError):
            client.with_options(api_key="sk-wrong").beta.assistants.list()


def test_a_wrong_key_is_the_kits_own_error(server: ServerProcess) -> None:
    """Not a retry, and no traceback of the SDK."""
    target = Served(endpoint=server.endpoint, key="sk-wrong")
    with connect(target=target) as lab, pytest.raises(Unauthorized):
        lab.threads.create()


def test_a_lab_without_a_workbench_still_shows_its_runs(closed_server: ServerProcess) -> None:
    """Only what the workbench alone knows is missing, and that is said."""
    with connect(target=Served(endpoint=closed_server.endpoint, key=closed_server.key)) as lab:
        run = wait(lab.runs.create(**new_ids(lab)), tools=TOOLS)
        assert (run.status, lab.notes(run), lab.truth(run)) == ("completed", (), None)
        with pytest.raises(NotInThisService, match="without its workbench"):
            lab.workbench.truth(run)


def test_a_served_target_is_data_and_hides_its_key() -> None:
    """It survives the way to another process; what is no endpoint is refused."""
    target = Served(endpoint="http://127.0.0.1:1/api/projects/local", key="sk-1")
    assert pickle.loads(pickle.dumps(target)) == target
    assert "sk-1" not in repr(target) + str(target)
    for endpoint in ("127.0.0.1:1", "http://127.0.0.1:1", "ftp://x/y"):
        with pytest.raises(SettingsError, match="no endpoint of a server"):
            Served(endpoint=endpoint, key="sk-1")
    with pytest.raises(SettingsError, match="key is empty"):
        Served(endpoint=target.endpoint, key="")
    with pytest.raises(NotInThisService, match="model's place"):
        connect(target=target, completer=object())  # type: ignore[arg-type]
