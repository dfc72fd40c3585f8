"""Whole runs with code, through the real SDK: a table goes in, a chart and a file come out."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.ai.agents import AgentsClient
from azure.ai.agents.aio import AgentsClient as AsyncAgentsClient
from azure.ai.agents.models import (
    CodeInterpreterTool,
    FilePurpose,
    RunStatus,
    RunStepToolCallDetails,
)
from azure.core.credentials import AzureKeyCredential
from azure.core.exceptions import HttpResponseError
from azure.core.pipeline.policies import AzureKeyCredentialPolicy

import threadlab
from tests.backend_client import Client
from threadlab.backend.code.sessions import Sessions
from threadlab.backend.code.tool import CodeInterpreter
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call as ModelCall
from threadlab.backend.completer.port import Called, Request, Text
from threadlab.backend.engine.linking import linked
from threadlab.backend.engine.worker import Crew
from threadlab.backend.local import Backend
from threadlab.connect.in_process import InProcessAsyncTransport
from threadlab.connect.local import ENDPOINT, client_of
from threadlab.connect.targets import Served
from threadlab.errors import NotInThisService

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the code interpreter needs Linux or macOS")

PNG = b"\x89PNG"
TABLE = "month,sold\nJanuary,3\nFebruary,5\n"


def wait(holds: Callable[[], bool]) -> None:
    """Look until it holds."""
    until = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < until
        time.sleep(0.02)


@pytest.fixture
def client() -> Iterator[AgentsClient]:
    """A client of a seeded backend that runs code."""
    backend = Backend.seeded(7, code_interpreter=True)
    yield client_of(backend)
    backend.close()


def test_a_table_is_uploaded_drawn_and_computed(client: AgentsClient, tmp_path: Path) -> None:
    """The image is part of the message, the file is linked in its text, and both can be downloaded."""
    path = tmp_path / "sold.csv"
    path.write_text(TABLE)
    file = client.files.upload_and_poll(file_path=str(path), purpose=FilePurpose.AGENTS)
    tool = CodeInterpreterTool(file_ids=[file.id])
    agent = client.create_agent(model="m", tools=tool.definitions, tool_resources=tool.resources)
    thread = client.threads.create()
    client.messages.create(thread.id, role="user", content="Please plot sold.csv.")
    run = client.runs.create_and_process(thread_id=thread.id, agent_id=agent.id, polling_interval=0)
    assert run.status == RunStatus.COMPLETED, run.last_error
    step = list(client.run_steps.list(thread.id, run.id))[1]
    assert isinstance(step.step_details, RunStepToolCallDetails)
    code = step.step_details.tool_calls[0]["code_interpreter"]
    assert "sold.csv" in code["input"]
    assert [output["type"] for output in code["outputs"]] == ["image", "logs"]
    message = next(iter(client.messages.list(thread.id)))
    (image,) = message.image_contents
    assert image.image_file.file_id == code["outputs"][0]["image"]["file_id"]
    drawn = b"".join(client.files.get_content(image.image_file.file_id))
    assert drawn.startswith(PNG)
    assert "Column: sold. Rows: all 2. Labels: month." in code["outputs"][1]["logs"]
    (link,) = message.file_path_annotations
    (said,) = message.text_messages
    assert said.text.value[link.start_index : link.end_index] == link.text == "sandbox:/mnt/data/chart.png"
    assert b"".join(client.files.get_content(link.file_path.file_id)).startswith(PNG)
    assert client.files.get(link.file_path.file_id).purpose == "assistants_output"

    client.messages.create(thread.id, role="user", content="Now compute the totals of sold.csv.")
    events = _streamed(client, thread.id, agent.id)
    deltas = [data["delta"] for name, data in events if name == "thread.run.step.delta"]
    calls = [delta["step_details"]["tool_calls"][0]["code_interpreter"] for delta in deltas]
    assert [sorted(call) for call in calls] == [[], ["input"], ["outputs"]]
    assert calls[2]["outputs"] == [{"index": 0, "type": "logs", "logs": "sold: 2 rows, sum 8, mean 4\n"}]


def test_an_image_comes_in_a_stream_before_the_text(client: AgentsClient) -> None:
    """Each part of the message has its own index."""
    agent = client.create_agent(model="m", tools=CodeInterpreterTool().definitions)
    thread = client.threads.create()
    client.messages.create(thread.id, role="user", content="Draw 3, 5 and 8 as a chart.")
    events = _streamed(client, thread.id, agent.id)
    parts = [data["delta"]["content"][0] for name, data in events if name == "thread.message.delta"]
    assert (parts[0]["index"], parts[0]["type"]) == (0, "image_file")
    assert {(part["index"], part["type"]) for part in parts[1:]} == {(1, "text")}


def test_two_seeded_labs_give_the_same() -> None:
    """Ids, code and results repeat themselves, though a real process computed them."""

    def told() -> list[object]:
        backend = Backend.seeded(3, code_interpreter=True)
        try:
            client = client_of(backend)
            agent = client.create_agent(model="m", tools=CodeInterpreterTool().definitions)
            thread = client.threads.create()
            client.messages.create(thread.id, role="user", content="Run this:\n```python\n1 / 0\n```")
            run = client.runs.create_and_process(thread_id=thread.id, agent_id=agent.id, polling_interval=0)
            return [one.as_dict() for one in client.run_steps.list(thread.id, run.id)]
        finally:
            backend.close()

    assert told() == told()


def test_code_is_refused_until_it_is_switched_on() -> None:
    """The error names both switches."""
    backend = Backend.seeded(1)
    try:
        with pytest.raises(HttpResponseError) as refused:
            client = client_of(backend)
            agent = client.create_agent(model="m", tools=CodeInterpreterTool().definitions)
            client.runs.create(thread_id=client.threads.create().id, agent_id=agent.id)
    finally:
        backend.close()
    assert refused.value.status_code == 400
    assert "connect(code_interpreter=True)" in str(refused.value)
    assert "threadlab serve --code-interpreter" in str(refused.value)


def test_a_service_elsewhere_cannot_be_switched_on_from_here() -> None:
    """It would be a switch without effect."""
    target = Served(endpoint="http://127.0.0.1:9/api/projects/local", key="k")
    with pytest.raises(NotInThisService, match="runs code"):
        threadlab.connect(target=target, code_interpreter=True)


def code_of(request: Request) -> Any:
    """A model that runs the user's last message, and then says what that printed."""
    if request.rounds:
        return json.loads(request.rounds[-1][0].output)["logs"] or "nothing"
    return ModelCall("code_interpreter", json.dumps({"input": request.messages[-1].text}))


def sessions_of(backend: Backend) -> Sessions:
    """The code interpreter's."""
    tool = backend.engine.serving.hosted["code_interpreter"]
    assert isinstance(tool, CodeInterpreter)
    return tool._sessions


def test_a_cancelled_run_stops_its_code_and_a_deleted_thread_its_session(tmp_path: Path) -> None:
    """With a worker, whose requests do not wait for code: the thread's next run knows what the code knew."""
    backend = Backend.durable(
        tmp_path / "store.db", completer=FromFunction(code_of), worker=Crew(), code_interpreter=True
    )
    try:
        client, sessions = Client(backend), sessions_of(backend)
        agent = client.agent(tools=[{"type": "code_interpreter"}])
        thread = client.thread("kept = 7\nopen('begun', 'w').close()\nwhile True: pass")
        run = client.run_on(thread, agent)
        wait(lambda: any((one._place / "data/begun").exists() for one in sessions._at_work.values()))
        client.post(f"{run}/cancel")
        client.until(run, "cancelled")
        client.post(f"/threads/{thread}/messages", {"role": "user", "content": "print(kept)"})
        client.until(client.run_on(thread, agent), "completed")
        (said, *_) = client.get(f"/threads/{thread}/messages")["data"]
        assert said["content"][0]["text"]["value"] == "7\n"
        place = sessions._open[thread]._place
        client.delete(f"/threads/{thread}")
        wait(lambda: not sessions._open and not place.exists())
    finally:
        backend.close()


def test_a_deleted_thread_has_no_session_any_more() -> None:
    """Where requests drive the runs, it is gone with the answer."""
    backend = Backend.seeded(1, completer=FromFunction(code_of), code_interpreter=True)
    try:
        client, sessions = Client(backend), sessions_of(backend)
        thread = client.thread("1 + 1")
        run = client.run_on(thread, client.agent(tools=[{"type": "code_interpreter"}]))
        client.until(run, "completed")
        place = sessions._open[thread]._place
        client.delete(f"/threads/{thread}")
        assert not sessions._open
        assert not place.exists()
    finally:
        backend.close()


async def test_the_asyncio_sdk_runs_code_and_downloads_what_it_made() -> None:
    """Uploaded, computed, kept, downloaded: the whole way, beside a notebook's own event loop."""
    backend = Backend.seeded(1, completer=FromFunction(code_of), code_interpreter=True)
    key = AzureKeyCredential("local")
    client = AsyncAgentsClient(
        ENDPOINT,
        key,  # type: ignore[arg-type]
        authentication_policy=AzureKeyCredentialPolicy(key, "Authorization", prefix="Bearer"),
        transport=InProcessAsyncTransport(backend),
    )
    try:
        async with client:
            file = await client.files.upload_and_poll(file=("sold.csv", TABLE.encode()), purpose="assistants")
            tool = CodeInterpreterTool(file_ids=[file.id])
            agent = await client.create_agent(
                model="m", tools=tool.definitions, tool_resources=tool.resources
            )
            code = (
                "text = open('sold.csv').read()\nopen('upper.csv', 'w').write(text.upper())\nprint(len(text))"
            )
            thread = await client.threads.create()
            await client.messages.create(thread.id, role="user", content=code)
            run = await client.runs.create_and_process(
                thread_id=thread.id, agent_id=agent.id, polling_interval=0
            )
            assert run.status == RunStatus.COMPLETED, run.last_error
            steps = [step async for step in client.run_steps.list(thread.id, run.id)]
            assert isinstance(steps[1].step_details, RunStepToolCallDetails)
            call = steps[1].step_details.tool_calls[0]["code_interpreter"]
            assert call == {"input": code, "outputs": [{"type": "logs", "logs": f"{len(TABLE)}\n"}]}
            made = [one for one in (await client.files.list()).data if one.purpose == "assistants_output"]
            assert [one.filename for one in made] == ["upper.csv"]
            content = await client.files.get_content(made[0].id)
            assert b"".join([piece async for piece in content]) == TABLE.upper().encode()
    finally:
        backend.close()


@pytest.mark.parametrize("size", [1, 2, 7, 100])
def test_a_path_is_linked_however_its_pieces_come(size: int) -> None:
    """The longest known path counts, and no text is lost or held back for good."""
    made = (
        '{"files": [{"path": "sandbox:/mnt/data/a.csv", "file_id": "f1"},'
        ' {"path": "sandbox:/mnt/data/a.csv.gz", "file_id": "f2"}]}'
    )
    request = Request(
        model="m", instructions="", messages=(), rounds=((Called("c", "code_interpreter", "{}", made),),)
    )
    said = "See (sandbox:/mnt/data/a.csv), sandbox:/mnt/data/a.csv.gz, sandbox:/mnt/data/b and sandb"
    pieces = [Text(said[start : start + size]) for start in range(0, len(said), size)]
    texts = [piece for piece in linked(pieces, request) if isinstance(piece, Text)]
    assert "".join(text.text for text in texts) == said
    links = [(text.text, text.annotations[0]["file_path"]["file_id"]) for text in texts if text.annotations]
    assert links == [("sandbox:/mnt/data/a.csv", "f1"), ("sandbox:/mnt/data/a.csv.gz", "f2")]


def _streamed(client: AgentsClient, thread_id: str, agent_id: str) -> list[tuple[str, Any]]:
    """The events of a run: each one's name, and its data as a mapping."""
    with client.runs.stream(thread_id=thread_id, agent_id=agent_id) as stream:
        return [(str(name), data) for name, data, _ in stream]
