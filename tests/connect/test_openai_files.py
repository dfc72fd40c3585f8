"""Files, vector stores and file search through openai's client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from threadlab.backend.local import Backend
from threadlab.connect.in_process_openai import openai_client, openai_client_async

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

CONTENT = b"# Handbook\n\nThe lock of the bicycle opens with the number 4711.\n"
QUESTION = "Which number opens the lock of the bicycle?"
CHUNKS: Any = ["step_details.tool_calls[*].file_search.results[*].content"]


@pytest.fixture
def backend() -> Iterator[Backend]:
    """A backend with the stand-in."""
    backend = Backend.seeded(1)
    yield backend
    backend.close()


@pytest.fixture
def client(backend: Backend) -> Any:
    """Its client."""
    return openai_client(backend, "any")


def test_files_and_vector_stores_have_their_verbs(client: Any) -> None:
    """Those that this protocol has."""
    file = client.files.create(file=("handbook.md", CONTENT), purpose="assistants")
    other = client.files.create(file=("b.txt", b"Cats sleep."), purpose="user_data")
    assert client.files.retrieve(file.id).filename == "handbook.md"
    assert [one.id for one in client.files.list()] == [other.id, file.id]
    assert [one.id for one in client.files.list(purpose="user_data", limit=1)] == [other.id]
    assert client.files.content(file.id).read() == CONTENT
    stores = client.vector_stores
    store = stores.create(name="mine", chunking_strategy={"type": "auto"})
    assert store.status == "completed"
    assert stores.update(store.id, name="ours").name == "ours"
    assert stores.retrieve(store.id).name == "ours"
    assert [one.id for one in stores.list()] == [store.id]
    added = stores.files.create_and_poll(file.id, vector_store_id=store.id, poll_interval_ms=1)
    assert added.status == "completed"
    batch = stores.file_batches.create_and_poll(store.id, file_ids=[other.id], poll_interval_ms=1)
    assert batch.file_counts.completed == 1
    listed = stores.file_batches.list_files(batch.id, vector_store_id=store.id)
    assert [one.id for one in listed] == [other.id]
    waiting = stores.file_batches.create(store.id, file_ids=[other.id])
    assert stores.file_batches.cancel(waiting.id, vector_store_id=store.id).status == "cancelled"
    assert [one.id for one in stores.files.list(store.id, filter="completed")] == [file.id]
    assert stores.files.retrieve(file.id, vector_store_id=store.id).status == "completed"
    assert stores.files.delete(other.id, vector_store_id=store.id).deleted
    assert stores.delete(store.id).deleted
    assert client.files.delete(file.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve(file.id)
    with pytest.raises(openai.BadRequestError, match="without a path"):
        client.files.create(file=("../x", b"x"), purpose="assistants")


def check(text: Any) -> None:
    """The answer, with its citations in their places."""
    assert "4711" in text.value
    assert text.annotations
    for annotation in text.annotations:
        assert text.value[annotation.start_index : annotation.end_index] == annotation.text


def test_a_stream_of_a_search_has_its_chunks_and_citations(client: Any) -> None:
    """As the client's own helper puts it together."""
    file = client.files.create(file=("handbook.md", CONTENT), purpose="assistants")
    store = client.vector_stores.create(file_ids=[file.id])
    resources = {"file_search": {"vector_store_ids": [store.id]}}
    beta = client.beta
    agent = beta.assistants.create(model="m", tools=[{"type": "file_search"}], tool_resources=resources)
    thread = beta.threads.create(messages=[{"role": "user", "content": QUESTION}])
    with beta.threads.runs.stream(thread_id=thread.id, assistant_id=agent.id, include=CHUNKS) as stream:
        steps = [event.data for event in stream if event.event == "thread.run.step.completed"]
        check(stream.get_final_messages()[0].content[0].text)
    assert (
        steps[0].step_details.tool_calls[0].file_search.results[0].content[0].text
        == CONTENT.decode().rstrip()
    )


async def test_the_asyncio_client_searches_an_attachment(backend: Backend) -> None:
    """Uploaded, attached, found, cited."""
    async with openai_client_async(backend, "any") as client:
        file = await client.files.create(file=("handbook.md", CONTENT), purpose="assistants")
        threads = client.beta.threads
        attached: Any = [{"file_id": file.id, "tools": [{"type": "file_search"}]}]
        thread = await threads.create(
            messages=[{"role": "user", "content": QUESTION, "attachments": attached}]
        )
        agent = await client.beta.assistants.create(model="m")
        run = await threads.runs.create_and_poll(
            thread_id=thread.id, assistant_id=agent.id, poll_interval_ms=1
        )
        messages = await threads.messages.list(thread.id, run_id=run.id)
        check(messages.data[0].content[0].text)  # type: ignore[union-attr]
