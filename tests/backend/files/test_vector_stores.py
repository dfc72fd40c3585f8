"""Vector stores, the files in them and batches, by the backend's clock."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.backend_client import Client
from tests.uploads import librarian, upload, vector_store
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.port import Call
from threadlab.backend.engine.worker import Crew
from threadlab.backend.local import Backend
from threadlab.backend.search import vector_stores


def test_an_empty_vector_store_is_completed_at_once(client: Client) -> None:
    """The SDK's helper would poll for ever."""
    store = client.post("/vector_stores", {"name": "mine"})
    assert (store["status"], store["file_counts"]["total"]) == ("completed", 0)


def test_files_are_indexed_as_time_passes(client: Client) -> None:
    """In progress first, with an index of some bytes afterwards."""
    store = client.post("/vector_stores", {"file_ids": [upload(client)]})
    assert (store["status"], store["file_counts"]["in_progress"], store["usage_bytes"]) == (
        "in_progress",
        1,
        0,
    )
    client.backend.time.sleep(5)
    store = client.get(f"/vector_stores/{store['id']}")
    assert (store["status"], store["file_counts"]["completed"]) == ("completed", 1)
    assert store["usage_bytes"] > 100


def test_who_only_looks_gets_on_too(client: Client) -> None:
    """The SDK polls by a clock of its own."""
    store = client.post("/vector_stores", {"file_ids": [upload(client)]})["id"]
    batch = client.post(f"/vector_stores/{store}/file_batches", {"file_ids": [upload(client)]})
    assert batch["status"] == "in_progress"
    assert client.get(f"/vector_stores/{store}/file_batches/{batch['id']}")["status"] == "completed"


def test_a_cancelled_batch_indexes_no_more(client: Client) -> None:
    """What was indexed stays; a second cancel has nothing to do."""
    store = vector_store(client)
    files = [upload(client, f"text {number}", f"{number}.txt") for number in range(3)]
    path = f"/vector_stores/{store}/file_batches"
    batch = client.post(path, {"file_ids": files})
    cancelled = client.post(f"{path}/{batch['id']}/cancel")
    assert (cancelled["status"], cancelled["file_counts"]["cancelled"]) == ("cancelled", 3)
    client.backend.time.sleep(5)
    assert client.get(f"{path}/{batch['id']}")["file_counts"]["cancelled"] == 3
    assert client.get(f"{path}/{batch['id']}/files", filter="completed")["data"] == []
    assert client.error("POST", f"{path}/{batch['id']}/cancel")[0] == 400
    assert client.get(f"/vector_stores/{store}")["usage_bytes"] == 0


def test_files_of_a_store_and_of_a_batch_come_in_pages(client: Client) -> None:
    """With ids of files as cursors."""
    files = [upload(client, f"text {number}", f"{number}.txt") for number in range(5)]
    store = vector_store(client, *files[:2])
    batch = client.post(f"/vector_stores/{store}/file_batches", {"file_ids": files[2:]})["id"]
    page = client.get(f"/vector_stores/{store}/files", limit="2", order="asc", after=files[1])
    assert [file["id"] for file in page["data"]] == files[2:4]
    listed = client.get(f"/vector_stores/{store}/file_batches/{batch}/files")["data"]
    assert [file["id"] for file in listed] == files[:1:-1]
    assert client.error("GET", f"/vector_stores/{store}/files", filter="lost")[0] == 400


def test_a_vector_store_expires_after_days_without_use(client: Client) -> None:
    """Use puts it off; a run that needs an expired one fails and says so."""
    model = FromFunction(
        lambda request: "fine" if request.rounds else Call("file_search", '{"query": "lock"}')
    )
    client = Client(Backend.seeded(1, completer=model))
    expiry = {"anchor": "last_active_at", "days": 1}
    store = vector_store(client, upload(client), expires_after=expiry)
    agent = librarian(client, store)
    client.backend.time.sleep(80_000)
    client.until(client.run_on(client.thread("?"), agent), "completed")
    client.backend.time.sleep(80_000)
    assert client.get(f"/vector_stores/{store}")["status"] == "completed"
    client.backend.time.sleep(10_000)
    assert client.get(f"/vector_stores/{store}")["status"] == "expired"
    failed = client.until(client.run_on(client.thread("?"), agent), "failed")
    assert "expired" in failed["last_error"]["message"]


def test_a_store_keeps_its_files_apart_from_the_files_themselves(client: Client) -> None:
    """Out of a store is not deleted; deleted is out of every store."""
    one, two = upload(client), upload(client, "other", "b.txt")
    first, second = vector_store(client, one, two), vector_store(client, one)
    client.delete(f"/vector_stores/{first}/files/{two}")
    assert client.get(f"/files/{two}")["id"] == two
    client.delete(f"/files/{one}")
    assert client.get(f"/vector_stores/{first}/files")["data"] == []
    assert client.get(f"/vector_stores/{second}")["file_counts"]["total"] == 0
    client.delete(f"/vector_stores/{second}")
    assert client.error("GET", f"/vector_stores/{second}")[0] == 404
    assert client.backend.store.rows("SELECT count(*) FROM chunks") == [(0,)]


def test_a_changed_vector_store_says_so(client: Client) -> None:
    """Name, metadata and expiry."""
    store = vector_store(client)
    expiry = {"anchor": "last_active_at", "days": 3}
    changed = client.post(
        f"/vector_stores/{store}", {"name": "new", "metadata": {"a": "b"}, "expires_after": expiry}
    )
    assert (changed["name"], changed["metadata"], changed["expires_after"]) == ("new", {"a": "b"}, expiry)
    assert changed["expires_at"] == changed["last_active_at"] + 3 * 86_400
    assert [one["id"] for one in client.get("/vector_stores")["data"]] == [store]


STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 20}}


def test_text_is_cut_as_the_chunking_strategy_says(client: Client) -> None:
    """And the file shows which it was; `auto` is 800 tokens with an overlap of 400."""
    file = upload(client, "word " * 1000, "words.txt")
    store = vector_store(client, file, chunking_strategy=STATIC)
    assert client.get(f"/vector_stores/{store}/files/{file}")["chunking_strategy"] == STATIC
    assert client.backend.store.rows("SELECT count(*) FROM chunks") == [(13,)]
    added = client.post(f"/vector_stores/{store}/files", {"file_id": file})
    assert added["chunking_strategy"]["static"] == {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
    client.backend.time.sleep(5)
    client.get(f"/vector_stores/{store}")
    assert client.backend.store.rows("SELECT count(*) FROM chunks") == [(2,)]


def test_a_vector_store_takes_so_many_files_and_no_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is in it already may come again."""
    assert vector_stores.MOST_FILES == 10_000
    monkeypatch.setattr(vector_stores, "MOST_FILES", 2)
    one, two, three = (upload(client, f"text {number}", f"{number}.txt") for number in range(3))
    path = f"/vector_stores/{vector_store(client, one)}"
    status, error = client.error("POST", f"{path}/file_batches", {"file_ids": [two, three]})
    assert (status, error["code"]) == (400, "too_many_files")
    assert "has 1 files, and with 2 more" in error["message"]
    client.post(f"{path}/file_batches", {"file_ids": [one, two]})
    assert client.error("POST", f"{path}/files", {"file_id": three})[1]["code"] == "too_many_files"
    client.post(f"{path}/files", {"file_id": two})
    assert client.get(path)["file_counts"]["total"] == 2


TOO_MUCH_OVERLAP = {"type": "static", "static": {"max_chunk_size_tokens": 100, "chunk_overlap_tokens": 51}}


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("", {"chunking_strategy": {"type": "static"}}, "chunking_strategy"),
        ("", {"chunking_strategy": TOO_MUCH_OVERLAP}, "chunking_strategy.static"),
        ("", {"chunking_strategy": {"type": "semantic"}}, "chunking_strategy.type"),
        ("", {"expires_after": {"anchor": "created_at", "days": 1}}, "expires_after.anchor"),
        ("", {"expires_after": {"anchor": "last_active_at", "days": 366}}, "expires_after.days"),
        ("", {"file_ids": ["file-1"]}, "file_id"),
        ("/files", {}, "file_id"),
        ("/file_batches", {"file_ids": []}, "file_ids"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_named(client: Client, path: str, body: dict[str, Any], param: str) -> None:
    """400, and nothing is made."""
    start = f"/vector_stores/{vector_store(client)}{path}" if path else "/vector_stores"
    status, error = client.error("POST", start, body)
    assert (status, error["param"]) == (400, param)
    assert len(client.get("/vector_stores")["data"]) == bool(path)


def test_an_unknown_file_is_not_found(client: Client) -> None:
    """And nothing is made."""
    assert client.error("POST", "/vector_stores", {"file_ids": ["assistant-none"]})[0] == 404
    assert client.get("/vector_stores")["data"] == []


ASSET = {"uri": "azureml://subscriptions/x/paths/manual.md", "type": "uri_asset"}
ID = {"uri": "azureml://locations/x/data/manual/versions/1", "type": "id_asset"}


@pytest.mark.parametrize(
    ("path", "body", "param"),
    [
        ("/vector_stores", {"configuration": {"data_sources": [ASSET]}}, "configuration.data_sources"),
        ("/vector_stores/{store}/files", {"data_source": ID}, "data_source"),
        ("/vector_stores/{store}/file_batches", {"data_sources": [ASSET, ID]}, "data_sources"),
        (
            "/threads",
            {"tool_resources": {"code_interpreter": {"data_sources": [ASSET]}}},
            "tool_resources.code_interpreter.data_sources",
        ),
        (
            "/threads",
            {
                "tool_resources": {
                    "file_search": {"vector_stores": [{"configuration": {"data_sources": [ID]}}]}
                }
            },
            "tool_resources.file_search.vector_stores[0].configuration.data_sources",
        ),
        *(
            (
                "/threads/{thread}/messages",
                {
                    "role": "user",
                    "content": "x",
                    "attachments": [{"data_source": asset, "tools": [{"type": tool}]}],
                },
                "attachments[0].data_source",
            )
            for asset, tool in ((ASSET, "code_interpreter"), (ID, "code_interpreter"), (ASSET, "file_search"))
        ),
    ],
)
def test_an_asset_of_the_cloud_is_refused_wherever_it_is_named(
    client: Client, path: str, body: dict[str, Any], param: str
) -> None:
    """Nobody could read it here: the answer says what works, and nothing is made."""
    store, thread = vector_store(client), client.thread()
    status, error = client.error("POST", path.format(store=store, thread=thread), body)
    assert (status, error["param"], error["code"]) == (400, param, "unsupported_data_source")
    assert "Upload the file instead" in error["message"]
    assert client.get("/files")["data"] == []
    assert client.get(f"/threads/{thread}/messages")["data"] == []
    assert [one["id"] for one in client.get("/vector_stores")["data"]] == [store]


def test_a_vector_store_may_be_made_with_the_thread_that_needs_it(client: Client) -> None:
    """The resources then name it by its id."""
    described = {"vector_stores": [{"file_ids": [upload(client)]}]}
    thread = client.post("/threads", {"tool_resources": {"file_search": described}})
    (store,) = thread["tool_resources"]["file_search"]["vector_store_ids"]
    assert client.get(f"/vector_stores/{store}")["file_counts"]["total"] == 1
    wrong = {"tool_resources": {"file_search": {"vector_store_ids": ["vs_none"]}}}
    assert client.error("POST", "/threads", wrong)[0] == 404
    assert client.error("POST", "/assistants", {"model": "m", **wrong})[0] == 404


def test_a_worker_indexes_aside_and_whoever_comes_next_finishes_it(durable: Callable[..., Client]) -> None:
    """A request never waits for it; and a death in the midst leaves work, no damage."""
    client = durable(worker=Crew())
    shelves = client.backend.engine.serving.hosted["file_search"]._stores  # type: ignore[attr-defined]
    at_work, go_on = threading.Event(), threading.Event()
    index = shelves._index

    def slow(record: Any) -> None:
        at_work.set()
        go_on.wait(10)
        index(record)

    shelves._index = slow
    store = client.post("/vector_stores", {"file_ids": [upload(client)]})
    assert at_work.wait(10)
    assert client.get(f"/vector_stores/{store['id']}")["status"] == "in_progress"
    other = durable()
    assert other.get(f"/vector_stores/{store['id']}")["status"] == "completed"
    go_on.set()
    shelves._indexing.join(10)
    assert other.backend.store.rows("SELECT count(*) FROM chunks") == [(1,)]
