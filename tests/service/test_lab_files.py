"""`lab.files` and `lab.vector_stores`, through the real SDK, and the runs that use them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.ai.agents.models import FileSearchTool

from threadlab.connect.connect import connect
from threadlab.connect.lab import Lab
from threadlab.connect.targets import Local
from threadlab.conversation.conversation import Conversation
from threadlab.errors import NotFound, ThreadlabError
from threadlab.objects.file import File
from threadlab.objects.vector_store import VectorStore

HANDBOOK = b"# Handbook\n\nThe lock of the bicycle opens with the number 4711.\n"
QUESTION = "Which number opens the lock of the bicycle?"


@pytest.fixture
def lab() -> Iterator[Lab]:
    """A lab on a store of its own that ends with it."""
    with connect(target=Local(seed=61, pace=0)) as lab:
        yield lab


def handbook(lab: Lab) -> tuple[File, VectorStore]:
    """The handbook, uploaded and indexed."""
    file = lab.files.upload(HANDBOOK, name="handbook.md")
    return file, lab.vector_stores.create(name="library", files=[file])


def librarian(lab: Lab, store: VectorStore) -> Conversation:
    """A conversation with an agent that searches there."""
    return Conversation(lab, agent=lab.create_agent(tools=[FileSearchTool([store.id])]))


def test_files_come_by_path_and_as_bytes_and_go(lab: Lab, tmp_path: Path) -> None:
    """Newest first; what is in one is what was uploaded."""
    path = tmp_path / "notes.md"
    path.write_bytes(b"Cats sleep.")
    notes, named = lab.files.upload(path), lab.files.upload(str(path), name="cats.md", purpose="vision")
    assert (notes.name, notes.size, notes.purpose, notes.status) == (
        "notes.md", 11, "assistants", "processed",
    )  # fmt: skip
    assert [one.name for one in lab.files.list()] == ["cats.md", "notes.md"]
    assert list(lab.files.list(purpose="vision")) == [named]
    assert lab.files.content(notes.id) == b"Cats sleep."
    assert lab.files.get(notes.id) == notes
    lab.files.delete(notes.id)
    with pytest.raises(NotFound, match="could not read file"):
        lab.files.get(notes.id)
    with pytest.raises(ThreadlabError, match="bytes were given without a name"):
        lab.files.upload(b"nameless")
    with pytest.raises(FileNotFoundError):
        lab.files.upload(tmp_path / "nothing.md")


def test_a_vector_store_is_ready_when_it_comes_back(lab: Lab) -> None:
    """With its files indexed in chunks of the asked size; without waiting, not yet."""
    file, store = handbook(lab)
    assert (store.name, store.status, store.files.completed) == ("library", "completed", 1)
    cut = lab.vector_stores.create(files=[file.id], chunk_tokens=100, wait=False)
    assert (cut.status, cut.files.in_progress) == ("in_progress", 1)
    assert lab.vector_stores.wait(cut.id).status == "completed"
    (inside,) = lab.vector_stores.files(cut.id)
    assert (inside.id, inside.chunk_tokens, inside.overlap_tokens) == (file.id, 100, 50)
    assert [one.id for one in lab.vector_stores.list(order="asc")] == [store.id, cut.id]
    lab.vector_stores.remove(cut.id, file)
    assert lab.vector_stores.get(cut.id).files.total == 0
    assert lab.vector_stores.add(cut.id, file).vector_store_id == cut.id
    lab.vector_stores.delete(cut.id)
    assert [one.id for one in lab.vector_stores.list()] == [store.id]


def test_waiting_for_a_vector_store_has_an_end(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the service's clock; the error says how far it came."""
    store = lab.vector_stores.create(files=[lab.files.upload(HANDBOOK, name="a.md")], wait=False)
    monkeypatch.setattr(lab.vector_stores, "get", lambda id: store)
    began = lab.time.now()
    with pytest.raises(ThreadlabError, match="still being indexed after 30 s: 1 of 1 files are left"):
        lab.vector_stores.wait(store.id, deadline=30)
    assert 30 <= lab.time.now() - began < 35


def test_the_steps_of_a_run_that_searched_come_with_the_text_of_what_it_found(lab: Lab) -> None:
    """One request, which asks for it; a plain list of steps has none."""
    file, store = handbook(lab)
    reply = librarian(lab, store).ask(QUESTION)
    before = lab.wire.count
    (result,) = [result for step in reply.run.steps() for call in step.tool_calls for result in call.results]
    assert lab.wire.count == before + 1
    assert (result.file_id, result.file_name, result.text) == (
        file.id, "handbook.md", HANDBOOK.decode().rstrip(),
    )  # fmt: skip
    plain = lab.run_steps.list(reply.run.thread_id, reply.run.id)
    assert [result.text for step in plain for call in step.tool_calls for result in call.results] == [None]
    (citation,) = reply.messages[0].citations
    assert reply.text[citation.start : citation.end] == citation.marker
    assert (citation.file_name, citation.quote.encode() in HANDBOOK) == ("handbook.md", True)


def test_a_run_that_cannot_search_asks_for_no_contents(lab: Lab) -> None:
    """Its requests are those that they always were."""
    Conversation(lab).ask("Hello").run.steps()
    assert not any("include" in entry.path for entry in lab.wire.entries)


def test_an_agents_tools_of_the_sdk_bring_what_they_work_on(lab: Lab) -> None:
    """And definitions may be plain mappings, with the resources beside them."""
    _, store = handbook(lab)
    resources = {"file_search": {"vector_store_ids": [store.id]}}
    agent = lab.create_agent(tools=[{"type": "file_search"}], tool_resources=resources)
    assert agent.native["tool_resources"] == librarian(lab, store).agent.native["tool_resources"] == resources
    other = lab.vector_stores.create()
    changed: Any = [FileSearchTool([other.id])]
    agent = lab.update_agent(agent.id, tools=changed)
    assert agent.native["tool_resources"]["file_search"]["vector_store_ids"] == [other.id]


def test_a_clean_up_takes_files_and_vector_stores_last_and_leaves_those_of_others(lab: Lab) -> None:
    """While a run searches, what it searches stays."""
    file, store = handbook(lab)
    other = lab.sdk.files.upload(file=("other.md", b"Dogs bark."), purpose="assistants")
    talk = librarian(lab, store)
    run = talk.start(QUESTION)
    kept = {left.object.id for left in lab.cleanup(dry_run=True).kept}
    assert kept == {talk.thread.id, talk.agent.id, store.id, file.id}
    run.cancel()
    lab.time.sleep(60)
    counts = {limit.kind: limit.count for limit in lab.quota().limits}
    assert (counts["vector stores"], counts["files"]) == (1, 2)
    deleted = [(one.kind, one.id) for one in lab.cleanup().deleted]
    assert deleted == [
        ("thread", talk.thread.id), ("agent", talk.agent.id), ("vector store", store.id), ("file", file.id),
    ]  # fmt: skip
    assert [one.id for one in lab.files.list()] == [other.id]


def test_the_mark_of_a_vector_store_travels_with_its_making(tmp_path: Path) -> None:
    """On a store that outlasts the lab: the next process knows it again, but not the file."""
    target = Local(store=tmp_path / "store.sqlite", pace=0)
    with connect(target=target) as lab:
        file, store = handbook(lab)
    with connect(target=target) as later:
        quota = later.quota()
        assert [one.id for one in quota.made_here] == [store.id]
        assert [one.id for one in quota.of_others] == [file.id]
