"""Embedders: an endpoint and a model on this machine, behind one port; and runs that search by meaning."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.backend_client import Client
from tests.model_server import Asked, serving
from tests.uploads import librarian, upload
from threadlab.backend.completer.function import FromFunction
from threadlab.backend.completer.openai_compatible.client import Patience
from threadlab.backend.completer.port import Call
from threadlab.backend.engine.worker import Crew
from threadlab.backend.local import Backend
from threadlab.backend.search.embedder import Embedder, EmbeddingFailed
from threadlab.backend.search.embedders.local_model import PACKAGE, LocalModel
from threadlab.backend.search.embedders.named import embedder_named
from threadlab.backend.search.embedders.openai_compatible import AT_ONCE, EmbedderAtEndpoint
from threadlab.backend.wire.http import Request as HttpRequest


def vectors(asked: Asked) -> None:
    """Answer as an embedding model does, in the wrong order."""
    data = [
        {"object": "embedding", "index": index, "embedding": [float(len(text)), 1.0]}
        for index, text in enumerate(asked.body["input"])
    ]
    answer = {
        "object": "list",
        "model": "m",
        "data": data[::-1],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    }
    asked.reply(200, answer)


@pytest.fixture(params=["endpoint", "local"])
def embedder(request: pytest.FixtureRequest) -> Iterator[Embedder]:
    """Each of the two."""
    if request.param == "local":
        pytest.importorskip(PACKAGE, reason="the extra embeddings is not installed")
        yield LocalModel()
        return
    with serving(vectors) as server:
        yield EmbedderAtEndpoint(server.endpoint, Patience(retries=0))


def test_an_embedder_gives_a_vector_for_each_text_in_their_order(embedder: Embedder) -> None:
    """All of one length; the same text has the same vector."""
    texts = [f"text number {number} " * (number % 5) for number in range(AT_ONCE + 3)]
    given = embedder.embed(texts)
    assert len(given) == len(texts)
    assert len({len(vector) for vector in given}) == 1
    assert given[1] == pytest.approx(embedder.embed([texts[1]])[0], abs=1e-5)


def test_an_endpoint_that_fails_says_what_to_do() -> None:
    """In the words of the model's own failures; also where it gives too few vectors."""
    with (
        serving(lambda asked: asked.reply(401, {"error": {"message": "no"}})) as server,
        pytest.raises(EmbeddingFailed, match="MODEL_API_KEY"),
    ):
        EmbedderAtEndpoint(server.endpoint, Patience(retries=0)).embed(["x"])
    nothing = {"object": "list", "model": "m", "data": [], "usage": {"prompt_tokens": 0, "total_tokens": 0}}
    with (
        serving(lambda asked: asked.reply(200, nothing)) as server,
        pytest.raises(EmbeddingFailed),
    ):
        EmbedderAtEndpoint(server.endpoint, Patience(retries=0)).embed(["x"])


def test_embedders_have_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """None for none; without its package the local one says how to get it."""
    assert embedder_named(None) is None
    with pytest.raises(ValueError, match="MODEL_BASE_URL"):
        embedder_named("nomic-embed-text")
    monkeypatch.setattr(
        "threadlab.backend.search.embedders.named.find_spec", lambda name: None if name == PACKAGE else name
    )
    with pytest.raises(ValueError, match=r"threadlab\[embeddings\]"):
        embedder_named("local")
    monkeypatch.setitem(__import__("sys").modules, PACKAGE, None)
    with pytest.raises(EmbeddingFailed, match=r"threadlab\[embeddings\]"):
        LocalModel().embed(["x"])


def test_without_numpy_no_embedder_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vectors are compared with it: said before anything is indexed, with what to install."""
    monkeypatch.setattr("threadlab.backend.search.embedders.named.find_spec", lambda _: None)
    assert embedder_named(None) is None
    with pytest.raises(ValueError, match=r"numpy.*pip install numpy.*threadlab\[embeddings\]"):
        embedder_named("local")


class Opposites:
    """An embedder that knows that a refund is money back."""

    def embed(self, texts: Any) -> list[list[float]]:
        """Two numbers for each text."""
        return [[float("refund" in text or "money" in text), 0.01] for text in texts]


class Broken:
    """An embedder that cannot answer."""

    def embed(self, texts: Any) -> list[list[float]]:
        """Fail."""
        raise EmbeddingFailed("the embedder is away")


def ask(client: Client, status: str) -> Any:
    """A run that searches for a refund where only money is spoken of."""
    file = upload(client, "You get your money back within thirty days.", "policy.txt")
    store = client.post("/vector_stores", {"file_ids": [file]})["id"]
    run = client.run_on(client.thread("?"), librarian(client, store))
    done = client.until(run, status)
    steps = client.get(f"{run}/steps", order="asc")["data"]
    return done, steps[0]["step_details"]["tool_calls"][0]["file_search"], store


@pytest.fixture(params=["stepped", "worker"])
def searching(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Callable[[Embedder], Client]]:
    """Makes a backend with an embedder, driven by requests or by a worker."""
    made: list[Backend] = []
    model = FromFunction(lambda asked: "ok" if asked.rounds else Call("file_search", '{"query": "refund"}'))

    def make(embedder: Embedder) -> Client:
        crew = Crew() if request.param == "worker" else None
        made.append(
            Backend.durable(tmp_path / "s.sqlite", completer=model, embedder=embedder, worker=crew or False)
        )
        return Client(made[-1])

    yield make
    for backend in made:
        backend.close()


def test_a_run_finds_by_meaning(searching: Callable[[Embedder], Client]) -> None:
    """Whoever drives it."""
    _, search, _ = ask(searching(Opposites()), "completed")
    assert [result["file_name"] for result in search["results"]] == ["policy.txt"]


def test_a_search_without_a_run_finds_by_meaning_too(searching: Callable[[Embedder], Client]) -> None:
    """Only such a request takes its time, for it asks the embedder itself."""
    client = searching(Opposites())
    _, _, store = ask(client, "completed")
    (found,) = client.post(f"/vector_stores/{store}/search", {"query": "refund"})["data"]
    assert (found["filename"], found["score"] > 0.9) == ("policy.txt", True)
    paths = (f"/v1/vector_stores/{store}/search", f"/v1/vector_stores/{store}")
    assert [client.backend.takes_time(HttpRequest("POST", path)) for path in paths] == [True, False]
    client.backend.engine.serving.hosted["file_search"]._stores.index.embedder = Broken()  # type: ignore[attr-defined]
    status, error = client.error("POST", f"/vector_stores/{store}/search", {"query": "refund"})
    assert (status, error["code"]) == (500, "server_error")
    assert "the embedder is away" in error["message"]


def test_a_broken_embedder_fails_the_file_and_never_the_backend(
    searching: Callable[[Embedder], Client],
) -> None:
    """The file says why, and so does the run."""
    client = searching(Broken())
    done, _, store = ask(client, "failed")
    assert "the embedder is away" in done["last_error"]["message"]
    (file,) = client.get(f"/vector_stores/{store}/files")["data"]
    assert (file["status"], file["last_error"]["code"]) == ("failed", "server_error")
