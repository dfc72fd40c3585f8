"""`lab.openai()`: the openai client through the kit's own doors, recorded in the same wire log."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import openai
import pytest

from tests.server_process import ServerProcess
from threadlab.connect.azure import AzureDoor
from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Azure, Local, Served, Target
from threadlab.errors import NotInThisService

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@pytest.fixture(params=["in this process", "served"])
def lab(request: pytest.FixtureRequest, server: ServerProcess) -> Iterator[Lab]:
    """A lab in each place where the openai client finds threads."""
    served = Served(endpoint=server.endpoint, key=server.key)
    target: Target = served if request.param == "served" else Local(seed=7, pace=0)
    with connect(target=target) as lab:
        yield lab


def new_ids(beta: Any) -> dict[str, str]:
    """A thread with a question and an assistant, as the arguments of a run."""
    thread = beta.threads.create(messages=[{"role": "user", "content": "Hello!"}])
    return {"thread_id": thread.id, "assistant_id": beta.assistants.create(model="stand-in").id}


def test_a_run_of_the_openai_client_is_a_run_of_the_lab(lab: Lab) -> None:
    """Each sees what the other made, and the wire reads the same as the SDK's."""
    with lab.openai() as client:
        beta: Any = client.beta
        ids = new_ids(beta)
        run = beta.threads.runs.create_and_poll(**ids, poll_interval_ms=20)
    assert run.status == lab.runs.get(run.thread_id, run.id).status == "completed"
    first = lab.wire.entries[0]
    assert (first.method, first.path, first.status) == ("POST", "/threads", 200)
    assert first.request == {"messages": [{"role": "user", "content": "Hello!"}]}
    assert first.response["id"] == ids["thread_id"]
    about = lab.wire.naming(run.id)
    assert [entry.method for entry in about][:2] == ["POST", "GET"]
    assert {entry.path.split("/")[1] for entry in about} == {"threads"}


def test_a_stream_arrives_live_and_its_entry_says_that_it_is_one(lab: Lab) -> None:
    """The text comes in pieces; no body of a stream is kept."""
    with lab.openai() as client:
        beta: Any = client.beta
        with beta.threads.runs.stream(**new_ids(beta)) as stream:
            pieces = list(stream.text_deltas)
    assert len(pieces) > 1
    entry = lab.wire.entries[-1]
    assert entry.status == 200
    assert entry.response["stream"].startswith("text/event-stream")
    assert entry.error is None


async def test_the_asyncio_client_is_recorded_too(lab: Lab) -> None:
    """Requests and streams alike."""
    async with lab.openai_async() as client:
        beta: Any = client.beta
        thread = await beta.threads.create(messages=[{"role": "user", "content": "Hello!"}])
        assistant = await beta.assistants.create(model="stand-in")
        async with beta.threads.runs.stream(thread_id=thread.id, assistant_id=assistant.id) as stream:
            text = "".join([piece async for piece in stream.text_deltas])
    assert text
    assert [entry.path for entry in lab.wire.entries] == [
        "/threads",
        "/assistants",
        f"/threads/{thread.id}/runs",
    ]


def test_attempts_and_broken_streams_are_told() -> None:
    """A retry is an entry of its own with its number; an error is part of the exchange that it ended."""
    with connect(target=Local(seed=7, pace=0)) as lab, lab.openai() as client:
        beta: Any = client.beta
        ids = new_ids(beta)
        lab.workbench.faults.add("429", "create run", retry_after=0.01)
        lab.workbench.faults.add("drop_stream", events=3)
        with pytest.raises(httpx2.RemoteProtocolError), beta.threads.runs.stream(**ids) as stream:
            stream.until_done()
        refused, broken = lab.wire.entries[-2:]
        assert (refused.status, refused.attempt, broken.attempt) == (429, 1, 2)
        assert "the midst of the stream" in (broken.error or "")
        lab.workbench.faults.add("drop", "read thread", times=9)
        with pytest.raises(openai.APIConnectionError):
            client.with_options(max_retries=0).beta.threads.retrieve(ids["thread_id"])
        assert lab.wire.entries[-1].status is None
        assert "before an answer came" in (lab.wire.entries[-1].error or "")


def test_on_azure_the_alternative_is_named() -> None:
    """The project's openai endpoint speaks another protocol."""
    door = AzureDoor(Azure(endpoint="https://hub.services.ai.azure.com/api/projects/demo", model="gpt-4o"))
    with pytest.raises(NotInThisService, match=r"lab\.sdk") as caught:
        door.openai(None)  # type: ignore[arg-type]
    assert "Local" in caught.value.hint
