"""Searching a vector store directly through openai's clients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import openai
import pytest

from threadlab.backend.local import Backend
from threadlab.connect.in_process_openai import openai_client, openai_client_async

TEXTS = {
    "oslo.md": "The lock of the bicycle in Oslo opens with 4711.",
    "bergen.md": "The lock of the bicycle in Bergen opens with 0815.",
    "coffee.md": "The coffee machine is cleaned on Fridays.",
}
YEARS = {"oslo.md": 2024, "bergen.md": 2025}


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


@pytest.fixture
def store(client: Any) -> str:
    """A vector store with the texts; two of the files have attributes."""
    store = client.vector_stores.create(name="places")
    for name, text in TEXTS.items():
        file = client.files.create(file=(name, text.encode()), purpose="assistants")
        about: Any = {"place": name.removesuffix(".md"), "year": YEARS[name]} if name in YEARS else None
        client.vector_stores.files.create_and_poll(
            file.id, vector_store_id=store.id, attributes=about, poll_interval_ms=1
        )
    return str(store.id)


def names(page: Any) -> list[str]:
    """The files of a page of results."""
    return [one.filename for one in page]


def test_a_search_gives_the_parts_that_answer_best(client: Any, store: str) -> None:
    """With the file, its attributes, the text and a score from 0 to 1, the best first."""
    page = client.vector_stores.search(store, query="Which number opens the lock in Bergen?")
    assert names(page) == ["bergen.md", "oslo.md"]
    first, second = page.data
    assert first.content[0].text == TEXTS["bergen.md"]
    assert first.attributes == {"place": "bergen", "year": 2025}
    assert 1 >= first.score > second.score > 0
    assert client.files.retrieve(first.file_id).filename == "bergen.md"
    assert page.object == "vector_store.search_results.page"
    assert page.search_query == ["Which number opens the lock in Bergen?"]
    assert (page.has_more, page.next_page, page.next_page_info()) == (False, None, None)


def test_a_search_gives_no_more_and_no_worse_than_it_is_asked_for(client: Any, store: str) -> None:
    """And says whether there were more."""
    page = client.vector_stores.search(store, query="lock bergen", max_num_results=1)
    assert (names(page), page.has_more) == (["bergen.md"], True)
    strict: Any = {"ranker": "auto", "score_threshold": 0.99}
    page = client.vector_stores.search(store, query="lock bergen", ranking_options=strict)
    assert (names(page), page.has_more) == (["bergen.md"], False)
    assert names(client.vector_stores.search(store, query="penguins")) == []


def test_several_queries_are_one_search(client: Any, store: str) -> None:
    """Each part once; a rewritten query is shown as it was asked."""
    asked = ["When is the machine cleaned?", "What is the lock in Oslo?", "Where is the lock?"]
    page = client.vector_stores.search(store, query=asked, rewrite_query=True)
    assert sorted(names(page)) == ["bergen.md", "coffee.md", "oslo.md"]
    assert page.search_query == ["machine cleaned", "lock oslo", "lock"]


def test_a_filter_leaves_files_out_before_anything_is_ranked(client: Any, store: str) -> None:
    """By one attribute or by several together."""

    def found(filters: Any) -> list[str]:
        return names(client.vector_stores.search(store, query="lock", filters=filters, max_num_results=1))

    old = {"type": "lt", "key": "year", "value": 2025}
    bergen = {"type": "eq", "key": "place", "value": "bergen"}
    assert found(old) == ["oslo.md"]
    assert found(bergen) == ["bergen.md"]
    assert found({"type": "and", "filters": [old, bergen]}) == []
    one_of = {"type": "in", "key": "place", "value": ["oslo", "paris"]}
    neither = {"type": "and", "filters": [old, bergen]}
    assert found({"type": "or", "filters": [one_of, neither]}) == ["oslo.md"]


def test_attributes_can_be_changed_and_come_with_a_batch(client: Any, store: str) -> None:
    """The new ones stand in the place of the old; who has none is found without a filter alone."""
    stores = client.vector_stores
    (coffee,) = [one.file_id for one in stores.search(store, query="coffee")]
    changed = stores.files.update(coffee, vector_store_id=store, attributes={"warm": True})
    assert changed.attributes == {"warm": True}
    assert stores.files.retrieve(coffee, vector_store_id=store).status == "completed"
    warm: Any = {"type": "eq", "key": "warm", "value": True}
    assert names(stores.search(store, query="coffee", filters=warm)) == ["coffee.md"]
    batch = stores.file_batches.create_and_poll(
        store, file_ids=[coffee], attributes={"warm": False}, poll_interval_ms=1
    )
    assert batch.file_counts.completed == 1
    assert names(stores.search(store, query="coffee", filters=warm)) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"query": ""}, "query"),
        ({"max_num_results": 51}, "max_num_results"),
        ({"ranking_options": {"score_threshold": 2}}, "score_threshold"),
        ({"filters": {"type": "like", "key": "a", "value": "b"}}, "filters"),
        ({"filters": {"type": "in", "key": "a", "value": "b"}}, "a filter of type in takes a list"),
        ({"filters": {"type": "and", "filters": []}}, "filters"),
    ],
)
def test_a_wrong_search_is_refused_by_name(client: Any, store: str, wrong: Any, said: str) -> None:
    """400, whatever is wrong."""
    with pytest.raises(openai.BadRequestError, match=said):
        client.vector_stores.search(store, **{"query": "lock", **wrong})


def test_a_search_keeps_a_vector_store_alive_until_it_has_expired(client: Any, backend: Backend) -> None:
    """It is a use; afterwards the answer says what to do."""
    file = client.files.create(file=("a.md", b"The lock opens with 4711."), purpose="assistants")
    days: Any = {"anchor": "last_active_at", "days": 1}
    store = client.vector_stores.create(file_ids=[file.id], expires_after=days).id
    for _ in range(2):
        backend.time.sleep(80_000)
        assert names(client.vector_stores.search(store, query="lock")) == ["a.md"]
    backend.time.sleep(90_000)
    with pytest.raises(openai.BadRequestError, match="expired: make a new one"):
        client.vector_stores.search(store, query="lock")
    with pytest.raises(openai.NotFoundError):
        client.vector_stores.search("vs_none", query="lock")


async def test_the_asyncio_client_searches_as_well(backend: Backend, store: str) -> None:
    """Page and items alike."""
    async with openai_client_async(backend, "any") as client:
        page = await client.vector_stores.search(store, query="coffee machine")
        assert names(page.data) == ["coffee.md"]
        assert [one.filename async for one in client.vector_stores.search(store, query="oslo")] == ["oslo.md"]
