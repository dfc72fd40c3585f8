"""Files, vector stores and file search through the real SDK, in every version that the course knows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.ai.agents.models import (
    FilePurpose,
    FileSearchTool,
    MessageAttachment,
    RunAdditionalFieldList,
    VectorStoreDataSource,
)
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError

from tests.sdk.test_sdk_streams import Desk
from threadlab.backend.completer.rules.rules import Rules

CONTENT = b"# Handbook\n\nThe lock of the bicycle opens with the number 4711.\n"
QUESTION = "Which number opens the lock of the bicycle?"
NOW: Any = {"polling_interval": 0}
CHUNKS = [RunAdditionalFieldList.FILE_SEARCH_CONTENTS]


@pytest.fixture
def desk() -> Iterator[Desk]:
    """A backend with the stand-in, and its clients."""
    desk = Desk(Rules())
    yield desk
    desk.backend.close()


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    """A file on disk."""
    path = tmp_path / "handbook.md"
    path.write_bytes(CONTENT)
    return path


def test_files_have_all_their_verbs(desk: Desk, handbook: Path, tmp_path: Path) -> None:
    """Uploaded by path and as bytes, read, listed, downloaded, saved, deleted."""
    files: Any = desk.client.files
    file = files.upload_and_poll(file_path=str(handbook), purpose=FilePurpose.AGENTS, **NOW)
    assert (file.filename, file.bytes, file.purpose, file.status) == (
        "handbook.md", len(CONTENT), "assistants", "processed",
    )  # fmt: skip
    other = files.upload(file=("b.txt", b"bytes"), purpose="vision")
    named = files.upload(file=b"bytes", purpose="assistants", filename="c.txt")
    assert named.filename == "c.txt"
    assert files.get(other.id).purpose == "vision"
    assert [one.id for one in files.list().data] == [named.id, other.id, file.id]
    assert [one.id for one in files.list(purpose="vision").data] == [other.id]
    assert b"".join(files.get_content(file.id)) == CONTENT
    files.save(file.id, "saved.md", str(tmp_path))
    assert (tmp_path / "saved.md").read_bytes() == CONTENT
    files.delete(file.id)
    with pytest.raises(ResourceNotFoundError):
        files.get(file.id)
    with pytest.raises(HttpResponseError, match="0 bytes"):
        files.upload(file=("empty.txt", b""), purpose="assistants")


def test_vector_stores_have_all_their_verbs(desk: Desk, handbook: Path) -> None:
    """Made, read, listed, changed, filled by file, by batch and by asset, emptied, deleted."""
    client: Any = desk.client
    file = client.files.upload(file_path=str(handbook), purpose="assistants")
    other = client.files.upload(file=("b.txt", b"Cats sleep."), purpose="assistants")
    stores, in_store, batches = (
        client.vector_stores,
        client.vector_store_files,
        client.vector_store_file_batches,
    )
    store = stores.create_and_poll(name="mine", **NOW)
    assert (store.status, store.file_counts.total) == ("completed", 0)
    assert stores.modify(store.id, name="ours").name == "ours"
    assert [one.id for one in stores.list()] == [store.id]
    added = in_store.create_and_poll(store.id, file_id=file.id, **NOW)
    assert (added.id, added.status) == (file.id, "completed")
    batch = batches.create_and_poll(store.id, file_ids=[other.id], **NOW)
    assert (batch.status, batch.file_counts.completed) == ("completed", 1)
    assert batches.get(store.id, batch.id).id == batch.id
    assert [one.id for one in batches.list_files(store.id, batch.id)] == [other.id]
    assert [one.id for one in in_store.list(store.id, filter="completed")] == [other.id, file.id]
    assert in_store.get(store.id, file.id).vector_store_id == store.id
    waiting = batches.create(store.id, file_ids=[file.id])
    assert batches.cancel(store.id, waiting.id).status == "cancelled"
    asset = VectorStoreDataSource(asset_identifier="azureml://x/y/manual.md", asset_type="uri_asset")
    with pytest.raises(HttpResponseError, match="Upload the file instead"):
        in_store.create_and_poll(store.id, data_source=asset, **NOW)
    in_store.delete(store.id, other.id)
    assert stores.get(store.id).file_counts.total == 1
    stores.delete(store.id)
    with pytest.raises(ResourceNotFoundError):
        stores.get(store.id)


def librarian(client: Any, *stores: str) -> Any:
    """An agent that searches these vector stores."""
    search = FileSearchTool(vector_store_ids=list(stores))
    return client.create_agent(model="stand-in", tools=search.definitions, tool_resources=search.resources)


def check_citations(message: Any, file_id: str) -> None:
    """Each citation is verbatim, at its place, and quotes the file."""
    value = message.text_messages[0].text.value
    assert "4711" in value
    assert message.file_citation_annotations
    for annotation in message.file_citation_annotations:
        assert value[annotation.start_index : annotation.end_index] == annotation.text
        assert annotation.file_citation.file_id == file_id
        assert annotation.file_citation.quote.encode() in CONTENT


def test_a_run_searches_and_cites_and_its_step_keeps_what_it_found(desk: Desk, handbook: Path) -> None:
    """Chunks come where they are asked for, after everything else was deleted, too."""
    client: Any = desk.client
    file = client.files.upload(file_path=str(handbook), purpose="assistants")
    store = client.vector_stores.create_and_poll(file_ids=[file.id], **NOW)
    agent, thread = librarian(client, store.id), client.threads.create()
    client.messages.create(thread.id, role="user", content=QUESTION)
    run = client.runs.create_and_process(thread.id, agent_id=agent.id, **NOW)
    assert run.status == "completed"
    client.vector_stores.delete(store.id)
    client.files.delete(file.id)
    client.delete_agent(agent.id)
    check_citations(next(iter(client.messages.list(thread.id, run_id=run.id))), file.id)
    for include, content in ((None, None), (CHUNKS, [{"type": "text", "text": CONTENT.decode().rstrip()}])):
        _, step = client.run_steps.list(thread.id, run.id, include=include)
        (call,) = step.step_details.tool_calls
        (result,) = call.file_search.results
        assert (result.file_id, result.file_name, result.get("content")) == (file.id, "handbook.md", content)
        assert 0 < result.score <= 1
        assert client.run_steps.get(thread.id, run.id, step.id, include=include) == step


def test_a_stream_of_a_search_is_read_by_the_sdks_own_parser(desk: Desk, handbook: Path) -> None:
    """With the chunks in the step's events, and the citations in the message."""
    client: Any = desk.client
    file = client.files.upload(file_path=str(handbook), purpose="assistants")
    store = client.vector_stores.create_and_poll(file_ids=[file.id], **NOW)
    thread = client.threads.create(messages=[{"role": "user", "content": QUESTION}])
    agent = librarian(client, store.id)
    with client.runs.stream(thread.id, agent_id=agent.id, include=CHUNKS) as stream:
        events = [(name, data) for name, data, _ in stream]
    done = [data for name, data in events if name == "thread.run.step.completed"]
    assert done[0].step_details.tool_calls[0].file_search.results[0].content[0].text.startswith("# Handbook")
    (message,) = [data for name, data in events if name == "thread.message.completed"]
    check_citations(message, file.id)
    assert events[-1][0] == "done"


def test_an_attachment_is_searched(desk: Desk, handbook: Path) -> None:
    """By an agent that has no tools."""
    client: Any = desk.client
    file = client.files.upload_and_poll(file_path=str(handbook), purpose=FilePurpose.AGENTS, **NOW)
    thread, agent = client.threads.create(), client.create_agent(model="stand-in")
    attachment = MessageAttachment(file_id=file.id, tools=FileSearchTool().definitions)
    client.messages.create(thread.id, role="user", content=QUESTION, attachments=[attachment])
    run = client.runs.create_and_process(thread.id, agent_id=agent.id, **NOW)
    check_citations(next(iter(client.messages.list(thread.id, run_id=run.id))), file.id)


async def test_the_asyncio_client_does_all_that_too(desk: Desk, handbook: Path) -> None:
    """Upload, batch, search, citation, download."""
    async with desk.client_async() as client:
        file = await client.files.upload_and_poll(file_path=str(handbook), purpose="assistants", **NOW)
        store = await client.vector_stores.create_and_poll(name="mine", **NOW)
        batch = await client.vector_store_file_batches.create_and_poll(store.id, file_ids=[file.id], **NOW)
        assert batch.status == "completed"
        search = FileSearchTool(vector_store_ids=[store.id])
        agent = await client.create_agent(
            model="stand-in", tools=search.definitions, tool_resources=search.resources
        )
        thread = await client.threads.create()
        await client.messages.create(thread.id, role="user", content=QUESTION)
        run = await client.runs.create_and_process(thread.id, agent_id=agent.id, **NOW)
        messages = [message async for message in client.messages.list(thread.id, run_id=run.id)]
        check_citations(messages[0], file.id)
        content = await client.files.get_content(file.id)
        assert b"".join([piece async for piece in content]) == CONTENT
